"""The features that depend most on the training labels, by the chi-squared statistic."""

from __future__ import annotations

from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import PositiveInt
from sklearn.base import TransformerMixin
from sklearn.feature_selection import SelectKBest, SelectorMixin, chi2
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted, check_non_negative, validate_data

from qml.declared import Declared
from qml.examples import StepExample

__all__ = ["ChiSquared"]

EXAMPLES = (StepExample({"k": 2}, train=((1, 0, 2), (0, 1, 2)) * 4, test=((3, 0, 1), (0, 0, 9))),)


class ChiSquared(SelectorMixin, TransformerMixin, Declared):
    """Keep the counts that tell classes apart best, one by one.

    It is supervised: the training labels choose, so only test rows say how well it does.

    Parameters
    ----------
    k : int, default=10
        Number of the features that are kept; all, where there are no more.

    Examples
    --------
    >>> counts = [[1, 0, 2], [1, 1, 2], [0, 0, 2], [0, 1, 2]]
    >>> ChiSquared(k=1).fit_transform(counts, ["a", "a", "b", "b"]).ravel()
    array([1., 1., 0., 0.])
    """

    k: PositiveInt = 10

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Choose from rows without negative numbers, and their labels."""
        self._check_parameters()
        counts, labels = validate_data(self, X, y, dtype=np.float64)
        check_non_negative(counts, "ChiSquared.fit")
        self.selector_ = SelectKBest(chi2, k=min(self.k, counts.shape[1])).fit(counts, labels)
        return self

    def _get_support_mask(self) -> NDArray[np.bool_]:
        check_is_fitted(self)
        mask: NDArray[np.bool_] = self.selector_.get_support()
        return mask

    def transform(self, X: ArrayLike) -> NDArray[np.float64]:
        """Return the features that were chosen, shape (n_samples, k)."""
        check_is_fitted(self)
        counts = validate_data(self, X, dtype=np.float64, reset=False)
        return np.asarray(counts[:, self._get_support_mask()])

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        tags.input_tags.positive_only = True
        return tags
