"""The figures of a run as records: quantities over an axis, from the table and from trainings."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean
from typing import Any

import pandas as pd

from experiments.evaluation.metrics import METRICS
from experiments.evaluation.quantities import COURSE_AXES, Quantity, quantity_of
from experiments.planning.settings import TRAINING_ROWS
from experiments.records import Axis, Figure, FigureSettings, Line, Panel
from experiments.reporting import tables
from experiments.reporting.courses import course_lines
from experiments.reporting.figure_places import Places
from experiments.reporting.printed import printed_in
from experiments.reporting.published import place_of
from experiments.running.results import Results

__all__ = ["figures"]

_INTERVAL = "95 % interval"
_RANGE = "lowest to highest"


@dataclass(frozen=True)
class _Point:
    """One row of the table as a figure sees it; no `x` where it has no place on the axis."""

    panel: str
    line: str
    entry: str
    x: float | None
    y: float
    low: float
    high: float
    n: int
    is_level: bool


def figures(
    results: Results, names: Sequence[str] | None = None, table: pd.DataFrame | None = None
) -> list[Figure]:
    """Return the figures of a run that have anything to show.

    Parameters
    ----------
    results : Results
        Run as it was read.
    names : sequence of str or None, default=None
        Names of the figures that are made; None is all of the plan's.
    table : DataFrame or None, default=None
        Summary as `tables.table` makes it, if it is at hand.
    """
    summaries = _Summaries(results, table)
    wanted = [one for one in results.plan.figures if names is None or one.name in names]
    found = [_figure(one, results, summaries) for one in wanted]
    return [one for one in found if one.panels]


class _Summaries:
    """Tables of one run, each made once for all figures that read it."""

    def __init__(self, results: Results, table: pd.DataFrame | None) -> None:
        self.results = results
        self._at_hand = table
        self._known: dict[tuple[str, str], pd.DataFrame] = {}

    def of(self, quantity: Quantity, control: str) -> pd.DataFrame:
        """Return the table with the column of a quantity."""
        if self._at_hand is not None and quantity.column in self._at_hand and not control:
            return self._at_hand
        metric = quantity.name.removesuffix("_train")
        first = metric if metric in METRICS else self.results.plan.metrics[0]
        if (first, control) not in self._known:
            made = tables.table(self.results, [first], control=control)
            self._known[first, control] = made
        return self._known[first, control]


def _figure(settings: FigureSettings, results: Results, summaries: _Summaries) -> Figure:
    places, panels, left_out = Places(settings, results.plan), [], []
    for name in settings.quantities:
        quantity = quantity_of(name, results.plan.report)
        if settings.over in COURSE_AXES:
            lines, without = course_lines(quantity, places, results)
        else:
            lines, without = _lines(list(_points(quantity, places, summaries)), quantity, places)
        left_out += [
            f"{reason}: {'; '.join(line for line in without if without[line] == reason)}"
            for reason in dict.fromkeys(without.values())
        ]
        y = Axis(quantity.title, quantity.unit, "y" in settings.log)
        panels += [
            Panel(title, y, tuple(own), printed_in(title, quantity, places))
            for title, own in lines.items()
        ]
    order = list(dict.fromkeys(panel.title for panel in panels))
    panels.sort(key=lambda panel: order.index(panel.title))
    x = _axis(settings)
    return Figure(settings.name, settings.title, x, tuple(panels), tuple(dict.fromkeys(left_out)))


def _axis(settings: FigureSettings) -> Axis:
    log, over = "x" in settings.log, settings.over
    if over in COURSE_AXES:
        return Axis(COURSE_AXES[over].title, COURSE_AXES[over].unit, log)
    if over == TRAINING_ROWS:
        return Axis("training rows", "", log)
    owner, _, last = over.removeprefix("dataset.").rpartition(".")
    words = last.removeprefix("n_").replace("_", " ")
    of_owner = f" of the {owner.rpartition('.')[2].replace('_', ' ')}" if owner else ""
    return Axis(f"{words}{of_owner}", "", log)


def _points(quantity: Quantity, places: Places, summaries: _Summaries) -> Iterator[_Point]:
    """Yield a point for every row of the table that is done, and one for every control."""
    plan = summaries.results.plan
    kinds = {one.control for one in plan.cells} if places.settings.controls else {""}
    for kind in sorted(kinds):
        rows: Iterable[Any] = summaries.of(quantity, kind).itertuples(index=False)
        for row in rows:
            at = place_of(row.dataset, row.model, plan, row.n_train)
            size = None if pd.isna(row.train_size) else row.train_size
            if not row.done or not places.draws(at, size):
                continue
            ends = (f"{quantity.column}{end}" for end in ("", "_low", "_high"))
            y, low, high = (float(getattr(row, column, math.nan)) for column in ends)
            yield _Point(
                places.panel(at, size),
                places.line(at, size, kind),
                at.model.entry,
                at.on(places.settings.over),
                *(y, low, high),
                n=int(row.done),
                is_level=places.is_level(at),
            )


def _lines(
    points: Sequence[_Point], quantity: Quantity, places: Places
) -> tuple[Mapping[str, list[Line]], Mapping[str, str]]:
    """Return the lines of each panel, and why others have none."""
    found: dict[str, dict[str, list[_Point]]] = {}
    levels: dict[str, dict[str, list[_Point]]] = {}
    without = {}
    for point in points:
        if point.x is None and not point.is_level:
            without[point.entry] = f"no {places.settings.over}"
        elif not math.isfinite(point.y):
            without.setdefault(point.line, f"no {quantity.title}")
        else:
            kept = levels if point.x is None else found
            kept.setdefault(point.panel, {}).setdefault(point.line, []).append(point)
    drawn = {line for lines in found.values() for line in lines}
    made = {
        panel: [_line(name, own) for name, own in lines.items()] for panel, lines in found.items()
    }
    for panel, lines in made.items():
        ends = [end for line in lines for end in (line.x[0], line.x[-1])]
        along = dict.fromkeys((min(ends), max(ends)))
        lines += [
            _line(name, [replace(point, x=x) for point in own for x in along])
            for name, own in levels.get(panel, {}).items()
        ]
    return made, {line: reason for line, reason in without.items() if line not in drawn}


def _line(name: str, points: Sequence[_Point]) -> Line:
    """Return a line; where several rows share a place, their mean between the outermost."""
    by_x: dict[float, list[_Point]] = {}
    for point in points:
        by_x.setdefault(point.x or 0.0, []).append(point)
    several = any(len(own) > 1 for own in by_x.values())
    joined = [_joined(own) if several else own[0] for _, own in sorted(by_x.items())]
    known = any(math.isfinite(point.low) for point in joined)
    return Line(
        name,
        tuple(point.x or 0.0 for point in joined),
        tuple(point.y for point in joined),
        tuple(_or_none(point.low) for point in joined),
        tuple(_or_none(point.high) for point in joined),
        tuple(point.n for point in joined),
        "" if not known else f"{_RANGE} of several rows" if several else _INTERVAL,
    )


def _joined(points: Sequence[_Point]) -> _Point:
    values = [point.y for point in points]
    n = sum(point.n for point in points)
    return replace(points[0], y=fmean(values), low=min(values), high=max(values), n=n)


def _or_none(value: float) -> float | None:
    return value if math.isfinite(value) else None
