"""Alignment: how much a kernel looks like the labels, or like another kernel; with its slopes."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qml.errors import DataError
from qml.kernels._points import check_classes

__all__ = ["alignment", "alignment_slopes", "centred", "centred_alignment", "label_kernel"]


def alignment(K: ArrayLike, L: ArrayLike) -> float:
    r"""Return the cosine between two kernel matrices.

    .. math:: A(K, L) = \frac{\mathrm{Tr}[KL]}{\sqrt{\mathrm{Tr}[K^2]\,\mathrm{Tr}[L^2]}}

    With :math:`L = yy^T`, labels :math:`\pm 1`, this is the kernel-target alignment.

    Parameters
    ----------
    K, L : array-like of shape (n, n)
        Symmetric matrices, not zero.

    Returns
    -------
    float
        The alignment in [-1, 1]; in [0, 1] for positive matrices.

    Raises
    ------
    DataError
        If the shapes differ or a matrix is zero.

    References
    ----------
    Cristianini et al., NIPS 14 (2001). Hubregtsen et al., Phys. Rev. A 106, 042431 (2022),
    doi:10.1103/PhysRevA.106.042431.

    Examples
    --------
    >>> alignment([[1.0, 0.0], [0.0, 1.0]], [[1.0, 1.0], [1.0, 1.0]]).__round__(4)
    0.7071
    """
    left, right = _pair(K, L)
    norms = float(np.linalg.norm(left) * np.linalg.norm(right))
    if norms == 0:
        raise DataError("alignment: a matrix of zeros (after centring, a constant one) has none")
    return float((left * right).sum() / norms)


def alignment_slopes(K: NDArray[np.float64], L: NDArray[np.float64]) -> NDArray[np.float64]:
    r"""Return :math:`\partial A(K, L)/\partial K_{ij}`, every entry by itself."""
    norm_K, norm_L = np.linalg.norm(K), np.linalg.norm(L)
    return np.asarray(L / (norm_K * norm_L) - alignment(K, L) / norm_K**2 * K)


def centred_alignment(K: ArrayLike, L: ArrayLike) -> float:
    r"""Return the alignment of the centred matrices (CKA), which ignores a common offset.

    .. math:: A(HKH, HLH),\qquad H = 1 - \tfrac1n \mathbf 1\mathbf 1^T

    Parameters
    ----------
    K, L : array-like of shape (n, n)
        Symmetric matrices, not constant.

    Returns
    -------
    float
        The alignment, 1 where the kernels are the same up to scale and offset.

    References
    ----------
    Cortes, Mohri and Rostamizadeh, J. Mach. Learn. Res. 13, 795 (2012).

    Examples
    --------
    >>> K = np.array([[1.0, 0.3], [0.3, 1.0]])
    >>> round(centred_alignment(K, 2 * K + 5), 12)
    1.0
    """
    left, right = _pair(K, L)
    return alignment(centred(left), centred(right))


def label_kernel(y: ArrayLike) -> NDArray[np.float64]:
    r"""Return the kernel that knows the labels: 1 for the same class, else :math:`-1/(k-1)`.

    For two classes it is :math:`yy^T` with labels :math:`\pm 1`.

    Raises
    ------
    DataError
        If the labels are no classes (some are missing, or are no whole numbers), or are all alike.

    Examples
    --------
    >>> label_kernel(["a", "b"]).tolist()
    [[1.0, -1.0], [-1.0, 1.0]]
    """
    labels = np.asarray(y)
    check_classes(labels)
    n_classes = len(np.unique(labels))
    return np.where(labels[:, None] == labels[None, :], 1.0, -1.0 / (n_classes - 1))


def _pair(K: ArrayLike, L: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    left, right = np.asarray(K, dtype=np.float64), np.asarray(L, dtype=np.float64)
    if left.shape != right.shape or left.ndim != 2 or left.shape[0] != left.shape[1]:
        raise DataError(f"alignment: shapes {left.shape} and {right.shape}, expected (n, n) twice")
    return left, right


def centred(K: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return HKH: the matrix as if the encoded points had their mean at the origin."""
    means = K.mean(axis=0)
    return np.asarray(K - means - means[:, None] + means.mean())
