"""The class whose training points are nearest on average."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qml.classifiers import QuantumClassifier
from qml.kernels import KernelMachine
from qml.offers import Controls

__all__ = ["MeanFidelity"]

SEARCH_SPACE = {"bandwidth": {"low": 0.01, "high": 2.0, "log": True}}


class MeanFidelity(KernelMachine, QuantumClassifier):
    """Predict the class with the largest mean kernel."""

    controls: ClassVar[Controls] = frozenset({"no entanglement", "same spectrum", "matched RBF"})

    def _fit(self, X: NDArray[np.float64], y: NDArray[np.intp], seed: int) -> None:
        self._training_matrix(X, y, seed)
        members = y[:, None] == np.arange(len(self.classes_))
        self._weights = members / members.sum(axis=0)

    def predict_proba(self, X: ArrayLike) -> NDArray[Any]:
        """Return the mean kernels, shape (n_samples, n_classes), scaled to the sum 1."""
        means = np.clip(self._test_block(X) @ self._weights, 1e-12, None)
        return np.asarray(means / means.sum(axis=1, keepdims=True))
