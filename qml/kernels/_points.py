"""What a kernel is asked for as a table of finite numbers, or one line that says why not."""

from __future__ import annotations

import numpy as np
import scipy.sparse
from numpy.typing import ArrayLike, NDArray

from qml.errors import DataError, shown

__all__ = ["checked_points"]


def checked_points(X: ArrayLike, name: str, width: int | None = None) -> NDArray[np.float64]:
    """Return features as a table of shape (n, n_features).

    Parameters
    ----------
    X : array-like of shape (n, n_features)
        Features as they were given.
    name : str
        Name of the argument, for errors.
    width : int or None, default=None
        Number of features that there must be; None is any.

    Raises
    ------
    DataError
        If it is no table of finite real numbers with a row and a column at least, or has another
        width; what is wrong is named with its place.
    """
    if scipy.sparse.issparse(X):
        raise DataError(f"{name}: a sparse matrix; expected an array, as {name}.toarray() is one")
    try:
        is_complex = np.iscomplexobj(X)
        points = np.asarray(X, dtype=None if is_complex else np.float64)
    except (TypeError, ValueError):
        raise DataError(f"{name}: expected a table of numbers, got {shown(X)}") from None
    if is_complex:
        raise DataError(f"{name}: complex numbers; expected real ones")
    if points.ndim != 2:
        hint = f"; one sample is {name}.reshape(1, -1)" if points.ndim == 1 else ""
        raise DataError(
            f"{name}: shape {points.shape}, expected a table (n_samples, n_features){hint}"
        )
    if not points.size:
        raise DataError(f"{name}: shape {points.shape}, expected a sample and a feature at least")
    if width is not None and points.shape[1] != width:
        raise DataError(f"{name}: {points.shape[1]} features, expected {width}")
    if not np.isfinite(points).all():
        row, column = np.argwhere(~np.isfinite(points))[0]
        raise DataError(
            f"{name}: row {row}, column {column} is {points[row, column]}, expected finite numbers"
        )
    return points
