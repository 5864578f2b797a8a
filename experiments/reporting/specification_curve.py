"""The specification curve of a model: its score in every reading of a study, and what they share.

Simonsohn, Simmons and Nelson, Nat. Hum. Behav. 4, 1208 (2020), doi:10.1038/s41562-020-0912-z.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from experiments.evaluation.metrics import METRICS, Predictions, score
from experiments.evaluation.reaching import reaches, row_interval
from experiments.evaluation.rows import FoldRows, Rows, rows_of_stored
from experiments.evaluation.variance_shares import VarianceShares, variance_shares
from experiments.records import Multiverse, Published, Reading, StoredPlan
from experiments.running.results import Fit, Results

__all__ = ["Scored", "SpecificationCurve", "curves"]

_ROWS_OF_A_DRAW = 1 << 32  # rows of another draw are other rows


@dataclass(frozen=True)
class Scored:
    """One reading as a curve has it.

    Parameters
    ----------
    number : int
        Number of the reading; 0 is the study as it is written.
    options : tuple of int
        Number of the option of each choice; empty for the study as it is written.
    status : str
        ``"done"``, ``"missing"``, or how the first cell ended that has no result.
    score, low, high : float or None
        Mean of the metric over the reading's cells, and the ends of its 95 % interval over test
        rows; None unless it is done and has a score.
    reaches : bool or None
        Answer to whether it reaches the printed value; None without one.
    problem : str, default=""
        Reason why it is not done.
    """

    number: int
    options: tuple[int, ...]
    status: str
    score: float | None = None
    low: float | None = None
    high: float | None = None
    reaches: bool | None = None
    problem: str = ""


@dataclass(frozen=True)
class SpecificationCurve:
    """A metric of one model on one data set over all readings.

    Parameters
    ----------
    dataset, model : str
        Labels of the rows within a reading.
    metric : str
        Name of the metric.
    readings : tuple of Scored
        Readings in the order of their numbers, also those without a result.
    written : Scored or None
        Study as it is written, no part of any share; None where it has no such row.
    published : float or None
        Value that was printed elsewhere.
    source : str
        Publication that printed it.
    shares : VarianceShares or None
        Choices that matter; None where too few readings are done, or all scores are equal.
    """

    dataset: str
    model: str
    metric: str
    readings: tuple[Scored, ...]
    written: Scored | None
    published: float | None
    source: str
    shares: VarianceShares | None

    @property
    def done(self) -> tuple[Scored, ...]:
        """The readings that have a score, the lowest first."""
        found = (one for one in self.readings if one.score is not None)
        return tuple(sorted(found, key=lambda one: (one.score, one.number)))

    @property
    def failed(self) -> int:
        """The number of readings that were run and have no score."""
        return sum(one.score is None and one.status != "missing" for one in self.readings)

    @property
    def reached(self) -> int:
        """The number of readings that reach the printed value."""
        return sum(one.reaches is True for one in self.readings)


def curves(results: Results, metrics: Sequence[str] | None = None) -> list[SpecificationCurve]:
    """Return a curve for each model, data set and metric; none for a study without readings.

    Parameters
    ----------
    results : Results
        Run as it was read.
    metrics : sequence of str or None, default=None
        Metrics; None is the study's first, and of each model those that were printed elsewhere.
    """
    plan = results.plan
    if plan.multiverse is None:
        return []
    fits = _by_reading(results)
    rows = dict.fromkeys((dataset, model) for dataset, model, _ in fits)
    return [
        _curve(plan, plan.multiverse, fits, (dataset, model), metric)
        for dataset, model in rows
        for metric in metrics or _metrics_of(plan, dataset, model)
    ]


def _by_reading(results: Results) -> dict[tuple[str, str, int], list[Fit]]:
    """Return the cells by data set and model within the reading, and by the reading."""
    plan = results.plan
    datasets = {row.label: row for row in plan.datasets}
    found: dict[tuple[str, str, int], list[Fit]] = {}
    for fit in results.fits:
        planned = fit.planned
        if not planned.control:
            dataset = datasets[planned.dataset]
            model = results.model_of(planned.dataset, planned.model)
            labels = dataset.name_within or dataset.label, model.name_within or model.label
            found.setdefault((*labels, dataset.reading), []).append(fit)
    return found


def _printed(plan: StoredPlan, dataset: str, model: str) -> Iterator[Published]:
    """Yield the numbers of metrics that were printed for a row: what a reading can reach."""
    for one in plan.published:
        mine = (one.dataset, one.model) == (dataset, model)
        if mine and one.value is not None and one.quantity in METRICS:
            yield one


def _metrics_of(plan: StoredPlan, dataset: str, model: str) -> list[str]:
    printed = (one.quantity for one in _printed(plan, dataset, model))
    return list(dict.fromkeys([plan.metrics[0], *printed]))


def _curve(
    plan: StoredPlan,
    multiverse: Multiverse,
    fits: Mapping[tuple[str, str, int], list[Fit]],
    row: tuple[str, str],
    metric: str,
) -> SpecificationCurve:
    printed = next((one for one in _printed(plan, *row) if one.quantity == metric), None)
    value = None if printed is None else printed.value
    readings = tuple(
        _scored(one, fits[*row, one.number], metric, value)
        for one in multiverse.readings
        if (*row, one.number) in fits
    )
    written = fits.get((*row, 0))
    return SpecificationCurve(
        *row,
        metric,
        readings,
        None if written is None else _scored(Reading(0, ()), written, metric, value),
        value,
        "" if printed is None else printed.source,
        _shares(multiverse, readings),
    )


def _scored(reading: Reading, fits: Sequence[Fit], metric: str, printed: float | None) -> Scored:
    one = Scored(reading.number, reading.options, "done")
    for fit in fits:
        if fit.status != "done":
            problem = "" if fit.stored is None else fit.stored.record.error
            return replace(one, status=fit.status, problem=problem)
    values = [_score(fit, metric) for fit in fits]
    folds = [_rows(fit, metric) for fit in fits]
    known = [value for value in values if value is not None]
    if len(known) < len(fits) or any(fold is None for fold in folds):
        return replace(one, problem=f"no {metric}")
    mean = float(np.mean(known))
    rows = Rows.of_folds([fold for fold in folds if fold is not None])
    interval = row_interval(metric, mean, rows)
    reached = None if printed is None else reaches(metric, interval, printed)
    low, high = interval
    return replace(one, score=mean, low=low, high=high, reaches=reached)


def _score(fit: Fit, metric: str) -> float | None:
    if fit.stored is None or fit.predictions is None:
        return None
    known = fit.stored.record.scores
    return known[metric] if metric in known else score(metric, Predictions.stored(fit.predictions))


def _rows(fit: Fit, metric: str) -> FoldRows | None:
    found = None if fit.predictions is None else rows_of_stored(metric, fit.predictions)
    if found is None or not fit.planned.draw:
        return found
    return replace(found, row=found.row + fit.planned.draw * _ROWS_OF_A_DRAW)


def _shares(multiverse: Multiverse, readings: Iterable[Scored]) -> VarianceShares | None:
    done = [(one.options, one.score) for one in readings if one.score is not None]
    if not done:
        return None
    options, scores = zip(*done, strict=True)
    counts = [len(choice.options) for choice in multiverse.choices]
    whole = len(done) == multiverse.possible
    return variance_shares(np.array(options), np.array(scores), counts, whole, multiverse.seed)
