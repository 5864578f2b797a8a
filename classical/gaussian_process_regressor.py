"""Gaussian process regression."""

from __future__ import annotations

from typing import Self

from numpy.typing import ArrayLike
from sklearn import gaussian_process

from classical._line_search import as_precise_as_can_be

__all__ = ["GaussianProcessRegressor"]

SEARCH_SPACE = {"alpha": [1e-10, 1e-3, 1e-2, 1e-1, 1.0], "normalize_y": [True]}


class GaussianProcessRegressor(gaussian_process.GaussianProcessRegressor):
    """scikit-learn's, whose fit is silent where the likelihood is as high as it can be computed.

    Examples
    --------
    >>> X = [[0.0], [1.0], [2.0]]
    >>> GaussianProcessRegressor(optimizer=None).fit(X, [0.0, 1.0, 4.0]).predict(X)[1:].round(6)
    array([1., 4.])
    """

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Fit to points of shape (n_samples, n_features) and targets of shape (n_samples,)."""
        with as_precise_as_can_be():
            super().fit(X, y)
        return self
