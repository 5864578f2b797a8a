"""What others printed, in the panel and at the place of a figure where it belongs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from experiments.evaluation.quantities import COURSE_AXES, Quantity
from experiments.planning.settings import TRAINING_ROWS
from experiments.records import Printed, Published
from experiments.reporting.figure_places import Places, Size
from experiments.reporting.published import Place, is_of

__all__ = ["printed_in"]


def printed_in(panel: str, quantity: Quantity, places: Places) -> tuple[Printed, ...]:
    """Return what was printed of a quantity for the rows of one panel.

    Parameters
    ----------
    panel : str
        Words of the panel.
    quantity : Quantity
        Quantity that the panel shows.
    places : Places
        Panels and lines of the figure.
    """
    found: list[Printed] = []
    for one in places.plan.published:
        if one.quantity != quantity.name:
            continue
        by_line: dict[str, list[Place]] = {}
        for at, size in _rows(one, places):
            if places.panel(at, size) == panel:
                by_line.setdefault(places.line(at, size), []).append(at)
        own = [_printed(one, line, rows, places.settings.over) for line, rows in by_line.items()]
        found += _of_several([printed for printed in own if printed is not None])
    return tuple(found)


def _of_several(printed: Sequence[Printed]) -> list[Printed]:
    """Return what is the same for several lines once, and as no line's own."""
    alike: dict[Printed, list[Printed]] = {}
    for one in printed:
        alike.setdefault(replace(one, line=""), []).append(one)
    return [own[0] if len(own) == 1 else shared for shared, own in alike.items()]


def _rows(one: Published, places: Places) -> list[tuple[Place, Size]]:
    datasets = [row for row in places.plan.datasets if is_of(one, row)]
    models = [row for row in places.plan.models if is_of(one, row)]
    pairs = [
        (Place(data, model, math.nan), size)
        for data in datasets
        for model in models
        if model.applies_to(data)
        for size in places.sizes
    ]
    return [(at, size) for at, size in pairs if places.draws(at, size)]


def _printed(one: Published, line: str, rows: Sequence[Place], over: str) -> Printed | None:
    """Return it at its places on the axis; None where it has no place in this figure."""
    if one.text:
        return Printed(one.source, line, text=one.text)
    if one.curve:
        if one.over != over:
            return None
        x, y = zip(*one.curve, strict=True)
        nothing = (None,) * len(x)
        return Printed(one.source, line, x, y, nothing, nothing, joined=True)
    x = tuple(sorted({place for at in rows if (place := at.on(over)) is not None}))
    along = over in COURSE_AXES or over == TRAINING_ROWS  # it holds wherever one looks
    if not x and not along:
        return None
    n = 1 if along else len(x)
    return Printed(
        one.source,
        line,
        () if along else x,
        (one.value,) * n,
        (one.low,) * n,
        (one.high,) * n,
    )
