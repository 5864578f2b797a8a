"""Machines on quantum kernels: equal to the classical machine on the same matrix, traps avoided."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.decomposition import KernelPCA
from sklearn.gaussian_process import GaussianProcessClassifier, GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel
from sklearn.kernel_ridge import KernelRidge
from sklearn.metrics import roc_auc_score
from sklearn.svm import SVC, SVR, OneClassSVM

from experiments.datasets.ad_hoc import ad_hoc
from qml.classifiers.pegasos_qsvc import PegasosQSVC
from qml.classifiers.qsvc import QSVC
from qml.classifiers.quantum_gaussian_process_classifier import QuantumGaussianProcessClassifier
from qml.errors import DataError
from qml.kernels import KernelMachine, Table, fit_process, resolve_kernel
from qml.outlier_detectors.quantum_one_class_svm import QuantumOneClassSVM
from qml.regressors.qsvr import QSVR
from qml.regressors.quantum_gaussian_process_regressor import QuantumGaussianProcessRegressor
from qml.regressors.quantum_kernel_ridge import QuantumKernelRidge
from qml.transformers.quantum_kernel_pca import QuantumKernelPCA

DATA = ad_hoc(5, n_samples=60)
X, NEW, y, y_new = DATA.X[:40], DATA.X[40:], DATA.y[:40], DATA.y[40:]
TARGET = np.cos(X[:, 0]) + 0.1 * X[:, 1]
EXACT = resolve_kernel("fidelity", "zz", 1.0, "exact")
K, BLOCK = EXACT.evaluate(X), EXACT.evaluate(NEW, X)


def test_regressions_are_the_classical_machines_on_the_same_matrix():
    ridge = KernelRidge(alpha=0.1, kernel="precomputed").fit(K, TARGET).predict(BLOCK)
    np.testing.assert_allclose(QuantumKernelRidge(alpha=0.1).fit(X, TARGET).predict(NEW), ridge)
    by_hand = BLOCK @ np.linalg.solve(K + 0.1 * np.eye(40), TARGET)
    np.testing.assert_allclose(ridge, by_hand, atol=1e-10)
    svr = SVR(kernel="precomputed", C=5.0).fit(K, TARGET).predict(BLOCK)
    np.testing.assert_allclose(QSVR(C=5.0).fit(X, TARGET).predict(NEW), svr, atol=1e-9)


def test_one_class_and_kernel_pca_are_the_classical_machines():
    one = OneClassSVM(kernel="precomputed", nu=0.2).fit(K)
    quantum = QuantumOneClassSVM(nu=0.2).fit(X)
    np.testing.assert_allclose(
        quantum.decision_function(NEW), one.decision_function(BLOCK), atol=1e-9
    )
    np.testing.assert_array_equal(quantum.predict(NEW), one.predict(BLOCK))
    pca = KernelPCA(3, kernel="precomputed").fit(K)
    reduced = QuantumKernelPCA(n_components=3)
    np.testing.assert_allclose(
        np.abs(reduced.fit_transform(X)), np.abs(pca.transform(K)), atol=1e-8
    )
    np.testing.assert_allclose(
        np.abs(reduced.transform(NEW)), np.abs(pca.transform(BLOCK)), atol=1e-8
    )
    assert reduced.get_feature_names_out().tolist() == [f"quantumkernelpca{i}" for i in range(3)]


def test_kernel_pca_needs_no_more_than_its_fit():
    reduced = QuantumKernelPCA(backend="exact:shots=10", random_state=0)
    reduced.fit_transform(X)
    assert reduced.usage_.circuits == 40 * 39 // 2


def test_gaussian_process_regression_by_the_textbook():
    model = QuantumGaussianProcessRegressor(alpha=0.01).fit(X, TARGET)
    mean, std = model.predict(NEW, return_std=True)
    scale = TARGET.std()
    a = model.amplitude_
    inverse = np.linalg.inv(a * K + 0.01 * np.eye(40))
    by_hand = a * BLOCK @ inverse @ (TARGET - TARGET.mean()) + TARGET.mean()
    np.testing.assert_allclose(mean, by_hand, atol=1e-8)
    variance = a - np.einsum("ij,jk,ik->i", a * BLOCK, inverse, a * BLOCK)
    np.testing.assert_allclose(std, scale * np.sqrt(variance), atol=1e-6)


@pytest.mark.parametrize("n_classes", [2, 3])
def test_table_kernel_gives_scikit_learns_own_processes(n_classes):
    """On an RBF matrix the table's process is the RBF process."""
    rng = np.random.default_rng(0)
    points, new = rng.normal(size=(30, 2)), rng.normal(size=(7, 2))
    labels = (points[:, 0] > 0).astype(int) + (n_classes == 3) * (points[:, 1] > 0.5)
    rbf = RBF(1.3, length_scale_bounds="fixed")
    table = Table(rbf(points))
    own = fit_process(GaussianProcessClassifier(random_state=0), table, labels)
    library = GaussianProcessClassifier(ConstantKernel() * rbf, random_state=0).fit(points, labels)
    rows = table.show(rbf(new, points), np.ones(7))
    np.testing.assert_allclose(own.predict_proba(rows), library.predict_proba(new), atol=1e-6)
    process = fit_process(GaussianProcessRegressor(alpha=0.1), table, points[:, 0])
    library = GaussianProcessRegressor(ConstantKernel() * rbf, alpha=0.1).fit(points, points[:, 0])
    for ours, theirs in zip(
        process.predict(rows, return_std=True), library.predict(new, return_std=True), strict=True
    ):
        np.testing.assert_allclose(ours, theirs, atol=1e-5)


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


MACHINES = [
    QSVC,
    PegasosQSVC,
    QuantumGaussianProcessClassifier,
    QSVR,
    QuantumKernelRidge,
    QuantumGaussianProcessRegressor,
    QuantumOneClassSVM,
    QuantumKernelPCA,
]
KERNELS = [
    "projected",
    {"name": "nystrom", "n_landmarks": 12, "sampling": "determinantal"},
    {"name": "completion", "fraction": 0.7},
    {"name": "fidelity", "mitigation": "depolarising"},
]


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("kernel", KERNELS, ids=str)
@pytest.mark.parametrize("backend", ["exact", "exact:shots=100"])
def test_every_machine_on_every_kernel_keeps_within_its_estimate(machine, kernel, backend):
    assert issubclass(machine, KernelMachine)
    model = machine(quantum_kernel=kernel, backend=backend, repair="clip", random_state=0)
    model.fit(X, TARGET if "Regressor" in machine.__name__ else y)
    ask = model.transform if machine is QuantumKernelPCA else model.predict
    assert np.isfinite(ask(NEW)).all()
    estimate = model.backend_.estimate(model.workload(40, 20, 2, 2))
    assert 0 < model.usage_.circuits <= estimate.circuits
    assert {"lowest_eigenvalue", "repair_moved"} <= set(model.training_)


@pytest.mark.parametrize("machine", [QSVC, PegasosQSVC, QuantumGaussianProcessClassifier])
def test_trainable_kernel_gets_the_labels(machine):
    spec = {"name": "trainable", "optimizer": {"name": "l_bfgs_b", "maxiter": 3}}
    model = machine(feature_map="data_reuploading", quantum_kernel=spec, random_state=0).fit(X, y)
    assert model.training_["loss"] < model.training_["loss_start"]
