"""What every surrogate does the same way: labels, checks of its input."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from qml.errors import DataError

__all__ = ["Surrogate"]


class Surrogate(ClassifierMixin, BaseEstimator):
    """Base of the surrogates; a subclass fits to checked arrays.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Labels.
    """

    @abstractmethod
    def _fit(self, X: NDArray[np.float64], y: NDArray[Any]) -> None:
        """Fit to labels of any kind."""

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Fit to data.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Features, in the units the feature map expects.
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
        self.classes_ = np.unique(labels)
        if len(self.classes_) < 2:
            raise DataError(f"needs at least two classes, got one class: {self.classes_[0]!r}")
        self._fit(points, labels)
        return self

    def _checked(self, X: ArrayLike) -> NDArray[np.float64]:
        check_is_fitted(self)
        checked: NDArray[np.float64] = validate_data(self, X, dtype=np.float64, reset=False)
        return checked
