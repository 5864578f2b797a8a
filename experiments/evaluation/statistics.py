"""Statistics that know that the folds of one data set are not independent, and how many looks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from experiments.evaluation.rows import Rows

__all__ = [
    "Comparison",
    "compare",
    "corrected_interval",
    "held_to_rows",
    "holm",
]

_POWER = 0.8  # with which a visible difference is shown


def corrected_interval(
    scores: ArrayLike, test_to_train: float, level: float = 0.95, rows: Rows | None = None
) -> tuple[float, float, float]:
    r"""Return the mean over folds and its Nadeau-Bengio corrected t interval, held to the rows'.

    .. math:: \bar s \pm t_{J-1}\sqrt{\Big(\tfrac1J + \tfrac{n_\mathrm{test}}{n_\mathrm{train}}\Big)
        \hat\sigma^2}

    The plain interval, with :math:`1/J` alone, is far too narrow, since training sets overlap. This
    one is too narrow where all folds are equal and grows narrower with repeats, which bring no new
    rows; and it is too wide where there are few folds. So its variance is taken for no less than
    that of the distinct rows, `Rows.variance`, and for no more than 9/4 of it: training sets add a
    tenth to nine tenths of it (``python -m benchmarks.statistics`` has the error rates). Reduced
    training parts differ by more, up to 4 times; of a single split it is that of the rows.

    Parameters
    ----------
    scores : array-like of shape (J,)
        Scores, one a fold, over all repeats.
    test_to_train : float
        Test size over the size of the whole training part, also where only a share of it is used.
    level : float, default=0.95
        Confidence of the interval.
    rows : Rows or None, default=None
        Distinct test rows of the mean; None leaves the interval to the folds alone.

    Returns
    -------
    mean, low, high : float
        `low` and `high` are NaN for fewer than two scores of which no rows are known.

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
    if values.size < _least(rows):
        return mean, float("nan"), float("nan")
    error, degrees = _error(values, test_to_train, rows)
    half = float(stats.t.ppf((1 + level) / 2, degrees)) * error
    return mean, mean - half, mean + half


def _error(
    values: NDArray[np.float64], test_to_train: float, rows: Rows | None
) -> tuple[float, float]:
    """Return the standard error of a mean over folds, and its degrees of freedom.

    Folds and rows are set beside each other by the half widths of their 95 % intervals.
    """
    known = rows if rows is not None and len(rows) > 1 else None
    if known is not None and values.size == 1:  # the rows of one part are most of the error
        return known.error, known.degrees
    by_folds = float(np.sqrt(values.var(ddof=1) * (1 / values.size + test_to_train)))
    if known is None:
        return by_folds, values.size - 1
    return held_to_rows(by_folds, values.size, known.error, known.degrees + 1, known.widest)


def _least(rows: Rows | None) -> int:
    """Return how many folds there must be: one, if it has rows that tell how much they vary."""
    return 2 if rows is None or len(rows) < 2 else 1


def held_to_rows(
    by_folds: float, n_folds: int, by_rows: float, n_rows: float, widest: float = 1.5
) -> tuple[float, float]:
    """Return a standard error by folds, held to that by rows, and its degrees of freedom.

    Parameters
    ----------
    by_folds : float
        Corrected standard error of the mean over folds.
    n_folds : int
        Number of folds, over all repeats; at least two.
    by_rows : float
        Standard error that the distinct test rows make.
    n_rows : float
        Number of distinct test rows, at least two: one more than the error's degrees of freedom.
    widest : float, default=1.5
        Largest factor of that by rows, see `Rows`.
    """
    quantile = stats.t.ppf(0.975, n_folds - 1) / stats.t.ppf(0.975, n_rows - 1)
    if by_folds * quantile < by_rows:
        return by_rows, n_rows - 1
    if by_folds * quantile > widest * by_rows:
        return widest * by_rows, n_rows - 1
    return by_folds, n_folds - 1


@dataclass(frozen=True)
class Comparison:
    """Two models on the same folds of one data set; differences are first less second.

    Parameters
    ----------
    difference, low, high : float
        Mean over folds and its corrected 95 % interval.
    p : float
        Two-sided p-value of the corrected t test, for there being no difference.
    p_tost : float
        P-value of two one-sided tests, for the difference being as large as the region of practical
        equivalence or larger.
    p_worse, p_equal, p_better : float
        Posterior probabilities that the first is worse by more than the region of practical
        equivalence, within it, better by more.
    effect : float
        Mean difference over its standard deviation between folds (Cohen's d of pairs); infinite
        where the difference is the same on all folds, 0 where there is none.
    visible : float
        The difference that would have been shown with probability 0.8, if it were there, at the
        level that a single p was held against.
    rope : float
        Half width of the region of practical equivalence.
    n_folds : int
        Number of folds compared.
    """

    difference: float
    low: float
    high: float
    p: float
    p_tost: float
    p_worse: float
    p_equal: float
    p_better: float
    effect: float
    visible: float
    rope: float
    n_folds: int


def compare(
    differences: ArrayLike,
    test_to_train: float,
    rope: float,
    rows: Rows | None = None,
    level: float = 0.05,
) -> Comparison:
    r"""Compare two models by the differences of their scores, fold by fold.

    The corrected t statistic is :math:`\bar d\,/\sqrt{(1/J + n_\mathrm{test}/n_\mathrm{train})
    \hat\sigma_d^2}` with :math:`J-1` degrees of freedom, its error held to that of the distinct
    rows, see `corrected_interval`; its Bayesian twin has the same Student distribution, about
    :math:`\bar d`, as posterior of the true difference.

    Parameters
    ----------
    differences : array-like of shape (J,)
        Differences, one a fold, over all repeats; at least two, or one whose rows are known.
    test_to_train : float
        Test size over training size.
    rope : float
        Half width of the region of practical equivalence, in units of the score.
    rows : Rows or None, default=None
        Distinct test rows of the difference, as for `corrected_interval`.
    level : float, default=0.05
        Level :math:`\alpha` that p is held against, in a family `Family.level`: `visible` is

        .. math:: X = t_{1-\alpha/2}\,\hat\sigma + t_{0.8}\,\frac{\hat\sigma + \sigma}2

        of the error that is reckoned with and that of the distinct rows alone, between which the
        true one lies; a difference above it is never undecided.

    Notes
    -----
    Equivalence is shown by two one-sided tests (Schuirmann): the difference d is both significantly
    above :math:`-r` and significantly below r, of a region of half width r,

    .. math:: p_\mathrm{TOST} = \max\Big(\Pr\Big[t > \frac{r + \bar d}{\hat\sigma}\Big],
        \Pr\Big[t > \frac{r - \bar d}{\hat\sigma}\Big]\Big)

    References
    ----------
    Schuirmann, J. Pharmacokinet. Biopharm. 15, 657 (1987), doi:10.1007/BF01068419; Nadeau and
    Bengio, Machine Learning 52, 239 (2003), doi:10.1023/A:1024068626366; Corani and Benavoli,
    Machine Learning 100, 285 (2015), doi:10.1007/s10994-015-5486-z; Benavoli et al., JMLR 18, 77
    (2017).

    Examples
    --------
    >>> found = compare([0.1, 0.12, 0.08, 0.11, 0.09], 0.25, 0.01)
    >>> round(found.p, 4), round(found.p_better, 3)
    (0.0007, 0.999)
    """
    values = np.asarray(differences, dtype=np.float64)
    if values.size < _least(rows):
        raise ValueError(f"{values.size} fold: no spread to judge by, at least 2 needed")
    mean, low, high = corrected_interval(values, test_to_train, rows=rows)
    error, degrees = _error(values, test_to_train, rows)
    if error == 0:  # the same difference on every fold, and nothing known of the rows
        p, p_tost = float(mean == 0), float(abs(mean) >= rope)
        p_worse, p_better = float(mean < -rope), float(mean > rope)
    else:
        posterior = stats.t(degrees, loc=mean, scale=error)
        p = float(2 * stats.t.sf(abs(mean) / error, degrees))
        p_worse, p_better = float(posterior.cdf(-rope)), float(posterior.sf(rope))
        p_tost = float(stats.t.sf((rope - abs(mean)) / error, degrees))
    spread = float(values.std(ddof=1)) if values.size > 1 else 0.0
    effect = mean / spread if spread > 0 else float(np.sign(mean) * np.inf) if mean else 0.0
    by_rows = error if rows is None else min(error, rows.error)
    critical = float(stats.t.isf(level / 2, degrees)) * error
    return Comparison(
        mean,
        low,
        high,
        p,
        p_tost,
        p_worse,
        max(0.0, 1.0 - p_worse - p_better),
        p_better,
        effect,
        critical + float(stats.t.ppf(_POWER, degrees)) * (error + by_rows) / 2,
        rope,
        values.size,
    )


def holm(p_values: ArrayLike) -> np.ndarray:
    """Return p-values adjusted for as many tests, by Holm's step-down method.

    Parameters
    ----------
    p_values : array-like of shape (n_tests,)
        P-values of the tests.

    Returns
    -------
    ndarray of shape (n_tests,)
        Corrected p-values in the same order, none above 1.

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
