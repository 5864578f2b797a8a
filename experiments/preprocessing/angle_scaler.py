"""Features into an interval of angles."""

from __future__ import annotations

from numbers import Real
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils._param_validation import Interval
from sklearn.utils.validation import check_is_fitted, validate_data

__all__ = ["AngleScaler"]


class AngleScaler(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """Map the training range of each feature linearly to [low, high].

    Test points may fall outside, as they fell outside the training range. A constant feature goes
    to `low`.

    Parameters
    ----------
    low : float, default=0.0
        In radians.
    high : float, default=pi
        In radians.

    Examples
    --------
    >>> AngleScaler(high=2.0).fit([[0.0], [4.0]]).transform([[1.0]])
    array([[0.5]])
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "low": [Interval(Real, None, None, closed="neither")],
        "high": [Interval(Real, None, None, closed="neither")],
    }

    def __init__(self, low: float = 0.0, high: float = np.pi) -> None:
        self.low = low
        self.high = high

    def fit(self, X: ArrayLike, y: object = None) -> Self:
        """Learn each feature's range."""
        self._validate_params()
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
