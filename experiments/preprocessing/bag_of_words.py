"""Texts as counts of their words."""

from __future__ import annotations

from typing import Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import PositiveInt
from sklearn.base import TransformerMixin
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted

from qml.declared import Declared
from qml.errors import DataError
from qml.examples import StepExample
from qml.texts import shown

__all__ = ["BagOfWords"]

EXAMPLES = (StepExample(train=("good food", "bad food"), test=("unseen word food",)),)


class BagOfWords(TransformerMixin, Declared):
    """Count the most frequent words of the training texts; lower case, no stop list, no stemming.

    Parameters
    ----------
    max_features : int, default=1500
        Size of the vocabulary.
    weighting : {"count", "tfidf"}, default="count"
        Weight of a word: its plain count, or its count weighted by rarity and scaled to length 1.

    Examples
    --------
    >>> BagOfWords().fit_transform(["good food", "bad food"])
    array([[0., 1., 1.],
           [1., 1., 0.]])
    """

    max_features: PositiveInt = 1500
    weighting: Literal["count", "tfidf"] = "count"

    def fit(self, X: ArrayLike, y: object = None) -> Self:
        """Learn the vocabulary."""
        self._check_parameters()
        vectorizer = TfidfVectorizer if self.weighting == "tfidf" else CountVectorizer
        self.vectorizer_ = vectorizer(max_features=self.max_features, dtype=np.float64).fit(
            _texts(X)
        )
        return self

    def transform(self, X: ArrayLike) -> NDArray[np.float64]:
        """Return the counts, dense, shape (n_texts, n_words)."""
        check_is_fitted(self)
        return np.asarray(self.vectorizer_.transform(_texts(X)).toarray())

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        return tags


def _texts(X: Any) -> Any:
    """Return the rows if they are texts; of others the vectorizer tells its insides."""
    for row in X:
        if not isinstance(row, str):
            raise DataError(f"bag_of_words: expected texts, got {shown(row)}")
    return X
