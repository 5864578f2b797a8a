"""Repair of indefinite kernel matrices: fitted on the training block, applied to test blocks.

Shots and noise make a measured matrix indefinite. Whatever is done to the training block must be
done to the test blocks too, or the machine is trained on one kernel and asked about another.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qml.errors import DataError, SpecError, did_you_mean

__all__ = ["REPAIRS", "Repair", "RepairMethod"]

RepairMethod = Literal["none", "clip", "flip", "shift", "nearest"]
REPAIRS: tuple[RepairMethod, ...] = ("none", "clip", "flip", "shift", "nearest")

_MOST_ITERATIONS = 1000
_ROUNDING = 1e-10  # eigenvalues no lower than this are the arithmetic's, not the data's

Matrix = NDArray[np.float64]


class Repair:
    r"""Make a symmetric matrix positive semidefinite.

    With :math:`K = \sum_i \lambda_i v_i v_i^T` by `numpy.linalg.eigh`:

    - ``"none"`` leaves it as measured;
    - ``"clip"`` sets negative eigenvalues to 0, the nearest positive matrix in Frobenius norm; a
      test block is projected on the eigenvectors that are kept;
    - ``"flip"`` takes their absolute values; a test block's part along them changes sign;
    - ``"shift"`` adds :math:`|\lambda_\min|` to the diagonal; a test block has no diagonal and
      stays;
    - ``"nearest"`` is the nearest matrix with unit diagonal (Higham); it has no map for test
      blocks, which stay, and says so in `maps_test_blocks`.

    A new point's kernel with itself has no eigenvectors to be read from: it moves by the mean that
    the training diagonal moved.

    Parameters
    ----------
    method : {"none", "clip", "flip", "shift", "nearest"}
        Way to make the matrix positive.

    Attributes
    ----------
    lowest_eigenvalue_ : float
        Lowest eigenvalue of the matrix as it came.
    moved_ : float
        Frobenius norm of what the repair changed.
    diagonal_moved_ : float
        Mean of what the repair added to the training diagonal.

    References
    ----------
    Chen et al., J. Mach. Learn. Res. 10, 747 (2009). Higham, IMA J. Numer. Anal. 22, 329 (2002),
    doi:10.1093/imanum/22.3.329.

    Examples
    --------
    >>> repair = Repair("clip")
    >>> repaired = repair.fit_transform([[1.0, 2.0], [2.0, 1.0]])
    >>> repaired.round(12).tolist(), round(repair.moved_, 12)
    ([[1.5, 1.5], [1.5, 1.5]], 1.0)
    """

    def __init__(self, method: RepairMethod = "none") -> None:
        if method not in REPAIRS:
            raise SpecError(f"unknown repair {method!r}{did_you_mean(method, REPAIRS)}", "repair")
        self.method = method

    @property
    def maps_test_blocks(self) -> bool:
        """Whether test blocks are changed with the training block."""
        return self.method in ("clip", "flip")

    def fit_transform(self, K: ArrayLike) -> Matrix:
        """Learn from the training block and return it repaired; a positive one comes back as it is.

        Parameters
        ----------
        K : array-like of shape (n, n)
            Symmetric matrix of finite numbers.

        Raises
        ------
        DataError
            Naming the row and column at fault.
        """
        matrix = _checked(K)
        self._map: Matrix | None = None
        self.moved_ = self.diagonal_moved_ = 0.0
        self._unexamined: Matrix | None = matrix
        if self.method == "none" or _is_positive(matrix):
            return matrix
        eigenvalues, vectors = np.linalg.eigh(matrix)
        self._lowest, self._unexamined = float(eigenvalues[0]), None
        negative = eigenvalues < -_ROUNDING * max(1.0, float(np.abs(eigenvalues[-1])))
        if not negative.any():
            return matrix
        if self.method == "shift":
            repaired = matrix - self._lowest * np.eye(len(matrix))
        elif self.method == "nearest":
            repaired = _nearest_correlation(matrix)
        else:
            sign = 0.0 if self.method == "clip" else -1.0
            self._map = (vectors * np.where(negative, sign, 1.0)) @ vectors.T
            repaired = (vectors * np.where(negative, sign, 1.0) * eigenvalues) @ vectors.T
            repaired = (repaired + repaired.T) / 2
        self.moved_ = float(np.linalg.norm(repaired - matrix))
        self.diagonal_moved_ = float(np.diag(repaired - matrix).mean())
        return np.asarray(repaired)

    @property
    def lowest_eigenvalue_(self) -> float:
        """Of the training matrix as it came; computed when it is first asked for."""
        if self._unexamined is not None:
            self._lowest, self._unexamined = float(np.linalg.eigvalsh(self._unexamined)[0]), None
        return self._lowest

    def transform(self, block: ArrayLike) -> Matrix:
        """Return a test block, shape (m, n), as the repaired kernel would have it."""
        matrix = np.asarray(block, dtype=np.float64)
        return matrix if self._map is None else np.asarray(matrix @ self._map)

    def transform_diagonal(self, diagonal: ArrayLike) -> Matrix:
        """Return new points' kernel with themselves, shape (m,), as the repaired kernel has it."""
        return np.asarray(diagonal, dtype=np.float64) + self.diagonal_moved_


def _is_positive(matrix: Matrix) -> bool:
    """Whether the matrix is positive but for rounding, by an attempt that costs no eigenvalues."""
    shift = _ROUNDING * max(1.0, float(np.trace(matrix)) / max(len(matrix), 1))
    try:
        np.linalg.cholesky(matrix + shift * np.eye(len(matrix)))
    except np.linalg.LinAlgError:
        return False
    return True


def _checked(K: ArrayLike) -> Matrix:
    matrix = np.asarray(K, dtype=np.float64)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        raise DataError(f"K: shape {matrix.shape}, expected (n, n)")
    if not np.isfinite(matrix).all():
        row, column = np.argwhere(~np.isfinite(matrix))[0]
        raise DataError(f"K: row {row}, column {column} is {matrix[row, column]}")
    asymmetry = np.abs(matrix - matrix.T)
    if asymmetry.max(initial=0.0) > 1e-8:
        row, column = np.unravel_index(asymmetry.argmax(), asymmetry.shape)
        raise DataError(
            f"K: not symmetric, row {row}, column {column} is {matrix[row, column]:.6g} one way "
            f"and {matrix[column, row]:.6g} the other"
        )
    return matrix


def _nearest_correlation(matrix: Matrix) -> Matrix:
    """Return the nearest positive matrix with unit diagonal, by alternating projections."""
    correction = np.zeros_like(matrix)
    current = matrix.copy()
    for _ in range(_MOST_ITERATIONS):
        eigenvalues, vectors = np.linalg.eigh(current - correction)
        positive = (vectors * np.maximum(eigenvalues, 0.0)) @ vectors.T
        correction = positive - (current - correction)
        following = positive.copy()
        np.fill_diagonal(following, 1.0)
        change = float(np.abs(following - current).max())
        current = following
        if change < 1e-12:
            break
    # the diagonal was set last: what that cost in positivity is at the rounding of the iteration
    lowest = min(float(np.linalg.eigvalsh(current)[0]), 0.0)
    shrink = 1.0 / (1.0 - lowest)
    return np.asarray(shrink * (current - lowest * np.eye(len(current))))
