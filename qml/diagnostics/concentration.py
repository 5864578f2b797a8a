"""Concentration: whether a kernel's entries can still be told apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from qml.errors import DataError

__all__ = ["Concentration", "concentration"]


@dataclass(frozen=True)
class Concentration:
    """Off-diagonal entries of a kernel matrix beside those of random states.

    Parameters
    ----------
    mean, variance : float
        Mean and variance of the entries above the diagonal.
    haar_mean, haar_variance : float
        Mean and variance of the fidelity of two Haar-random states of as many qubits.
    shots_to_resolve : float
        Shots an entry at which its shot noise is as large as the entries' spread; infinite where
        they do not spread.
    """

    mean: float
    variance: float
    haar_mean: float
    haar_variance: float
    shots_to_resolve: float


def concentration(K: ArrayLike, n_qubits: int) -> Concentration:
    r"""Compare a fidelity kernel's off-diagonal entries with those of Haar-random states.

    With :math:`d = 2^n`, two Haar-random states have mean fidelity :math:`1/d` and variance
    :math:`(d-1)/(d^2(d+1))`: a kernel near both knows nothing but identity. An entry :math:`k`
    estimated from :math:`R` shots has variance :math:`k(1-k)/R`.

    Parameters
    ----------
    K : array-like of shape (n, n)
        Symmetric matrix of two points or more.
    n_qubits : int
        Width of the feature map.

    Raises
    ------
    DataError
        If K is not square or has fewer than two points.

    References
    ----------
    Thanasilp et al., Nat. Commun. 15, 5200 (2024), doi:10.1038/s41467-024-49287-w.

    Examples
    --------
    >>> concentration([[1.0, 0.5], [0.5, 1.0]], n_qubits=1).haar_mean
    0.5
    """
    matrix = np.asarray(K, dtype=np.float64)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or len(matrix) < 2:
        raise DataError(f"K: shape {matrix.shape}, expected (n, n) with n of 2 or more")
    entries = matrix[np.triu_indices(len(matrix), k=1)]
    d = 2.0**n_qubits
    variance = float(entries.var())
    noise = float((entries * (1 - entries)).mean())
    return Concentration(
        mean=float(entries.mean()),
        variance=variance,
        haar_mean=1 / d,
        haar_variance=(d - 1) / (d**2 * (d + 1)),
        shots_to_resolve=noise / variance if variance > 0 else float("inf"),
    )
