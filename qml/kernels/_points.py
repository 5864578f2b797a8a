"""Points as a table of finite numbers and labels in their form, or one line that says why not."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse
from numpy.typing import ArrayLike, NDArray

from qml.errors import DataError
from qml.texts import shown

__all__ = ["check_classes", "checked_labels", "checked_points"]


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


def checked_labels(y: ArrayLike, n_rows: int) -> NDArray[Any]:
    """Return labels as an array with an entry a row of the features, whatever they are.

    Raises
    ------
    DataError
        If there are more or fewer.
    """
    expected = f"expected a label for each of the {n_rows} rows of X"
    try:
        labels = np.asarray(y)
    except ValueError:
        raise DataError(f"y: {expected}, got {shown(y)}") from None
    if labels.shape[:1] != (n_rows,):
        raise DataError(f"y: shape {labels.shape}, {expected}")
    return labels


def check_classes(labels: NDArray[Any]) -> None:
    """Raise one line unless labels are classes: two at least, of one type, none missing.

    Raises
    ------
    DataError
        Naming the shape, the types or the first row that is wrong.
    """
    if labels.ndim != 1:
        raise DataError(f"y: shape {labels.shape}, expected one label a row")
    try:
        classes = np.unique(labels)
    except TypeError:
        types = ", ".join(sorted({type(label).__name__ for label in labels}))
        raise DataError(f"y: labels of the types {types}, expected one type") from None
    if np.asarray(classes.tolist()).dtype.kind == "f":
        numbers = labels.astype(np.float64)
        wrong = ~np.isfinite(numbers) | (np.floor(numbers) != numbers)
        if wrong.any():
            row = int(wrong.argmax())
            raise DataError(
                f"y: row {row} is {numbers[row]}, expected classes, words or whole numbers"
            )
    if len(classes) < 2:
        plural = "" if len(classes) == 1 else "es"
        raise DataError(f"y: {len(classes)} class{plural}, at least 2 needed")
