"""What our own wrappers of other libraries' classifiers do the same way."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

__all__ = ["WrappedClassifier"]


class WrappedClassifier(ClassifierMixin, BaseEstimator):
    """Base of the wrappers: labels of any kind become 0..k-1, and back.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Labels, sorted and unique.
    machine_ : object
        The other library's classifier, fitted.
    """

    @abstractmethod
    def _machine(self) -> Any:
        """Return the classifier, unfitted."""

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Fit to points of shape (n_samples, n_features) and labels of shape (n_samples,)."""
        if hasattr(self, "_parameter_constraints"):
            self._validate_params()
        points, labels = validate_data(self, X, y, dtype=np.float64)
        check_classification_targets(labels)
        self.classes_, encoded = np.unique(labels, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError(f"needs at least two classes, got one class: {self.classes_[0]!r}")
        self.machine_ = self._machine().fit(points, encoded)
        return self

    def predict_proba(self, X: ArrayLike) -> NDArray[np.float64]:
        """Return the class probabilities, shape (n_samples, n_classes)."""
        check_is_fitted(self)
        points = validate_data(self, X, dtype=np.float64, reset=False)
        return np.asarray(self.machine_.predict_proba(points), dtype=np.float64)

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """Return the most probable labels, shape (n_samples,)."""
        winners = self.predict_proba(X).argmax(axis=1)
        return np.asarray(self.classes_[winners])
