"""Spirals wound into each other, in the plane."""

from __future__ import annotations

import functools
from typing import Annotated

import numpy as np
from pydantic import Field, NonNegativeFloat, PositiveFloat

from experiments.datasets._dataset import Dataset

__all__ = ["spirals"]


def spirals(
    random_state: int,
    n_samples: Annotated[int, Field(ge=4)] = 200,
    n_classes: Annotated[int, Field(ge=2, le=10)] = 2,
    turns: PositiveFloat = 1.5,
    noise: NonNegativeFloat = 0.03,
) -> Dataset:
    r"""Archimedean spirals :math:`r(\cos\phi, \sin\phi)` with :math:`\phi = 2\pi(T r + c/k)`.

    Parameters
    ----------
    random_state : int
        Seed of the points.
    n_samples : int, default=200
        Number of points, as many of each class as can be.
    n_classes : int, default=2
        The number k of spirals.
    turns : float, default=1.5
        The number T of turns from the origin to radius 1.
    noise : float, default=0.03
        Standard deviation of the Gaussian noise.

    Examples
    --------
    >>> np.bincount(spirals(0, n_samples=31, n_classes=3).y).tolist()
    [11, 10, 10]
    """
    rng = np.random.default_rng(random_state)
    y = rng.permutation(np.arange(n_samples) % n_classes)
    radius = np.sqrt(rng.uniform(0.01, 1, n_samples))
    angle = 2 * np.pi * (turns * radius + y / n_classes)
    X = radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    return Dataset(
        X + noise * rng.standard_normal(X.shape),
        y,
        name="spirals",
        source="generated",
        licence="none needed (generated)",
        more=functools.partial(spirals, n_classes=n_classes, turns=turns, noise=noise),
    )
