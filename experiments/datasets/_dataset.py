"""A data set with its provenance, checked before anything is fitted to it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qml.errors import DataError
from qml.texts import visible

__all__ = ["Dataset"]


@dataclass(frozen=True)
class Dataset:
    """Features, labels, and where they come from.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features), or (n_samples,) of texts
        Finite numbers, or texts for a first preprocessing step that reads texts.
    y : ndarray of shape (n_samples,)
        Labels, two classes or more; floating-point numbers are the targets of a regression.
    name : str
        Name in messages and tables.
    source : str
        Origin of the data: a generator with its reference, a package, an archive.
    licence : str
        Licence under which they may be used.
    columns : tuple of str, default=()
        The features' names, for messages.
    groups : ndarray of shape (n_samples,) or None, default=None
        Group of each row (a patient, a day); rows of one group are never on both sides of a grouped
        split.
    folds : ndarray of int of shape (n_samples,) or None, default=None
        Fold in which each row is tested, from 0, for a predefined split; -1 is always trained on.
    more : callable or None, default=None
        Function from a seed and a number of rows to other rows of the same law, as a data set: what
        the generator drew besides rows (a labelling unitary, a curve) is the same. None for data
        that nothing draws.

    Raises
    ------
    DataError
        Naming the data set and the column or row.
    """

    X: NDArray[Any]
    y: NDArray[Any]
    name: str
    source: str
    licence: str
    columns: tuple[str, ...] = ()
    groups: NDArray[Any] | None = None
    folds: NDArray[np.intp] | None = None
    more: Callable[[int, int], Dataset] | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._check_labels()
        self._check_features()
        for what, array in (("groups", self.groups), ("folds", self.folds)):
            if array is not None and array.shape != self.y.shape:
                raise DataError(
                    f"{self.name}: {what} of shape {array.shape}, expected {self.y.shape}"
                )

    def _check_labels(self) -> None:
        X, y = self.X, self.y
        if X.ndim == 0:
            raise DataError(f"{self.name}: features of shape (), expected (n_samples, n_features)")
        if y.ndim != 1:
            raise DataError(f"{self.name}: labels of shape {y.shape}, expected (n_samples,)")
        if len(X) != len(y):
            raise DataError(f"{self.name}: {len(X)} rows of features, {len(y)} labels")
        if y.dtype.kind not in "OUfiub":
            raise DataError(f"{self.name}: labels of type {y.dtype}, expected texts or numbers")
        if y.dtype.kind == "O" and not all(isinstance(label, str) for label in y):
            row = next(i for i, label in enumerate(y) if not isinstance(label, str))
            raise DataError(f"{self.name}: row {row}: the label {y[row]!r} is no text")
        if y.dtype.kind == "f" and not np.isfinite(y).all():
            raise DataError(f"{self.name}: row {_first(~np.isfinite(y))}: the label is not finite")
        different = np.unique(y)
        if len(different) < 2:
            values = "different target" if y.dtype.kind == "f" else "class"
            raise DataError(f"{self.name}: {len(different)} {values}, at least 2 needed")
        for label in different if y.dtype.kind in "OU" else ():
            if visible(label) != label:
                where = f"{self.name}: row {_first(y == label)}: the label {visible(label)}"
                raise DataError(f"{where} has characters that cannot be seen")

    def _check_features(self) -> None:
        X = self.X
        if X.ndim == 1 and X.dtype.kind in "OU":
            if not all(isinstance(text, str) for text in X):
                raise DataError(f"{self.name}: the features are neither numbers nor all texts")
            return
        if X.ndim != 2 or X.shape[1] == 0:
            raise DataError(
                f"{self.name}: features of shape {X.shape}, expected (n_samples, n_features)"
            )
        if X.dtype.kind not in "fiub":
            raise DataError(f"{self.name}: features of type {X.dtype}, expected real numbers")
        broken = ~np.isfinite(X)
        if broken.any():
            row, column = np.argwhere(broken)[0]
            raise DataError(
                f"{self.name}: row {row}, {self.column(column)} is {X[row, column]}; remove the "
                "row or fill the gap"
            )
        constant = (X[0] == X).all(axis=0)
        if constant.all():
            raise DataError(
                f"{self.name}: every column is constant, there is nothing to learn from"
            )

    def column(self, number: int) -> str:
        """Return how a message calls a column."""
        name = f" ({self.columns[number]!r})" if number < len(self.columns) else ""
        return f"column {number}{name}"

    @cached_property
    def sha256(self) -> str:
        """Hash of features, labels, groups and folds, with their types and shapes."""
        digest = hashlib.sha256()
        given = [array for array in (self.groups, self.folds) if array is not None]
        for array in (self.X, self.y, *given):
            if array.dtype.kind in "OU":
                content = "\x1f".join(map(str, array)).encode()
                digest.update(f"text{array.shape}".encode())
            else:
                content = np.ascontiguousarray(array).tobytes()
                digest.update(f"{array.dtype.str}{array.shape}".encode())
            digest.update(content)
        return digest.hexdigest()


def _first(mask: NDArray[np.bool_]) -> int:
    return int(np.flatnonzero(mask)[0])
