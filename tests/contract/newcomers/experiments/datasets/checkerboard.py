"""Squares of two colours in the plane."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from pydantic import Field

from experiments.datasets import Dataset

__all__ = ["checkerboard"]

EXAMPLES = ({"n_samples": 40},)


def checkerboard(random_state: int, n_samples: Annotated[int, Field(ge=8)] = 100) -> Dataset:
    """Points of a board of three by three squares, by colour.

    Parameters
    ----------
    random_state : int
        Seed of the points.
    n_samples : int, default=100
        Number of points.
    """
    X = np.random.default_rng(random_state).uniform(0, 3, (n_samples, 2))
    y = np.floor(X).sum(axis=1).astype(int) % 2
    return Dataset(X, y, "checkerboard", "generated", "none needed (generated)")
