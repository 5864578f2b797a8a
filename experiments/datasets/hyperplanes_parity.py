"""Labels by the parity of how many hyperplanes a point lies above."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, PositiveInt

from experiments.datasets._dataset import Dataset
from qml.errors import DataError

__all__ = ["hyperplanes_parity"]

_TRIES = 200  # of hyperplanes; each about as likely balanced as not


def hyperplanes_parity(
    random_state: int,
    n_samples: Annotated[int, Field(ge=4)] = 300,
    n_features: PositiveInt = 10,
    n_hyperplanes: PositiveInt = 2,
    manifold_dimension: PositiveInt = 3,
) -> Dataset:
    r"""Hidden points cut by random hyperplanes; the label is the parity of the sides.

    Hidden :math:`c\sim N(0, 1)^m`, label :math:`\bigoplus_h [w_h\cdot c > b_h]` with random
    hyperplanes, features :math:`x = c\,F` with random F. Hyperplanes are drawn again until both
    labels have between 45 and 55 in a hundred points; then points are drawn until half have each.

    Parameters
    ----------
    random_state : int
        Seed of all that is drawn.
    n_samples : int, default=300
        Number of points.
    n_features : int, default=10
        Dimension of the points.
    n_hyperplanes : int, default=2
        Number of cuts.
    manifold_dimension : int, default=3
        Dimension m in which the hyperplanes cut.

    References
    ----------
    Bowles, Ahmed and Schuld, arXiv:2403.07059 (2024).

    Examples
    --------
    >>> data = hyperplanes_parity(0, n_samples=100, n_features=5, n_hyperplanes=4)
    >>> data.X.shape, int(data.y.sum())
    ((100, 5), 50)
    """
    rng, m = np.random.default_rng(random_state), manifold_dimension
    for _ in range(_TRIES):
        W, b = rng.standard_normal((m, n_hyperplanes)), rng.standard_normal(n_hyperplanes)
        probe = rng.standard_normal((2000, m))
        if 0.45 < (((probe @ W > b).sum(axis=1)) % 2).mean() < 0.55:
            break
    else:
        raise DataError(f"hyperplanes_parity: no balanced labels in {_TRIES} draws of hyperplanes")
    points, labels = _balanced(rng, n_samples, W, b)
    return _Cut(W, b, rng.standard_normal((m, n_features))).at(points, labels)


@dataclass(frozen=True)
class _Cut:
    """What is drawn once: the hyperplanes, and the image of the hidden points."""

    W: NDArray[np.float64]
    b: NDArray[np.float64]
    images: NDArray[np.float64]

    def at(self, points: NDArray[np.float64], labels: NDArray[np.intp]) -> Dataset:
        return Dataset(
            points @ self.images,
            labels,
            name="hyperplanes_parity",
            source="generated after Bowles, Ahmed and Schuld 2024, arXiv:2403.07059",
            licence="none needed (generated)",
            more=functools.partial(_more, self),
        )


def _more(cut: _Cut, random_state: int, n_samples: int) -> Dataset:
    rng = np.random.default_rng(random_state)
    return cut.at(*_balanced(rng, n_samples, cut.W, cut.b))


def _balanced(
    rng: np.random.Generator, n_samples: int, W: NDArray[np.float64], b: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Return hidden points and their labels, half of them of each."""
    wanted = (n_samples - n_samples // 2, n_samples // 2)
    points = rng.standard_normal((20 * n_samples, len(W)))
    labels = (points @ W > b).sum(axis=1) % 2
    rows = np.concatenate([np.flatnonzero(labels == k)[: wanted[k]] for k in (0, 1)])
    rows = rng.permutation(rows)
    return points[rows], labels[rows]
