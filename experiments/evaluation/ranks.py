"""Models over several data sets, by their ranks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from experiments.evaluation.comparison import whole_scores
from experiments.evaluation.statistics import holm

__all__ = [
    "Friedman",
    "OverDatasets",
    "friedman",
    "over_datasets",
    "paired_test",
    "rank_biserial",
]


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


@dataclass(frozen=True)
class OverDatasets:
    """Models compared over data sets.

    Parameters
    ----------
    models, datasets : list of str
        Models that are whole on all these data sets.
    left_out : list of str
        Data sets on which not all of these models are.
    scores : ndarray of shape (n_datasets, n_models)
        Means over folds; higher is better.
    friedman : Friedman
        Ranks and tests.
    """

    models: list[str]
    datasets: list[str]
    left_out: list[str]
    scores: Any
    friedman: Friedman


def over_datasets(cells: pd.DataFrame, metric: str) -> OverDatasets | None:
    """Return the comparison over data sets; None for fewer than two models on three data sets.

    Not every model need be on every data set: of the blocks that have all models of one data set,
    the one with the most results is compared.
    """
    means = {
        str(dataset): scores.mean()
        for dataset, group in cells.groupby("dataset", sort=False)
        if len(scores := whole_scores(group, metric))
    }
    table = pd.DataFrame(means).T
    blocks = []
    for _, row in table.iterrows():
        of_these = table.loc[:, row.notna()]
        blocks.append(of_these[of_these.notna().all(axis=1)])
    whole = [block for block in blocks if block.shape[0] >= 3 and block.shape[1] >= 2]
    if not whole:
        return None
    kept = max(whole, key=lambda block: int(block.size))
    matrix = kept.to_numpy(dtype=np.float64)
    left_out = [dataset for dataset in means if dataset not in kept.index]
    return OverDatasets(list(kept.columns), list(kept.index), left_out, matrix, friedman(matrix))
