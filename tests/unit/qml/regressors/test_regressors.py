"""Regressors on quantum kernels: equal to the classical machine on the same matrix."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import ConstantKernel, Kernel
from sklearn.kernel_ridge import KernelRidge
from sklearn.svm import SVR

from experiments.datasets.ad_hoc import ad_hoc
from qml.errors import SpecError
from qml.kernels import resolve_kernel
from qml.regressors.qsvr import QSVR
from qml.regressors.quantum_gaussian_process_regressor import QuantumGaussianProcessRegressor
from qml.regressors.quantum_kernel_ridge import QuantumKernelRidge

DATA = ad_hoc(5, n_samples=60)
X, NEW = DATA.X[:40], DATA.X[40:]
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


class Precomputed(Kernel):
    """The exact fidelity kernel, as scikit-learn's own process asks for it."""

    def __init__(self):
        """Its parameters are read from the signature: there are none."""

    def __call__(self, X, Y=None, eval_gradient=False):
        matrix = EXACT.evaluate(X, Y)
        return (matrix, np.empty((*matrix.shape, 0))) if eval_gradient else matrix

    def diag(self, X):
        return np.ones(len(X))

    def is_stationary(self):
        return False


@pytest.mark.parametrize("normalize_y", [False, True])
@pytest.mark.parametrize("amplitude", [1.0, 2.5])
def test_process_with_its_amplitude_kept_is_scikit_learns(normalize_y, amplitude):
    theirs = GaussianProcessRegressor(
        ConstantKernel(amplitude, "fixed") * Precomputed(),
        alpha=0.01,
        normalize_y=normalize_y,
        optimizer=None,
    ).fit(X, TARGET)
    ours = QuantumGaussianProcessRegressor(
        alpha=0.01, normalize_y=normalize_y, amplitude=amplitude
    ).fit(X, TARGET)
    for mine, other in zip(
        ours.predict(NEW, return_std=True), theirs.predict(NEW, return_std=True), strict=True
    ):
        np.testing.assert_allclose(mine, other, atol=1e-10)
    assert ours.amplitude_ == amplitude
    likelihood = theirs.log_marginal_likelihood_value_
    assert ours.log_marginal_likelihood_ == pytest.approx(likelihood, abs=1e-9)


def test_process_without_either_switch_is_the_plain_formula():
    model = QuantumGaussianProcessRegressor(alpha=0.01, normalize_y=False, amplitude=1.0)
    mean, std = model.fit(X, TARGET).predict(NEW, return_std=True)
    inverse = np.linalg.inv(K + 0.01 * np.eye(40))
    np.testing.assert_allclose(mean, BLOCK @ inverse @ TARGET, atol=1e-10)
    variance = 1 - np.einsum("ij,jk,ik->i", BLOCK, inverse, BLOCK)
    np.testing.assert_allclose(std, np.sqrt(variance), atol=1e-10)
    with pytest.raises(SpecError, match="amplitude: Input should be greater than 0 or 'fitted'"):
        QuantumGaussianProcessRegressor(amplitude=0.0).fit(X, TARGET)


def test_variance_of_an_approximate_kernel_is_that_of_its_own_matrix():
    """Six landmarks leave a part of a point unexplained, which is no variance of this kernel."""
    spec = {"name": "nystrom", "n_landmarks": 6}
    model = QuantumGaussianProcessRegressor(quantum_kernel=spec, alpha=0.01, random_state=0)
    _, std = model.fit(X, TARGET).predict(NEW, return_std=True)
    landmarks = model._kernel.landmarks_
    middle = np.linalg.pinv(K[np.ix_(landmarks, landmarks)])
    train, new = K[:, landmarks], BLOCK[:, landmarks]
    a = model.amplitude_
    covariance = a * new @ middle @ train.T
    inverse = np.linalg.inv(a * train @ middle @ train.T + 0.01 * np.eye(40))
    prior = a * np.einsum("ij,jk,ik->i", new, middle, new)
    assert prior.max() < 0.999 * a
    variance = prior - np.einsum("ij,jk,ik->i", covariance, inverse, covariance)
    np.testing.assert_allclose(std, TARGET.std() * np.sqrt(variance), atol=1e-6)
