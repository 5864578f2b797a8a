"""The mean of the targets, each as heavy as its point is like the new one."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qml.kernels import KernelMachine
from qml.offers import Controls
from qml.regressors import QuantumRegressor

__all__ = ["LikenessMean"]

SEARCH_SPACE = {"bandwidth": {"low": 0.01, "high": 2.0, "log": True}}


class LikenessMean(KernelMachine, QuantumRegressor):
    """Predict the mean of the training targets, weighted by the kernel.

    Examples
    --------
    >>> model = LikenessMean(feature_map="angle").fit([[0.0], [3.0]], [1.0, 2.0])
    >>> [round(float(value), 2) for value in model.predict([[0.0], [3.0]])]
    [1.0, 2.0]
    """

    controls: ClassVar[Controls] = frozenset({"no entanglement"})

    def _fit(self, X: NDArray[np.float64], y: NDArray[np.float64], seed: int) -> None:
        self._training_matrix(X, y, seed)
        self._targets = y

    def predict(self, X: ArrayLike) -> NDArray[np.float64]:
        """Return the predicted targets, shape (n_samples,)."""
        weights = np.clip(self._test_block(X), 1e-12, None)
        return np.asarray(weights @ self._targets / weights.sum(axis=1))
