"""Models over several sources of data, by their ranks."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from experiments.evaluation.comparison import ALL_PAIRS, whole_scores
from experiments.evaluation.declared import Pairs, pairs_of
from experiments.evaluation.permutation import sign_flip_test
from experiments.records import Declared

__all__ = [
    "Friedman",
    "OverDatasets",
    "friedman",
    "over_datasets",
    "rank_biserial",
]

_DRAWS = 20_000


@dataclass(frozen=True)
class Friedman:
    """Several models over several blocks, by ranks.

    Parameters
    ----------
    ranks : ndarray of shape (n_models,)
        Mean rank over the blocks; 1 is best.
    chi_squared : float
        Friedman's statistic, corrected for ties.
    p, smallest_p : float
        P-value by permutation of each block's ranks, and the smallest that so many blocks allow.
    critical_difference : float
        Difference of two mean ranks which the largest of all reaches by chance in one of twenty.
    """

    ranks: NDArray[np.float64]
    chi_squared: float
    p: float
    smallest_p: float
    critical_difference: float


def friedman(scores: ArrayLike, level: float = 0.95) -> Friedman:
    r"""Compare models over blocks, such as data sets of sources of their own.

    .. math:: \chi^2_F = \frac{(k-1)\sum_j (R_j - N(k+1)/2)^2}{\sum_{ij} r_{ij}^2 - Nk(k+1)^2/4}

    of k models with rank sums R over N blocks; ties have mean ranks. Its law and that of the
    largest difference of mean ranks are those of 20,000 permutations of each block's ranks, since
    with few blocks the F and the studentized range that stand in for them are far off (18.7 % in
    place of 5 % for three models on three blocks).

    Parameters
    ----------
    scores : array-like of shape (n_blocks, n_models)
        Scores of which higher is better.
    level : float, default=0.95
        Confidence of the critical difference.

    References
    ----------
    Friedman, J. Am. Stat. Assoc. 32, 675 (1937), doi:10.1080/01621459.1937.10503522; Conover,
    Practical Nonparametric Statistics (1999), section 5.8 (ties); Demšar, JMLR 7, 1 (2006).

    Examples
    --------
    >>> found = friedman([[0.9, 0.8, 0.7]] * 5)
    >>> found.ranks.tolist(), found.chi_squared, found.p < 0.001
    ([1.0, 2.0, 3.0], 10.0, True)
    """
    values = np.asarray(scores, dtype=np.float64)
    if values.ndim != 2 or values.shape[0] < 2 or values.shape[1] < 2:
        raise ValueError(f"scores of shape {values.shape}: two blocks and two models needed")
    n_blocks, k = values.shape
    values = np.round(values, 12)  # the same mean, summed in another order, is a tie
    ranks = stats.rankdata(-values, axis=1)
    spread = (ranks**2).sum() - n_blocks * k * (k + 1) ** 2 / 4
    sums = ranks.sum(axis=0)
    drawn = _permuted(ranks).sum(axis=1)
    around = n_blocks * (k + 1) / 2
    found, null = ((sums - around) ** 2).sum(), ((drawn - around) ** 2).sum(axis=1)
    widest = (drawn.max(axis=1) - drawn.min(axis=1)) / n_blocks
    return Friedman(
        sums / n_blocks,
        float((k - 1) * found / spread) if spread > 0 else 0.0,
        float((1 + (null >= found - 1e-9).sum()) / (1 + len(null))),
        float(math.factorial(k) ** (1.0 - n_blocks)),
        float(np.quantile(widest, level, method="higher")),
    )


def _permuted(ranks: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return draws in which each block's ranks are permuted, along the first axis."""
    rng = np.random.default_rng(0)
    places = rng.random((_DRAWS, *ranks.shape)).argsort(axis=2)
    return np.take_along_axis(np.broadcast_to(ranks, places.shape), places, axis=2)


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


@dataclass(frozen=True)
class OverDatasets:
    """Models compared over sources of data.

    Parameters
    ----------
    models, families : list of str
        Models that are whole on all data sets of these families; a family is a source of data.
    datasets : list of str
        Data sets of these families; those of one family are averaged first.
    left_out : list of str
        Data sets on which not all of these models are.
    scores : ndarray of shape (n_families, n_models)
        Means over folds and a family's data sets; higher is better.
    friedman : Friedman
        Ranks and their test.
    pairs : sequence of (str, str)
        Models that are compared.
    p_pairs : ndarray of shape (n_pairs,)
        P-values of the pairs, by sign flips of families, adjusted for all of them; to be looked at
        only where the ranks differ, so that both together err once in twenty.
    """

    models: list[str]
    families: list[str]
    datasets: list[str]
    left_out: list[str]
    scores: NDArray[np.float64]
    friedman: Friedman
    pairs: Pairs
    p_pairs: NDArray[np.float64]

    def of(self, model: str) -> NDArray[np.float64]:
        """Return the scores of one model."""
        return np.asarray(self.scores[:, self.models.index(model)])


def over_datasets(
    cells: pd.DataFrame,
    metric: str,
    families: Mapping[str, str],
    declared: Declared = ALL_PAIRS,
    quantum: Collection[str] = (),
) -> OverDatasets | None:
    """Return the comparison over sources of data; None for fewer than two models on three of them.

    Not every model need be on every data set: of the blocks that have all models of one data set,
    the one with the most results is compared.

    Parameters
    ----------
    cells : DataFrame
        One row a cell, as for `verdicts`.
    metric : str
        Metric that is compared, a key of `METRICS`.
    families : mapping
        Source of each data set, by its label.
    declared : Declared, default=Declared("all_pairs")
        Comparisons that are made and adjusted for.
    quantum : collection of str, default=()
        Labels of the models that count as quantum.
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
    by_family = [(block, _averaged(block, families)) for block in blocks]
    whole = [both for both in by_family if both[1].shape[0] >= 3 and both[1].shape[1] >= 2]
    if not whole:
        return None
    block, kept = max(whole, key=lambda both: int(both[0].size))
    order = list(kept.mean().sort_values(ascending=False, kind="stable").index)
    kept = kept[order]
    pairs = pairs_of(declared, order, quantum)
    differences = [np.round(kept[a] - kept[b], 12) for a, b in pairs]
    return OverDatasets(
        order,
        list(kept.index),
        list(block.index),
        [dataset for dataset in means if dataset not in block.index],
        kept.to_numpy(dtype=np.float64),
        friedman(kept.to_numpy(dtype=np.float64)),
        pairs,
        sign_flip_test(np.array(differences).T) if pairs else np.empty(0),
    )


def _averaged(block: pd.DataFrame, families: Mapping[str, str]) -> pd.DataFrame:
    """Return means over the data sets of each family: another width of a recipe is no other."""
    return block.groupby([families[dataset] for dataset in block.index], sort=False).mean()
