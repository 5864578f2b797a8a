"""Every loss: its slopes are its finite differences, and its values those of the literature."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import brier_score_loss, log_loss

from qml.errors import SpecError
from qml.examples import Example, examples_of
from qml.losses import LOSSES, resolve_loss

EXAMPLES = examples_of(LOSSES, Example)
every_example = pytest.mark.parametrize("name, example", EXAMPLES.values(), ids=EXAMPLES)


def sample(n_classes, n=12, seed=0):
    rng = np.random.default_rng(seed)
    return rng.dirichlet(np.full(n_classes, 2.0), n), rng.integers(0, n_classes, n)


@every_example
@pytest.mark.parametrize("n_classes", [2, 3, 5])
def test_slopes_are_finite_differences(name, example, n_classes):
    probabilities, y = sample(n_classes)
    loss = resolve_loss({"name": name, **example.parameters})
    value, slopes = loss(probabilities, y)
    assert np.isfinite(value)
    differences = np.empty_like(slopes)
    for place in np.ndindex(*slopes.shape):
        step = np.zeros_like(slopes)
        step[place] = 1e-6
        differences[place] = (
            loss(probabilities + step, y)[0] - loss(probabilities - step, y)[0]
        ) / 2e-6
    np.testing.assert_allclose(slopes, differences, atol=1e-6)


@every_example
def test_certainty_is_finite_and_the_right_class_is_best(name, example):
    loss = resolve_loss({"name": name, **example.parameters})
    right, wrong = (loss(np.array([p]), np.array([0])) for p in ([1.0, 0.0], [0.0, 1.0]))
    assert right[0] < wrong[0]
    assert np.isfinite([*right[1].ravel(), *wrong[1].ravel()]).all()
    assert right[0] == pytest.approx(0.0, abs=1e-12)


def test_values_are_scikit_learns():
    probabilities, y = sample(3)
    assert resolve_loss("cross_entropy")(probabilities, y)[0] == pytest.approx(
        log_loss(y, probabilities)
    )
    brier = brier_score_loss(y, probabilities, scale_by_half=False)
    assert resolve_loss("squared")(probabilities, y)[0] == pytest.approx(brier)


def test_linear_loss_is_that_of_the_expectation_value():
    """By the formula (1 - y f) / 2 of labels -1 and 1."""
    f, y = np.array([0.4, -0.9, 0.1]), np.array([1, 0, 0])
    probabilities = np.stack([(1 - f) / 2, (1 + f) / 2], axis=1)
    expected = np.mean((1 - (2 * y - 1) * f) / 2)
    assert resolve_loss("linear")(probabilities, y)[0] == pytest.approx(expected, abs=1e-15)


def test_risk_of_havlicek():
    """Values from the formula by hand; both classes alike; the bias moves the threshold."""
    loss = resolve_loss("binomial_sigmoid")
    for p, expected in ((0.5, 0.5), (0.6, 0.1149), (0.65, 0.0413)):
        for y in (0, 1):
            row = np.array([[1 - p, p] if y else [p, 1 - p]])
            assert loss(row, np.array([y]))[0] == pytest.approx(expected, abs=5e-5)
    biased = resolve_loss({"name": "binomial_sigmoid", "bias": 0.2})
    assert biased(np.array([[0.6, 0.4]]), np.array([1]))[0] == pytest.approx(0.5)
    assert biased(np.array([[0.6, 0.4]]), np.array([0]))[0] == pytest.approx(0.5)
    with pytest.raises(SpecError, match="bias: is for two classes, the data has 3"):
        biased(np.full((1, 3), 1 / 3), np.array([0]))
    slopes = resolve_loss({"name": "binomial_sigmoid", "bias": 0.2})
    _, slope = slopes(np.array([[0.3, 0.7]]), np.array([1]))
    step = np.array([[0.0, 1e-6]])
    ahead, behind = (slopes(np.array([[0.3, 0.7]]) + s, np.array([1]))[0] for s in (step, -step))
    assert slope[0, 1] == pytest.approx((ahead - behind) / 2e-6, rel=1e-6)


def test_names_are_checked():
    with pytest.raises(SpecError, match=r"loss.name: unknown loss 'hing' \(did you mean 'hinge'"):
        resolve_loss("hing")
    with pytest.raises(SpecError, match="loss.R: .*greater than 0"):
        resolve_loss({"name": "binomial_sigmoid", "R": -1.0})
