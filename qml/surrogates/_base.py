"""What every surrogate does the same way: labels, checks of its input."""

from __future__ import annotations

from abc import abstractmethod
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import ClassifierMixin
from sklearn.utils.validation import check_is_fitted

from qml.bandwidth import Bandwidth, found_bandwidth
from qml.circuits import CircuitSpec
from qml.declared import Declared
from qml.estimator import checked_classes, checked_data

__all__ = ["Surrogate"]


class Surrogate(ClassifierMixin, Declared):
    """Base of the surrogates; a subclass fits to checked arrays.

    Parameters
    ----------
    feature_map : str, mapping, QuantumCircuit or callable, default="zz"
        Encoding of the quantum model; weights of a trainable one are at 0.
    bandwidth : float or "scale", default="scale"
        Factor of the quantum model on every feature, or the rule that finds it; see
        `qml.bandwidth`.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Labels of the training data, sorted.
    bandwidth_ : float
        Factor of the last fit.
    """

    feature_map: CircuitSpec = "zz"
    bandwidth: Bandwidth = "scale"

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
        self.bandwidth_ = found_bandwidth(self.bandwidth, self.feature_map, points)
        self._fit(points, encoded)
        return self

    def _checked(self, X: ArrayLike) -> NDArray[np.float64]:
        check_is_fitted(self)
        checked: NDArray[np.float64] = checked_data(self, X, reset=False)
        return checked
