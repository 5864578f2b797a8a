"""Verdicts: the pairs of models that a study declares, data set by data set."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.evaluation.declared import Pairs, pairs_of
from experiments.evaluation.metrics import METRICS
from experiments.evaluation.multiplicity import LEVEL, Family
from experiments.evaluation.rows import FoldRows, Rows
from experiments.evaluation.starts import Spread, spread_between
from experiments.evaluation.statistics import (
    Comparison,
    compare,
    holm,
)
from experiments.records import Declared

__all__ = ["ALL_PAIRS", "Judgement", "Verdict", "judge", "verdicts", "whole_scores"]

Judgement = Literal["better", "worse", "practically equal", "undecided"]
ALL_PAIRS = Declared("all_pairs")


@dataclass(frozen=True)
class Verdict:
    """What is to be said of two models on one data set.

    Parameters
    ----------
    dataset, first, second : str
        Labels of the data set and of the two models.
    means : (float, float)
        Means over folds of the two, signs turned where lower is better.
    judgement : str
        Judgement on the first model: "better", "worse", "practically equal" or "undecided".
    p, p_tost : float
        P-values for no difference, and for one of the rope or more, adjusted for the comparisons
        that are made on the data set.
    comparison : Comparison
        Comparison of the two, its p-values not adjusted; in units in which higher is better.
    """

    dataset: str
    first: str
    second: str
    means: tuple[float, float]
    judgement: Judgement
    p: float
    p_tost: float
    comparison: Comparison

    @property
    def pair(self) -> tuple[str, str]:
        """Labels of the two models."""
        return self.first, self.second


def judge(difference: float, p: float, p_tost: float) -> Judgement:
    """Return the verdict on a pair.

    "Practically equal" if the difference is shown to be smaller than the region of practical
    equivalence; else "better" or "worse" if it is shown to be there; else "undecided".

    Parameters
    ----------
    difference : float
        First less second.
    p, p_tost : float
        P-values for no difference, and for one of the rope or more, adjusted for the family.
    """
    if p_tost < LEVEL:
        return "practically equal"
    if p < LEVEL:
        return "better" if difference > 0 else "worse"
    return "undecided"


def verdicts(
    cells: pd.DataFrame,
    metric: str,
    rope: float | None = None,
    declared: Declared = ALL_PAIRS,
    quantum: Collection[str] = (),
    rows: Callable[[str], FoldRows | None] | None = None,
) -> list[Verdict]:
    """Return the verdicts that a study asks for, data set by data set.

    Parameters
    ----------
    cells : DataFrame
        One row a cell with ``dataset``, ``model``, ``repeat``, ``fold``, ``n_train``, ``n_test``,
        the metric and, for `rows`, ``key``; a model takes part where all its cells are done. Of
        several trainings on a split, told apart by ``start``, the mean is one observation. With
        ``train_size`` all cells are of one, ``n_left`` is the whole training part, and ``draw`` the
        number of an independent draw of the data: then a draw's mean is one observation. So it is
        with ``test_sets``, fresh ones of one training, of which there may be any number.
    metric : str
        Metric that is compared, a key of `METRICS`.
    rope : float or None, default=None
        Half width of the region of practical equivalence; None is one standard error of the best
        model's score on one test part.
    declared : Declared, default=Declared("all_pairs")
        Comparisons that are made and adjusted for.
    quantum : collection of str, default=()
        Labels of the models that count as quantum.
    rows : callable or None, default=None
        Function from a cell's key to what its test rows do to the metric; None leaves the errors
        to the folds alone.

    Returns
    -------
    list of Verdict
        Verdicts, in the order of the models' means.
    """
    found = []
    for dataset, group in cells.groupby("dataset", sort=False):
        scores = whole_scores(group, metric)
        drawn = "draw" in group and (group.draw.nunique() > 1 or _fresh(group))
        if drawn:  # draws are independent: nothing is corrected, and rows are each draw's own
            scores = scores.groupby(level="draw").mean()
        done = group[group.status == "done"]
        folds = {} if rows is None else _folds(done, rows)
        if len(scores) == 1:  # only rows can say how much a single split would vary
            known_by_rows = [m for m in scores if m in folds and len(folds[m][0].row) > 1]
            scores = scores[known_by_rows] if not drawn else scores.iloc[:0]
        order = scores.mean().sort_values(ascending=False, kind="stable").index
        pairs = pairs_of(declared, list(order), quantum)
        if scores.empty or not pairs:
            continue
        known = _Known(
            str(dataset),
            scores,
            0.0 if drawn else float((done.n_test / _whole_part(done)).mean()),
            folds,
            rope,
            None if drawn else "train_size" in done and bool(done.train_size.notna().any()),
            functools.partial(spread_between, done, metric),
        )
        best_alone = declared.family == "best_classical"
        found += known.beside_the_best(pairs) if best_alone else known.of_pairs(pairs)
    return found


class _Known:
    """What is known of the models on one data set."""

    def __init__(
        self,
        dataset: str,
        scores: pd.DataFrame,
        test_to_train: float,
        folds: dict[str, list[FoldRows]],
        rope: float | None,
        reduced: bool | None,
        starts: Callable[[str, str], Spread | None],
    ) -> None:
        self._dataset = dataset
        self._scores = scores
        self._means = scores.mean()
        self._starts = starts
        self._test_to_train = test_to_train
        self._rows = (
            {}
            if reduced is None
            else {model: Rows.of_folds(those, reduced) for model, those in folds.items()}
        )
        self._rope = self._suggested_rope(folds) if rope is None else rope

    def _suggested_rope(self, folds: dict[str, list[FoldRows]]) -> float:
        """Return one standard error of the best model's score on one test part."""
        best = str(self._means.idxmax())
        if best in folds:
            return float(np.sqrt(np.mean([fold.variance for fold in folds[best]])))
        return float(self._scores[best].std(ddof=1))

    def of_pairs(self, pairs: Pairs) -> list[Verdict]:
        """Return verdicts on pairs that make up one family."""
        family = Family(len(pairs), self._correlation(pairs))
        found = [self._compared(pair, family.level) for pair in pairs]
        return self._judged(
            pairs, found, family.adjusted([one.p for one in found]), [one.p_tost for one in found]
        )

    def beside_the_best(self, pairs: Pairs) -> list[Verdict]:
        """Return verdicts on each first model beside the best of those it is paired with.

        A model is better than the best if it is better than each (an intersection of hypotheses,
        which needs no correction for their number); to be worse than the one that came out best,
        or as good, is one of as many looks as there are others.
        """
        others: dict[str, list[str]] = {}
        for first, second in pairs:
            others.setdefault(first, []).append(second)
        family, chosen, found, p_values, p_tost = Family(len(others)), [], [], [], []
        for first, seconds in others.items():
            best = max(seconds, key=lambda second: self._means[second])
            each = [self._compared((first, second), family.level) for second in seconds]
            one = self._compared((first, best), family.level / len(seconds))
            p = min(1.0, len(seconds) * one.p)
            if one.difference > 0:
                p = max(own.p for own in each)
                visible = max(own.visible - own.difference for own in each) + one.difference
                one = replace(one, visible=visible)
            chosen.append((first, best))
            found.append(one)
            p_values.append(p)
            p_tost.append(min(1.0, len(seconds) * one.p_tost))
        return self._judged(chosen, found, family.adjusted(p_values), p_tost)

    def _judged(
        self,
        pairs: Pairs,
        found: Sequence[Comparison],
        adjusted: Sequence[float] | NDArray[np.float64],
        p_tost: Sequence[float],
    ) -> list[Verdict]:
        return [
            Verdict(
                self._dataset,
                first,
                second,
                (float(self._means[first]), float(self._means[second])),
                judge(one.difference, float(p), float(equal)),
                float(p),
                float(equal),
                one,
            )
            for (first, second), one, p, equal in zip(
                pairs, found, adjusted, holm(p_tost), strict=True
            )
        ]

    def _compared(self, pair: tuple[str, str], level: float) -> Comparison:
        first, second = pair
        return compare(
            self._scores[first] - self._scores[second],
            self._test_to_train,
            self._rope,
            self._between(pair),
            level,
        )

    def _between(self, pair: tuple[str, str]) -> Rows | None:
        if not self._rows.keys() >= set(pair):
            return None
        between = self._rows[pair[0]].less(self._rows[pair[1]])
        return replace(between, starts=self._starts(*pair))

    def _correlation(self, pairs: Pairs) -> NDArray[np.float64] | None:
        """Return the correlation of the pairs' errors by their rows; None if one has none."""
        between = [rows for pair in pairs if (rows := self._between(pair)) is not None]
        if len(between) < len(pairs):
            return None
        influences = np.array([rows.influence for rows in between])
        sizes = np.linalg.norm(influences, axis=1)
        moved = influences / np.where(sizes > 0, sizes, 1.0)[:, None]
        found = moved @ moved.T
        np.fill_diagonal(found, 1.0)  # a pair that no row moves is a look of its own
        return np.asarray(found)


def _fresh(group: pd.DataFrame) -> bool:
    """Whether models were tested on fresh rows: one training says nothing of other ones."""
    return "test_sets" in group and bool(group.test_sets.notna().any())


def _whole_part(done: pd.DataFrame) -> pd.Series:
    """Return the size of the whole training part, also where only a share of it was used."""
    return done.n_left if "n_left" in done else done.n_train


def _folds(done: pd.DataFrame, rows: Callable[[str], FoldRows | None]) -> dict[str, list[FoldRows]]:
    """Return what test rows do to each model's folds, where every fold says so."""
    found = {}
    for model, cells in done.groupby("model", sort=False):
        folds = [fold for key in cells.key if (fold := rows(str(key))) is not None]
        if len(folds) == len(cells):
            found[str(model)] = folds
    return found


def _mean_of_all(scores: pd.Series) -> float:
    """Return the mean over the trainings on a split; where one is missing there is none."""
    return float(scores.astype(float).mean(skipna=False))


def whole_scores(group: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Return the scores of the models that are whole, a row a split; higher is better."""
    if metric not in group:
        return pd.DataFrame()
    sign = 1.0 if METRICS[metric].higher_is_better else -1.0
    table = group.pivot_table(
        index=["draw", "repeat", "fold"] if "draw" in group else ["repeat", "fold"],
        columns="model",
        values=metric,
        aggfunc=_mean_of_all,
        dropna=False,
        sort=False,
    )
    table = sign * table.astype(float)
    finite = np.isfinite(table.to_numpy(dtype=np.float64)).all(axis=0)
    return table.filter(table.columns[finite], axis="columns")  # a number everywhere
