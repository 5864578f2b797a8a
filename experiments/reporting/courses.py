"""Lines along trainings: a loss or a metric over iterations, circuits or time, of many fits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from experiments.evaluation.metrics import METRICS, Predictions, score
from experiments.evaluation.quantities import STEP_LOSS, Quantity
from experiments.records import Line, StoredPredictions
from experiments.reporting.figure_places import Places
from experiments.reporting.published import place_of
from experiments.running.results import Results

__all__ = ["course_lines"]

Values = NDArray[np.float64]
Course = tuple[Values, Values]  # where something became known, and what

_MOST_POINTS = 120
_AROUND = (10, 90)  # percent of the fits
_WHY = {True: "no stages of training", False: "no training"}
_NO_STEPS = "no losses of steps (training.step_losses)"
_FIELDS = {"iteration": "steps"}  # of a course, where it is called otherwise than the axis


def course_lines(
    quantity: Quantity, places: Places, results: Results
) -> tuple[Mapping[str, list[Line]], Mapping[str, str]]:
    """Return the lines of each panel, and why others have none.

    Each is the mean over fits of what was known last. It begins where every fit has a value; a fit
    that has ended keeps its last one.

    Parameters
    ----------
    quantity : Quantity
        Loss, or a metric of the predictions that were kept along the way.
    places : Places
        Panels and lines of the figure.
    results : Results
        Run as it was read.
    """
    found: dict[str, dict[str, list[Course]]] = {}
    without: dict[str, str] = {}
    shown = (True, False) if places.settings.controls else (False,)
    for fit in results.fits:
        planned, stored = fit.planned, fit.stored
        if stored is None or stored.predictions is None or bool(planned.control) not in shown:
            continue
        at = place_of(planned.dataset, planned.model, results.plan, stored.record.n_train)
        if not places.draws(at, planned.train_size):
            continue
        line = places.line(at, planned.train_size, planned.control)
        course = _course(quantity, places.settings.over, stored.predictions)
        if course is None:
            trained = stored.predictions.trace is not None
            of_steps = trained and quantity is STEP_LOSS
            without[line if trained else at.model.entry] = _NO_STEPS if of_steps else _WHY[trained]
            continue
        panel = places.panel(at, planned.train_size)
        found.setdefault(panel, {}).setdefault(line, []).append(course)
    log = "x" in places.settings.log
    made = {
        panel: [_line(name, own, log) for name, own in lines.items()]
        for panel, lines in found.items()
    }
    drawn = {line for lines in found.values() for line in lines}
    return made, {line: reason for line, reason in without.items() if line not in drawn}


def _course(quantity: Quantity, over: str, said: StoredPredictions) -> Course | None:
    """Return the points of one training; None where it has none."""
    field = _FIELDS.get(over, over)
    trace = said.trace
    if quantity is STEP_LOSS:
        return None if trace is None else _ordered(trace.step_numbers, trace.step_losses)
    if quantity.name == "loss":
        return None if trace is None else _ordered(getattr(trace, field), trace.losses)
    if not said.stages:
        return None
    spent = [getattr(stage, field) for stage in said.stages]
    if quantity.name not in METRICS:
        return _ordered(spent, [stage.loss for stage in said.stages])
    # labels alone are kept of a stage: what needs scores has no course
    told = [replace(said, predicted=one.predicted, scores=None) for one in said.stages]
    values = [score(quantity.name, Predictions.stored(one)) for one in told]
    known = [(x, y) for x, y in zip(spent, values, strict=True) if y is not None]
    return _ordered(*zip(*known, strict=True)) if known else None


def _ordered(spent: Sequence[float], values: Sequence[float]) -> Course | None:
    """Return a course in its order; a value that is not finite is none."""
    x, y = np.asarray(spent, dtype=np.float64), np.asarray(values, dtype=np.float64)
    x, y = x[np.isfinite(y)], y[np.isfinite(y)]
    order = np.argsort(x, kind="stable")
    return (x[order], y[order]) if len(x) else None


def _line(name: str, courses: Sequence[Course], log: bool) -> Line:
    first = max(float(x[0]) for x, _ in courses)
    last = max(first, *(float(x[-1]) for x, _ in courses))
    grid = np.unique(np.concatenate([x for x, _ in courses]))
    grid = grid[(grid >= first) & (grid <= last)]
    if len(grid) > _MOST_POINTS:
        even = np.geomspace(max(first, 1e-12), last, _MOST_POINTS) if log else None
        grid = np.linspace(first, last, _MOST_POINTS) if even is None else even
        grid[0], grid[-1] = first, last
    rows = np.array([y[np.searchsorted(x, grid, side="right") - 1] for x, y in courses])
    low, high = np.percentile(rows, _AROUND, axis=0)
    several = len(courses) > 1
    nothing: tuple[None, ...] = (None,) * len(grid)
    return Line(
        name,
        tuple(grid.tolist()),
        tuple(rows.mean(axis=0).tolist()),
        tuple(low.tolist()) if several else nothing,
        tuple(high.tolist()) if several else nothing,
        (len(courses),) * len(grid),
        f"{_AROUND[0]} to {_AROUND[1]} % of the fits" if several else "",
        course=True,
    )
