"""States, kernels and expectation values against PennyLane, written gate by gate there."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from qiskit.quantum_info import SparsePauliOp

from qml.backends import resolve_backend
from qml.circuits import compose_model, resolve_ansatz, resolve_feature_map
from qml.engine import gradients, statevectors
from qml.kernels.fidelity import FidelityKernel
from qml.kernels.projected import ProjectedKernel

with warnings.catch_warnings():  # it warns about optional packages at import
    warnings.simplefilter("ignore")
    qml = pytest.importorskip("pennylane")

RNG = np.random.default_rng(2)


def pennylane_zz(x):
    """Two layers of the ZZ map in Qiskit's sign, P(2 phi) as PhaseShift."""
    n = len(x)
    for _ in range(2):
        for i in range(n):
            qml.Hadamard(i)
            qml.PhaseShift(2 * x[i], i)
        for i in range(n):
            for j in range(i + 1, n):
                qml.CNOT([i, j])
                qml.PhaseShift(2 * (np.pi - x[i]) * (np.pi - x[j]), j)
                qml.CNOT([i, j])


def pennylane_su2(w, n, reps):
    """EfficientSU2 with Qiskit's default pairs, from the last to the first."""
    w = iter(w)
    for layer in range(reps + 1):
        for gate in (qml.RY, qml.RZ):
            for i in range(n):
                gate(next(w), i)
        if layer < reps:
            for i in range(n - 2, -1, -1):
                qml.CNOT([i, i + 1])


def from_pennylane(state, n):
    """PennyLane's wire 0 is the most significant bit, Qiskit's qubit 0 the least."""
    return np.asarray(state).reshape((2,) * n).transpose(range(n - 1, -1, -1)).reshape(-1)


@pytest.mark.parametrize("n", [2, 3, 4])
def test_states_of_feature_map_and_ansatz(n):
    model = compose_model(resolve_feature_map("zz", n), resolve_ansatz("efficient_su2", n))
    X = RNG.uniform(0, 2 * np.pi, (3, n))
    w = RNG.normal(size=len(model.weights))
    ours = statevectors(model.circuit, np.hstack([X, np.tile(w, (3, 1))])[:, model.columns])

    @qml.qnode(qml.device("default.qubit", wires=n))
    def state(x):
        pennylane_zz(x)
        pennylane_su2(w, n, 3)
        return qml.state()

    for row, x in zip(ours, X, strict=True):
        np.testing.assert_allclose(row, from_pennylane(state(x), n), atol=1e-12)


def test_kernel_matrix():
    X = RNG.uniform(0, 2 * np.pi, (5, 3))

    @qml.qnode(qml.device("default.qubit", wires=3))
    def overlap(x, y):
        pennylane_zz(x)
        qml.adjoint(pennylane_zz)(y)
        return qml.probs(wires=range(3))

    expected = qml.kernels.kernel_matrix(X, X, lambda x, y: overlap(x, y)[0])
    np.testing.assert_allclose(FidelityKernel("zz")(X), expected, atol=1e-12)


def test_gradients():
    n = 3
    model = compose_model(resolve_feature_map("zz", n), resolve_ansatz("efficient_su2", n))
    x, w = RNG.uniform(0, 2, n), RNG.normal(size=len(model.weights))

    @qml.qnode(qml.device("default.qubit", wires=n), diff_method="parameter-shift")
    def parity(w):
        pennylane_zz(x)
        pennylane_su2(w, n, 3)
        return qml.expval(qml.PauliZ(0) @ qml.PauliZ(1) @ qml.PauliZ(2))

    expected = qml.grad(parity)(qml.numpy.array(w, requires_grad=True))
    ours = gradients(
        model.circuit,
        [SparsePauliOp("ZZZ")],
        np.hstack([x, w])[None, model.columns],
        wrt=model.weights,
    )
    np.testing.assert_allclose(ours[0, 0], expected, atol=1e-10)
    assert np.abs(ours[0, 0, -n:]).max() < 1e-12  # the last RZ layer commutes with the observable


def test_expectation_values():
    X = RNG.uniform(0, 2 * np.pi, (3, 2))
    observable = SparsePauliOp.from_list([("XY", 0.7), ("ZI", -0.2)])  # qubit 1 first

    @qml.qnode(qml.device("default.qubit", wires=2))
    def value(x):
        pennylane_zz(x)
        return qml.expval(0.7 * qml.PauliX(1) @ qml.PauliY(0) - 0.2 * qml.PauliZ(1))

    ours = resolve_backend("exact").run_expectations(resolve_feature_map("zz", 2), [observable], X)
    np.testing.assert_allclose(ours[:, 0], [value(x) for x in X], atol=1e-12)


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_qaoa_embedding(n):
    from qml.circuits import resolve_trainable_map

    model = resolve_trainable_map("qaoa", n)
    rng = np.random.default_rng(n)
    x, w = rng.uniform(0, 2, n), rng.normal(size=len(model.weights))
    device = qml.device("default.qubit", wires=n)

    @qml.qnode(device)
    def circuit():
        qml.QAOAEmbedding(x, w.reshape(2, -1), wires=range(n), local_field="Y")
        return qml.state()

    ours = statevectors(model.circuit, np.hstack([x, w])[None, model.columns])[0]
    assert abs(np.vdot(from_pennylane(circuit(), n), ours)) == pytest.approx(1, abs=1e-10)


def test_hamiltonian_evolution_from_random_angles():
    """The embedding of Bowles et al. 2024: three uniform angles a qubit, then the chain."""
    n, t, steps = 3, 0.7, 2
    spec = {"name": "heisenberg", "steps": steps, "time": t * n / 2, "seed": 5, "start": "angles"}
    x = RNG.uniform(-np.pi / 2, np.pi / 2, n)
    angles = np.random.default_rng(5).uniform(0, 2 * np.pi, (n + 1, 3))

    @qml.qnode(qml.device("default.qubit", wires=n + 1))
    def circuit():
        for wire in range(n + 1):
            qml.Rot(*angles[wire], wires=wire)
        for _ in range(steps):
            for j in range(n):
                for gate in (qml.IsingXX, qml.IsingYY, qml.IsingZZ):
                    gate(x[j] * t / steps * n, wires=[j, j + 1])
        return qml.state()

    ours = statevectors(resolve_feature_map(spec, n), [x])[0]
    assert abs(np.vdot(from_pennylane(circuit(), n + 1), ours)) == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("width", [1, 2, 5])
def test_circuits_of_kitchen_sinks_in_the_published_form(width):
    from qml.classifiers.quantum_kitchen_sinks import QuantumKitchenSinks

    X = RNG.uniform(-1, 1, (4, 2))
    model = QuantumKitchenSinks(n_episodes=3, n_qubits=width, form="bowles2024", random_state=0)
    bits = model.fit(X, [0, 1, 0, 1])._bits(X)

    @qml.qnode(qml.device("default.qubit", wires=width))
    def circuit(angles):
        for wire in range(width):
            qml.RX(angles[wire], wires=wire)
        for first in range(0, width - 1, 2):
            qml.CNOT([first, first + 1])
        for first in range(width - 2):
            qml.CNOT([first, first + 2])
        return [qml.expval(qml.PauliZ(wire)) for wire in range(width)]

    for row, x in zip(bits.reshape(4, 3, width), X, strict=True):
        for episode in range(3):
            angles = x @ model._factors[episode] + model._shifts[episode]
            expected = (1 - np.array(circuit(angles))) / 2
            np.testing.assert_allclose(row[episode], expected, atol=1e-12)


def test_metric_of_states():
    n, reps = 3, 1
    model = compose_model(
        resolve_feature_map("zz", n), resolve_ansatz({"name": "efficient_su2", "reps": reps}, n)
    )
    rng = np.random.default_rng(5)
    x, w = rng.uniform(0, 2, n), rng.normal(size=len(model.weights))
    device = qml.device("default.qubit", wires=n)

    @qml.qnode(device)
    def circuit(weights):
        pennylane_zz(x)
        pennylane_su2(weights, n, reps)
        return qml.expval(qml.Z(0))

    theirs = qml.adjoint_metric_tensor(circuit)(qml.numpy.array(w, requires_grad=True))
    ours = resolve_backend("exact").bind(model, x[None]).metric(w, diagonal=False)
    np.testing.assert_allclose(ours, np.asarray(theirs), atol=1e-10)


@pytest.mark.parametrize("gamma_factor", [0.1, 1.0, 10.0])
def test_projected_kernel_at_a_published_factor_of_gamma(gamma_factor):
    """qml-benchmarks: Bloch vectors, and 1 over their variance times the number of *features*."""
    X = RNG.uniform(-np.pi / 2, np.pi / 2, (7, 3))

    @qml.qnode(qml.device("default.qubit", wires=3))
    def bloch_vectors(x):
        qml.IQPEmbedding(x, wires=range(3), n_repeats=2)
        return [qml.expval(P(i)) for P in (qml.PauliX, qml.PauliY, qml.PauliZ) for i in range(3)]

    vectors = np.array([bloch_vectors(x) for x in X])
    squares = ((vectors[:, None] - vectors[None]) ** 2).sum(axis=2)
    theirs = np.exp(-gamma_factor / (3 * vectors.var()) * squares)
    ours = ProjectedKernel({"name": "iqp", "reps": 2}, gamma_factor=3 * gamma_factor)
    np.testing.assert_allclose(ours.fit_evaluate(X), theirs, atol=1e-10)
