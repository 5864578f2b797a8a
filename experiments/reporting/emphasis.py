"""Which scores of a table stand out: the best of a data set, and what verdicts say of the others.

A mark is a verdict that the study has asked for, adjusted for all that it compares; where none was
asked, there is no mark.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from experiments.evaluation.comparison import Verdict
from experiments.evaluation.metrics import METRICS
from experiments.reporting.shown import Column, Note, Shown
from experiments.reporting.verdicts import Found

__all__ = ["MARKS", "emphasised"]

#: Sign of each judgement on a model beside a better one, in the order of what is told first.
MARKS = {"worse": "†", "practically equal": "=", "undecided": "?"}
_SAID = {
    "worse": "shown to be worse than a model in bold",
    "practically equal": "shown to differ from it by less than matters",
    "undecided": "not shown to differ from it",
}
_OPPOSITE = {"better": "worse", "worse": "better"}


def emphasised(
    shown: Shown, table: pd.DataFrame, metrics: Sequence[str], found: Sequence[Found]
) -> Shown:
    """Return a table of scores with its best ones in bold and the study's verdicts as marks.

    Parameters
    ----------
    shown : Shown
        Table of scores.
    table : DataFrame
        Summary that it shows, row by row.
    metrics : sequence of str
        Metrics of the summary.
    found : sequence of Found
        Verdicts of the run, those of each deciding metric.
    """
    columns = {column.name: column for column in shown.columns}
    changed: dict[str, Column] = {}
    for metric in metrics:
        best = _best(columns[metric], table, METRICS[metric].higher_is_better)
        changed[metric] = _with(columns[metric], best, {})
    bold = [name for name, column in changed.items() if any(c.best for c in column.cells)]
    notes = [*shown.notes, *_notes_on_bold(bold, table)]
    for one in found:
        if one.metric not in changed:
            continue
        column = changed[one.metric]
        best = {i for i, cell in enumerate(column.cells) if cell.best}
        marks = _marks(table, best, one.verdicts)
        changed[one.metric] = _with(column, best, marks)
        notes += _notes_on_marks(one, marks.values())
    return replace(shown.with_columns(list(changed.values())), notes=tuple(notes))


def _with(column: Column, best: set[int], marks: dict[int, str]) -> Column:
    cells = (
        replace(cell, best=i in best, mark=MARKS.get(marks.get(i, ""), ""))
        for i, cell in enumerate(column.cells)
    )
    return replace(column, cells=tuple(cells))


def _best(column: Column, table: pd.DataFrame, higher_is_better: bool) -> set[int]:
    """Return the rows with the best number as it is shown, of those whose every fold is done."""
    groups: dict[tuple[str, str], dict[int, float]] = {}
    whole = (table.done == table.cells).tolist()
    for i, row in enumerate(table.itertuples(index=False)):
        if column.cells[i].value is not None and whole[i]:
            group = str(row.dataset), str(row.train_size)
            groups.setdefault(group, {})[i] = float(column.cells[i].text)
    best: set[int] = set()
    for numbers in groups.values():
        first = max(numbers.values()) if higher_is_better else min(numbers.values())
        if len(numbers) > 1:
            best |= {i for i, number in numbers.items() if number == first}
    return best


def _marks(table: pd.DataFrame, best: set[int], judged: Sequence[Verdict]) -> dict[int, str]:
    """Return the judgement on each row that was compared with a best one of its data set."""
    sizes = table.train_size.to_numpy(dtype=float)
    whole = np.isnan(sizes)
    largest = whole if whole.any() else sizes == sizes.max()
    rows = [
        (i, str(row.dataset), str(row.model))
        for i, row in enumerate(table.itertuples(index=False))
        if largest[i]
    ]
    leaders = {(dataset, model) for i, dataset, model in rows if i in best}
    of_pair = {(v.dataset, *pair): said for v in judged for pair, said in _both_sides(v)}
    marks = {}
    for i, dataset, model in rows:
        if i in best:
            continue
        known = {of_pair.get((dataset, model, leader)) for d, leader in leaders if d == dataset}
        said = next((judgement for judgement in MARKS if judgement in known), None)
        if said is not None:
            marks[i] = said
    return marks


def _both_sides(v: Verdict) -> Iterable[tuple[tuple[str, str], str]]:
    yield (v.first, v.second), v.judgement
    yield (v.second, v.first), _OPPOSITE.get(v.judgement, v.judgement)


def _notes_on_bold(metrics: Sequence[str], table: pd.DataFrame) -> list[Note]:
    if not metrics:
        return []
    columns = tuple(metrics)
    sized = " and as many training rows" if table.train_size.nunique(dropna=False) > 1 else ""
    text = f"Bold: the best mean on a data set{sized}, with all that round to the same."
    notes = [Note(text, columns)]
    lowest = [name for name in metrics if not METRICS[name].higher_is_better]
    notes += [
        Note(f"Of {METRICS[name].title or name} the lowest is the best.", (name,))
        for name in lowest
    ]
    if (table.done < table.cells).any():
        notes.append(Note("A row that lacks folds is not among them.", columns))
    return notes


def _notes_on_marks(found: Found, marks: Iterable[str]) -> list[Note]:
    used = set(marks)
    if not used:
        return []
    legend = ", ".join(f"{MARKS[one]} {_SAID[one]}" for one in MARKS if one in used)
    if "worse" not in used:
        legend = legend.replace("from it", "from a model in bold", 1)
    name = METRICS[found.metric].title or found.metric
    return [
        Note(
            f"By {name}: {legend}; compared is {found.compared}, {found.test}, 5 % for all that is "
            "compared on a data set. No mark: not compared with a model in bold.",
            (found.metric,),
        )
    ]
