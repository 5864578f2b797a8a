"""The forms that Bowles, Ahmed and Schuld ran, written in PennyLane gate by gate."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from scipy.special import softmax

from experiments.registry import MODELS, build_estimator
from qml.backends import resolve_backend
from qml.circuits import resolve_trainable_map
from qml.classifiers.quantum_metric_learner import QuantumMetricLearner, _Pairs
from qml.engine import statevectors
from qml.variational._estimator import _Samples

with warnings.catch_warnings():  # it warns about optional packages at import
    warnings.simplefilter("ignore")
    qml = pytest.importorskip("pennylane")

RNG = np.random.default_rng(11)
Y = np.array([0, 1, 1, 0])
SIGNS = 2.0 * Y - 1
TRAINED = (
    "circuit_centric_classifier",
    "dressed_circuit_classifier",
    "tree_tensor_classifier",
)


def problem_of(name, n, **parameters):
    """Return points, problem and weights of a model's published form."""
    model = build_estimator(MODELS, name, {"form": "bowles2024", **parameters})
    X = RNG.uniform(-1.5, 1.5, (4, n))
    model.classes_ = np.arange(2)
    model._built = architecture = model._architecture(n, 2)
    backend = resolve_backend("exact")
    problem = _Samples(backend, architecture, model._loss_of, model._inputs(X), Y)
    model.weights_ = weights = model._start(architecture, np.random.default_rng(4))
    return model, X, problem, weights


def expectations(width, gates, *wires):
    """Return the mean values of Z on some wires."""

    @qml.qnode(qml.device("default.qubit", wires=width))
    def circuit():
        gates()
        return [qml.expval(qml.PauliZ(wire)) for wire in wires]

    return np.array(circuit())


def amplitudes(x, width):
    vector = np.full(1 << width, 2.0**-width)
    vector[: len(x)] = x
    return vector / np.linalg.norm(vector)


@pytest.mark.parametrize("n, copies, width", [(2, 3, 1), (3, 2, 2), (5, 1, 3)])
def test_circuit_centric(n, copies, width):
    model, X, problem, weights = problem_of(
        "circuit_centric_classifier", n, n_copies=copies, reps=2
    )
    assert weights[-1] == 0.01
    wires, angles = range(width * copies), weights[:-1].reshape(2, width * copies, 3)

    def output(x):
        def gates():
            state = one = amplitudes(x, width)
            for _ in range(copies - 1):
                state = np.kron(state, one)
            qml.AmplitudeEmbedding(state, wires=wires)
            qml.StronglyEntanglingLayers(angles, wires=wires)

        return expectations(width * copies, gates, 0)[0] + weights[-1]

    f = np.array([output(x) for x in X])
    np.testing.assert_allclose(problem.predict(weights)[:, 0], f, atol=1e-12)
    assert problem.value(weights) == pytest.approx(np.mean((f - SIGNS) ** 2) / 2, abs=1e-12)
    np.testing.assert_allclose(model._probabilities(f[:, None])[:, 1], (1 + f) / 2)


@pytest.mark.parametrize("n, width", [(2, 1), (3, 2), (10, 4), (17, 8)])
def test_tree_tensor(n, width):
    _, X, problem, weights = problem_of("tree_tensor_classifier", n)

    def output(x):
        def gates():
            qml.AmplitudeEmbedding(amplitudes(x, width), wires=range(width))
            angle = iter(weights)
            for layer in range(width.bit_length() - 1):
                step = 2**layer
                for wire in range(0, width, step):
                    qml.RY(next(angle), wires=wire)
                for wire in range(0, width, 2 * step):
                    qml.CNOT([wire + step, wire])
            qml.RY(next(angle), wires=0)

        return expectations(width, gates, 0)[0] + weights[-1]

    f = np.array([output(x) for x in X])
    np.testing.assert_allclose(problem.predict(weights)[:, 0], f, atol=1e-12)
    assert problem.value(weights) == pytest.approx(np.mean((f - SIGNS) ** 2), abs=1e-12)


@pytest.mark.parametrize("n", [1, 2, 3])
def test_dressed_circuit(n):
    _, X, problem, weights = problem_of("dressed_circuit_classifier", n, reps=2)
    V, theta, A = np.split(weights, [n * n, n * n + 2 * n])
    ring = {1: [], 2: [(0, 1)], 3: [(0, 1), (1, 2), (2, 0)]}[n]

    def output(x):
        angles = np.tanh(V.reshape(n, n) @ x) * np.pi / 2

        def gates():
            for wire in range(n):
                qml.Hadamard(wire)
                qml.RY(angles[wire], wires=wire)
            for layer in range(2):
                for wire in range(n):
                    qml.RY(theta[layer * n + wire], wires=wire)
                for pair in ring:
                    qml.CNOT(pair)

        return expectations(n, gates, *range(n)) @ A.reshape(n, 2)

    logits = np.array([output(x) for x in X])
    expected = softmax(logits, axis=1)
    np.testing.assert_allclose(problem.predict(weights), expected, atol=1e-12)
    lost = -np.log(expected[np.arange(4), Y]).mean()
    assert problem.value(weights) == pytest.approx(lost, abs=1e-12)


@pytest.mark.parametrize("name", TRAINED)
def test_gradient_of_every_form_is_finite_differences(name):
    _, _, problem, weights = problem_of(name, 3)
    value, gradient = problem.value_and_gradient(weights)
    steps = 1e-6 * np.eye(len(weights))
    differences = [(problem.value(weights + h) - problem.value(weights - h)) / 2e-6 for h in steps]
    assert value == pytest.approx(problem.value(weights), abs=1e-12)
    np.testing.assert_allclose(gradient, differences, atol=2e-6)


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
