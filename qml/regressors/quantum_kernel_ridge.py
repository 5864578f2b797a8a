"""Kernel ridge regression on a quantum kernel."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Real
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.kernel_ridge import KernelRidge
from sklearn.utils._param_validation import Interval

from qml.backends import Backend
from qml.circuits import CircuitSpec
from qml.kernels import KernelMachine, RepairMethod
from qml.regressors._base import QuantumRegressor

__all__ = ["QuantumKernelRidge"]

SEARCH_SPACE = {
    "alpha": {"low": 0.001, "high": 10.0, "log": True},
    "bandwidth": {"low": 0.05, "high": 2.0, "log": True},
}


class QuantumKernelRidge(KernelMachine, QuantumRegressor):
    r"""Least squares on a quantum kernel: :math:`f(x) = k_x^T (K + \alpha)^{-1} y`.

    Parameters
    ----------
    feature_map, bandwidth, quantum_kernel, repair, backend, random_state
        As for `qml.kernels.KernelMachine`.
    alpha : float, default=1.0
        The ridge, on the scale of a kernel whose diagonal is 1. There is no intercept: centre the
        targets.

    Attributes
    ----------
    dual_coef_ : ndarray of shape (n_samples,)
        The weights of the training points.

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
    >>> model = QuantumKernelRidge("angle", alpha=1e-6).fit(X, np.cos(X[:, 0]))
    >>> bool(model.score(X, np.cos(X)) > 0.999)
    True
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **KernelMachine._parameter_constraints,
        "alpha": [Interval(Real, 0, None, closed="neither")],
    }

    def __init__(
        self,
        feature_map: CircuitSpec = "zz",
        bandwidth: float = 1.0,
        quantum_kernel: str | Mapping[str, Any] = "fidelity",
        alpha: float = 1.0,
        repair: RepairMethod = "none",
        backend: str | Backend = "exact",
        random_state: Any = None,
    ) -> None:
        super().__init__(feature_map, bandwidth, quantum_kernel, repair, backend, random_state)
        self.alpha = alpha

    def _fit(self, X: NDArray[np.float64], y: NDArray[np.float64], seed: int) -> None:
        K = self._training_matrix(X, y, seed)
        self._ridge = KernelRidge(alpha=self.alpha, kernel="precomputed").fit(K, y)
        self.dual_coef_ = self._ridge.dual_coef_

    def predict(self, X: ArrayLike) -> NDArray[np.float64]:
        """Return the predicted targets, shape (n_samples,)."""
        block = self._test_block(X)
        return np.asarray(self._ridge.predict(block))
