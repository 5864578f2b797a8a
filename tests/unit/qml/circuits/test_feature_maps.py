"""Feature maps against closed forms, against PennyLane, and against plain matrix exponentials."""

from __future__ import annotations

import warnings
from itertools import pairwise

import numpy as np
import pytest
from numpy.polynomial.chebyshev import Chebyshev
from qiskit.circuit.library import zz_feature_map
from qiskit.quantum_info import SparsePauliOp
from scipy.linalg import expm

from experiments.datasets.graph_covariant import graph_covariant
from qml.circuits import entangled_pairs, resolve_feature_map, resolve_trainable_map
from qml.engine import expectations, statevectors
from qml.errors import SpecError
from qml.kernels.fidelity import FidelityKernel

RNG = np.random.default_rng(4)


def pauli_matrix(n, letters):
    """Letters by qubit, as a matrix in Qiskit's order."""
    label = "".join(letters.get(q, "I") for q in range(n))[::-1]
    return SparsePauliOp(label).to_matrix()


def test_pauli_with_z_and_zz_is_the_zz_map():
    X = RNG.uniform(0, 3, (4, 3))
    np.testing.assert_allclose(FidelityKernel("pauli")(X), FidelityKernel("zz")(X), atol=1e-12)


def test_pauli_strings_evolve_in_their_own_bases():
    """One layer of Y and XX by matrix exponentials."""
    X = RNG.uniform(0, 3, (3, 2))
    spec = {"name": "pauli", "paulis": "Y,XX", "reps": 1}
    for x, state in zip(X, statevectors(resolve_feature_map(spec, 2), X), strict=True):
        expected = np.full(4, 0.5, dtype=complex)
        for q in range(2):
            expected = expm(-1j * x[q] * pauli_matrix(2, {q: "Y"})) @ expected
        phase = (np.pi - x[0]) * (np.pi - x[1])
        expected = expm(-1j * phase * pauli_matrix(2, {0: "X", 1: "X"})) @ expected
        assert abs(expected.conj() @ state) == pytest.approx(1, abs=1e-12)


def test_pauli_strings_longer_than_the_data_are_left_out_or_an_error():
    assert resolve_feature_map({"name": "pauli", "paulis": "Z,ZZ"}, 1).num_parameters == 1
    with pytest.raises(SpecError, match="no string of 'ZZ' fits 1 features"):
        resolve_feature_map({"name": "pauli", "paulis": "ZZ"}, 1)
    with pytest.raises(SpecError, match=r"feature_map.paulis: .*pattern"):
        resolve_feature_map({"name": "pauli", "paulis": "Z;Q"}, 2)


@pytest.mark.parametrize("reps", [1, 2])
def test_iqp_is_pennylanes_and_not_the_zz_map(reps):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        qml = pytest.importorskip("pennylane")
    X = RNG.normal(size=(4, 3))

    @qml.qnode(qml.device("default.qubit", wires=3))
    def overlap(x, y):
        qml.IQPEmbedding(x, wires=range(3), n_repeats=reps)
        qml.adjoint(qml.IQPEmbedding(y, wires=range(3), n_repeats=reps))
        return qml.probs(wires=range(3))

    expected = qml.kernels.kernel_matrix(X, X, lambda x, y: overlap(x, y)[0])
    K = FidelityKernel({"name": "iqp", "reps": reps})(X)
    np.testing.assert_allclose(K, expected, atol=1e-12)
    assert np.abs(K - FidelityKernel({"name": "zz", "reps": reps})(X)).max() > 0.1


@pytest.mark.parametrize("degrees", ["constant", "tower"])
def test_chebyshev_expectations_are_chebyshev_polynomials(degrees):
    X = RNG.uniform(-1, 1, (5, 3))
    circuit = resolve_feature_map({"name": "chebyshev", "degrees": degrees}, 3)
    observables = [SparsePauliOp(label) for label in ("IIZ", "IZI", "ZII")]
    found = expectations(circuit, observables, X)
    for i in range(3):
        degree = 2 * (i + 1 if degrees == "tower" else 1)
        np.testing.assert_allclose(found[:, i], Chebyshev.basis(degree)(X[:, i]), atol=1e-10)


@pytest.mark.filterwarnings("ignore:invalid value encountered in arccos")
def test_chebyshev_outside_its_domain_is_an_error_not_a_number():
    with pytest.raises(SpecError, match="not a finite number"):
        statevectors(resolve_feature_map("chebyshev", 1), [[1.5]])


def test_heisenberg_approaches_the_exponential_of_its_chain():
    n, x = 2, np.array([0.4, 0.9])
    H = sum(x[j] * pauli_matrix(n + 1, {j: p, j + 1: p}) for j in range(n) for p in "XYZ")
    start = statevectors(resolve_feature_map({"name": "heisenberg", "time": 1e-12}, n), [x])[0]
    exact = expm(-1j * 0.7 * H) @ start
    errors = []
    for steps in (10, 20, 40):
        spec = {"name": "heisenberg", "steps": steps, "time": 0.7}
        state = statevectors(resolve_feature_map(spec, n), [x])[0]
        errors.append(1 - abs(exact.conj() @ state))
    assert errors[-1] < 1e-4
    assert all(later < earlier / 3 for earlier, later in pairwise(errors))  # second order in 1/T


def test_one_hardware_efficient_layer_is_angle_encoding():
    X = RNG.normal(size=(5, 3))
    single = FidelityKernel({"name": "hardware_efficient", "reps": 1})(X)
    np.testing.assert_allclose(
        single, FidelityKernel({"name": "angle", "rotation": "x"})(X), atol=1e-12
    )
    assert np.abs(FidelityKernel("hardware_efficient")(X) - single).max() > 0.05


def test_yz_cx_offsets_belong_to_the_seed():
    X = RNG.normal(size=(4, 3))
    first = FidelityKernel({"name": "yz_cx", "seed": 1})(X)
    np.testing.assert_array_equal(first, FidelityKernel({"name": "yz_cx", "seed": 1})(X))
    assert np.abs(first - FidelityKernel({"name": "yz_cx", "seed": 2})(X)).max() > 1e-3


@pytest.mark.parametrize("n_features", [1, 2, 3, 5, 8, 13])
def test_amplitude_is_the_normalised_vector_with_its_signs(n_features):
    X = RNG.normal(size=(8, n_features))
    X[0, ::2] = 0.0
    X[1, 1:] = 0.0
    X[2, :-1] = 0.0
    X[1:3][X[1:3] == 0] = -0.0
    X[X.any(axis=1) == 0] = -1.0
    states = statevectors(resolve_feature_map("amplitude", n_features), X)
    expected = np.zeros(states.shape)
    expected[:, :n_features] = X / np.linalg.norm(X, axis=1, keepdims=True)
    np.testing.assert_allclose(states, expected, atol=1e-12)


def test_amplitude_kernel_is_the_squared_cosine_and_zeros_have_no_direction():
    X = RNG.normal(size=(5, 6))
    lengths = np.linalg.norm(X, axis=1)
    cosines = X @ X.T / np.outer(lengths, lengths)
    np.testing.assert_allclose(FidelityKernel("amplitude")(X), cosines**2, atol=1e-12)
    X[3] = 0.0
    with pytest.raises(SpecError, match=r"row 3: the angle .* is not a finite number"):
        FidelityKernel("amplitude")(X)


def test_separable_is_a_product_of_one_qubit_kernels():
    X = RNG.normal(size=(4, 3))
    spec = {"name": "separable", "reps": 2}
    product = np.prod([FidelityKernel(spec)(X[:, [i]]) for i in range(3)], axis=0)
    np.testing.assert_allclose(FidelityKernel(spec)(X), product, atol=1e-12)
    single = {"name": "separable", "reps": 1}
    x, z = X[:, [0]], X[:, [1]]
    bloch = np.array([0.0, np.sin(np.pi / 4), np.cos(np.pi / 4)])  # after RX(-pi/4)

    def turned(angle):
        return np.array(
            [
                np.cos(angle) * bloch[0] + np.sin(angle) * bloch[2],
                bloch[1],
                -np.sin(angle) * bloch[0] + np.cos(angle) * bloch[2],
            ]
        )

    overlaps = [[(1 + turned(a) @ turned(b)) / 2 for b in z[:, 0]] for a in x[:, 0]]
    np.testing.assert_allclose(FidelityKernel(single)(x, z), overlaps, atol=1e-12)


def test_covariant_sees_a_coset_as_one_point():
    for entanglement in ("linear", [[0, 1], [1, 2], [2, 3], [3, 0], [0, 2]]):
        data = graph_covariant(3, 20, n_qubits=4, entanglement=entanglement, noise=0.0)
        spec = {"name": "covariant", "entanglement": entanglement, "fiducial": np.pi / 2}
        K = FidelityKernel(spec)(data.X)
        same = data.y[:, None] == data.y
        np.testing.assert_allclose(K[same], 1.0, atol=1e-12)
        assert K[~same].max() < 0.9


def test_data_reuploading_takes_features_in_turn():
    circuit = resolve_trainable_map(
        {"name": "data_reuploading", "n_qubits": 2, "reps": 3}, 3
    ).circuit
    features = [
        step.operation.params[0].name for step in circuit.data if step.operation.name == "rz"
    ]
    assert features == ["x[0]", "x[1]", "x[2]", "x[0]", "x[1]", "x[2]"]
    with pytest.raises(SpecError, match="1 layers of 2 qubits take 2 features, the data has 3"):
        resolve_trainable_map({"name": "data_reuploading", "n_qubits": 2, "reps": 1}, 3)


def test_weights_are_told_from_features():
    with pytest.raises(
        SpecError, match=r"feature_map: the circuit has weights to train \(θ\[0\], ...\)"
    ):
        resolve_feature_map("covariant", 4)
    from qiskit.circuit import Parameter, QuantumCircuit

    theta, x = Parameter("theta"), Parameter("x")
    circuit = QuantumCircuit(1)
    circuit.ry(theta, 0)
    assert not resolve_trainable_map(circuit, 1).weights  # a feature may have any name
    circuit.ry(x, 0)
    model = resolve_trainable_map(circuit, 1)
    assert (model.inputs, model.weights) == ((x,), (theta,))


@pytest.mark.parametrize("pattern", ["full", "linear", "reverse_linear", "circular", "pairwise"])
@pytest.mark.parametrize("n_qubits", [2, 3, 5])
def test_entanglement_patterns_are_qiskits(pattern, n_qubits):
    circuit = zz_feature_map(n_qubits, reps=1, entanglement=pattern)
    gates = [step for step in circuit.data if step.operation.name == "cx"][::2]
    pairs = [tuple(circuit.find_bit(qubit).index for qubit in gate.qubits) for gate in gates]
    assert entangled_pairs(pattern, n_qubits) == pairs


@pytest.mark.parametrize("edge", [[0, 0], [0, 3], [0], [0, 1, 2], [-1, 0]])
def test_edge_that_is_no_pair_is_named(edge):
    with pytest.raises(SpecError, match=r"entanglement: .* is no pair of 3 qubits"):
        entangled_pairs([[0, 1], edge], 3)
