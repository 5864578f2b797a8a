"""Geometric difference: whether a quantum kernel could beat a classical one on some labels."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qml.errors import DataError

__all__ = ["geometric_difference", "model_complexity"]

Matrix = NDArray[np.float64]


def geometric_difference(
    K_classical: ArrayLike, K_quantum: ArrayLike, regularization: float = 1e-10
) -> float:
    r"""Return the geometric difference of a quantum from a classical kernel.

    .. math:: g(K_C\|K_Q) = \sqrt{\big\|\sqrt{K_Q}\,(K_C + \mu)^{-1}\sqrt{K_Q}\big\|_\infty}

    with the *spectral* norm, both matrices scaled to trace n. If it is small, the classical kernel
    predicts about as well whatever the labels; if it is as large as :math:`\sqrt n`, there are
    labels on which the quantum one wins.

    Parameters
    ----------
    K_classical, K_quantum : array-like of shape (n, n)
        Positive semidefinite matrices on the same points.
    regularization : float, default=1e-10
        Number :math:`\mu` added to the classical matrix's eigenvalues.

    Returns
    -------
    float
        The difference, 1 for a kernel against itself, at least 1 in general.

    References
    ----------
    Huang et al., Nat. Commun. 12, 2631 (2021), doi:10.1038/s41467-021-22539-9.

    Examples
    --------
    >>> round(geometric_difference(np.eye(3), np.eye(3)), 6)
    1.0
    """
    classical, quantum = _normalised(K_classical), _normalised(K_quantum)
    if classical.shape != quantum.shape:
        raise DataError(f"kernels of {len(classical)} and {len(quantum)} points")
    eigenvalues, vectors = np.linalg.eigh(quantum)
    root = (vectors * np.sqrt(np.maximum(eigenvalues, 0.0))) @ vectors.T
    inverse = _regularised_inverse(classical, regularization)
    return float(np.sqrt(np.linalg.eigvalsh(root @ inverse @ root)[-1]))


def model_complexity(K: ArrayLike, y: ArrayLike, regularization: float = 1e-10) -> float:
    r"""Return how hard the labels are for a kernel.

    .. math:: s_K(y) = y^T (K + \mu)^{-1} y

    with the matrix scaled to trace n. The expected error is at most of the order of
    :math:`\sqrt{s_K/n}`, and :math:`s_C \le g(K_C\|K_Q)^2\, s_Q` for any labels.

    Parameters
    ----------
    K : array-like of shape (n, n)
        Positive semidefinite kernel matrix.
    y : array-like of shape (n,)
        Labels as numbers, such as :math:`\pm 1`.
    regularization : float, default=1e-10
        Number :math:`\mu` added to the eigenvalues.

    Returns
    -------
    float

    References
    ----------
    Huang et al., Nat. Commun. 12, 2631 (2021), doi:10.1038/s41467-021-22539-9.

    Examples
    --------
    >>> round(model_complexity(np.eye(2), [1.0, -1.0]), 6)
    2.0
    """
    matrix, labels = _normalised(K), np.asarray(y, dtype=np.float64)
    if labels.shape != (len(matrix),):
        raise DataError(f"labels of shape {labels.shape}, expected ({len(matrix)},)")
    return float(labels @ _regularised_inverse(matrix, regularization) @ labels)


def _normalised(K: ArrayLike) -> Matrix:
    matrix = np.asarray(K, dtype=np.float64)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        raise DataError(f"K: shape {matrix.shape}, expected (n, n)")
    trace = float(np.trace(matrix))
    if not trace > 0:
        raise DataError(f"K: trace {trace}, expected a positive one")
    return np.asarray(matrix * (len(matrix) / trace))


def _regularised_inverse(K: Matrix, regularization: float) -> Matrix:
    eigenvalues, vectors = np.linalg.eigh(K)
    return np.asarray((vectors / (np.maximum(eigenvalues, 0.0) + regularization)) @ vectors.T)
