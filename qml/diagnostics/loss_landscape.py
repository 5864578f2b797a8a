"""Loss landscape: a slice through the loss around a point, along two directions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["Landscape", "loss_landscape"]

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Landscape:
    """A slice.

    Parameters
    ----------
    steps : ndarray of shape (n_steps,)
        Distances along either direction, in radians; 0 is in the middle.
    losses : ndarray of shape (n_steps, n_steps)
        Losses at ``center + steps[i] * first + steps[j] * second``.
    directions : ndarray of shape (2, n_weights)
        Orthogonal directions, each of length 1.
    """

    steps: Values
    losses: Values
    directions: Values


def loss_landscape(
    loss: Callable[[Values], float],
    center: ArrayLike,
    reach: float = np.pi,
    n_steps: int = 25,
    random_state: int = 0,
) -> Landscape:
    """Return the loss on a square around a point, along two random orthogonal directions.

    Parameters
    ----------
    loss : callable
        Function from weights to the loss.
    center : array-like of shape (n_weights,)
        Weights in the middle of the square, such as trained ones.
    reach : float, default=pi
        Half the square's side, in radians.
    n_steps : int, default=25
        Number of points a side; taken odd, so that the center is among them. The loss is asked for
        their square.
    random_state : int, default=0
        Seed of the directions.

    References
    ----------
    Li, Xu, Taylor, Studer and Goldstein, NeurIPS 31 (2018), arXiv:1712.09913. Angles need no
    normalisation by filter.

    Examples
    --------
    >>> found = loss_landscape(lambda x: float(x @ x), np.zeros(3), reach=1.0, n_steps=3)
    >>> found.losses.round(6).tolist()
    [[2.0, 1.0, 2.0], [1.0, 0.0, 1.0], [2.0, 1.0, 2.0]]
    """
    middle = np.asarray(center, dtype=np.float64)
    rng = np.random.default_rng(random_state)
    drawn = rng.normal(size=(len(middle), min(2, len(middle))))
    directions = np.zeros((2, len(middle)))
    directions[: drawn.shape[1]] = np.linalg.qr(drawn)[0].T
    steps = np.linspace(-reach, reach, n_steps | 1)
    losses = np.array(
        [[loss(middle + a * directions[0] + b * directions[1]) for b in steps] for a in steps]
    )
    return Landscape(steps, losses, directions)
