"""Texts as counts of their words."""

from __future__ import annotations

from numbers import Integral
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.utils import Tags
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import check_is_fitted

__all__ = ["BagOfWords"]


class BagOfWords(TransformerMixin, BaseEstimator):
    """Count the most frequent words of the training texts; lower case, no stop list, no stemming.

    Parameters
    ----------
    max_features : int, default=1500
        Size of the vocabulary.
    weighting : {"count", "tfidf"}, default="count"
        Plain counts, or counts weighted by rarity and scaled to length 1.

    Examples
    --------
    >>> BagOfWords().fit_transform(["good food", "bad food"])
    array([[0., 1., 1.],
           [1., 1., 0.]])
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "max_features": [Interval(Integral, 1, None, closed="left")],
        "weighting": [StrOptions({"count", "tfidf"})],
    }

    def __init__(self, max_features: int = 1500, weighting: str = "count") -> None:
        self.max_features = max_features
        self.weighting = weighting

    def fit(self, X: ArrayLike, y: object = None) -> Self:
        """Learn the vocabulary."""
        self._validate_params()
        vectorizer = TfidfVectorizer if self.weighting == "tfidf" else CountVectorizer
        self.vectorizer_ = vectorizer(max_features=self.max_features, dtype=np.float64).fit(X)
        return self

    def transform(self, X: ArrayLike) -> NDArray[np.float64]:
        """Return the counts, dense, shape (n_texts, n_words)."""
        check_is_fitted(self)
        return np.asarray(self.vectorizer_.transform(X).toarray())

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        return tags
