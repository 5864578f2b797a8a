"""Texts as counts of their words."""

from __future__ import annotations

import functools
import importlib.util
import re
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import AfterValidator, PositiveInt
from pydantic_core import PydanticCustomError
from sklearn.base import TransformerMixin
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, CountVectorizer, TfidfVectorizer
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted

from qml.declared import Declared
from qml.errors import DataError
from qml.examples import StepExample
from qml.texts import shown

__all__ = ["BagOfWords"]

_TRAIN, _TEST = ("the food was not good", "bad food, bad service"), ("unseen word food",)
EXAMPLES = (
    StepExample(train=_TRAIN, test=_TEST),
    StepExample({"weighting": "tfidf", "stop_words": "english"}, train=_TRAIN, test=_TEST),
    StepExample({"weighting": "binary", "ngrams": 2}, train=_TRAIN, test=_TEST),
)

_WORD = re.compile(r"(?u)\b\w\w+\b")  # scikit-learn's own pattern


def _installed(name: str) -> str:
    if name != "none" and importlib.util.find_spec("snowballstemmer") is None:
        raise PydanticCustomError(
            "package",
            "Stemming needs the package 'snowballstemmer', which is not installed (extra text)",
        )
    return name


@dataclass(frozen=True)
class _Words:
    """A text in lower case as its words: stop words leave, then the others lose their endings."""

    stop_words: frozenset[str]
    stem: str

    def __call__(self, text: str) -> list[str]:
        words = [word for word in _WORD.findall(text) if word not in self.stop_words]
        return words if self.stem == "none" else [_stemmed(self.stem, word) for word in words]


@functools.lru_cache(maxsize=1 << 16)  # texts repeat their words, and folds their texts
def _stemmed(stem: str, word: str) -> str:
    from snowballstemmer import stemmer

    found: str = stemmer(stem).stemWord(word)
    return found


class BagOfWords(TransformerMixin, Declared):
    """Count the most frequent words of the training texts, in lower case.

    Parameters
    ----------
    max_features : int, default=1500
        Size of the vocabulary.
    weighting : {"count", "binary", "tfidf"}, default="count"
        Weight of a word: its plain count, 1 if it is there, or its count weighted by rarity and
        scaled to length 1.
    stem : {"none", "porter", "english"}, default="none"
        Stemmer of the Snowball project: none, Porter's of 1980, or its successor for English
        (extra ``text``).
    stop_words : {"none", "english"}, default="none"
        Words that are left out before any is stemmed: none, or scikit-learn's list of 318.
    keep : str, default=""
        Words of that list that stay all the same, with commas between, as in ``"not, no"``.
    ngrams : int, default=1
        Longest run of neighbouring words that is counted as if it were one.

    References
    ----------
    Porter, Program 14, 130 (1980), doi:10.1108/eb046814 (stemming).

    Examples
    --------
    >>> BagOfWords().fit_transform(["good food", "bad food"])
    array([[0., 1., 1.],
           [1., 1., 0.]])
    >>> bag = BagOfWords(stop_words="english", keep="not").fit(["it is not good"])
    >>> sorted(bag.vectorizer_.vocabulary_)
    ['good', 'not']
    """

    max_features: PositiveInt = 1500
    weighting: Literal["count", "binary", "tfidf"] = "count"
    stem: Annotated[Literal["none", "porter", "english"], AfterValidator(_installed)] = "none"
    stop_words: Literal["none", "english"] = "none"
    keep: str = ""
    ngrams: PositiveInt = 1

    def fit(self, X: ArrayLike, y: object = None) -> Self:
        """Learn the vocabulary."""
        self._check_parameters()
        kept = {word.strip() for word in self.keep.split(",")}
        stop_words = ENGLISH_STOP_WORDS - kept if self.stop_words == "english" else frozenset()
        vectorizer = TfidfVectorizer if self.weighting == "tfidf" else CountVectorizer
        self.vectorizer_ = vectorizer(
            tokenizer=_Words(frozenset(stop_words), self.stem),
            token_pattern=None,  # else it warns that the words are ours
            ngram_range=(1, self.ngrams),
            max_features=self.max_features,
            binary=self.weighting == "binary",
            dtype=np.float64,
        ).fit(_texts(X))
        return self

    def transform(self, X: ArrayLike) -> NDArray[np.float64]:
        """Return the weights, dense, shape (n_texts, n_words)."""
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
