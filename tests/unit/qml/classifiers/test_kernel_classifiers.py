"""Classifiers on quantum kernels: equal to the classical machine on the matrix, traps avoided."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.metrics import roc_auc_score
from sklearn.svm import SVC

from experiments.datasets.ad_hoc import ad_hoc
from qml.classifiers.pegasos_qsvc import PegasosQSVC
from qml.classifiers.qsvc import QSVC
from qml.classifiers.quantum_gaussian_process_classifier import QuantumGaussianProcessClassifier
from qml.errors import DataError
from qml.kernels import resolve_kernel

DATA = ad_hoc(5, n_samples=60)
X, NEW, y, y_new = DATA.X[:40], DATA.X[40:], DATA.y[:40], DATA.y[40:]
EXACT = resolve_kernel("fidelity", "zz", 1.0, "exact")
K, BLOCK = EXACT.evaluate(X), EXACT.evaluate(NEW, X)


def test_gaussian_process_classification_learns_and_its_probabilities_have_the_right_side():
    model = QuantumGaussianProcessClassifier().fit(X, y)
    assert model.score(NEW, y_new) > 0.9
    assert roc_auc_score(y_new, model.predict_proba(NEW)[:, 1]) > 0.95
    np.testing.assert_array_equal(model.predict_proba(NEW).argmax(axis=1), model.predict(NEW))


@pytest.mark.parametrize("method", ["sigmoid", "isotonic"])
def test_calibration_is_scikit_learns_on_the_matrix_and_on_the_right_side(method):
    model = QSVC(C=10.0, calibration=method).fit(X, y)
    library = CalibratedClassifierCV(
        SVC(kernel="precomputed", C=10.0), method=method, cv=5, ensemble=False
    ).fit(K, y)
    np.testing.assert_allclose(model.predict_proba(NEW), library.predict_proba(BLOCK), atol=1e-9)
    assert roc_auc_score(y_new, model.predict_proba(NEW)[:, 1]) > 0.9
    assert not hasattr(QSVC(), "predict_proba")
    assert not hasattr(model, "decision_function")


def test_calibration_takes_no_circuit_more_and_names_a_lonely_class():
    plain = QSVC(backend="exact:shots=20", random_state=0).fit(X, y)
    calibrated = QSVC(backend="exact:shots=20", random_state=0, calibration="sigmoid").fit(X, y)
    assert plain.usage_ == calibrated.usage_
    labels = np.array(["many"] * 39 + ["lonely"])
    with pytest.raises(DataError, match="needs two members of every class, 'lonely' has one"):
        QSVC(calibration="sigmoid").fit(X, labels)


def slow_pegasos(K, sign, C, draws):
    alphas = np.zeros(len(K))
    for t, i in enumerate(draws, start=1):
        if sign[i] * C / t * sum(alphas[j] * sign[j] * K[i, j] for j in range(len(K))) < 1:
            alphas[i] += 1
    return alphas


def test_pegasos_is_its_published_loop():
    model = PegasosQSVC(C=100.0, n_steps=300, random_state=4)
    seed = int(np.random.RandomState(4).randint(np.iinfo(np.int32).max))
    draws = [int(i) for i in np.random.default_rng(seed).integers(0, 40, 300)]
    model.fit(X, y)
    expected = slow_pegasos(K, np.where(y == 1, 1.0, -1.0), 100.0, draws)
    np.testing.assert_array_equal(model.alphas_[0], expected)
    values = 100.0 / 300 * BLOCK @ (expected * np.where(y == 1, 1.0, -1.0))
    np.testing.assert_allclose(model.decision_function(NEW), values, atol=1e-10)


def test_pegasos_comes_close_to_the_support_vector_machine_without_bias():
    """The same objective, lambda/2 |w|^2 + mean hinge: within a few percent of its minimum."""
    sign = np.where(y == 1, 1.0, -1.0)
    regularization = 1 / 50.0

    def objective(weights):
        margins = sign * (K @ weights)
        return regularization / 2 * weights @ K @ weights + np.maximum(0, 1 - margins).mean()

    from scipy.optimize import minimize

    box = 1 / (regularization * 40)
    Q = K * np.outer(sign, sign)
    dual = minimize(
        lambda a: a @ Q @ a / 2 - a.sum(),
        np.zeros(40),
        jac=lambda a: Q @ a - 1,
        bounds=[(0, box)] * 40,
        method="L-BFGS-B",
    )
    best = objective(dual.x * sign)
    model = PegasosQSVC(C=50.0, n_steps=20000, random_state=0).fit(X, y)
    reached = objective(50.0 / 20000 * model.alphas_[0] * sign)
    assert best <= reached < 1.03 * best


def test_pegasos_scores_have_the_right_side_and_no_probabilities():
    """A peer's probabilities have their columns swapped: an AUC of 1 becomes 0."""
    model = PegasosQSVC(random_state=0).fit(X, y)
    assert roc_auc_score(y_new, model.decision_function(NEW)) > 0.9
    assert not hasattr(model, "predict_proba")


def test_pegasos_measures_only_entries_it_meets_each_once():
    model = PegasosQSVC(C=10.0, n_steps=30, backend="exact:shots=2000", random_state=0).fit(X, y)
    assert model.usage_.circuits == model.entries_ < 40 * 39 // 2
    long = PegasosQSVC(C=10.0, n_steps=2000, backend="exact:shots=50", random_state=0).fit(X, y)
    assert long.usage_.circuits == long.entries_ <= 40 * 39 // 2
    exact = PegasosQSVC(C=10.0, n_steps=30, random_state=0).fit(X, y)
    assert exact.usage_.circuits == 40


def test_three_classes_of_pegasos_share_their_entries():
    labels = (X[:, 0] // 2.1).astype(int)
    model = PegasosQSVC(random_state=0, n_steps=200, backend="exact:shots=500").fit(X, labels)
    assert model.alphas_.shape == (3, 40)
    assert model.usage_.circuits <= 40 * 39 // 2
    assert model.decision_function(NEW).shape == (20, 3)
