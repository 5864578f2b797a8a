"""Intervals that know that the folds of one data set are not independent."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

__all__ = ["corrected_interval", "holm", "paired_test"]


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


def paired_test(differences: ArrayLike) -> float:
    """Return the two-sided p of Wilcoxon's signed-rank test, zeros counted for neither side.

    Zeros take part in the ranking (Pratt), so that many ties make a difference less certain, not
    more. With nothing but zeros p is 1.

    Parameters
    ----------
    differences : array-like of shape (n_problems,)
        One a problem, infinities allowed: only their order counts.

    References
    ----------
    Pratt, J. Am. Stat. Assoc. 54, 655 (1959), doi:10.1080/01621459.1959.10501526.

    Examples
    --------
    >>> round(paired_test([1.0, 2.0, 3.0, 4.0, 5.0, 6.0]), 4)
    0.0312
    """
    values = np.asarray(differences, dtype=np.float64)
    if not np.any(values):
        return 1.0
    ranked = np.sign(values) * stats.rankdata(np.abs(values))
    # scipy picks the exact distribution where there are no ties and few values
    return float(stats.wilcoxon(ranked, zero_method="pratt").pvalue)


def holm(p_values: ArrayLike) -> np.ndarray:
    """Return p-values adjusted for as many tests, by Holm's step-down method.

    Parameters
    ----------
    p_values : array-like of shape (n_tests,)

    Returns
    -------
    ndarray of shape (n_tests,)
        In the same order, none above 1.

    References
    ----------
    Holm, Scand. J. Stat. 6, 65 (1979).

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03]).round(2).tolist()
    [0.03, 0.06, 0.06]
    """
    p = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(p)
    stepped = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(stepped, 1.0)
    return adjusted
