"""What every quantum regressor does the same way."""

from __future__ import annotations

from abc import abstractmethod
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import RegressorMixin
from sklearn.utils import Tags

from qml.estimator import QuantumEstimator, checked_data

__all__ = ["QuantumRegressor"]


class QuantumRegressor(RegressorMixin, QuantumEstimator):
    """Base of the quantum regressors; a subclass fits and predicts on checked arrays."""

    @abstractmethod
    def _fit(self, X: NDArray[np.float64], y: NDArray[np.float64], seed: int) -> None:
        """Fit to real targets."""

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Fit to data.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Features, in the units the feature map expects (angles in radians).
        y : array-like of shape (n_samples,)
            Targets, a real number a sample.

        Returns
        -------
        self
        """
        self._check_parameters()
        points, targets = checked_data(self, X, y, y_numeric=True)
        self._fit(points, np.asarray(targets, dtype=np.float64), self._begin())
        return self

    def __sklearn_tags__(self) -> Tags:
        """Promise no good fit of data that are not angles."""
        tags = super().__sklearn_tags__()
        tags.regressor_tags.poor_score = True
        return tags
