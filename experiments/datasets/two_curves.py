"""Two noisy curves that run beside each other through many dimensions."""

from __future__ import annotations

import functools
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, NonNegativeFloat, PositiveInt

from experiments.datasets._dataset import Dataset

__all__ = ["two_curves"]


def two_curves(
    random_state: int,
    n_samples: Annotated[int, Field(ge=4)] = 300,
    n_features: PositiveInt = 10,
    degree: PositiveInt = 5,
    offset: NonNegativeFloat = 0.1,
    noise: NonNegativeFloat = 0.01,
) -> Dataset:
    r"""Points on two copies of a random closed curve, one shifted against the other.

    .. math:: x_i(t) = \sum_{n=1}^{d} a_{in}\cos(2\pi nt) + b_{in}\sin(2\pi nt),\qquad
        t\sim U(0, 1),

    with coefficients uniform in (0, 1) over the degree d; the second class is shifted by `offset`
    in every dimension, and both get Gaussian noise.

    Parameters
    ----------
    random_state : int
        Seed of all that is drawn.
    n_samples : int, default=300
        Number of points, half of them on each curve.
    n_features : int, default=10
        Dimension of the points.
    degree : int, default=5
        Highest frequency d: the higher, the more the curves wind.
    offset : float, default=0.1
        Shift of the second curve.
    noise : float, default=0.01
        Standard deviation of the noise.

    References
    ----------
    Buchanan, Gilboa and Wright, arXiv:2008.11245 (2020); Bowles, Ahmed and Schuld,
    arXiv:2403.07059 (2024).

    Examples
    --------
    >>> two_curves(0, n_samples=20, n_features=3).X.shape
    (20, 3)
    """
    rng = np.random.default_rng(random_state)
    coefficients = rng.uniform(0, 1, (2, degree, n_features)) / degree
    return _points(rng, n_samples, coefficients, offset, noise)


def _points(
    random_state: int | np.random.Generator,
    n_samples: int,
    coefficients: NDArray[np.float64],
    offset: float,
    noise: float,
) -> Dataset:
    rng = np.random.default_rng(random_state)
    cosines, sines = coefficients
    degree, n_features = cosines.shape
    y = np.arange(n_samples) % 2
    phases = 2 * np.pi * np.outer(rng.uniform(0, 1, n_samples), np.arange(1, degree + 1))
    curve = np.cos(phases) @ cosines + np.sin(phases) @ sines
    X = curve + offset * y[:, None] + noise * rng.standard_normal((n_samples, n_features))
    order = rng.permutation(n_samples)
    return Dataset(
        X[order],
        y[order],
        name="two_curves",
        source="generated after Bowles, Ahmed and Schuld 2024, arXiv:2403.07059",
        licence="none needed (generated)",
        more=functools.partial(_points, coefficients=coefficients, offset=offset, noise=noise),
    )
