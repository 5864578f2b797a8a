"""The forms of the published benchmark: each circuit and loss against PennyLane's gates."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from experiments.planning.controls import controls_of
from experiments.records import ModelRow
from experiments.registry import MODELS, build_estimator
from qml.backends import resolve_backend
from qml.offers import OFFERED_FOR
from qml.variational._estimator import _Samples

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    qml = pytest.importorskip("pennylane")

NAMES = [n for n in MODELS.installed() if "form" in MODELS.load(n)().get_params()]
Y = np.arange(6) % 2
SIGNS = 2.0 * Y - 1  # the second class is +1


@pytest.mark.parametrize("name", NAMES)
def test_published_form_has_the_controls_that_the_model_declares(name):
    found = controls_of(ModelRow(name, name, {"form": "bowles2024"}, None), 5)
    assert {control.kind for control in found} & set(OFFERED_FOR) == MODELS.load(name).controls
    assert all(c.row.parameters["form"] == "bowles2024" for c in found if c.row.name == name)


@pytest.mark.parametrize("name", NAMES)
def test_published_form_takes_three_classes(name):
    X = np.random.default_rng(0).uniform(-1, 1, (9, 2))
    model = build_estimator(MODELS, name, {"form": "bowles2024"}).set_params(random_state=0)
    if "optimizer" in model.get_params():
        model.set_params(optimizer={"name": "adam", "maxiter": 3})
    probabilities = model.fit(X, np.arange(9) % 3).predict_proba(X)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1.0)
    assert probabilities.shape == (9, 3)


def features(n):
    return np.random.default_rng(n).uniform(-np.pi / 2, np.pi / 2, (6, n))


def published(name, X, **parameters):
    """Return a model's loss over X and Y in its published form, and random weights."""
    model = build_estimator(MODELS, name, {"form": "bowles2024", **parameters})
    model.classes_ = np.array([0, 1])
    architecture = model._architecture(X.shape[1], 2)
    samples = _Samples(resolve_backend("exact"), architecture, model._loss_of, model._inputs(X), Y)
    return samples, np.random.default_rng(7).normal(size=architecture.n_weights)


def started(name, n_features, **parameters):
    """Return the angles that many trainings begin at, and the head's weights, a row a training."""
    model = build_estimator(MODELS, name, {"form": "bowles2024", **parameters})
    architecture = model._architecture(n_features, 2)
    rng = np.random.default_rng(3)
    drawn = np.array([model._start(architecture, rng) for _ in range(400)])
    return drawn[:, : architecture.n_circuit_weights], drawn[:, architecture.n_circuit_weights :]


def check_uniform(drawn, high):
    assert drawn.min() >= 0
    assert drawn.max() < high
    np.testing.assert_allclose(drawn.mean(), high / 2, rtol=0.05)
    np.testing.assert_allclose(drawn.std(), high / np.sqrt(12), rtol=0.05)


def check_gradient(samples, weights):
    steps = 1e-6 * np.eye(len(weights))
    differences = [(samples.value(weights + h) - samples.value(weights - h)) / 2e-6 for h in steps]
    gradient = samples.value_and_gradient(weights)[1]
    np.testing.assert_allclose(gradient, differences, atol=2e-6)
    assert np.abs(gradient).max() > 1e-4


def expectations(circuit, n_wires, X):
    """Return what a PennyLane circuit, a function of one row, measures."""
    node = qml.QNode(circuit, qml.device("default.qubit", wires=n_wires))
    return np.array([np.squeeze(node(x)) for x in X])


def check_votes(samples, weights, f, expected_loss):
    votes = np.stack([1 - f, 1 + f], axis=1) / 2
    np.testing.assert_allclose(samples.predict(weights), votes, atol=1e-10)
    assert samples.value(weights) == pytest.approx(expected_loss, abs=1e-10)
    check_gradient(samples, weights)


@pytest.mark.parametrize("n_features, reps, layers", [(2, 1, 3), (3, 2, 2), (4, 1, 5)])
def test_iqp_variational_is_cz_layers_and_the_linear_loss(n_features, reps, layers):
    X = features(n_features)
    samples, weights = published("iqp_variational_classifier", X, reps=reps, layers=layers)

    def circuit(x):
        qml.IQPEmbedding(x, wires=range(n_features), n_repeats=reps)
        qml.StronglyEntanglingLayers(
            weights.reshape(layers, n_features, 3), wires=range(n_features), imprimitive=qml.CZ
        )
        return qml.expval(qml.PauliZ(0) @ qml.PauliZ(1))

    f = expectations(circuit, n_features, X)
    check_votes(samples, weights, f, np.mean((1 - SIGNS * f) / 2))
    check_uniform(started("iqp_variational_classifier", n_features)[0], 2 * np.pi)


@pytest.mark.parametrize("n_features, reps", [(1, 1), (3, 2)])
def test_separable_variational_is_rotations_around_every_encoding(n_features, reps):
    X = features(n_features)
    samples, weights = published("separable_variational_classifier", X, reps=reps)
    angles = weights.reshape(reps + 1, n_features, 3)

    def circuit(x):
        for wire in range(n_features):
            for layer in range(reps):
                qml.Rot(*angles[layer, wire], wires=wire)
                qml.RY(x[wire], wires=wire)
            qml.Rot(*angles[reps, wire], wires=wire)
        return [qml.expval(qml.PauliZ(wire)) for wire in range(n_features)]

    f = expectations(circuit, n_features, X).reshape(6, n_features).mean(axis=1)
    second = 1 / (1 + np.exp(-6 * f))
    votes = np.stack([1 - second, second], axis=1)
    np.testing.assert_allclose(samples.predict(weights), votes, atol=1e-10)
    entropy = -np.mean(Y * np.log(second) + (1 - Y) * np.log(1 - second))
    assert samples.value(weights) == pytest.approx(entropy, abs=1e-10)
    check_gradient(samples, weights)
    check_uniform(started("separable_variational_classifier", n_features)[0], 2 * np.pi)
