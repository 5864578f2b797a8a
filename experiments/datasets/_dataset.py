"""A data set with its provenance, checked before anything is fitted to it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qml.errors import DataError

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
        As messages show it.
    source : str
        Where the data come from: a generator with its reference, a package, an archive.
    licence : str
        Under which they may be used.

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

    def __post_init__(self) -> None:
        X, y = self.X, self.y
        if y.ndim != 1:
            raise DataError(f"{self.name}: labels of shape {y.shape}, expected (n_samples,)")
        if len(X) != len(y):
            raise DataError(f"{self.name}: {len(X)} rows of features, {len(y)} labels")
        if y.dtype.kind == "f" and not np.isfinite(y).all():
            raise DataError(f"{self.name}: row {_first(~np.isfinite(y))}: the label is not finite")
        if len(np.unique(y)) < 2:
            values = "different target" if y.dtype.kind == "f" else "class"
            raise DataError(f"{self.name}: {len(np.unique(y))} {values}, at least 2 needed")
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
            raise DataError(f"{self.name}: row {row}, column {column} is {X[row, column]}")

    @cached_property
    def sha256(self) -> str:
        """Hash of features and labels, with their types and shapes."""
        digest = hashlib.sha256()
        for array in (self.X, self.y):
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
