"""The metric learner as Bowles, Ahmed and Schuld ran it: its embedding, pairs, references."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from qml.backends import resolve_backend
from qml.circuits import resolve_trainable_map
from qml.classifiers.quantum_metric_learner import QuantumMetricLearner, _Pairs
from qml.engine import statevectors

with warnings.catch_warnings():  # it warns about optional packages at import
    warnings.simplefilter("ignore")
    qml = pytest.importorskip("pennylane")

RNG = np.random.default_rng(11)


def test_embedding_of_the_metric_learner_has_a_constant_feature():
    n, reps = 2, 2
    model = resolve_trainable_map({"name": "qaoa", "reps": reps, "constant": True}, n)
    x, w = RNG.uniform(-1, 1, n), RNG.normal(size=len(model.weights))

    @qml.qnode(qml.device("default.qubit", wires=n + 1))
    def circuit():
        qml.QAOAEmbedding(x, w.reshape(reps, -1), wires=range(n + 1), local_field="Y")
        return qml.state()

    ours = statevectors(model.circuit, np.hstack([x, w])[None, model.columns])[0]
    theirs = np.asarray(circuit()).reshape((2,) * (n + 1)).transpose(range(n, -1, -1)).ravel()
    assert abs(np.vdot(theirs, ours)) == pytest.approx(1, abs=1e-12)


def test_metric_learner_trains_the_fidelity_of_pairs():
    model = resolve_trainable_map({"name": "qaoa", "reps": 1, "constant": True}, 2)
    A, B = RNG.uniform(-1, 1, (5, 2)), RNG.uniform(-1, 1, (3, 2))
    problem = _Pairs(resolve_backend("exact"), model, A, B).selecting(np.array([4, 0, 0]))
    weights = RNG.normal(size=len(model.weights))

    def state(x):
        return statevectors(model.circuit, np.hstack([x, weights])[None, model.columns])[0]

    pairs = [(A[4], B[2]), (A[0], B[0]), (A[0], B[0])]
    expected = np.mean([abs(np.vdot(state(a), state(b))) ** 2 for a, b in pairs])
    value, gradient = problem.value_and_gradient(weights)
    assert (value, problem.value(weights)) == pytest.approx((expected, expected), abs=1e-12)
    steps = 1e-6 * np.eye(len(weights))
    differences = [(problem.value(weights + h) - problem.value(weights - h)) / 2e-6 for h in steps]
    np.testing.assert_allclose(gradient, differences, atol=2e-6)


def test_metric_learner_compares_with_random_rows_of_each_class():
    X = np.vstack([RNG.normal(-1, 0.1, (20, 2)), RNG.normal(1, 0.1, (20, 2))])
    y = np.repeat([0, 1], 20)
    model = QuantumMetricLearner(
        form="bowles2024",
        feature_map={"name": "qaoa", "constant": True},
        n_references=4,
        optimizer={"name": "adam", "maxiter": 60, "eta": 0.1},
        training={"batch_size": 8, "with_replacement": True},
        random_state=0,
    ).fit(X, y)
    assert model.score(X, y) == 1.0
    first, second = model._references[:4], model._references[4:]
    assert first.max() < 0 < second.min()
    assert not np.array_equal(first, X[:4])
