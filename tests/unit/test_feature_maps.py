"""Feature maps against closed forms, against PennyLane, and against plain matrix exponentials."""

from __future__ import annotations

import warnings
from itertools import pairwise

import numpy as np
import pytest
from numpy.polynomial.chebyshev import Chebyshev
from qiskit.quantum_info import SparsePauliOp
from scipy.linalg import expm

from qml.circuits import resolve_feature_map
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
