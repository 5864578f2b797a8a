"""Intervals that know that the folds of one data set are not independent."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

__all__ = ["corrected_interval"]


def corrected_interval(
    scores: ArrayLike, test_to_train: float, level: float = 0.95
) -> tuple[float, float, float]:
    r"""Return the mean over folds and its Nadeau-Bengio corrected t interval.

    .. math:: \bar s \pm t_{J-1}\sqrt{\Big(\tfrac1J + \tfrac{n_\mathrm{test}}{n_\mathrm{train}}\Big)
        \hat\sigma^2}

    The plain interval, with :math:`1/J` alone, is far too narrow, since training sets overlap.

    Parameters
    ----------
    scores : array-like of shape (J,)
        One a fold, over all repeats.
    test_to_train : float
        Test size over training size.
    level : float, default=0.95
        Confidence.

    Returns
    -------
    mean, low, high : float
        `low` and `high` are NaN for fewer than two scores.

    References
    ----------
    Nadeau and Bengio, Machine Learning 52, 239 (2003), doi:10.1023/A:1024068626366.

    Examples
    --------
    >>> [round(x, 3) for x in corrected_interval([0.9, 0.8, 1.0], 0.5)]
    [0.9, 0.507, 1.293]
    """
    values = np.asarray(scores, dtype=np.float64)
    mean = float(values.mean()) if values.size else float("nan")
    if values.size < 2:
        return mean, float("nan"), float("nan")
    variance = values.var(ddof=1) * (1 / values.size + test_to_train)
    half = float(stats.t.ppf((1 + level) / 2, values.size - 1) * np.sqrt(variance))
    return mean, mean - half, mean + half
