"""Diagnostics against closed forms."""

import numpy as np
import pytest
from scipy.linalg import sqrtm
from scipy.stats import unitary_group

from qml.diagnostics.concentration import concentration
from qml.diagnostics.geometric_difference import (
    FORMS,
    geometric_difference,
    model_complexity,
)
from qml.errors import DataError, SpecError
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


def published(classical, quantum, regularization, form):
    """Huang et al. (2021) in SciPy's square roots, and the form that bounds the complexities."""
    C, Q = sqrtm(classical).real, sqrtm(quantum).real
    inverse = np.linalg.inv(classical + regularization * np.eye(len(classical)))
    product = {
        "two_sided": Q @ C @ inverse @ inverse @ C @ Q,
        "one_sided": Q @ inverse @ Q,
        "training": regularization**2 * Q @ inverse @ inverse @ Q,
    }[form]
    return np.sqrt(np.linalg.norm(product, 2))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("regularization", [1e-10, 1e-2, 1.0])
def test_geometric_difference_is_the_published_formula(form, regularization):
    classical, quantum = positive(1), positive(2)
    found = geometric_difference(classical, quantum, regularization, form)
    expected = published(classical, quantum, regularization, form)
    assert found == pytest.approx(expected, rel=1e-6, abs=1e-12)


def test_geometric_difference_is_the_spectral_norm_not_the_row_sum():
    classical, quantum = positive(1), positive(2)
    product = sqrtm(quantum).real @ np.linalg.inv(classical) @ sqrtm(quantum).real
    found = geometric_difference(classical, quantum)
    assert found == pytest.approx(np.sqrt(np.linalg.norm(product, 2)), rel=1e-6)
    assert found < np.sqrt(np.linalg.norm(product, np.inf)) * 0.99
    one_sided = geometric_difference(classical, quantum, form="one_sided")
    assert found == pytest.approx(one_sided, rel=1e-6)  # without regularisation they are one


def test_a_direction_that_the_classical_kernel_lacks_is_an_error_of_training():
    """There the two-sided form is 0 and the one-sided the square root of an inverse."""
    classical, quantum = np.diag([2.0, 2.0, 2.0, 0.0]), np.eye(4)
    of = {form: geometric_difference(classical, quantum, 1e-6, form) for form in FORMS}
    # scaled to trace n, the classical one has eigenvalues 4/3
    assert of["two_sided"] == pytest.approx(np.sqrt(3 / 4), rel=1e-5)
    assert of["one_sided"] == pytest.approx(1e3, rel=1e-5)
    assert of["training"] == pytest.approx(1.0, rel=1e-5)


def test_unknown_form_of_the_geometric_difference_is_one_line():
    with pytest.raises(SpecError, match=r"form: unknown form 'two-sided' .*'two_sided'"):
        geometric_difference(np.eye(2), np.eye(2), form="two-sided")


@pytest.mark.parametrize("regularization", [1e-10, 1e-2])
@pytest.mark.parametrize("seed", range(10))
def test_classical_complexity_is_bounded_by_the_geometric_difference(seed, regularization):
    """s_C <= (g(C|Q)^2 + 1) s_Q for any labels, and without the 1 where nothing is regularised."""
    classical, quantum = positive(seed), positive(seed + 100)
    y = np.random.default_rng(seed).choice([-1.0, 1.0], 8)
    g = geometric_difference(classical, quantum, regularization, "one_sided")
    s_C, s_Q = (model_complexity(K, y, regularization) for K in (classical, quantum))
    assert s_C <= (g**2 * (1 + 1e-6) + (regularization > 1e-6)) * s_Q


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
