"""Verdicts: every pair of models on every data set, and models over data sets."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from experiments.evaluation.metrics import METRICS
from experiments.evaluation.rows import FoldRows, Rows
from experiments.evaluation.statistics import (
    Comparison,
    Friedman,
    compare,
    friedman,
    holm,
)

__all__ = ["LEVEL", "OverDatasets", "Verdict", "judge", "over_datasets", "verdicts"]

LEVEL = 0.05  # of the family of all pairs on a data set
_CERTAIN = 0.95  # posterior probability that makes practical equality

Judgement = Literal["better", "worse", "practically equal", "undecided"]


@dataclass(frozen=True)
class Verdict:
    """What is to be said of two models on one data set.

    Parameters
    ----------
    dataset, first, second : str
        Labels of the data set and of the two models.
    judgement : str
        Judgement on the first model: "better", "worse", "practically equal" or "undecided".
    p : float
        Adjusted p of the corrected t test, by Holm's method over the pairs compared on the data
        set.
    comparison : Comparison
        Comparison of the two, its p not adjusted; in units in which higher is better.
    """

    dataset: str
    first: str
    second: str
    judgement: Judgement
    p: float
    comparison: Comparison


def judge(comparison: Comparison, p: float) -> Judgement:
    """Return the verdict on a pair.

    "Practically equal" if the difference lies within the region of practical equivalence with
    posterior probability 0.95; else "better" or "worse" if the adjusted p is below 0.05; else
    "undecided".
    """
    if comparison.p_equal >= _CERTAIN:
        return "practically equal"
    if p < LEVEL:
        return "better" if comparison.difference > 0 else "worse"
    return "undecided"


def verdicts(
    cells: pd.DataFrame,
    metric: str,
    rope: float,
    pairs: Sequence[tuple[str, str]] | None = None,
    rows: Callable[[str], FoldRows | None] | None = None,
) -> list[Verdict]:
    """Return the verdict on every pair of models, data set by data set.

    Parameters
    ----------
    cells : DataFrame
        One row a cell with ``dataset``, ``model``, ``repeat``, ``fold``, ``n_train``, ``n_test``,
        the metric and, for `rows`, ``key``; a model takes part where all its cells are done.
    metric : str
        Metric that is compared, a key of `METRICS`.
    rope : float
        Half width of the region of practical equivalence.
    pairs : sequence of (first, second) or None, default=None
        Pairs of labels that alone are compared and adjusted for; None is all pairs.
    rows : callable or None, default=None
        Function from a cell's key to what its test rows do to the metric; None leaves the errors
        to the folds alone.

    Returns
    -------
    list of Verdict
        Verdicts, a pair's better mean first unless pairs are given.
    """
    found = []
    for dataset, group in cells.groupby("dataset", sort=False):
        scores = _whole(group, metric)
        if scores.shape[1] < 2 or len(scores) < 2:
            continue
        done = group[group.status == "done"]
        ratio = float((done.n_test / done.n_train).mean())
        of_model = {} if rows is None else _rows(done, rows)
        chosen = pairs
        if chosen is None:
            order = scores.mean().sort_values(ascending=False, kind="stable").index
            chosen = list(itertools.combinations(order, 2))
        chosen = [pair for pair in chosen if set(pair) <= set(scores.columns)]
        compared = [
            compare(scores[a] - scores[b], ratio, rope, _between(of_model, a, b), len(chosen))
            for a, b in chosen
        ]
        adjusted = holm([one.p for one in compared])
        found += [
            Verdict(str(dataset), a, b, judge(one, float(p)), float(p), one)
            for (a, b), one, p in zip(chosen, compared, adjusted, strict=True)
        ]
    return found


def _rows(done: pd.DataFrame, rows: Callable[[str], FoldRows | None]) -> dict[str, Rows]:
    """Return what distinct rows do to each model's mean, where every fold says so."""
    found = {}
    for model, cells in done.groupby("model", sort=False):
        folds = [fold for key in cells.key if (fold := rows(str(key))) is not None]
        if len(folds) == len(cells):
            found[str(model)] = Rows.of_folds(folds)
    return found


def _between(of_model: dict[str, Rows], first: str, second: str) -> Rows | None:
    if not {first, second} <= of_model.keys():
        return None
    return of_model[first].less(of_model[second])


def _whole(group: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Return the scores of the models that are whole, a row a split; higher is better."""
    if metric not in group:
        return pd.DataFrame()
    sign = 1.0 if METRICS[metric].higher_is_better else -1.0
    table = group.pivot_table(
        index=["repeat", "fold"],
        columns="model",
        values=metric,
        aggfunc="first",
        dropna=False,
        sort=False,
    )
    table = sign * table.astype(float)
    return table.loc[:, table.notna().all()]


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
        if len(scores := _whole(group, metric))
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
