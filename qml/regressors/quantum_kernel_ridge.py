"""Kernel ridge regression on a quantum kernel."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.kernel_ridge import KernelRidge

from qml.declared import PositiveReal
from qml.kernels import KernelMachine
from qml.offers import Controls
from qml.regressors._base import QuantumRegressor

__all__ = ["QuantumKernelRidge"]

SEARCH_SPACE = {
    "alpha": {"low": 0.001, "high": 10.0, "log": True},
    "bandwidth": {"low": 0.01, "high": 2.0, "log": True},
}


class QuantumKernelRidge(KernelMachine, QuantumRegressor):
    r"""Least squares on a quantum kernel: :math:`f(x) = k_x^T (K + \alpha)^{-1} y`.

    Parameters
    ----------
    alpha : float, default=1.0
        Ridge on the scale of a kernel whose diagonal is 1. There is no intercept: centre the
        targets.

    Attributes
    ----------
    dual_coef_ : ndarray of shape (n_samples,)
        Weights of the training points.

    Notes
    -----
    Circuits with the fidelity kernel: exact, one a point; measured, N(N-1)/2 to fit and N a new
    point, since every training point counts.

    References
    ----------
    Saunders, Gammerman and Vovk, ICML 15, 515 (1998).

    Examples
    --------
    >>> X = np.linspace(0, 3, 20)[:, None]
    >>> model = QuantumKernelRidge(feature_map="angle", alpha=1e-6).fit(X, np.cos(X[:, 0]))
    >>> bool(model.score(X, np.cos(X)) > 0.999)
    True
    """

    alpha: PositiveReal = 1.0
    controls: ClassVar[Controls] = frozenset({"no entanglement"})

    def _fit(self, X: NDArray[np.float64], y: NDArray[np.float64], seed: int) -> None:
        K = self._training_matrix(X, y, seed)
        self._ridge = KernelRidge(alpha=self.alpha, kernel="precomputed").fit(K, y)
        self.dual_coef_ = self._ridge.dual_coef_

    def predict(self, X: ArrayLike) -> NDArray[np.float64]:
        """Return the predicted targets, shape (n_samples,)."""
        block = self._test_block(X)
        return np.asarray(self._ridge.predict(block))
