"""Diagnostics against closed forms."""

import numpy as np
import pytest
from scipy.linalg import sqrtm
from scipy.stats import unitary_group

from qml.diagnostics.concentration import concentration
from qml.diagnostics.geometric_difference import geometric_difference, model_complexity
from qml.errors import DataError
from qml.kernels import alignment, centred_alignment, label_kernel


@pytest.mark.parametrize("n_qubits", [1, 3, 5])
def test_random_states_have_the_haar_mean_and_variance(n_qubits):
    states = unitary_group.rvs(2**n_qubits, size=600, random_state=0)[:, 0, :]
    found = concentration(np.abs(states @ states.conj().T) ** 2, n_qubits)
    assert found.mean == pytest.approx(found.haar_mean, rel=0.05)
    assert found.variance == pytest.approx(found.haar_variance, rel=0.1)


def test_shots_to_resolve():
    """Entries 0.4 and 0.6: spread 0.1, noise sqrt(0.24 / R)."""
    K = np.array([[1, 0.4, 0.6], [0.4, 1, 0.5], [0.6, 0.5, 1]])
    entries = np.array([0.4, 0.6, 0.5])
    expected = (entries * (1 - entries)).mean() / entries.var()
    assert concentration(K, 2).shots_to_resolve == pytest.approx(expected)
    assert concentration(np.full((3, 3), 0.5), 2).shots_to_resolve == np.inf


def test_shapes_are_checked():
    with pytest.raises(DataError, match="expected"):
        concentration([[1.0]], 1)


def positive(seed, n=8):
    A = np.random.default_rng(seed).normal(size=(n, n))
    K = A @ A.T + 0.1 * np.eye(n)
    return K * n / np.trace(K)


def test_a_kernel_does_not_differ_from_itself():
    assert geometric_difference(positive(0), positive(0)) == pytest.approx(1.0, abs=1e-6)
    assert geometric_difference(positive(0), 7 * positive(0)) == pytest.approx(1.0, abs=1e-6)


def test_geometric_difference_is_the_spectral_norm_not_the_row_sum():
    classical, quantum = positive(1), positive(2)
    product = sqrtm(quantum).real @ np.linalg.inv(classical) @ sqrtm(quantum).real
    found = geometric_difference(classical, quantum)
    assert found == pytest.approx(np.sqrt(np.linalg.norm(product, 2)), rel=1e-6)
    assert found < np.sqrt(np.linalg.norm(product, np.inf)) * 0.99


@pytest.mark.parametrize("seed", range(20))
def test_classical_complexity_is_bounded_by_the_geometric_difference(seed):
    """s_C <= g(C|Q)^2 s_Q for any labels."""
    classical, quantum = positive(seed), positive(seed + 100)
    y = np.random.default_rng(seed).choice([-1.0, 1.0], 8)
    g = geometric_difference(classical, quantum)
    s_C, s_Q = model_complexity(classical, y), model_complexity(quantum, y)
    assert s_C <= g**2 * s_Q * (1 + 1e-6)


def test_alignment_with_the_labels_is_the_published_formula():
    K, y = positive(3), np.array([1.0, -1, 1, 1, -1, -1, 1, -1])
    expected = y @ K @ y / (len(y) * np.sqrt(np.trace(K @ K)))
    assert alignment(K, label_kernel(y)) == pytest.approx(expected)
    assert alignment(label_kernel(y), label_kernel(y)) == pytest.approx(1.0)


def test_centred_alignment_ignores_scale_and_offset():
    K, L = positive(4), positive(5)
    H = np.eye(8) - 1 / 8
    expected = alignment(H @ K @ H, H @ L @ H)
    assert centred_alignment(K, L) == pytest.approx(expected)
    assert centred_alignment(3 * K + 2, L) == pytest.approx(expected)


def test_matrices_of_diagnostics_are_checked():
    with pytest.raises(DataError, match="expected"):
        alignment(np.eye(2), np.eye(3))
    with pytest.raises(DataError, match="zeros"):
        centred_alignment(np.ones((3, 3)), np.eye(3))
    with pytest.raises(DataError, match="trace"):
        geometric_difference(np.zeros((2, 2)), np.eye(2))
    with pytest.raises(DataError, match="labels of shape"):
        model_complexity(np.eye(2), [1.0])
    with pytest.raises(DataError, match="1 class"):
        label_kernel([1, 1])
