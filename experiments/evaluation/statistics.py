"""Statistics that know that the folds of one data set are not independent, and how many looks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from experiments.evaluation.rows import Rows

__all__ = [
    "Comparison",
    "Friedman",
    "bootstrap_interval",
    "compare",
    "corrected_interval",
    "friedman",
    "holm",
    "paired_test",
    "rank_biserial",
]

_LEVEL, _POWER = 0.05, 0.8
_MOST_OF_ROWS = 2.25  # times the variance of the rows: one and a half times their width


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
    tenth to nine tenths of it (``python -m benchmarks.statistics`` has the error rates).

    Parameters
    ----------
    scores : array-like of shape (J,)
        Scores, one a fold, over all repeats.
    test_to_train : float
        Test size over training size.
    level : float, default=0.95
        Confidence of the interval.
    rows : Rows or None, default=None
        Distinct test rows of the mean; None leaves the interval to the folds alone.

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
    error, degrees = _error(values, test_to_train, rows)
    half = float(stats.t.ppf((1 + level) / 2, degrees)) * error
    return mean, mean - half, mean + half


def _error(
    values: NDArray[np.float64], test_to_train: float, rows: Rows | None
) -> tuple[float, int]:
    """Return the standard error of a mean over folds, and its degrees of freedom.

    Folds and rows are set beside each other by the half widths of their 95 % intervals.
    """
    by_folds = float(np.sqrt(values.var(ddof=1) * (1 / values.size + test_to_train)))
    if rows is None or len(rows) < 2:
        return by_folds, values.size - 1
    least = float(np.sqrt(rows.variance))
    most = float(np.sqrt(_MOST_OF_ROWS)) * least
    quantile = stats.t.ppf(0.975, values.size - 1) / stats.t.ppf(0.975, len(rows) - 1)
    if by_folds * quantile < least:
        return least, len(rows) - 1
    if by_folds * quantile > most:
        return most, len(rows) - 1
    return by_folds, values.size - 1


@dataclass(frozen=True)
class Comparison:
    """Two models on the same folds of one data set; differences are first less second.

    Parameters
    ----------
    difference, low, high : float
        Mean over folds and its corrected 95 % interval.
    p : float
        Two-sided p-value of the corrected t test.
    p_worse, p_equal, p_better : float
        Posterior probabilities that the first is worse by more than the region of practical
        equivalence, within it, better by more.
    effect : float
        Mean difference over its standard deviation between folds (Cohen's d of pairs); infinite
        where the difference is the same on all folds, 0 where there is none.
    visible : float
        The difference that would have been shown with probability 0.8, if it were there, among as
        many comparisons as p is adjusted for.
    n_folds : int
        Number of folds compared.
    """

    difference: float
    low: float
    high: float
    p: float
    p_worse: float
    p_equal: float
    p_better: float
    effect: float
    visible: float
    n_folds: int


def compare(
    differences: ArrayLike,
    test_to_train: float,
    rope: float,
    rows: Rows | None = None,
    n_comparisons: int = 1,
) -> Comparison:
    r"""Compare two models by the differences of their scores, fold by fold.

    The corrected t statistic is :math:`\bar d\,/\sqrt{(1/J + n_\mathrm{test}/n_\mathrm{train})
    \hat\sigma_d^2}` with :math:`J-1` degrees of freedom, its error held to that of the distinct
    rows, see `corrected_interval`; its Bayesian twin has the same Student distribution, about
    :math:`\bar d`, as posterior of the true difference.

    Parameters
    ----------
    differences : array-like of shape (J,)
        Differences, one a fold, over all repeats; at least two.
    test_to_train : float
        Test size over training size.
    rope : float
        Half width of the region of practical equivalence, in units of the score.
    rows : Rows or None, default=None
        Distinct test rows of the difference, as for `corrected_interval`.
    n_comparisons : int, default=1
        Comparisons that p will be adjusted for: `visible` is what the first of Holm's steps shows,

        .. math:: X = (t_{1-\alpha/2m} + t_{0.8})\,\hat\sigma

        for m comparisons at :math:`\alpha = 0.05`. A difference above it is never undecided.

    References
    ----------
    Nadeau and Bengio, Machine Learning 52, 239 (2003), doi:10.1023/A:1024068626366; Corani and
    Benavoli, Machine Learning 100, 285 (2015), doi:10.1007/s10994-015-5486-z; Benavoli et al.,
    JMLR 18, 77 (2017).

    Examples
    --------
    >>> found = compare([0.1, 0.12, 0.08, 0.11, 0.09], 0.25, 0.01)
    >>> round(found.p, 4), round(found.p_better, 3)
    (0.0007, 0.999)
    """
    values = np.asarray(differences, dtype=np.float64)
    if values.size < 2:
        raise ValueError(f"{values.size} fold: no spread to judge by, at least 2 needed")
    mean, low, high = corrected_interval(values, test_to_train, rows=rows)
    error, degrees = _error(values, test_to_train, rows)
    if error == 0:  # the same difference on every fold, and nothing known of the rows
        p, p_worse, p_better = float(mean == 0), float(mean < -rope), float(mean > rope)
    else:
        posterior = stats.t(degrees, loc=mean, scale=error)
        p = float(2 * stats.t.sf(abs(mean) / error, degrees))
        p_worse, p_better = float(posterior.cdf(-rope)), float(posterior.sf(rope))
    spread = float(values.std(ddof=1))
    effect = mean / spread if spread > 0 else float(np.sign(mean) * np.inf) if mean else 0.0
    step = 1 - _LEVEL / (2 * n_comparisons)
    quantiles = stats.t.ppf(step, degrees) + stats.t.ppf(_POWER, degrees)
    return Comparison(
        mean,
        low,
        high,
        p,
        p_worse,
        max(0.0, 1.0 - p_worse - p_better),
        p_better,
        effect,
        float(quantiles * error),
        values.size,
    )


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


@dataclass(frozen=True)
class Friedman:
    """Several models over several data sets, by ranks.

    Parameters
    ----------
    ranks : ndarray of shape (n_models,)
        Mean rank over the data sets; 1 is best.
    chi_squared, p_chi_squared : float
        Friedman's statistic and its p-value.
    F, p : float
        Iman and Davenport's statistic and its p-value, which is less conservative.
    critical_difference : float
        Nemenyi's critical difference: mean ranks that differ by less are not told apart.
    p_pairs : ndarray of shape (n_models, n_models)
        P-values of Wilcoxon's signed-rank test of each pair, with Holm's correction over all pairs.
    """

    ranks: NDArray[np.float64]
    chi_squared: float
    p_chi_squared: float
    F: float
    p: float
    critical_difference: float
    p_pairs: NDArray[np.float64]


def friedman(scores: ArrayLike, level: float = 0.95) -> Friedman:
    r"""Compare models over data sets.

    .. math:: \chi^2_F = \frac{12N}{k(k+1)}\Big[\sum_j R_j^2 - \frac{k(k+1)^2}{4}\Big],\qquad
        F = \frac{(N-1)\chi^2_F}{N(k-1)-\chi^2_F},\qquad
        CD = q_\alpha\sqrt{\frac{k(k+1)}{6N}}

    Ties get mean ranks, without further correction, as in the reference.

    Parameters
    ----------
    scores : array-like of shape (n_datasets, n_models)
        Scores of which higher is better.
    level : float, default=0.95
        Confidence of the critical difference.

    References
    ----------
    Demšar, JMLR 7, 1 (2006); Iman and Davenport, Commun. Stat. A 9, 571 (1980),
    doi:10.1080/03610928008827904.

    Examples
    --------
    >>> found = friedman([[0.9, 0.8, 0.7]] * 5)
    >>> found.ranks.tolist(), round(found.critical_difference, 3)
    ([1.0, 2.0, 3.0], 1.482)
    """
    values = np.asarray(scores, dtype=np.float64)
    if values.ndim != 2 or values.shape[0] < 2 or values.shape[1] < 2:
        raise ValueError(f"scores of shape {values.shape}: two data sets and two models needed")
    N, k = values.shape
    values = np.round(values, 12)  # the same mean, summed in another order, is a tie
    ranks = stats.rankdata(-values, axis=1).mean(axis=0)
    chi_squared = 12 * N / (k * (k + 1)) * ((ranks**2).sum() - k * (k + 1) ** 2 / 4)
    rest = N * (k - 1) - chi_squared
    F = (N - 1) * chi_squared / rest if rest > 0 else np.inf
    q = stats.studentized_range.ppf(level, k, np.inf) / np.sqrt(2)
    pairs = [(i, j) for i in range(k) for j in range(i)]
    differences = [np.round(values[:, i] - values[:, j], 12) for i, j in pairs]
    adjusted = holm([paired_test(one) for one in differences])
    p_pairs = np.ones((k, k))
    for (i, j), p in zip(pairs, adjusted, strict=True):
        p_pairs[i, j] = p_pairs[j, i] = p
    return Friedman(
        ranks,
        float(chi_squared),
        float(stats.chi2.sf(chi_squared, k - 1)),
        float(F),
        float(stats.f.sf(F, k - 1, (k - 1) * (N - 1))),
        float(q * np.sqrt(k * (k + 1) / (6 * N))),
        p_pairs,
    )


def rank_biserial(differences: ArrayLike) -> float:
    """Return the matched-pairs rank-biserial correlation: shares of the rank sums, in [-1, 1].

    The effect size of Wilcoxon's signed-rank test: 1 if the first is better throughout.

    References
    ----------
    Kerby, Comprehensive Psychology 3, 1 (2014), doi:10.2466/11.IT.3.1.

    Examples
    --------
    >>> rank_biserial([1.0, 2.0, -0.5])
    0.6666666666666666
    """
    values = np.asarray(differences, dtype=np.float64)
    values = values[values != 0]
    if not values.size:
        return 0.0
    ranks = stats.rankdata(np.abs(values))
    return float((np.sign(values) * ranks).sum() / ranks.sum())


def paired_test(differences: ArrayLike) -> float:
    """Return the two-sided p of Wilcoxon's signed-rank test, zeros counted for neither side.

    Zeros take part in the ranking (Pratt), so that many ties make a difference less certain, not
    more. With nothing but zeros p is 1.

    Parameters
    ----------
    differences : array-like of shape (n_problems,)
        Differences, one a problem, infinities allowed: only their order counts.

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
