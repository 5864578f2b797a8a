"""How far a kernel is from random states and from RBF kernels, each from another source."""

from __future__ import annotations

import numpy as np
import pytest
from qiskit.circuit.library import zz_feature_map
from qiskit.quantum_info import Statevector
from scipy.linalg import sqrtm
from scipy.stats import unitary_group
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.svm import SVC

from qml.classifiers.qsvc import QSVC
from qml.diagnostics.best_rbf import best_rbf
from qml.errors import DataError
from qml.quantities import QUANTITIES, Examined

RNG = np.random.default_rng(5)
X = RNG.normal(size=(60, 3))
y = (np.hypot(X[:, 0], X[:, 1]) > 1.1).astype(np.intp)


class Given(QSVC):
    """A machine whose training matrix is said and not evaluated."""

    training_matrix_ = None


def examined(K, X=X, y=y):
    model = Given()
    model.training_matrix_ = K
    return Examined(model, X, y, None, np.arange(0), np.zeros(0, bool), None)


def found(name, K, **known):
    one = QUANTITIES.load(name)(examined(K, **known))
    return None if one is None else one.value


@pytest.mark.parametrize("n_qubits", [2, 4, 6])
def test_random_states_overlap_by_one_over_their_dimension(n_qubits):
    states = unitary_group.rvs(2**n_qubits, size=400, random_state=1)[:, 0, :]
    mean = found("off_diagonal_mean", np.abs(states @ states.conj().T) ** 2)
    assert mean == pytest.approx(2.0**-n_qubits, rel=0.03)


def test_a_zz_kernel_on_six_standardised_features_is_about_as_flat_as_random_states():
    """Others measured .0160 to .0194 where random states have .0156."""
    points = RNG.normal(size=(100, 6))
    model = QSVC(feature_map="zz", bandwidth=1.0).fit(points, np.arange(100) % 2)
    mean = found("off_diagonal_mean", model.training_matrix_)
    assert 2.0**-6 - 0.001 < mean < 0.0194


def test_the_best_rbf_is_that_of_a_grid_search():
    unit = 1 / (3 * X.var())
    grid = {"gamma": unit * np.array([0.01, 0.03, 0.1, 0.3, 1, 3, 10]), "C": [0.1, 1, 10, 100]}
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    search = GridSearchCV(SVC(), grid, cv=folds).fit(X, y)
    best = best_rbf(X, y)
    assert best.accuracy == pytest.approx(search.best_score_)
    at_that_width = search.cv_results_["param_gamma"].astype(float) == best.gamma
    assert search.cv_results_["mean_test_score"][at_that_width].max() == best.accuracy
    np.testing.assert_allclose(best.K, rbf_kernel(X, gamma=best.gamma))


def test_the_best_rbf_needs_two_classes_of_five():
    with pytest.raises(DataError, match="class 1 has 4 members"):
        best_rbf(X, (np.arange(60) < 4).astype(int))


def cka(K, L):
    """Return the cosine of the centred matrices, by the projection itself."""
    H = np.eye(len(K)) - 1 / len(K)
    K, L = H @ K @ H, H @ L @ H
    return np.trace(K @ L) / np.sqrt(np.trace(K @ K) * np.trace(L @ L))


def test_similarity_is_the_cosine_with_the_tuned_kernel():
    K = QSVC(feature_map="zz", bandwidth=0.3).fit(X, y).training_matrix_
    assert found("rbf_similarity", K) == pytest.approx(cka(K, best_rbf(X, y).K))
    assert 0.1 < found("rbf_similarity", K) < 0.99


def test_alignment_is_the_largest_cosine_over_widths():
    K = QSVC(feature_map="zz", bandwidth=0.3).fit(X, y).training_matrix_
    over_widths = [cka(K, rbf_kernel(X, gamma=gamma)) for gamma in np.geomspace(1e-3, 10, 400)]
    assert found("rbf_alignment", K) == pytest.approx(max(over_widths), abs=0.01)
    assert found("rbf_alignment", K) <= max(over_widths) + 1e-6
    assert found("rbf_alignment", K) >= found("rbf_similarity", K) - 0.01


def test_a_narrow_product_kernel_is_an_rbf_kernel():
    """A product of cosines is the exponential of minus the squares, up to their fourth power."""
    model = QSVC(feature_map="angle", bandwidth=0.05).fit(X, y)
    assert found("rbf_alignment", model.training_matrix_) > 0.999


def metric(circuit, step=1e-4):
    """Return the metric of the states at no angle at all, by central differences."""

    def state(x):
        return Statevector(circuit.assign_parameters(x)).data

    steps = step * np.eye(circuit.num_parameters)
    at = state(0 * steps[0])
    slopes = np.array([(state(one) - state(-one)) / (2 * step) for one in steps])
    along = slopes.conj() @ at
    return (slopes.conj() @ slopes.T - np.outer(along, along.conj())).real


@pytest.mark.parametrize("n_qubits", [2, 4])
def test_a_narrow_zz_kernel_is_an_rbf_kernel_of_another_metric(n_qubits):
    """Its pairs turn by (pi - x)(pi - y), which tells the sum of the features before all else."""
    points = RNG.normal(size=(60, n_qubits))
    K = QSVC(feature_map="zz", bandwidth=0.003).fit(points, y).training_matrix_
    G = metric(zz_feature_map(n_qubits, reps=2))
    apart = points[:, None] - points[None]
    own = np.exp(-(0.003**2) * np.einsum("ijk,kl,ijl->ij", apart, G, apart))
    assert cka(K, own) > 0.999
    assert found("rbf_alignment", K, X=points) < 0.85
    sizes, directions = np.linalg.eigh(G)
    np.testing.assert_allclose(np.abs(directions[:, -1]), n_qubits**-0.5, rtol=1e-3)
    assert sizes[-1] > 4 * sizes[-2]


def test_the_difference_is_that_of_huang_with_square_roots_of_scipy():
    """With the spectral norm, traces N, and 0.01 beside the classical eigenvalues."""
    K = QSVC(feature_map="zz", bandwidth=0.3).fit(X, y).training_matrix_
    root = sqrtm(K * len(K) / np.trace(K)).real
    inverse = np.linalg.inv(best_rbf(X, y).K + 0.01 * np.eye(len(K)))
    wanted = np.sqrt(np.linalg.svd(root @ inverse @ root, compute_uv=False)[0])
    assert found("geometric_difference", K) == pytest.approx(wanted, rel=1e-6)
    assert found("geometric_difference", 7 * K) == pytest.approx(wanted, rel=1e-6)
    assert wanted > 1.5


def test_the_tuned_kernel_itself_is_like_itself_and_differs_by_one():
    K = best_rbf(X, y).K
    assert found("rbf_similarity", K) == pytest.approx(1)
    assert found("geometric_difference", K) == pytest.approx(1, abs=0.01)


def test_nothing_is_said_of_too_few_points_or_of_one_and_the_same():
    few = np.zeros(60, np.intp)
    few[:3] = 1
    K = best_rbf(X, y).K
    for name in ("rbf_similarity", "geometric_difference"):
        assert found(name, K, y=few) is None
        assert found(name, None) is None
    for name in ("rbf_similarity", "rbf_alignment"):
        assert found(name, np.ones((60, 60))) is None
    assert found("off_diagonal_mean", np.ones((1, 1))) is None


def test_the_tuned_kernel_is_found_once_for_all_models_on_the_same_points():
    first, second = examined(best_rbf(X, y).K), examined(np.eye(60))
    assert first.rbf is second.rbf
    assert examined(np.eye(60), y=1 - y).rbf is not first.rbf
