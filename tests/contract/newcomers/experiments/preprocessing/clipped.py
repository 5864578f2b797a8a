"""Features clipped to the range of the training rows."""

from __future__ import annotations

from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

__all__ = ["Clipped"]


class Clipped(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """Nothing leaves the range of the training rows."""

    def fit(self, X: ArrayLike, y: object = None) -> Self:
        """Learn the range."""
        points = validate_data(self, X, dtype=np.float64)
        self.low_, self.high_ = points.min(axis=0), points.max(axis=0)
        return self

    def transform(self, X: ArrayLike) -> NDArray[np.float64]:
        """Return the clipped rows."""
        check_is_fitted(self)
        points = validate_data(self, X, dtype=np.float64, reset=False)
        return np.clip(points, self.low_, self.high_)
