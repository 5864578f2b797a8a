"""Every variational model: true gradients for every loss, and the formulas it is named after."""

from __future__ import annotations

import numpy as np
import pytest
from qiskit.quantum_info import Operator, Statevector, partial_trace
from scipy.linalg import expm
from sklearn.base import is_classifier

from experiments.registry import MODELS, build_estimator
from qml.backends import BoundCircuit, resolve_backend
from qml.classifiers.dressed_circuit_classifier import DressedCircuitClassifier
from qml.classifiers.quantum_boltzmann_machine import (
    QuantumBoltzmannMachine,
    _Thermal,
    _ThermalLoss,
)
from qml.classifiers.quantum_metric_learner import QuantumMetricLearner, _Separation
from qml.classifiers.weinet import WeiNet
from qml.engine import statevectors
from qml.errors import ResourceError, SpecError
from qml.losses import LOSSES, resolve_loss
from qml.variational import BiasedVote, Head, VariationalEstimator
from qml.variational._estimator import _Samples

X = np.random.default_rng(8).uniform(0.2, 1.5, (9, 3))
NAMES = [n for n in MODELS.installed() if issubclass(MODELS.load(n), VariationalEstimator)]
CLASSIFIERS = [name for name in NAMES if is_classifier(MODELS.load(name)())]


def differences(function, weights, step=1e-6):
    return np.array(
        [
            (function(weights + h) - function(weights - h)) / (2 * step)
            for h in step * np.eye(len(weights))
        ]
    )


def problem_of(name, n_classes, **parameters):
    model = build_estimator(MODELS, name, parameters)
    y = np.arange(9) % n_classes
    model.classes_ = np.arange(n_classes)
    architecture = model._architecture(3, n_classes)
    model._learn_inputs(X)
    backend = resolve_backend("exact")
    problem = _Samples(backend, architecture, model._loss_of, model._inputs(X), y)
    weights = model._start(architecture, np.random.default_rng(4))
    return problem, weights + 0.1 * np.random.default_rng(5).normal(size=len(weights))


@pytest.mark.parametrize("loss", LOSSES.names())
@pytest.mark.parametrize("name", CLASSIFIERS)
@pytest.mark.parametrize("n_classes", [2, 3])
def test_gradient_of_every_model_and_loss_is_finite_differences(name, loss, n_classes):
    problem, weights = problem_of(name, n_classes, loss=loss)
    value, gradient = problem.value_and_gradient(weights)
    assert value == pytest.approx(problem.value(weights), abs=1e-12)
    np.testing.assert_allclose(gradient, differences(problem.value, weights), atol=2e-6)
    assert np.abs(gradient).max() > 1e-4


@pytest.mark.parametrize(
    "name, parameters",
    [
        ("data_reuploading_classifier", {}),
        ("data_reuploading_classifier", {"trained_scaling": False, "measured": "one"}),
        ("vqc", {"bias": "trained"}),
        ("vqc", {"bias": 0.3, "decision": "local_z"}),
        ("vqc", {"bias": "trained", "decision": {"name": "observables", "paulis": "XII,IYZ"}}),
        ("variational_regressor", {}),
        ("variational_regressor", {"criterion": "huber"}),
    ],
)
def test_gradient_of_the_variants_is_finite_differences(name, parameters):
    problem, weights = problem_of(name, 2, **parameters)
    _, gradient = problem.value_and_gradient(weights)
    np.testing.assert_allclose(gradient, differences(problem.value, weights), atol=2e-6)


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_gradient_by_shifts_on_a_measuring_backend_is_the_same(name):
    """The bound circuit of the base class shifts angles, as a machine must."""
    problem, weights = problem_of(name, 2)
    by_shifts = BoundCircuit(problem._backend, problem._architecture.model, problem._inputs)
    shifted = _Samples(
        problem._backend,
        problem._architecture,
        problem._loss_of,
        problem._inputs,
        problem._y,
        by_shifts,
    )
    np.testing.assert_allclose(
        shifted.value_and_gradient(weights)[1], problem.value_and_gradient(weights)[1], atol=1e-9
    )


@pytest.mark.parametrize("trained", ["nothing", "bias", "gain", "linear", "dense"])
@pytest.mark.parametrize("normalised", [True, False])
def test_heads_pull_slopes_back_truly(trained, normalised):
    rng = np.random.default_rng(2)
    head = Head(
        3, 2 if trained in ("linear", "dense") else 3, trained, scale=1.7, normalised=normalised
    )
    check_head(head, rng.normal(size=(4, 3)), rng)


@pytest.mark.parametrize("bias", [-0.4, 0.7])
def test_biased_vote_is_a_probability_with_a_true_slope(bias):
    rng = np.random.default_rng(2)
    second = rng.uniform(size=(4, 1))
    outputs = np.hstack([1 - second, second])
    predictions, _ = BiasedVote()(outputs, np.array([bias]))
    assert predictions.min() >= 0
    np.testing.assert_array_equal(predictions[:, 1] > 0.5, (2 * second - 1 + bias)[:, 0] > 0)
    for bounded in (True, False):
        check_head(BiasedVote(bounded), outputs, rng, np.array([bias]))


def check_head(head, outputs, rng, weights=None):
    weights = head.start(rng) + 0.1 if weights is None else weights
    predictions, pull = head(outputs, weights)
    slopes = rng.normal(size=predictions.shape)
    by_outputs, by_weights = pull(slopes)
    flat = lambda o: float((head(o.reshape(outputs.shape), weights)[0] * slopes).sum())
    np.testing.assert_allclose(by_outputs.ravel(), differences(flat, outputs.ravel()), atol=1e-7)
    own = lambda w: float((head(outputs, w)[0] * slopes).sum())
    np.testing.assert_allclose(by_weights, differences(own, weights), atol=1e-7)


def pauli_hamiltonian(x, weights, n):
    """By Kronecker products, as on paper."""
    I, XX, Z = np.eye(2), np.array([[0, 1], [1, 0]]), np.diag([1, -1])

    def on(**places):
        whole = np.eye(1)
        for q in reversed(range(n)):
            whole = np.kron(whole, places.get(f"q{q}", I))
        return whole

    terms = [on(**{f"q{q}": XX}) for q in range(n)] + [on(**{f"q{q}": Z}) for q in range(n)]
    terms += [on(**{f"q{q}": Z, f"q{r}": Z}) for q in range(n) for r in range(q + 1, n)]
    factors = weights.reshape(len(terms), -1) @ np.append(x, 1.0)
    return sum(f * t for f, t in zip(factors, terms, strict=True))


def test_boltzmann_machine_is_the_thermal_state_measured():
    y = np.arange(9) % 2
    model = QuantumBoltzmannMachine(n_qubits=2, temperature=0.7, random_state=0)
    model.set_params(optimizer={"name": "cobyla", "maxiter": 20}).fit(X, y)
    for x, probabilities in zip(X, model.predict_proba(X), strict=True):
        rho = expm(-pauli_hamiltonian(x, model.weights_, 2) / 0.7)
        populations = np.diag(rho) / np.trace(rho)
        np.testing.assert_allclose(probabilities[0], populations[[0, 2]].sum(), atol=1e-10)


def test_boltzmann_machine_measured_on_its_purification_is_the_same():
    machine = _Thermal(2, 1.0, True, np.eye(4)[:, :2] + np.eye(4)[:, 2:])
    states = machine.states(X, np.random.default_rng(1).normal(size=machine.n_terms * 4))
    exact = machine.measured(states, resolve_backend("exact"))
    measured = machine.measured(states, resolve_backend("exact:shots=200000", 3))
    np.testing.assert_allclose(measured, exact, atol=5e-3)


@pytest.mark.parametrize("entangling", [True, False])
@pytest.mark.parametrize("loss", LOSSES.names())
def test_boltzmann_gradient_is_finite_differences(entangling, loss):
    machine = _Thermal(3, 0.8, entangling, np.eye(8)[:, :2] + np.eye(8)[:, 2:4])
    problem = _ThermalLoss(
        resolve_backend("exact"), machine, resolve_loss(loss), X, np.arange(9) % 2
    )
    weights = np.random.default_rng(3).normal(size=machine.n_terms * 4) / 2
    _, gradient = problem.value_and_gradient(weights)
    np.testing.assert_allclose(gradient, differences(problem.value, weights), atol=1e-6)


def test_boltzmann_gradient_is_refused_where_it_cannot_be_measured():
    model = QuantumBoltzmannMachine(optimizer="adam", backend="exact:shots=10")
    with pytest.raises(SpecError, match="optimizer: gradients of a thermal state cannot be"):
        model.fit(X, np.arange(9) % 2)


@pytest.mark.parametrize("n_classes", [2, 3])
def test_metric_learner_minimizes_hilbert_schmidt_and_its_gradient_is_true(n_classes):
    y = np.arange(9) % n_classes
    model = QuantumMetricLearner(random_state=0)
    embedding = model._embedding(3)
    problem = _Separation(resolve_backend("exact"), embedding, X, y)
    weights = np.random.default_rng(3).normal(size=len(embedding.weights))
    value, gradient = problem.value_and_gradient(weights)
    np.testing.assert_allclose(gradient, differences(problem.value, weights), atol=1e-6)
    kets = statevectors(embedding.with_weights(weights), X)
    rho = [np.mean([np.outer(k, k.conj()) for k in kets[y == c]], axis=0) for c in range(n_classes)]
    pairs = [(a, b) for a in range(n_classes) for b in range(a + 1, n_classes)]
    apart = np.mean([np.trace((rho[a] - rho[b]) @ (rho[a] - rho[b])).real for a, b in pairs])
    assert value == pytest.approx(1 - apart / 2, abs=1e-12)


def test_metric_learner_predicts_by_mean_fidelity():
    y = np.arange(9) % 2
    model = QuantumMetricLearner(optimizer={"name": "adam", "maxiter": 5}, random_state=0).fit(X, y)
    kets = statevectors(model._model.with_weights(model.weights_), X)
    fidelities = np.abs(kets @ kets.conj().T) ** 2
    means = np.stack([fidelities[:, y == c].mean(axis=1) for c in (0, 1)], axis=1)
    expected = means / means.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(model.predict_proba(X), expected, atol=1e-10)


def test_weinet_convolves_the_image_with_its_filter():
    """The state after post-selection is the sum of shifted images, by plain NumPy."""
    rng = np.random.default_rng(0)
    images = rng.normal(size=(3, 16))
    model = WeiNet()
    architecture = model._architecture(16, 2)
    angles = rng.normal(size=15)
    inputs = model._inputs(images)
    rows = np.hstack([inputs, np.tile(angles, (3, 1))])[:, architecture.model.columns]
    kets = statevectors(architecture.model.circuit, rows)[:, :16].reshape(3, 4, 4)
    from qml.circuits import state_preparation

    amplitudes = statevectors(state_preparation(4), angles[None])[0].real
    for image, ket in zip(images.reshape(3, 4, 4), kets, strict=True):
        total = np.zeros((4, 4))
        for k, amplitude in enumerate(amplitudes):
            down, up, right, left = ((k >> place) & 1 for place in range(4))
            total += (
                amplitude
                * np.roll(image, (down - up, right - left), axis=(0, 1))
                / np.linalg.norm(image)
            )
        np.testing.assert_allclose(ket, total / 4, atol=1e-12)


def test_dressed_circuit_squashes_its_inputs():
    model = build_estimator(MODELS, "dressed_circuit_classifier", {"reps": 1})
    architecture = model._architecture(3, 2)
    weights = np.random.default_rng(1).normal(size=len(architecture.model.weights))
    V = weights[:12].reshape(3, 4)
    x = X[0]
    phi = np.pi / 2 * np.tanh(V[:, :3] @ x + V[:, 3])
    bound = architecture.model.with_weights(weights).assign_parameters(x)
    expected = Statevector.from_label("000")
    from qiskit.circuit import QuantumCircuit

    circuit = QuantumCircuit(3)
    circuit.h(range(3))
    for q in range(3):
        circuit.ry(phi[q], q)
    circuit.cx(0, 1)
    circuit.cx(1, 2)
    for q in range(3):
        circuit.ry(weights[12 + q], q)
    expected = Statevector(circuit)
    assert abs(expected.inner(Statevector(bound))) == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("name", ["separable_variational_classifier", "dressed_circuit_classifier"])
def test_controls_never_entangle(name):
    parameters = {"entangling": False} if name.startswith("dressed") else {}
    model = build_estimator(MODELS, name, parameters)
    architecture = model._architecture(3, 2)
    rng = np.random.default_rng(1)
    bound = architecture.model.with_weights(
        rng.normal(size=len(architecture.model.weights))
    ).assign_parameters(X[0])
    for qubit in range(3):
        rest = [q for q in range(3) if q != qubit]
        assert partial_trace(Statevector(bound), rest).purity() == pytest.approx(1, abs=1e-10)


def test_data_reuploading_cost_is_the_weighted_fidelity():
    problem, weights = problem_of("data_reuploading_classifier", 2, reps=2)
    architecture, y = problem._architecture, np.arange(9) % 2
    angles, alpha = architecture.split(weights)
    outcomes = resolve_backend("exact").bind(architecture.model, X).probabilities(angles)
    missed = alpha * np.stack([outcomes[:, 0], outcomes[:, 1]], axis=1) - np.eye(2)[y]
    assert problem.value(weights) == pytest.approx((missed**2).sum() / 18, abs=1e-12)


def test_kitchen_sinks_bits_are_those_of_the_circuits():
    model = build_estimator(MODELS, "quantum_kitchen_sinks", {"n_episodes": 2, "n_qubits": 2})
    model.fit(X, np.arange(9) % 2)
    bits = model._bits(X)
    from qiskit.circuit import QuantumCircuit

    for e in range(2):
        angles = X[0] @ model._factors[e] + model._shifts[e]
        circuit = QuantumCircuit(2)
        circuit.rx(angles[0], 0)
        circuit.rx(angles[1], 1)
        circuit.cx(0, 1)
        outcomes = Statevector(circuit).probabilities()
        np.testing.assert_allclose(
            bits[0, 2 * e : 2 * e + 2],
            [outcomes[1] + outcomes[3], outcomes[2] + outcomes[3]],
            atol=1e-12,
        )


def test_kitchen_sinks_in_blocks_are_those_in_one(monkeypatch):
    from qml.classifiers import quantum_kitchen_sinks

    model = build_estimator(MODELS, "quantum_kitchen_sinks", {"n_episodes": 3})
    whole = model.fit(X, np.arange(9) % 2)._bits(X)
    monkeypatch.setattr(quantum_kitchen_sinks, "_BLOCK", 2 * 3 << whole.shape[1] // 3)
    np.testing.assert_allclose(model._bits(X), whole, atol=1e-15)


def test_quanvolution_filters_every_patch():
    model = build_estimator(MODELS, "quanvolutional_classifier", {"head": "logistic", "stride": 1})
    images = np.random.default_rng(0).uniform(0, 1, (10, 9))
    model.fit(images, np.arange(10) % 2)
    filtered = model._filtered(images)
    assert filtered.shape == (10, 4 * 4)  # four patches of a 3 x 3 image, four channels
    patch = images[0].reshape(3, 3)[1:, 1:].ravel()
    state = Statevector(model._filters[0].assign_parameters(patch))
    for qubit in range(4):
        expected = state.expectation_value(Operator.from_label("Z"), [qubit]).real
        assert filtered[0, 12 + qubit] == pytest.approx(expected, abs=1e-12)


@pytest.mark.reliability("N8")
@pytest.mark.parametrize("n_features", [10_000, 10**9])
def test_a_first_layer_that_is_too_large_is_refused_before_it_is_made(n_features):
    model = DressedCircuitClassifier(n_qubits=4)
    with pytest.raises(ResourceError, match=r"a first layer of .* weights .*, allowed are 20,000"):
        model.workload(20, 10, n_features, 2)
