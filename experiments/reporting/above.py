"""Models beside each other over the readings of a study: shares and effects, and no test."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from experiments.records import StoredPlan
from experiments.reporting.specification_curve import SpecificationCurve

__all__ = ["Above", "AboveAll", "above", "above_all"]

_SAME = 1e-12  # scores that are as close as this are equal


@dataclass(frozen=True)
class Above:
    """Two models, reading by reading; readings share rows, so nothing is tested over them.

    Parameters
    ----------
    dataset, first, second : str
        Labels within a reading.
    metric : str
        Name of the metric; a difference is first less second.
    readings : int
        Number of readings in which both have a score.
    above, equal : float
        Share of these in which the first has the higher score, and in which both have the same.
    mean, sd : float
        Mean and standard deviation of the difference over readings.
    low, median, high : float
        Quantiles of the difference over readings: 5 %, 50 % and 95 %.
    """

    dataset: str
    first: str
    second: str
    metric: str
    readings: int
    above: float
    equal: float
    mean: float
    sd: float
    low: float
    median: float
    high: float

    @property
    def effect(self) -> float:
        """The mean difference in standard deviations over readings; NaN where it never varies."""
        return self.mean / self.sd if self.sd > 0 else math.nan


@dataclass(frozen=True)
class AboveAll:
    """A model beside all that it is compared with, in one reading after the other.

    Parameters
    ----------
    dataset, model : str
        Labels within a reading.
    others : tuple of str
        Models that it is the first of a pair with, two or more.
    metric : str
        Name of the metric.
    readings : int
        Number of readings in which all have a score.
    above : float
        Share of these in which its score is higher than that of every other.
    """

    dataset: str
    model: str
    others: tuple[str, ...]
    metric: str
    readings: int
    above: float


def above(found: Sequence[SpecificationCurve], plan: StoredPlan) -> list[Above]:
    """Return how often and by how much one model scores above another, reading by reading.

    Parameters
    ----------
    found : sequence of SpecificationCurve
        Curves of the models.
    plan : StoredPlan
        Plan of the run: the pairs that it declares are told, or all where it declares none.
    """
    declared = plan.compare.pairs
    pairs = [
        (first, second)
        for one, other in itertools.combinations(found, 2)
        if (one.dataset, one.metric) == (other.dataset, other.metric)
        for first, second in [_in_order(one, other, declared)]
        if not declared or (first.model, second.model) in declared
    ]
    return [pair for first, second in pairs if (pair := _above(first, second)) is not None]


def _in_order(
    one: SpecificationCurve, other: SpecificationCurve, declared: Sequence[tuple[str, str]]
) -> tuple[SpecificationCurve, SpecificationCurve]:
    return (other, one) if (other.model, one.model) in declared else (one, other)


def _above(first: SpecificationCurve, second: SpecificationCurve) -> Above | None:
    scores = {one.number: one.score for one in second.done}
    both = [(one.score, scores[one.number]) for one in first.done if one.number in scores]
    if not both:
        return None
    pairs = np.array(both, dtype=np.float64)
    differences = pairs[:, 0] - pairs[:, 1]
    low, median, high = np.quantile(differences, [0.05, 0.5, 0.95])
    equal = np.isclose(differences, 0, atol=_SAME)
    return Above(
        first.dataset,
        first.model,
        second.model,
        first.metric,
        len(differences),
        float(((differences > 0) & ~equal).mean()),
        float(equal.mean()),
        float(differences.mean()),
        float(differences.std(ddof=1)) if len(differences) > 1 else 0.0,
        float(low),
        float(median),
        float(high),
    )


def above_all(found: Sequence[SpecificationCurve], plan: StoredPlan) -> list[AboveAll]:
    """Return in how many readings a model is above all that a study compares it with.

    Parameters
    ----------
    found : sequence of SpecificationCurve
        Curves of the models.
    plan : StoredPlan
        Plan of the run, whose declared pairs have the model first.
    """
    by_row = {(one.dataset, one.metric, one.model): one for one in found}
    told = []
    for (dataset, metric, model), curve in by_row.items():
        others = [second for first, second in plan.compare.pairs if first == model]
        beside = [
            by_row[dataset, metric, one] for one in others if (dataset, metric, one) in by_row
        ]
        if len(beside) > 1 and (one := _above_all(curve, beside)) is not None:
            told.append(one)
    return told


def _above_all(curve: SpecificationCurve, beside: Sequence[SpecificationCurve]) -> AboveAll | None:
    scores = [{one.number: one.score for one in other.done} for other in (curve, *beside)]
    common = set.intersection(*map(set, scores))
    if not common:
        return None
    table = np.array([[of[number] for number in common] for of in scores], dtype=np.float64)
    higher = (table[0] > table[1:].max(axis=0) + _SAME).mean()
    names = tuple(other.model for other in beside)
    return AboveAll(curve.dataset, curve.model, names, curve.metric, len(common), float(higher))
