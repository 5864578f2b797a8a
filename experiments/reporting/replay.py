"""The numbers of a page beside those of the same command now: which of them moved."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from experiments.evaluation.metrics import METRICS
from experiments.evaluation.quantities import quantity_of
from experiments.records import StoredPlan
from experiments.reporting import tables
from experiments.reporting.pages import COLUMNS, Page, PageNumber
from experiments.reporting.shown import Shown
from experiments.reporting.writer import as_markdown, as_text
from experiments.running.results import Results

__all__ = ["Replayed", "render", "replayed", "rows_to_paste"]

_ROUNDING = 1e-9  # of a difference of two decimal numbers


@dataclass(frozen=True)
class Replayed:
    """A number of a page, and what it is now.

    Parameters
    ----------
    printed : PageNumber
        Number with its tolerance.
    now : float
        Mean over the cells; NaN where it has no value.
    """

    printed: PageNumber
    now: float

    @property
    def moved(self) -> bool:
        """Whether it is further away than the tolerance; what has no value any more is."""
        value, tolerance = self.printed.value, self.printed.tolerance
        if value is None or tolerance is None:
            return False
        slack = _ROUNDING * max(1.0, abs(value))
        return not abs(self.now - value) <= tolerance + slack


def replayed(page: Page, results: Results) -> list[Replayed]:
    """Return each number of a page with its value in a run.

    Parameters
    ----------
    page : Page
        Page with the plan's labels; without numbers, all that the study shows are taken, as far as
        they have a value.
    results : Results
        Run of the page's command.
    """
    numbers = page.numbers or tuple(_all_numbers(results.plan))
    known: dict[str, dict[tuple[str, str], float]] = {}
    for name in dict.fromkeys(one.quantity for one in numbers):
        quantity = quantity_of(name, results.plan.report)
        metric = name.removesuffix("_train")
        first = metric if metric in METRICS else results.plan.metrics[0]
        table = tables.table(results, [first])
        places = zip(table.dataset, table.model, strict=True)
        known[name] = dict(zip(places, map(float, table[quantity.column]), strict=True))
    found = [Replayed(one, known[one.quantity][one.dataset, one.model]) for one in numbers]
    return found if page.numbers else [one for one in found if math.isfinite(one.now)]


def _all_numbers(plan: StoredPlan) -> Iterator[PageNumber]:
    for dataset, model in dict.fromkeys((one.dataset, one.model) for one in plan.cells):
        for name in (*plan.metrics, *plan.report):
            yield PageNumber(0, dataset, model, name, None, None)


def render(found: Sequence[Replayed]) -> str:
    """Return a table of the numbers, and a line that counts those that moved."""
    rows = [
        [
            one.printed.dataset,
            one.printed.model,
            one.printed.quantity,
            _text(one.printed.value),
            _text(one.now),
            _text(one.printed.tolerance),
            "moved" if one.moved else "held",
        ]
        for one in found
    ]
    headers = ["data set", "model", "quantity", "on the page", "now", "tolerance", ""]
    moved = sum(one.moved for one in found)
    counted = f"{moved} of {len(found)} numbers moved beyond their tolerance."
    return f"{as_text(rows, headers, [*headers[:3], ''])}\n\n{counted}"


def rows_to_paste(found: Sequence[Replayed]) -> str:
    """Return the table of a page with the values of now and the tolerances that it has."""
    rows = [
        [
            one.printed.dataset,
            one.printed.model,
            one.printed.quantity,
            _text(one.now),
            "" if one.printed.tolerance is None else _text(one.printed.tolerance),
        ]
        for one in found
    ]
    return as_markdown(Shown.of_texts(rows, COLUMNS, COLUMNS[:3]))


def _text(number: float | None) -> str:
    return "-" if number is None or math.isnan(number) else f"{number:.6g}"
