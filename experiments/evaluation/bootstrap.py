"""Intervals by other test rows alone, for models as they were fitted."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["bootstrap_interval"]


def bootstrap_interval(
    score: Callable[[list[NDArray[np.intp]]], float],
    fold_sizes: Sequence[int],
    level: float = 0.95,
    draws: int = 400,
    seed: int = 0,
) -> tuple[float, float]:
    """Return the percentile bootstrap interval of a score over test rows, drawn fold by fold.

    It says how much the result would vary with other test rows for the models as they were fitted;
    that other training rows give other models is in `corrected_interval` alone.

    Parameters
    ----------
    score : callable
        Function from one array of rows a fold to the score; NaN where those rows allow none.
    fold_sizes : sequence of int
        Number of test rows of each fold.
    level : float, default=0.95
        Confidence of the interval.
    draws : int, default=400
        Number of resamples.
    seed : int, default=0
        Seed of the resamples.

    Returns
    -------
    low, high : float
        Ends of the interval, NaN if no resample allowed a score.

    References
    ----------
    Efron and Tibshirani, An Introduction to the Bootstrap (1993), chapter 13.

    Examples
    --------
    >>> hits = np.repeat([1.0, 0.0], [80, 20])
    >>> low, high = bootstrap_interval(lambda rows: hits[rows[0]].mean(), [100])
    >>> 0.69 < low < 0.75 and 0.85 < high < 0.90
    True
    """
    rng = np.random.default_rng(seed)
    scores = np.array(
        [score([rng.integers(0, size, size) for size in fold_sizes]) for _ in range(draws)]
    )
    known = scores[~np.isnan(scores)]
    if not known.size:
        return float("nan"), float("nan")
    low, high = np.quantile(known, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
