"""Gaussian process regression on a quantum kernel."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.gaussian_process import GaussianProcessRegressor

from qml.declared import PositiveReal
from qml.kernels import Amplitude, KernelMachine, RepairMethod, Table, fit_process
from qml.offers import Controls
from qml.regressors._base import QuantumRegressor

__all__ = ["QuantumGaussianProcessRegressor"]

SEARCH_SPACE = {
    "alpha": {"low": 1e-6, "high": 1.0, "log": True},
    "bandwidth": {"low": 0.01, "high": 2.0, "log": True},
}


class QuantumGaussianProcessRegressor(KernelMachine, QuantumRegressor):
    r"""Gaussian process with covariance :math:`a\,K(x, y)`, a quantum kernel.

    The amplitude a is the one that makes the training targets most likely; the mean is the targets'
    own. Both can be switched off: with ``normalize_y=False, amplitude=1.0`` it is the plain process
    of the textbook,

    .. math:: m(x) = k_x^T (K + \alpha)^{-1} y,\qquad
        v(x) = K(x, x) - k_x^T (K + \alpha)^{-1} k_x

    Parameters
    ----------
    alpha : float, default=1e-3
        Variance of the targets' noise, on targets scaled to variance 1, or on the targets as they
        are where they are not scaled.
    normalize_y : bool, default=True
        Choice to scale the training targets to mean 0 and variance 1; predictions are scaled back.
    amplitude : float or "fitted", default="fitted"
        Amplitude a that is kept, on the targets that `alpha` is on, or the most likely one.
    repair : {"none", "clip", "flip", "shift", "nearest"}, default="clip"
        Treatment of an indefinite matrix, see `qml.kernels.Repair`; a covariance has to be
        positive.

    Attributes
    ----------
    amplitude_ : float
        Amplitude a, fitted or given.
    log_marginal_likelihood_ : float
        Likelihood of the training targets, at that amplitude.

    Notes
    -----
    Circuits as for `QuantumKernelRidge`.

    References
    ----------
    Rasmussen and Williams, Gaussian Processes for Machine Learning, MIT Press (2006). On quantum
    kernels: Dai and Krems, J. Chem. Theory Comput. 18, 1 (2022).

    Examples
    --------
    >>> X = np.linspace(0, 3, 12)[:, None]
    >>> model = QuantumGaussianProcessRegressor(feature_map="angle").fit(X, np.cos(X[:, 0]))
    >>> mean, std = model.predict([[1.0]], return_std=True)
    >>> bool(abs(mean[0] - np.cos(1.0)) < 3 * std[0])
    True
    """

    alpha: PositiveReal = 1e-3
    normalize_y: bool = True
    amplitude: Amplitude = "fitted"
    repair: RepairMethod = "clip"
    controls: ClassVar[Controls] = frozenset({"no entanglement"})

    def _fit(self, X: NDArray[np.float64], y: NDArray[np.float64], seed: int) -> None:
        self._table = Table(self._training_matrix(X, y, seed))
        process = GaussianProcessRegressor(alpha=self.alpha, normalize_y=self.normalize_y)
        self._process = fit_process(process, self._table, y, self.amplitude)
        self.amplitude_ = float(self._process.kernel_.k1.constant_value)
        self.log_marginal_likelihood_ = float(self._process.log_marginal_likelihood_value_)

    def predict(self, X: ArrayLike, return_std: bool = False) -> Any:
        """Return the predicted targets, shape (n_samples,), and their standard deviations if asked.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Features of new points, in the units the feature map expects (angles in radians).
        return_std : bool, default=False
            True returns ``(mean, std)``; the targets' noise is not in `std`.
        """
        block, diagonal = self._test_block_and_diagonal(X)
        rows = self._table.show(block, diagonal)
        return self._process.predict(rows, return_std=return_std)

    @property
    def training_(self) -> dict[str, Any]:
        """The marginal likelihood, and what kernel and repair report."""
        return {
            "amplitude": self.amplitude_,
            "log_marginal_likelihood": self.log_marginal_likelihood_,
            **super().training_,
        }
