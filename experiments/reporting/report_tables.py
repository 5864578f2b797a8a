"""Every table of a run, ready to be shown: scores, verdicts, controls, duels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from experiments.evaluation.comparison import Verdict
from experiments.evaluation.metrics import METRICS
from experiments.evaluation.multiplicity import LEVEL
from experiments.evaluation.quantities import SHOWN_COSTS
from experiments.reporting import controls, duel, duel_text, tables, verdicts
from experiments.reporting.controls import Explained
from experiments.reporting.duel import Duel
from experiments.reporting.emphasis import emphasised
from experiments.reporting.rendering import scores
from experiments.reporting.shown import Cell, Column, Note, Shown
from experiments.reporting.tables import Interval
from experiments.reporting.verdicts import Found
from experiments.running.results import Results

__all__ = ["control_tables", "duel_tables", "most_splits", "score_table", "verdict_tables"]

_FEW = 6  # data sets that a caption names


def score_table(
    results: Results, metrics: Sequence[str], interval: Interval = "corrected"
) -> Shown:
    """Return the table of scores with the best in bold and the study's verdicts as marks."""
    summary = tables.table(results, list(metrics), interval)
    plain = scores(summary, metrics)
    written = results.of_reading(0)
    found = verdicts.find(written, tables.cell_table(written))
    shown = replace(
        plain,
        title=f"Scores of {results.plan.name}.",
        study=results.plan.name,
        notes=tuple(_on_scores(results, metrics, interval)),
    )
    return emphasised(shown, summary, metrics, found)


def _on_scores(results: Results, metrics: Sequence[str], interval: Interval) -> Iterable[Note]:
    n = most_splits(results)
    drawn = any(row.draws > 1 or row.spec.test_sets for row in results.plan.datasets)
    how = "over folds, corrected after Nadeau and Bengio"
    if interval == "bootstrap":
        how = "over test rows, by the bootstrap"
    if drawn:
        how += "; of data that are drawn anew, over draws"
    yield Note(
        f"Means over {n} test fold{'s'[: n - 1]}, the same for every model, with 95 % intervals "
        f"({how}).",
        tuple(metrics),
    )
    yield Note(f"{_rows(results)}.")
    costs = tuple(cost.name for cost in SHOWN_COSTS)
    yield Note("Costs are those of one fold.", costs)


def _rows(results: Results) -> str:
    written = [row.label for row in results.plan.datasets if not row.reading]
    counts = {label: results.plan.provenance[label].rows for label in written}
    if len(counts) > _FEW:
        least, most = min(counts.values()), max(counts.values())
        return f"{len(counts)} data sets of {least:,} to {most:,} rows"
    return f"Rows of data: {', '.join(f'{name} {count:,}' for name, count in counts.items())}"


def most_splits(results: Results) -> int:
    """Return the splits of the row that has most."""
    splits: dict[tuple[str, str], set[tuple[int, int, int]]] = {}
    for one in results.plan.cells:
        splits.setdefault((one.dataset, one.model), set()).add((one.draw, one.repeat, one.fold))
    return max(map(len, splits.values()))


def verdict_tables(results: Results, found: Sequence[Found] | None = None) -> list[Shown]:
    """Return the verdicts of a run, a table for each of its deciding metrics; or those found."""
    if found is None:
        written = results.of_reading(0)
        found = verdicts.find(written, tables.cell_table(written))
    names = [f"verdicts{f'-{number}' if number > 1 else ''}" for number in range(1, 3)]
    return [_of_verdicts(one, results, name) for one, name in zip(found, names, strict=False)]


def _of_verdicts(found: Found, results: Results, name: str) -> Shown:
    judged = found.verdicts
    title = METRICS[found.metric].title or found.metric
    turned = (
        "" if METRICS[found.metric].higher_is_better else ", sign turned so that more is better"
    )
    columns = (
        Column.of_texts("dataset", "data set", [v.dataset for v in judged]),
        Column.of_texts("first", "model", [v.first for v in judged]),
        Column.of_texts("second", "against", [v.second for v in judged]),
        Column("difference", f"difference in {title}", tuple(map(_difference, judged))),
        Column("p", "p", tuple(_p(v.p) for v in judged)),
        Column.of_texts("judgement", "verdict", [v.judgement for v in judged]),
        Column("visible", "visible", tuple(_number(v.comparison.visible) for v in judged)),
        Column("rope", "equal below", tuple(_number(v.comparison.rope) for v in judged)),
    )
    frame = pd.DataFrame(verdicts.rows_of_file(found))
    notes = (
        Note(
            f"Mean {title} of the first less that of the second{turned}, with the 95 % interval of "
            f"the pair by itself, on {most_splits(results)} test folds.",
            ("difference",),
        ),
        Note(f"Compared is {found.compared}, {found.test}."),
        Note("p: adjusted, 5 % for all that is compared on a data set.", ("p", "judgement")),
        Note("Visible: a difference that would be shown four times in five.", ("visible",)),
        Note("Equal below: what a difference has to stay below not to matter.", ("rope",)),
        Note(f"{_rows(results)}."),
    )
    study = results.plan.name
    return Shown(name, f"Verdicts of {study} by {title}.", columns, 3, True, notes, frame, study)


def _number(value: float, form: str = ".3f") -> Cell:
    return Cell(format(value, form), float(value)) if np.isfinite(value) else Cell("-")


def _difference(v: Verdict) -> Cell:
    found = v.comparison
    interval = f"[{found.low:+.3f}, {found.high:+.3f}]"
    text = f"{found.difference:+.3f}"
    return Cell(text, float(found.difference), float(found.low), float(found.high), interval)


def _p(value: float) -> Cell:
    if not np.isfinite(value):
        return Cell("-")
    return Cell(f"{value:.3f}" if value >= 0.001 else "< 0.001", float(value))


def control_tables(results: Results) -> list[Shown]:
    """Return what the models and their controls score, a table for each metric; none without."""
    written = results.of_reading(0)
    found = controls.find(written, tables.cell_table(written))
    shown = []
    for number, metric in enumerate(dict.fromkeys(one.metric for one in found), start=1):
        mine = [one for one in found if one.metric == metric]
        name = f"controls{f'-{number}' if number > 1 else ''}"
        shown.append(_of_controls(mine, metric, results, name))
    return shown


def _of_controls(found: Sequence[Explained], metric: str, results: Results, name: str) -> Shown:
    title = METRICS[metric].title or metric
    kinds = controls.kinds_of(found)
    columns = (
        Column.of_texts("dataset", "data set", [one.dataset for one in found]),
        Column.of_texts("model", "model", [one.model for one in found]),
        Column("score", title, tuple(_number(one.score) for one in found)),
        *(
            Column(kind.replace(" ", "_"), kind, tuple(_control(one, kind) for one in found))
            for kind in kinds
        ),
    )
    used = {cell.mark for column in columns for cell in column.cells} - {""}
    said = {
        "?": "undecided",
        "=": "practically equal",
        "<": "the control is better",
    }
    legend = ", ".join(f"{mark} {words}" for mark, words in said.items() if mark in used)
    marked = f"is marked where its model is not shown to be better ({legend})"
    notes = [
        Note(f"Means over {most_splits(results)} test folds of models and their controls."),
        Note(
            f"A control {marked if used else 'without a mark is what its model is better than'}; "
            "5 % for all of a model's controls."
        ),
        Note(f"{_rows(results)}."),
    ]
    if not all(one.tuned for one in found):
        notes.append(
            Note(
                "Settings of a model that was not tuned may suit a control by chance, the "
                "bandwidth above all."
            )
        )
    study = results.plan.name
    caption = f"Controls of {study} by {title}."
    data = pd.DataFrame(controls.rows_of_file(found))
    return Shown(name, caption, columns, 2, True, tuple(notes), data, study)


def _control(one: Explained, kind: str) -> Cell:
    if kind not in one.controls:
        return Cell("-")
    return replace(_number(one.controls[kind]), mark=controls.MARKS[one.verdicts[kind].judgement])


def duel_tables(results: Results) -> list[Shown]:
    """Return the duels of a run, a table for each condition; none without."""
    found = duel.duels(results.of_reading(0))
    return [_of_duel(one, results.plan.name, number) for number, one in enumerate(found, start=1)]


def _of_duel(one: Duel, study: str, number: int) -> Shown:
    table = duel_text.table(one)
    columns = [Column.of_texts("optimizer", "optimizer", table.optimizer)]
    for column in duel_text.columns_of(one):
        if column.key in table:
            cells = tuple(column.cell(float(value)) for value in table[column.key])
            columns.append(Column(column.key, column.title, cells))
    marked = _with_leader(columns, table)
    condition = f" on {one.condition}" if one.condition else ""
    notes = (
        Note(duel_text.told_of(one)),
        Note(duel_text.notes_of(one)),
        Note("Bold: the lowest mean rank.", tuple(c.name for c in columns if _is_rank(c))),
        *(
            [Note("† the leader is shown to be ahead of it, at 100 %.", ("rank_1",))]
            if (table.p < LEVEL).any()
            else []
        ),
    )
    name = f"duel{f'-{number}' if number > 1 else ''}"
    data = table.assign(condition=one.condition)
    title = f"Optimizers of {study}{condition}."
    return Shown(name, title, tuple(marked), 1, False, notes, data, study)


def _is_rank(column: Column) -> bool:
    return column.name.startswith("rank_")


def _with_leader(columns: Sequence[Column], table: pd.DataFrame) -> Iterable[Column]:
    """Yield the columns; the lowest rank is the best, and who is shown to be behind is marked."""
    for column in columns:
        if not _is_rank(column):
            yield column
            continue
        lowest = min(float(cell.text) for cell in column.cells)
        behind = [column.name == "rank_1" and bool(p < LEVEL) for p in table.p]
        yield replace(
            column,
            cells=tuple(
                replace(cell, best=float(cell.text) == lowest, mark="†" if is_behind else "")
                for cell, is_behind in zip(column.cells, behind, strict=True)
            ),
        )
