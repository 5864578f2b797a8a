"""Spectrum: in how many directions a kernel really spreads the data."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qml.errors import DataError

__all__ = ["Spectrum", "spectrum"]


@dataclass(frozen=True)
class Spectrum:
    """The eigenvalues of a kernel matrix, and what they say.

    Parameters
    ----------
    eigenvalues : ndarray of shape (n,)
        Eigenvalues, the largest first.
    effective_rank : float
        The exponential of the entropy of the normalised positive eigenvalues: 1 for a matrix of
        ones, n for the identity.
    largest_share : float
        Share of the trace in the largest eigenvalue.
    negative_weight : float
        Sum of the absolute values of the negative eigenvalues; 0 for a positive matrix.
    """

    eigenvalues: NDArray[np.float64]
    effective_rank: float
    largest_share: float
    negative_weight: float


def spectrum(K: ArrayLike) -> Spectrum:
    r"""Return the spectrum of a kernel matrix.

    With :math:`p_i = \lambda_i/\sum_j\lambda_j` over the positive eigenvalues, the effective rank
    is :math:`\exp(-\sum_i p_i\ln p_i)`. A kernel whose effective rank is near 1 sees one point; one
    whose effective rank is near n sees n strangers.

    Parameters
    ----------
    K : array-like of shape (n, n)
        Symmetric matrix with a positive eigenvalue.

    Raises
    ------
    DataError
        If K is not square or has no positive eigenvalue.

    References
    ----------
    Roy and Vetterli, EUSIPCO 15, 606 (2007).

    Examples
    --------
    >>> round(spectrum([[1.0, 0.0], [0.0, 1.0]]).effective_rank, 6)
    2.0
    """
    matrix = np.asarray(K, dtype=np.float64)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or not len(matrix):
        raise DataError(f"K: shape {matrix.shape}, expected (n, n)")
    eigenvalues: NDArray[np.float64] = np.linalg.eigvalsh(matrix)[::-1].astype(np.float64)
    if not eigenvalues[0] > 0:
        raise DataError(f"K: the largest eigenvalue is {eigenvalues[0]}, expected a positive one")
    shares = eigenvalues[eigenvalues > 1e-14 * eigenvalues[0]]
    shares = shares / shares.sum()
    negative = eigenvalues[eigenvalues < -1e-12 * eigenvalues[0]]
    return Spectrum(
        eigenvalues=eigenvalues,
        effective_rank=float(np.exp(-(shares * np.log(shares)).sum())),
        largest_share=float(eigenvalues[0] / np.trace(matrix)),
        negative_weight=float(-negative.sum()),
    )
