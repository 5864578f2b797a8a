"""Outliers are what is less like the training points than a share of these are."""

from __future__ import annotations

from typing import Annotated, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import Field
from sklearn.base import OutlierMixin
from sklearn.utils.validation import validate_data

from qml.kernels import KernelMachine
from qml.offers import Controls

__all__ = ["LeastLike"]

SEARCH_SPACE = {"share": [0.05, 0.1, 0.2]}


class LeastLike(OutlierMixin, KernelMachine):
    """Find the points whose mean kernel with the training points is small.

    Parameters
    ----------
    share : float, default=0.1
        Share of the training points that lies outside; in (0, 1).

    Attributes
    ----------
    offset_ : float
        Mean kernel below which a point is an outlier.

    Examples
    --------
    >>> model = LeastLike(feature_map="angle").fit([[0.0], [0.1], [0.2], [0.3]])
    >>> model.predict([[0.15], [3.0]])
    array([ 1, -1])
    """

    share: Annotated[float, Field(gt=0, lt=1)] = 0.1
    controls: ClassVar[Controls] = frozenset({"no entanglement"})

    def fit(self, X: ArrayLike, y: object = None) -> Self:
        """Fit to inliers."""
        self._check_parameters()
        points = validate_data(self, X, dtype=np.float64)
        K = self._training_matrix(points, None, self._begin())
        self.offset_ = float(np.quantile(K.mean(axis=1), self.share))
        return self

    def score_samples(self, X: ArrayLike) -> NDArray[np.float64]:
        """Return the mean kernels, shape (n_samples,)."""
        return np.asarray(self._test_block(X).mean(axis=1))

    def decision_function(self, X: ArrayLike) -> NDArray[np.float64]:
        """Return the mean kernels less the offset, shape (n_samples,); negative outside."""
        return self.score_samples(X) - self.offset_

    def predict_with_scores(self, X: ArrayLike) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        """Return labels and scores, from one kernel block."""
        distances = self.decision_function(X)
        return np.where(distances >= 0, 1, -1), distances

    def predict(self, X: ArrayLike) -> NDArray[np.intp]:
        """Return 1 for inliers and -1 for outliers, shape (n_samples,)."""
        return self.predict_with_scores(X)[0]
