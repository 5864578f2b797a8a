"""What every surrogate does the same way: labels, checks of its input."""

from __future__ import annotations

from abc import abstractmethod
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from qml.circuits import CircuitSpec
from qml.declared import Declared, PositiveReal
from qml.estimator import checked_classes, checked_data

__all__ = ["Surrogate"]


class Surrogate(ClassifierMixin, Declared):
    """Base of the surrogates; a subclass fits to checked arrays.

    Parameters
    ----------
    feature_map : str, mapping, QuantumCircuit or callable, default="zz"
        Encoding of the quantum model; weights of a trainable one are at 0.
    bandwidth : float, default=1.0
        Factor of the quantum model on every feature.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Labels of the training data, sorted.
    """

    feature_map: CircuitSpec = "zz"
    bandwidth: PositiveReal = 1.0

    @abstractmethod
    def _fit(self, X: NDArray[np.float64], y: NDArray[np.intp]) -> None:
        """Fit to labels 0..k-1."""

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
        self._check_parameters()
        points, self.classes_, encoded = checked_classes(self, X, y)
        self._fit(points, encoded)
        return self

    def _checked(self, X: ArrayLike) -> NDArray[np.float64]:
        check_is_fitted(self)
        checked: NDArray[np.float64] = checked_data(self, X, reset=False)
        return checked
