"""Kernel PCA: the classical one on the same matrix."""

from __future__ import annotations

import numpy as np
from sklearn.decomposition import KernelPCA

from experiments.datasets.ad_hoc import ad_hoc
from qml.kernels import resolve_kernel
from qml.transformers.quantum_kernel_pca import QuantumKernelPCA

DATA = ad_hoc(5, n_samples=60)
X, NEW = DATA.X[:40], DATA.X[40:]
EXACT = resolve_kernel("fidelity", "zz", 1.0, "exact")
K, BLOCK = EXACT.evaluate(X), EXACT.evaluate(NEW, X)


def test_kernel_pca_is_the_classical_one():
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
