"""Kernel with the first training points, as features."""

from __future__ import annotations

from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from qml.kernels import resolve_kernel

__all__ = ["FidelityFeatures"]

EXAMPLES = ({"n_points": 3},)


class FidelityFeatures(TransformerMixin, BaseEstimator):
    """One feature for each of the first training points: the fidelity with it.

    Parameters
    ----------
    n_points : int, default=5
        Number of training points that are kept.
    """

    def __init__(self, n_points: int = 5) -> None:
        self.n_points = n_points

    def fit(self, X: ArrayLike, y: object = None) -> Self:
        """Keep the points."""
        self.points_ = validate_data(self, X, dtype=np.float64)[: self.n_points]
        return self

    def transform(self, X: ArrayLike) -> NDArray[np.float64]:
        """Return the fidelities, shape (n_samples, n_points)."""
        check_is_fitted(self)
        points = validate_data(self, X, dtype=np.float64, reset=False)
        return resolve_kernel("fidelity", "angle", 1.0, "exact").evaluate(points, self.points_)
