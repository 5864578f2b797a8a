"""What every quantum classifier does the same way: labels of any kind, two classes or more."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import field
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import ClassifierMixin
from sklearn.utils import Tags

from qml.estimator import QuantumEstimator, checked_classes

__all__ = ["QuantumClassifier"]


class QuantumClassifier(ClassifierMixin, QuantumEstimator):
    """Base of the quantum classifiers; a subclass fits to checked arrays and gives scores.

    That is ``predict_proba``, or a `predict_with_scores` of its own.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Labels of the training data, sorted.
    """

    classes_: NDArray[Any] = field(init=False)
    predict_proba: ClassVar[Any]

    @abstractmethod
    def _fit(self, X: NDArray[np.float64], y: NDArray[np.intp], seed: int) -> None:
        """Fit to labels 0..k-1."""

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Fit to data.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Features, in the units the feature map expects (angles in radians).
        y : array-like of shape (n_samples,)
            Labels of any kind, two classes or more.

        Returns
        -------
        self

        Raises
        ------
        DataError
            If there are fewer than two classes.
        """
        self._check_parameters()
        points, self.classes_, encoded = checked_classes(self, X, y)
        self._fit(points, encoded, self._begin())
        return self

    def predict_with_scores(self, X: ArrayLike) -> tuple[NDArray[Any], NDArray[np.float64]]:
        """Return labels and the scores that they were read from, for the circuits of one of both.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Features, in the units the feature map expects (angles in radians).

        Returns
        -------
        labels : ndarray of shape (n_samples,)
            Labels that `predict` gives.
        scores : ndarray
            Values of ``predict_proba``, or of ``decision_function`` where there is none.
        """
        probabilities = np.asarray(self.predict_proba(X))
        return np.asarray(self.classes_[probabilities.argmax(axis=1)]), probabilities

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """Return the labels, shape (n_samples,): the most probable ones, or by the scores' sign."""
        return self.predict_with_scores(X)[0]

    def __sklearn_tags__(self) -> Tags:
        """Promise no accuracy on data that are not angles."""
        tags = super().__sklearn_tags__()
        tags.classifier_tags.poor_score = True
        return tags
