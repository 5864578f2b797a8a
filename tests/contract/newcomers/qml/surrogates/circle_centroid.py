"""The class whose mean is nearest on the circles that the angles run around."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.neighbors import NearestCentroid

from qml.surrogates import Surrogate

__all__ = ["CircleCentroid"]

SEARCH_SPACE = {"bandwidth": {"low": 0.01, "high": 2.0, "log": True}}


class CircleCentroid(Surrogate):
    """Predict the class whose mean cosines and sines are nearest.

    Examples
    --------
    >>> CircleCentroid().fit([[0.0], [0.1], [3.0]], ["a", "a", "b"]).predict([[6.3]])
    array(['a'], dtype='<U1')
    """

    def _fit(self, X: NDArray[np.float64], y: NDArray[np.intp]) -> None:
        self._nearest = NearestCentroid().fit(self._circles(X), y)

    def _circles(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.hstack([np.cos(self.bandwidth_ * X), np.sin(self.bandwidth_ * X)])

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """Return the labels, shape (n_samples,)."""
        points = self._checked(X)
        return np.asarray(self.classes_[self._nearest.predict(self._circles(points))])
