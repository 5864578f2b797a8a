"""The one-class machine: the classical one on the same matrix."""

from __future__ import annotations

import numpy as np
from sklearn.svm import OneClassSVM

from experiments.datasets.ad_hoc import ad_hoc
from qml.kernels import resolve_kernel
from qml.outlier_detectors.quantum_one_class_svm import QuantumOneClassSVM

DATA = ad_hoc(5, n_samples=60)
X, NEW = DATA.X[:40], DATA.X[40:]
EXACT = resolve_kernel("fidelity", "zz", 1.0, "exact")
K, BLOCK = EXACT.evaluate(X), EXACT.evaluate(NEW, X)


def test_one_class_machine_is_the_classical_one():
    one = OneClassSVM(kernel="precomputed", nu=0.2).fit(K)
    quantum = QuantumOneClassSVM(nu=0.2).fit(X)
    np.testing.assert_allclose(
        quantum.decision_function(NEW), one.decision_function(BLOCK), atol=1e-9
    )
    np.testing.assert_array_equal(quantum.predict(NEW), one.predict(BLOCK))
