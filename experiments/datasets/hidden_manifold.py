"""Points on a low-dimensional manifold, labelled by a small neural network on it."""

from __future__ import annotations

from typing import Annotated

import numpy as np
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

    and the label says whether s is above its median.

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
    scores = np.tanh(hidden @ W.T) @ v
    return Dataset(
        np.tanh(hidden @ images - offsets),
        (scores > np.median(scores)).astype(int),
        name="hidden_manifold",
        source="generated after Bowles, Ahmed and Schuld 2024, arXiv:2403.07059",
        licence="none needed (generated)",
    )
