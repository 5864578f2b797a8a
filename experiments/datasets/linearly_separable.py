"""Linearly separable points: what every classifier should learn, and not every quantum one does."""

from __future__ import annotations

import functools
from typing import Annotated

import numpy as np
from pydantic import Field, PositiveInt

from experiments.datasets._dataset import Dataset

__all__ = ["linearly_separable"]


def linearly_separable(
    random_state: int,
    n_samples: Annotated[int, Field(ge=4)] = 300,
    n_features: PositiveInt = 2,
    margin: Annotated[float, Field(ge=0, lt=0.5)] = 0.02,
) -> Dataset:
    r"""Points on the two sides of the diagonal hyperplane, with a gap between them.

    Uniform in :math:`[-1, 1]^d`; the label is the sign of :math:`\sum_i x_i`, and points with
    :math:`|\sum_i x_i| \le` `margin` :math:`\cdot d` are drawn again. Half of the points have each
    label.

    Parameters
    ----------
    random_state : int
        Seed of the points.
    n_samples : int, default=300
        Number of points.
    n_features : int, default=2
        The dimension :math:`d`.
    margin : float, default=0.02
        Half of the gap between the classes, a feature.

    References
    ----------
    Bowles, Ahmed and Schuld, arXiv:2403.07059 (2024).

    Examples
    --------
    >>> data = linearly_separable(0, n_features=10)
    >>> bool(((data.X.sum(axis=1) > 0) == data.y).all())
    True
    """
    rng = np.random.default_rng(random_state)
    wanted = (n_samples - n_samples // 2, n_samples // 2)
    sides = [np.empty((0, n_features))] * 2
    while any(len(side) < count for side, count in zip(sides, wanted, strict=True)):
        points = rng.uniform(-1, 1, (2 * n_samples, n_features))
        total = points.sum(axis=1)
        for label, hit in enumerate((total < -margin * n_features, total > margin * n_features)):
            sides[label] = np.vstack([sides[label], points[hit]])
    X = np.vstack([side[:count] for side, count in zip(sides, wanted, strict=True)])
    order = rng.permutation(n_samples)
    return Dataset(
        X[order],
        np.repeat([0, 1], wanted)[order],
        name="linearly_separable",
        source="generated after Bowles, Ahmed and Schuld 2024, arXiv:2403.07059",
        licence="none needed (generated)",
        more=functools.partial(linearly_separable, n_features=n_features, margin=margin),
    )
