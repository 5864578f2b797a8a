"""Tables of a run: a row a cell, a row a model, confusion matrices."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.evaluation.bootstrap import bootstrap_interval
from experiments.evaluation.metrics import (
    Predictions,
    bounds,
    check_metrics,
    counted,
    score,
)
from experiments.evaluation.quantities import SHOWN_COSTS
from experiments.evaluation.rows import Rows, rows_of_stored
from experiments.evaluation.sittings import score_of_stored, sittings_of
from experiments.evaluation.starts import Spread, scores_by_start
from experiments.evaluation.statistics import corrected_interval
from experiments.records import CellRecord, StoredCell, StoredPlan, canonical_json
from experiments.reporting.fresh_sets import columns_by_sitting, sd_of_sets
from experiments.reporting.mixed import Mixed
from experiments.reporting.published import published_columns
from experiments.reporting.rendering import render, size_text
from experiments.reporting.writer import as_csv, as_text, save_page
from experiments.running.results import Fit, Results
from qml.costs import Usage
from qml.errors import SpecError, StoreError

__all__ = ["Interval", "cell_table", "confusions", "export", "table"]

Interval = Literal["corrected", "bootstrap"]
Group = tuple[str, str, int | float | None]  # data set, model, training size


@dataclass(frozen=True)
class _Scored:
    """A fit and its scores by the metrics that are asked for; none unless it is done."""

    fit: Fit
    scores: Mapping[str, float | None]

    @property
    def group(self) -> Group:
        """The row of the summary that it belongs to."""
        planned = self.fit.planned
        return planned.dataset, planned.model, planned.train_size


def cell_table(results: Results, metrics: list[str] | None = None) -> pd.DataFrame:
    """Return one row a planned cell; a cell that is not there yet has the status ``missing``.

    Parameters
    ----------
    results : Results
        Run as it was read.
    metrics : list of str or None, default=None
        Columns; what a record does not hold is computed from its predictions. None is the study's.
    """
    rows = {label: one.rows for label, one in results.plan.provenance.items()}
    return pd.DataFrame([_cell_row(one, rows) for one in _scored(results, metrics)])


def _scored(results: Results, metrics: Sequence[str] | None) -> list[_Scored]:
    names = list(results.plan.metrics if metrics is None else metrics)
    try:
        check_metrics(names)
    except SpecError as error:
        raise SpecError(error.problem, "--metric") from None
    return [_Scored(fit, _scores(names, fit.stored)) for fit in results.fits]


def _scores(names: list[str], stored: StoredCell | None) -> dict[str, float | None]:
    if stored is None or stored.predictions is None:
        return {}
    known = {name: value for name, value in stored.record.scores.items() if name in names}
    missing = [name for name in names if name not in known]
    known |= {name: score_of_stored(name, stored.predictions) for name in missing}
    return {name: known[name] for name in names}


def _cell_row(one: _Scored, rows: Mapping[str, int]) -> dict[str, Any]:
    planned, stored, said = one.fit.planned, one.fit.stored, one.fit.predictions
    row = {
        "control": planned.control,
        "train_size": planned.train_size,
        "key": planned.key,
        "dataset": planned.dataset,
        "model": planned.model,
        "draw": planned.draw,
        "repeat": planned.repeat,
        "fold": planned.fold,
        "start": planned.start,
        "status": one.fit.status,
    }
    if stored is None:
        return row
    record = stored.record
    row |= {
        "backend": stored.cell.model.backend,
        "environment": record.environment,
        "finished_at_s": record.finished_at_s,
    }
    if record.status != "done":
        return row | {"error": record.error} | ({"pending": True} if record.pending else {})
    return row | {
        "n_train": record.n_train,
        "n_test": record.n_test,
        "n_left": rows[planned.dataset] - record.n_test,
        **one.scores,
        **({} if said is None else columns_by_sitting(said, one.scores)),
        **{f"{name}_train": value for name, value in record.train_scores.items()},
        **_cost_columns(stored),
        **{f"training_{name}": value for name, value in record.reported.items()},
        **_details(record),
        "warnings": list(record.warnings),
    }


def _details(record: CellRecord) -> dict[str, str]:
    """Return where a quantity was found and what it is made of, as texts of numbers."""
    details = {
        f"training_{name}_{what}": " ".join(f"{number:.6g}" for number in numbers)
        for name, found in record.quantities.items()
        for what, numbers in (("where", found.where), ("values", found.values))
    }
    return {column: text for column, text in details.items() if text}


def _cost_columns(stored: StoredCell) -> dict[str, Any]:
    costs, tuning = stored.record.costs, stored.tuning
    if costs is None:
        return {}
    columns = {
        "fit_s": costs.fit_s,
        "predict_s": costs.predict_s,
        "kernel_s": costs.kernel_s,
        **_apart("fit", costs.fit),
        **costs.total.plain(),
    }
    if tuning is not None:
        columns |= {
            "tune_s": costs.tune_s,
            **_apart("tune", costs.tune),
            "tune_trials": len(tuning.trials),
            "tune_failed": sum(trial.score is None for trial in tuning.trials),
            "tuned": canonical_json(tuning.parameters),
        }
    return columns


def _apart(phase: str, spent: Usage) -> dict[str, float]:
    """Return the columns of the costs that are shown for each phase."""
    return {f"{phase}_{c.name}": getattr(spent, c.name) for c in Usage.costs() if c.apart}


def table(
    results: Results,
    metrics: list[str] | None = None,
    interval: Interval = "corrected",
    control: str = "",
) -> pd.DataFrame:
    """Return one row a data set, model and training size, in the plan's order.

    For each metric the mean over folds and the ends of its 95 % interval, cut to the metric's
    range; with several trainings a split the standard deviation over them, pooled over splits; for
    the first also its mean on the rows that were fitted. With fresh test sets a draw's mean is one
    observation, and beside it stands the standard deviation over the sets of one trained model,
    pooled over models. Of data drawn anew, what trainings report has its interval over draws too.
    For each cost the mean of one fold. A row with failures says how many of its cells are done and
    why the first one failed. A row that other code or versions made than the newest says which
    parts of it. What was printed elsewhere stands in columns of its own, as text, and where in
    another.

    Parameters
    ----------
    results : Results
        Run as it was read.
    metrics : list of str or None, default=None
        Columns; None is the study's.
    interval : {"corrected", "bootstrap"}, default="corrected"
        Nadeau-Bengio corrected intervals over folds, or bootstrap intervals over test rows.
    control : str, default=""
        Kind of the models' controls that the rows are of, with nothing printed elsewhere beside
        them; empty for the models themselves.
    """
    plan = replace(results.plan, published=()) if control else results.plan
    names = list(plan.metrics if metrics is None else metrics)
    groups: dict[Group, list[_Scored]] = {}
    for one in _scored(results, names):
        if one.fit.planned.control == control:
            groups.setdefault(one.group, []).append(one)
    mixed = Mixed(results)
    return pd.DataFrame([_summary(*one, names, plan, interval, mixed) for one in groups.items()])


def _summary(
    group: Group,
    members: list[_Scored],
    metrics: list[str],
    plan: StoredPlan,
    interval: Interval,
    mixed: Mixed,
) -> dict[str, Any]:
    """Return one row of the table."""
    dataset, model, size = group
    done = [one for one in members if one.fit.status == "done"]
    records = [one.fit.stored.record for one in done if one.fit.stored is not None]
    row: dict[str, Any] = {
        "dataset": dataset,
        "model": model,
        "train_size": size,
        "cells": len(members),
        "done": len(done),
        "n_train": _mean(record.n_train for record in records),
    }
    for metric in metrics:
        n_rows = plan.provenance[dataset].rows
        mean, low, high = _metric_interval(metric, done, records, n_rows, interval)
        lowest, highest = bounds(metric)
        row |= {
            metric: mean,
            f"{metric}_low": float(np.maximum(low, lowest)),
            f"{metric}_high": float(np.minimum(high, highest)),
        }
    if plan.seeds > 1:
        row |= {f"{metric}_sd_starts": _sd_of_starts(metric, done) for metric in metrics}
    if any(one.spec.test_sets for one in plan.datasets):
        said = [one.fit.predictions for one in done if one.fit.predictions is not None]
        row |= {f"{metric}_sd_sets": sd_of_sets(metric, said) for metric in metrics}
    for metric in metrics[:1]:
        row[f"{metric}_train"] = _mean(record.train_scores.get(metric) for record in records)
    costs = [_cost_columns(one.fit.stored) for one in done if one.fit.stored is not None]
    row |= {c.name: _mean(one.get(c.name) for one in costs) for c in SHOWN_COSTS}
    for name in plan.report:
        row |= _reported(name, done, drawn=any(one.draws > 1 for one in plan.datasets))
    row["made_by_other"] = mixed.words(one.fit.stored for one in done if one.fit.stored is not None)
    printed = published_columns(plan, dataset, model, row["n_train"])
    return row | {"problem": _first_problem(members)} | printed


def _mean(values: Iterable[Any]) -> float:
    """Return the mean of those that are numbers; NaN where none is."""
    column = pd.Series(list(values), dtype=object)
    return float(pd.to_numeric(column, errors="coerce").mean())


def _reported(name: str, done: list[_Scored], drawn: bool) -> dict[str, float]:
    """Return a quantity's mean; over draws of the data, each one observation, with its interval."""
    found = [(one.fit.planned.draw, one.fit.stored) for one in done]
    said = pd.DataFrame(
        [(draw, stored.record.reported.get(name)) for draw, stored in found if stored is not None],
        columns=["draw", "value"],
    )
    said["value"] = pd.to_numeric(said.value.astype(object), errors="coerce")
    column = f"training_{name}"
    row = {column: float(said.value.mean())}
    if drawn:
        by_draw = said.groupby("draw").value.mean().dropna()
        _, low, high = corrected_interval(by_draw.to_numpy(), 0.0)
        row |= {f"{column}_low": low, f"{column}_high": high}
    return row


def _metric_interval(
    metric: str,
    done: list[_Scored],
    records: list[CellRecord],
    n_rows: int,
    interval: Interval,
) -> tuple[float, float, float]:
    """Return a metric's mean over folds and the ends of its 95 % interval."""
    if any(one.scores[metric] is None for one in done):
        return math.nan, math.nan, math.nan
    scores = _by_start(metric, done).mean(axis=1)  # trainings on one split are one observation
    drawn = scores.index.get_level_values("draw").nunique() > 1
    # drawn anew, nothing overlaps; and of one training test sets say nothing about others
    if drawn or _tested_afresh(done):
        return corrected_interval(scores.groupby(level="draw").mean().to_numpy(), 0.0)
    ratio = _mean(record.n_test / (n_rows - record.n_test) for record in records)
    if not np.isfinite(scores).all():
        return float(scores.mean()), math.nan, math.nan
    mean, low, high = corrected_interval(scores.to_numpy(), ratio, rows=_rows(metric, done))
    if interval == "bootstrap":
        low, high = _bootstrapped([one.fit for one in done], metric)
    return mean, low, high


def _by_start(metric: str, done: list[_Scored]) -> pd.DataFrame:
    return scores_by_start([one.fit.planned for one in done], [one.scores[metric] for one in done])


def _tested_afresh(done: list[_Scored]) -> bool:
    return any(one.fit.predictions is not None and one.fit.predictions.test_set for one in done)


def _sd_of_starts(metric: str, done: list[_Scored]) -> float:
    """Return the standard deviation over trainings on one split, pooled over splits.

    What random starts and shots do, apart from what other rows do.
    """
    return float(np.sqrt(_by_start(metric, done).var(axis=1, ddof=1).mean()))


def _rows(metric: str, done: list[_Scored]) -> Rows | None:
    """Return what distinct test rows do to the mean; None where not every fold has a score."""
    stored = [one.fit.predictions for one in done]
    folds = [rows_of_stored(metric, one) for one in stored if one is not None]
    known = [fold for fold in folds if fold is not None]
    if not known or len(known) < len(done):
        return None
    rows = Rows.of_folds(known, reduced=done[0].fit.planned.train_size is not None)
    return replace(rows, starts=Spread.of_starts(_by_start(metric, done)))


def _bootstrapped(fits: Sequence[Fit], metric: str) -> tuple[float, float]:
    stored = [fit.predictions for fit in fits if fit.predictions is not None]
    # the same rows, as often as they were classified
    folds = [
        [Predictions.stored(one).of_rows(sitting.answers) for sitting in sittings_of(one)]
        for one in stored
    ]

    def mean(rows: list[NDArray[np.intp]]) -> float:
        of_fold = zip(folds, rows, strict=True)
        scores = [score(metric, one.of_rows(some)) for fold, some in of_fold for one in fold]
        return float(np.mean([math.nan if value is None else value for value in scores]))

    if not folds or score(metric, folds[0][0]) is None:
        return math.nan, math.nan
    return bootstrap_interval(mean, [len(fold[0].true) for fold in folds])


def _said(fits: Iterable[Fit]) -> list[Predictions]:
    """Return the predictions of the fits that are done."""
    return [Predictions.stored(fit.predictions) for fit in fits if fit.predictions is not None]


def _first_problem(members: Sequence[_Scored]) -> str:
    broken = [one.fit for one in members if one.fit.status not in ("done", "missing")]
    if broken and broken[0].stored is not None:
        return f"{len(broken)} {broken[0].status}: {broken[0].stored.record.error}"
    missing = sum(one.fit.status == "missing" for one in members)
    return f"{missing} not run yet" if missing else ""


def confusions(results: Results) -> str:
    """Return the confusion matrix of every model on every data set, over all folds, as text."""
    groups: dict[Group, list[Fit]] = {}
    for one in _scored(results, []):
        if not one.fit.planned.control:
            groups.setdefault(one.group, []).append(one.fit)
    parts = []
    for (dataset, model, size), fits in groups.items():
        folds = _said(fits)
        if not folds or folds[0].classes is None:
            continue
        counts = sum((counted(fold) for fold in folds[1:]), counted(folds[0])).astype(int)
        names = [str(label) for label in folds[0].classes]
        rows = [[name, *row] for name, row in zip(names, counts.tolist(), strict=True)]
        of_size = "" if size is None else f", {size_text(size)} training rows"
        headers = ["is / called", *names]
        parts.append(f"{dataset} / {model}{of_size}\n{as_text(rows, headers, headers[:1])}\n")
    if not parts:
        raise StoreError("no cell with classes is done")
    return "\n".join(parts)


def export(results: Results, folder: Path) -> list[Path]:
    """Write ``metrics.csv`` (a row a cell) and ``table.csv`` and ``.md`` (a row a model)."""
    metrics = list(results.plan.metrics)
    whole = table(results)
    files = {
        "metrics.csv": as_csv(cell_table(results)),
        "table.csv": render(whole, metrics, "csv"),
        "table.md": render(whole, metrics, "markdown"),
    }
    return [save_page(folder / name, str(text)) for name, text in files.items()]
