"""The base of all machines on quantum kernels: every machine on every kernel."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.gaussian_process import GaussianProcessClassifier, GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel

from experiments.datasets.ad_hoc import ad_hoc
from qml.classifiers.pegasos_qsvc import PegasosQSVC
from qml.classifiers.qsvc import QSVC
from qml.classifiers.quantum_gaussian_process_classifier import QuantumGaussianProcessClassifier
from qml.kernels import KernelMachine, Table, fit_process, resolve_kernel
from qml.kernels._table_kernel import TableKernel
from qml.outlier_detectors.quantum_one_class_svm import QuantumOneClassSVM
from qml.regressors.qsvr import QSVR
from qml.regressors.quantum_gaussian_process_regressor import QuantumGaussianProcessRegressor
from qml.regressors.quantum_kernel_ridge import QuantumKernelRidge
from qml.transformers.quantum_kernel_pca import QuantumKernelPCA

DATA = ad_hoc(5, n_samples=60)
X, NEW, y = DATA.X[:40], DATA.X[40:], DATA.y[:40]
TARGET = np.cos(X[:, 0]) + 0.1 * X[:, 1]


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


def test_process_classifier_sees_new_points_as_its_kernel_does():
    """Landmarks leave a part of a point unexplained: its latent variance is smaller by that."""
    exact = resolve_kernel("fidelity", "zz", 1.0, "exact")
    spec = {"name": "nystrom", "n_landmarks": 5}
    model = QuantumGaussianProcessClassifier(quantum_kernel=spec, random_state=0).fit(X, y)
    landmarks = X[model._kernel.landmarks_]
    middle = np.linalg.pinv(exact.evaluate(landmarks))
    train, new = exact.evaluate(X, landmarks), exact.evaluate(NEW, landmarks)
    table = Table(train @ middle @ train.T)
    process = fit_process(GaussianProcessClassifier(), table, y)
    diagonal = np.einsum("ij,jk,ik->i", new, middle, new)
    rows = table.show(new @ middle @ train.T, diagonal)
    np.testing.assert_allclose(model.predict_proba(NEW), process.predict_proba(rows), atol=1e-6)
    as_one = process.predict_proba(table.show(new @ middle @ train.T, np.ones(20)))
    assert np.abs(as_one - model.predict_proba(NEW)).max() > 1e-3


def test_process_classifier_with_its_amplitude_kept_is_scikit_learns():
    exact = resolve_kernel("fidelity", "zz", 1.0, "exact")
    table = Table(exact.evaluate(X))
    kernel = ConstantKernel(2.5, "fixed") * TableKernel(table)
    theirs = GaussianProcessClassifier(kernel, optimizer=None).fit(table.training_rows(), y)
    ours = QuantumGaussianProcessClassifier(amplitude=2.5).fit(X, y)
    rows = table.show(exact.evaluate(NEW, X), np.ones(20))
    np.testing.assert_allclose(ours.predict_proba(NEW), theirs.predict_proba(rows), atol=1e-10)


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
