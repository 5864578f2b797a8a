"""Repair of indefinite matrices: against independent routes, and the faults seen elsewhere."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.datasets.ad_hoc import ad_hoc
from qml.classifiers.qsvc import QSVC
from qml.errors import DataError, SpecError
from qml.kernels import REPAIRS, Repair, resolve_kernel


def noisy(seed, n=12, size=0.3):
    """A positive matrix with unit diagonal and symmetric noise, indefinite."""
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(n, 3))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    noise = rng.normal(size=(n, n)) * size
    K = vectors @ vectors.T + (noise + noise.T) / 2
    np.fill_diagonal(K, 1.0)
    return K


@pytest.mark.reliability("R13")
@pytest.mark.parametrize("method", [m for m in REPAIRS if m != "none"])
@given(seed=st.integers(0, 10**6))
def test_result_is_positive_symmetric_and_says_how_far_it_moved(method, seed):
    K = noisy(seed)
    repair = Repair(method)
    repaired = repair.fit_transform(K)
    assert np.linalg.eigvalsh(repaired).min() > -1e-10
    np.testing.assert_allclose(repaired, repaired.T, atol=1e-12)
    assert repair.moved_ == pytest.approx(np.linalg.norm(repaired - K))
    assert repair.lowest_eigenvalue_ == pytest.approx(np.linalg.eigvalsh(K).min())


@pytest.mark.reliability("R13")
@pytest.mark.parametrize("method", REPAIRS)
@given(seed=st.integers(0, 10**6))
def test_positive_matrices_come_back_unchanged(method, seed):
    """Also with repeated eigenvalues, where an eigenvector route without eigh goes wrong."""
    rng = np.random.default_rng(seed)
    basis = np.linalg.qr(rng.normal(size=(8, 8)))[0]
    K = (basis * rng.choice([0.0, 1.0, 2.0], 8)) @ basis.T
    K = (K + K.T) / 2
    repair = Repair(method)
    np.testing.assert_allclose(repair.fit_transform(K), K, atol=1e-12)
    assert repair.moved_ == 0.0


@pytest.mark.reliability("R13")
def test_clip_is_the_nearest_positive_matrix():
    K = noisy(1)
    clipped = Repair("clip").fit_transform(K)
    distance = np.linalg.norm(clipped - K)
    eigenvalues = np.linalg.eigvalsh(K)
    assert distance == pytest.approx(np.sqrt((eigenvalues[eigenvalues < 0] ** 2).sum()))


def test_nearest_has_unit_diagonal_and_is_nearer_than_rescaled_clip():
    K = noisy(2)
    nearest = Repair("nearest").fit_transform(K)
    np.testing.assert_allclose(np.diag(nearest), 1.0, atol=1e-9)
    clipped = Repair("clip").fit_transform(K)
    scale = np.sqrt(np.diag(clipped))
    assert np.linalg.norm(nearest - K) <= np.linalg.norm(clipped / np.outer(scale, scale) - K)


@pytest.mark.reliability("R13")
def test_nearest_of_the_published_example():
    """Higham (2002), section 4: the tridiagonal matrix of ones."""
    K = np.array([[1.0, 1, 0], [1, 1, 1], [0, 1, 1]])
    expected = [[1.0, 0.7607, 0.1573], [0.7607, 1.0, 0.7607], [0.1573, 0.7607, 1.0]]
    np.testing.assert_allclose(Repair("nearest").fit_transform(K), expected, atol=1e-4)


@pytest.mark.parametrize("method", ["clip", "flip"])
def test_training_rows_as_a_test_block_give_the_training_block(method):
    K = noisy(3)
    repair = Repair(method)
    repaired = repair.fit_transform(K)
    np.testing.assert_allclose(repair.transform(K), repaired, atol=1e-10)
    assert np.abs(repaired - K).max() > 0.01


@pytest.mark.reliability("R13")
@pytest.mark.parametrize(
    "K, words",
    [
        (np.array([[1.0, 0.2], [0.3, 1.0]]), "row 0, column 1 is 0.2 one way and 0.3 the other"),
        (np.array([[1.0, np.nan], [np.nan, 1.0]]), "row 0, column 1 is nan"),
        (np.ones((2, 3)), "expected (n, n)"),
    ],
)
def test_bad_matrices_are_named(K, words):
    with pytest.raises(DataError) as caught:
        Repair("clip").fit_transform(K)
    assert words in str(caught.value)


def test_machine_repairs_test_blocks_with_the_training_block():
    data = ad_hoc(3, n_samples=60)
    train, test = slice(0, 40), slice(40, 60)
    model = QSVC(repair="clip", backend="exact:shots=30", random_state=1, C=10.0)
    model.fit(data.X[train], data.y[train])
    report = model.training_
    assert report["lowest_eigenvalue"] < 0
    assert report["repair_moved"] > 0
    assert model.score(data.X[test], data.y[test]) > 0.6
    untouched = QSVC(repair="clip", C=10.0).fit(data.X[train], data.y[train])
    plain = QSVC(C=10.0).fit(data.X[train], data.y[train])
    assert untouched.training_["repair_moved"] == 0.0
    np.testing.assert_array_equal(untouched.predict(data.X[test]), plain.predict(data.X[test]))


def test_unknown_repair_is_named():
    with pytest.raises(SpecError, match="did you mean 'clip'"):
        Repair("clp")


@pytest.mark.parametrize("method", ["clip", "flip"])
def test_diagonal_of_new_points_is_near_that_of_all_points_repaired_together(method):
    """By the mean of the training points', three times nearer than left at 1."""
    points = ad_hoc(0, n_samples=90).X
    K = resolve_kernel("fidelity", "zz", 1.0, "exact:shots=200", random_state=0).evaluate(points)
    together = np.diag(Repair(method).fit_transform(K))[60:]
    repair = Repair(method)
    repair.fit_transform(K[:60, :60])
    moved = repair.transform_diagonal(np.ones(30))
    assert np.abs(together - moved).mean() < np.abs(together - 1.0).mean() / 2
    np.testing.assert_allclose(moved, moved[0])


def test_diagonal_is_shifted_with_the_training_points_and_else_left_alone():
    K = noisy(4)
    shift, none = Repair("shift"), Repair("none")
    shifted = np.diag(shift.fit_transform(K))
    np.testing.assert_allclose(shift.transform_diagonal(np.ones(2)), shifted[:2], atol=1e-12)
    none.fit_transform(K)
    np.testing.assert_array_equal(none.transform_diagonal([1.0, 0.5]), [1.0, 0.5])
