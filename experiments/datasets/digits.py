"""Handwritten digits, as shipped in scikit-learn, two or more of them, also smaller."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from pydantic import Field, NonNegativeInt
from sklearn.datasets import load_digits

from experiments.datasets._dataset import Dataset
from qml.errors import DataError

__all__ = ["digits"]


def digits(
    random_state: int = 0,
    classes: Annotated[str, Field(pattern=r"^[0-9]( [0-9])+$")] = "3 5",
    width: Literal[1, 2, 4, 8] = 8,
    n_samples: NonNegativeInt = 0,
) -> Dataset:
    """1,797 images of 8 x 8 pixels, of which the named digits; pixels 0 (light) to 1.

    Parameters
    ----------
    random_state : int, default=0
        Seed of the draw, if not all are taken.
    classes : str, default="3 5"
        Digits to tell apart, with spaces between.
    width : {1, 2, 4, 8}, default=8
        Pixels a side; smaller images are means over squares.
    n_samples : int, default=0
        Number of images, the classes' shares kept as they come; 0 is all.

    Notes
    -----
    A small stand-in for MNIST, which no package holds.

    References
    ----------
    Alpaydin and Kaynak (1998), doi:10.24432/C50P49.

    Examples
    --------
    >>> digits(width=4, n_samples=100).X.shape
    (100, 16)
    """
    bunch = load_digits()
    wanted = [int(digit) for digit in classes.split()]
    rows = np.flatnonzero(np.isin(bunch.target, wanted))
    if n_samples > len(rows):
        raise DataError(f"digits: {n_samples} samples asked for, there are {len(rows)}")
    if n_samples:
        rows = np.sort(np.random.default_rng(random_state).permutation(rows)[:n_samples])
    side = 8 // width
    images = bunch.images[rows].reshape(-1, width, side, width, side).mean(axis=(2, 4)) / 16
    return Dataset(
        images.reshape(len(rows), -1),
        bunch.target[rows],
        name="digits",
        source="scikit-learn load_digits; doi:10.24432/C50P49",
        licence="CC BY 4.0",
    )
