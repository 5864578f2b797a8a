"""Features into an interval of angles."""

from __future__ import annotations

from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import FiniteFloat
from sklearn.base import OneToOneFeatureMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from qml.declared import Declared

__all__ = ["AngleScaler"]


class AngleScaler(OneToOneFeatureMixin, TransformerMixin, Declared):
    """Map the training range of each feature linearly to [low, high].

    Test points may fall outside, as they fell outside the training range. A constant feature goes
    to `low`.

    Parameters
    ----------
    low : float, default=0.0
        Angle of the least training value, in radians.
    high : float, default=pi
        Angle of the greatest training value, in radians.

    Examples
    --------
    >>> AngleScaler(high=2.0).fit([[0.0], [4.0]]).transform([[1.0]])
    array([[0.5]])
    """

    low: FiniteFloat = 0.0
    high: FiniteFloat = np.pi

    def fit(self, X: ArrayLike, y: object = None) -> Self:
        """Learn each feature's range."""
        self._check_parameters()
        points = validate_data(self, X, dtype=np.float64)
        self.data_min_ = points.min(axis=0)
        data_range = points.max(axis=0) - self.data_min_
        self.scale_ = (self.high - self.low) / np.where(data_range > 0, data_range, 1.0)
        return self

    def transform(self, X: ArrayLike) -> NDArray[np.float64]:
        """Return the angles, shape (n_samples, n_features)."""
        check_is_fitted(self)
        points = validate_data(self, X, dtype=np.float64, reset=False)
        return np.asarray(self.low + (points - self.data_min_) * self.scale_)
