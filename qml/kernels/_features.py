"""Kernels that are products of features learned from the training data."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import field

import numpy as np
from numpy.typing import NDArray

from qml.kernels._contract import Matrix, QuantumKernel

__all__ = ["FeatureKernel"]


class FeatureKernel(QuantumKernel):
    r"""Base of the kernels :math:`\hat K(x, y) = \phi(x)^T\phi(y)` with a learned map.

    A fit leaves the training points' features in ``_features``, shape (n_train, rank); a new
    point's follow from its fidelities with some of the training points.
    """

    _features: Matrix = field(init=False)

    @abstractmethod
    def _map(self, X: Matrix) -> Matrix:
        """Return the features of any points, shape (n, rank)."""

    def _evaluate(self, X: Matrix, Y: Matrix | None) -> Matrix:
        left = self._map(X)
        return np.asarray(left @ (left if Y is None else self._map(Y)).T)

    def _test_block(self, X: Matrix, rows: NDArray[np.intp]) -> Matrix:
        return np.asarray(self._map(X) @ self._features[rows].T)

    def _diagonal(self, X: Matrix) -> Matrix:
        return _squares(self._map(X))

    def _test_block_and_diagonal(self, X: Matrix, rows: NDArray[np.intp]) -> tuple[Matrix, Matrix]:
        features = self._map(X)  # measured once for both
        return np.asarray(features @ self._features[rows].T), _squares(features)


def _squares(features: Matrix) -> Matrix:
    return np.asarray((features**2).sum(axis=1))
