"""What every quantum classifier does the same way: validation, labels, backend, usage."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import Tags, check_random_state
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from qml.backends import Backend, Usage, Workload, resolve_backend
from qml.errors import DataError

__all__ = ["QuantumClassifier"]


class QuantumClassifier(ClassifierMixin, BaseEstimator):
    """Base of the quantum classifiers; a subclass fits and predicts on checked arrays.

    Subclasses have the parameters ``backend`` and ``random_state``.
    """

    backend: str | Backend
    random_state: Any
    backend_: Backend

    @abstractmethod
    def _fit(self, X: NDArray[np.float64], y: NDArray[np.intp], seed: int) -> None:
        """Fit to labels 0..k-1."""

    @abstractmethod
    def workload(self, n_train: int, n_test: int, n_features: int, n_classes: int) -> Workload:
        """Return the most that one fit and one prediction will ask of the backend."""

    @property
    def usage_(self) -> Usage:
        """What the fitted model has spent so far."""
        return self.backend_.usage.copy()

    @property
    def training_(self) -> dict[str, Any]:
        """What training reported, for the record; empty where nothing is trained."""
        return {}

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
        self._validate_params()
        points, labels = validate_data(self, X, y, dtype=np.float64)
        check_classification_targets(labels)
        self.classes_, encoded = np.unique(labels, return_inverse=True)
        if len(self.classes_) < 2:
            raise DataError(f"needs at least two classes, got one class: {self.classes_[0]!r}")
        seed = int(check_random_state(self.random_state).randint(np.iinfo(np.int32).max))
        self.backend_ = resolve_backend(self.backend, seed)
        self._fit(points, encoded, seed)
        return self

    def _checked(self, X: ArrayLike) -> NDArray[np.float64]:
        check_is_fitted(self)
        checked: NDArray[np.float64] = validate_data(self, X, dtype=np.float64, reset=False)
        return checked

    def __sklearn_tags__(self) -> Tags:
        """Accuracy on standardised blobs is no promise of an encoding that reads radians."""
        tags = super().__sklearn_tags__()
        tags.classifier_tags.poor_score = True
        return tags
