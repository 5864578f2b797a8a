"""Images of bars or of stripes, with noise."""

from __future__ import annotations

import functools
from typing import Annotated

import numpy as np
from pydantic import Field, NonNegativeFloat

from experiments.datasets._dataset import Dataset

__all__ = ["bars_and_stripes"]


def bars_and_stripes(
    random_state: int,
    n_samples: Annotated[int, Field(ge=4)] = 300,
    width: Annotated[int, Field(ge=2)] = 4,
    noise: NonNegativeFloat = 0.5,
) -> Dataset:
    """Square images whose columns (bars, class 0) or rows (stripes, class 1) are all dark or light.

    Each column or row is -1 or 1 at random; images of one shade, which are both, are drawn again.

    Parameters
    ----------
    random_state : int
        Seed of all that is drawn.
    n_samples : int, default=300
        Number of images, half of them of each class.
    width : int, default=4
        Pixels a side; an image is ``width**2`` features, row by row.
    noise : float, default=0.5
        Standard deviation of the Gaussian noise on every pixel.

    References
    ----------
    Bowles, Ahmed and Schuld, arXiv:2403.07059 (2024).

    Examples
    --------
    >>> bars_and_stripes(0, n_samples=10, noise=0.0).X[0].reshape(4, 4).shape
    (4, 4)
    """
    rng = np.random.default_rng(random_state)
    y = np.arange(n_samples) % 2
    lines = rng.choice([-1.0, 1.0], size=(n_samples, width))
    while (plain := np.abs(lines.sum(axis=1)) == width).any():
        lines[plain] = rng.choice([-1.0, 1.0], size=(int(plain.sum()), width))
    bars = np.repeat(lines[:, None, :], width, axis=1)
    images = np.where(y[:, None, None] == 0, bars, bars.transpose(0, 2, 1))
    X = images.reshape(n_samples, -1) + noise * rng.standard_normal((n_samples, width**2))
    order = rng.permutation(n_samples)
    return Dataset(
        X[order],
        y[order],
        name="bars_and_stripes",
        source="generated after Bowles, Ahmed and Schuld 2024, arXiv:2403.07059",
        licence="none needed (generated)",
        more=functools.partial(bars_and_stripes, width=width, noise=noise),
    )
