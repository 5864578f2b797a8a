"""Points on a low-dimensional manifold, labelled by a small neural network on it."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, PositiveInt

from experiments.datasets._dataset import Dataset

__all__ = ["hidden_manifold"]


def hidden_manifold(
    random_state: int,
    n_samples: Annotated[int, Field(ge=4)] = 300,
    n_features: PositiveInt = 10,
    manifold_dimension: PositiveInt = 6,
) -> Dataset:
    r"""Features that are a random nonlinear image of few hidden variables.

    With hidden :math:`c\sim N(0, 1)^m` and random :math:`F, W, v\sim N(0, 1)`,
    :math:`b\sim U(-1, 1)`,

    .. math:: x = \tanh(F^T c/\sqrt m - b),\qquad
        s = v\cdot\tanh(W c/\sqrt m),

    and the label says whether s is above its median over the points. More points of the same law
    are labelled by that same median.

    Parameters
    ----------
    random_state : int
        Seed of all that is drawn.
    n_samples : int, default=300
        Number of points.
    n_features : int, default=10
        Dimension of the points.
    manifold_dimension : int, default=6
        The number m of hidden variables.

    References
    ----------
    Goldt et al., Phys. Rev. X 10, 041044 (2020), doi:10.1103/PhysRevX.10.041044; Bowles, Ahmed and
    Schuld, arXiv:2403.07059 (2024).

    Examples
    --------
    >>> data = hidden_manifold(0, n_features=4)
    >>> data.X.shape, int(data.y.sum())
    ((300, 4), 150)
    """
    rng, m = np.random.default_rng(random_state), manifold_dimension
    hidden = rng.standard_normal((n_samples, m)) / np.sqrt(m)
    images, W = rng.standard_normal((m, n_features)), rng.standard_normal((m, m))
    v, offsets = rng.standard_normal(m), rng.uniform(-1, 1, n_features)
    median = float(np.median(np.tanh(hidden @ W.T) @ v))
    return _Manifold(images, offsets, W, v, median).at(hidden)


@dataclass(frozen=True)
class _Manifold:
    """What is drawn once: the image of the hidden variables, and the network that labels them."""

    images: NDArray[np.float64]
    offsets: NDArray[np.float64]
    W: NDArray[np.float64]
    v: NDArray[np.float64]
    median: float

    def at(self, hidden: NDArray[np.float64]) -> Dataset:
        return Dataset(
            np.tanh(hidden @ self.images - self.offsets),
            (np.tanh(hidden @ self.W.T) @ self.v > self.median).astype(int),
            name="hidden_manifold",
            source="generated after Bowles, Ahmed and Schuld 2024, arXiv:2403.07059",
            licence="none needed (generated)",
            more=functools.partial(_more, self),
        )


def _more(manifold: _Manifold, random_state: int, n_samples: int) -> Dataset:
    m = len(manifold.v)
    rng = np.random.default_rng(random_state)
    return manifold.at(rng.standard_normal((n_samples, m)) / np.sqrt(m))
