"""Results: the best point seen beside the last, and a warning where a training made it worse."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.datasets.ad_hoc import ad_hoc
from qml.classifiers.vqc import VQC
from qml.optimizers import Objective, resolve_optimizer
from qml.regressors.variational_regressor import VariationalRegressor

DATA = ad_hoc(4, n_samples=40)
X = DATA.X
TARGET = np.cos(X[:, 0])
TOO_FAR = {"name": "gradient_descent", "maxiter": 12, "eta": 3.0}  # on a squared loss: it diverges


def bowl(noise=0.0, seed=0, steepness=1.0, slope=2.0):
    rng = np.random.default_rng(seed)
    return Objective(
        lambda x: float(steepness * x @ x + noise * rng.standard_normal()),
        lambda x: slope * steepness * x + noise * rng.standard_normal(len(x)),
        noisy=noise > 0,
    )


def minimized(name, objective, maxiter=40, **parameters):
    optimizer = resolve_optimizer({"name": name, "maxiter": maxiter, **parameters})
    return optimizer.minimize(objective, np.ones(3), seed=1)


def test_a_descent_that_climbs_is_worse_and_says_where_it_was_best():
    result = minimized("gradient_descent", bowl(), eta=1.2)
    assert result.fun > 1e6
    assert result.start_fun == result.best_fun == 3.0
    np.testing.assert_array_equal(result.best_x, np.ones(3))
    assert result.worsened


def test_start_is_known_to_those_who_look_on_either_side_of_it_alone():
    assert minimized("spsa", bowl()).start_fun == pytest.approx(3.0, abs=0.2)
    assert minimized("adam", bowl()).start_fun == 3.0


@pytest.mark.parametrize("name", ["spsa", "adam", "gradient_descent"])
def test_noise_alone_is_no_worsening(name):
    """A landscape without slope: whatever the last value is, chance made it."""
    worse = [
        minimized(name, bowl(0.1, seed, steepness=0.0), maxiter).worsened
        for maxiter in (3, 30)
        for seed in range(100)
    ]
    assert sum(worse) <= 1


@pytest.mark.parametrize("name, eta", [("adam", 0.1), ("gradient_descent", 0.02)])
def test_climbing_is_seen_through_noise(name, eta):
    """A gradient of the wrong sign."""
    for seed in range(20):
        assert minimized(name, bowl(0.1, seed, slope=-2.0), 60, eta=eta).worsened


def test_a_value_a_little_above_the_start_is_not_far_worse():
    values = iter([1.0, 0.2, 5.0, 1.3])
    optimizer = resolve_optimizer({"name": "gradient_descent", "maxiter": 3, "eta": 0.1})
    result = optimizer.minimize(Objective(lambda x: next(values), lambda x: x), np.ones(1))
    assert (result.fun, result.start_fun, result.best_fun) == (1.3, 1.0, 0.2)
    assert not result.worsened


def test_a_training_that_has_hardly_moved_is_not_far_worse():
    values = iter([0.684, 0.6841, 0.6865])
    optimizer = resolve_optimizer({"name": "gradient_descent", "maxiter": 2, "eta": 0.1})
    result = optimizer.minimize(Objective(lambda x: next(values), lambda x: x), np.ones(1))
    assert result.fun - result.start_fun > 0.9 * (0.6865 - 0.684)  # all of the range
    assert not result.worsened


def test_model_warns_in_one_line_and_keeps_its_weights():
    model = VariationalRegressor(optimizer=TOO_FAR, random_state=0)
    with pytest.warns(RuntimeWarning, match="the training made the loss worse") as caught:
        model.fit(X, TARGET)
    [warning] = caught
    assert "\n" not in str(warning.message)
    result = model.result_
    np.testing.assert_array_equal(model.weights_, result.x)
    training = model.training_
    assert training["loss"] == result.fun > 10 * training["loss_start"]
    assert training["loss_best"] == min(result.history) <= training["loss_start"]
    at_best = VariationalRegressor(
        optimizer={"name": "cobyla", "maxiter": 1}, initial_point=result.best_x
    ).fit(X, TARGET)
    assert at_best.result_.history[0] == pytest.approx(result.best_fun, rel=1e-9)


def test_restarts_warn_only_of_the_run_that_is_kept():
    far = VariationalRegressor(optimizer=TOO_FAR, random_state=0, training={"restarts": 2})
    with pytest.warns(RuntimeWarning, match="the training made the loss worse") as caught:
        far.fit(X, TARGET)
    assert len(caught) == 1


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("optimizer", ["spsa", "adam", "cobyla"])
def test_trainings_with_few_shots_do_not_warn(optimizer, seed):
    """Warnings are errors here."""
    VQC(
        ansatz={"name": "real_amplitudes", "reps": 1},
        optimizer={"name": optimizer, "maxiter": 15},
        backend="exact:shots=10",
        random_state=seed,
    ).fit(X, DATA.y)
