"""QSVR: support vector regression on a quantum kernel."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.svm import SVR

from qml.declared import NonNegativeReal, PositiveReal
from qml.kernels import KernelMachine
from qml.offers import Controls
from qml.regressors._base import QuantumRegressor

__all__ = ["QSVR"]

SEARCH_SPACE = {
    "C": {"low": 0.01, "high": 1000.0, "log": True},
    "bandwidth": {"low": 0.01, "high": 2.0, "log": True},
}


class QSVR(KernelMachine, QuantumRegressor):
    r"""Support vector regression on a quantum kernel.

    Errors below :math:`\varepsilon` cost nothing, larger ones grow linearly. Prediction evaluates
    the kernel against the support vectors only.

    Parameters
    ----------
    C : float, default=1.0
        Bound of the dual variables, in units of the targets.
    epsilon : float, default=0.1
        Half the width of the tube, in units of the targets.

    Attributes
    ----------
    support_ : ndarray of shape (n_support,)
        Rows of the training data that prediction needs.
    svr_ : sklearn.svm.SVR
        Classical machine on the precomputed matrix.

    Notes
    -----
    Circuits as for `QSVC`.

    References
    ----------
    Drucker et al., NIPS 9, 155 (1996); on a quantum kernel, Havlíček et al., Nature 567, 209
    (2019), doi:10.1038/s41586-019-0980-2.

    Examples
    --------
    >>> X = np.linspace(0, 3, 20)[:, None]
    >>> model = QSVR(feature_map="angle", C=100.0, epsilon=0.01).fit(X, np.cos(X[:, 0]))
    >>> bool(model.score(X, np.cos(X)) > 0.99)
    True
    """

    C: PositiveReal = 1.0
    epsilon: NonNegativeReal = 0.1
    controls: ClassVar[Controls] = frozenset({"no entanglement"})

    def _fit(self, X: NDArray[np.float64], y: NDArray[np.float64], seed: int) -> None:
        K = self._training_matrix(X, y, seed)
        self.svr_ = SVR(kernel="precomputed", C=self.C, epsilon=self.epsilon).fit(K, y)
        self.support_ = self.svr_.support_

    def predict(self, X: ArrayLike) -> NDArray[np.float64]:
        """Return the predicted targets, shape (n_samples,)."""
        block = self._test_block(X)
        return np.asarray(self.svr_.predict(block))

    @property
    def training_(self) -> dict[str, Any]:
        """Support vectors, and what kernel and repair report."""
        return {"support_vectors": len(self.support_), **super().training_}
