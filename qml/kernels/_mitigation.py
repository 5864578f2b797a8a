"""Depolarising correction of fidelities, from how often a point comes back to itself."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qml.errors import DataError

__all__ = ["DepolarisingCorrection"]

Matrix = NDArray[np.float64]


class DepolarisingCorrection:
    r"""Undo a global depolarising error whose strength is measured point by point.

    If encoding point i leaves the state alone with probability :math:`\lambda_i` and replaces it by
    the maximally mixed one otherwise, a measured entry is

    .. math:: \tilde K_{ij} = \lambda_i\lambda_j K_{ij} + (1 - \lambda_i\lambda_j)\,2^{-n},

    so the *survival probability* :math:`\tilde K_{ii}` tells
    :math:`\lambda_i^2 = (\tilde K_{ii} - 2^{-n})/(1 - 2^{-n})`. Training points are corrected by
    their own :math:`\lambda_i`, new points by the training points' mean: nothing is learned from
    test data.

    Parameters
    ----------
    n_qubits : int
        Width of the feature map.

    Attributes
    ----------
    strengths_ : ndarray of shape (n,)
        Strengths :math:`\lambda_i` of the training points.
    moved_ : float
        Frobenius norm of what the correction changed in the training matrix.

    Notes
    -----
    Costs one circuit a training point more. Entries of small true fidelity may become negative, and
    the shots' noise grows by :math:`1/(\lambda_i\lambda_j)`.

    References
    ----------
    Hubregtsen et al., Phys. Rev. A 106, 042431 (2022), doi:10.1103/PhysRevA.106.042431.

    Examples
    --------
    >>> correction = DepolarisingCorrection(n_qubits=1)
    >>> corrected = correction.fit_transform([[1.0, 0.5], [0.5, 1.0]], [0.905, 0.905])
    >>> correction.strengths_.round(12).tolist(), corrected.round(12).tolist()
    ([0.9, 0.9], [[1.0, 0.5], [0.5, 1.0]])
    """

    def __init__(self, n_qubits: int) -> None:
        self.floor = 2.0**-n_qubits

    def fit_transform(self, K: ArrayLike, survival: ArrayLike) -> Matrix:
        r"""Learn the strengths and return the training matrix corrected, with a unit diagonal.

        Parameters
        ----------
        K : array-like of shape (n, n)
            Training matrix as measured; its diagonal is not read.
        survival : array-like of shape (n,)
            Measured probability that :math:`U(x_i)^\dagger U(x_i)` returns all zeros.

        Raises
        ------
        DataError
            If a point survives no better than in the maximally mixed state: nothing is left to
            correct.
        """
        matrix, survived = np.asarray(K, dtype=np.float64), np.asarray(survival, dtype=np.float64)
        if matrix.shape != (len(survived), len(survived)):
            raise DataError(f"K: shape {matrix.shape}, with {len(survived)} survival probabilities")
        squares = (survived - self.floor) / (1 - self.floor)
        if (squares <= 0).any():
            row = int(np.argmin(squares))
            raise DataError(
                f"row {row}: survival probability {survived[row]:.3g} is no better than the "
                f"{self.floor:.3g} of pure noise"
            )
        self.strengths_ = np.sqrt(squares)
        corrected = self._corrected(matrix, np.outer(self.strengths_, self.strengths_))
        np.fill_diagonal(corrected, 1.0)
        self.moved_ = float(np.linalg.norm(corrected - matrix))
        return corrected

    def transform(self, block: ArrayLike, rows: ArrayLike) -> Matrix:
        """Return a block of new points with these training points, corrected.

        Parameters
        ----------
        block : array-like of shape (m, len(rows))
            Test block as measured.
        rows : array-like of int
            The training points of its columns.
        """
        columns = self.strengths_[np.asarray(rows, dtype=np.intp)]
        return self._corrected(
            np.asarray(block, dtype=np.float64), self.strengths_.mean() * columns
        )

    def _corrected(self, measured: Matrix, strength: Matrix) -> Matrix:
        return np.asarray((measured - (1 - strength) * self.floor) / strength)
