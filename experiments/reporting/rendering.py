"""The table of scores as a person reads it, and as plain text that fits a terminal."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from experiments.evaluation.metrics import METRICS
from experiments.evaluation.quantities import SHOWN_COSTS, quantity_of
from experiments.reporting import writer
from experiments.reporting.formats import rendered
from experiments.reporting.shown import Cell, Column, Shown
from qml.errors import StoreError

__all__ = ["display", "render", "render_text", "scores", "size_text", "text_of"]

_ALWAYS = ("fit_s", "predict_s", "machine_circuits")  # other costs only where there are some
_LEFT_OUT = ("train ", "tune ", "predict ", "executions", "two-qubit gates", "queue ", "shared ")


def scores(table: pd.DataFrame, metrics: Sequence[str]) -> Shown:
    """Return the summary as a person reads it: one text a number, with its interval.

    Raises
    ------
    StoreError
        If the run has no cells.
    """
    if table.empty:
        raise StoreError("the run holds no cells")
    keys = [
        Column.of_texts("dataset", "data set", table.dataset),
        Column.of_texts("model", "model", table.model),
    ]
    sizes = [size_text(size) for size in table.train_size]
    if any(size != size_text(None) for size in sizes):
        keys.append(Column.of_texts("train_size", "training rows", sizes, is_text=False))
    columns = [one for metric in metrics for one in _of_metric(table, metric)]
    for column in _reported(table):
        name = column.removeprefix("training_")
        title = name.replace("_", " ")
        columns += [_of_training(table, column, title), *_printed(table, name, title)]
    columns += _shown_costs(table)
    columns += _printed_of_others(table, {column.name for column in columns})
    for name, title in (
        ("published_in", "published in"),
        ("made_by_other", "other code or versions"),
        ("problem", "problem"),
    ):
        if name in table and table[name].astype(bool).any():
            columns.append(Column.of_texts(name, title, table[name]))
    columns = list({column.title: column for column in columns}.values())
    return Shown("scores", "", (*keys, *columns), len(keys), grouped=True, data=table)


def _reported(table: pd.DataFrame) -> list[str]:
    """Return the columns of what trainings report, without the ends of their intervals."""
    columns = [str(name) for name in table.columns if str(name).startswith("training_")]
    ends = {f"{column}{end}" for column in columns for end in ("_low", "_high")}
    return [column for column in columns if column not in ends]


def _of_training(table: pd.DataFrame, column: str, title: str) -> Column:
    """Return what trainings report, with its interval where data are drawn anew."""
    unknown = [math.nan] * len(table)
    lows, highs = (table.get(f"{column}{end}", unknown) for end in ("_low", "_high"))
    values = zip(table[column], lows, highs, strict=True)
    return Column(column, title, tuple(_with_interval(*one, ".3g") for one in values))


def _of_metric(table: pd.DataFrame, metric: str) -> list[Column]:
    """Return a metric's columns, and what was printed of it elsewhere."""
    title = METRICS[metric].title or metric
    ends = (table[metric], table[f"{metric}_low"], table[f"{metric}_high"])
    found = [Column(metric, title, tuple(map(_with_interval, *ends)))]
    fitted = table.get(f"{metric}_train")
    if fitted is not None and fitted.notna().any():
        found.append(_numbers(f"{metric}_train", f"train {title}", fitted))
    for name, over in (("starts", "starts"), ("sets", "test sets")):
        spread = table.get(f"{metric}_sd_{name}")
        if spread is not None:
            found.append(_numbers(f"{metric}_sd_{name}", f"sd of {title} over {over}", spread))
    return found + _printed(table, metric, title)


def _numbers(name: str, title: str, values: Iterable[float], form: str = ".3f") -> Column:
    cells = (
        Cell("-") if math.isnan(value) else Cell(format(value, form), float(value))
        for value in values
    )
    return Column(name, title, tuple(cells))


def _printed(table: pd.DataFrame, name: str, title: str) -> list[Column]:
    """Return the column of what was printed elsewhere of a quantity, if anything was."""
    column = f"{name}_published"
    if column not in table:
        return []
    texts = [text or "-" for text in table[column]]
    return [Column.of_texts(column, f"published {title}", texts, is_text=False)]


def _printed_of_others(table: pd.DataFrame, shown: set[str]) -> list[Column]:
    """Return what was printed elsewhere of quantities that the table does not show themselves."""
    printed = [c for c in map(str, table) if c.endswith("_published") and c not in shown]
    names = [column.removesuffix("_published") for column in printed]
    return [one for name in names for one in _printed(table, name, quantity_of(name, [name]).title)]


def _shown_costs(table: pd.DataFrame) -> list[Column]:
    """Return the costs that there are; executions only where there were any besides the shots."""
    numbers = table[[cost.name for cost in SHOWN_COSTS]].fillna(0)
    shown = [c for c in SHOWN_COSTS if c.name in _ALWAYS or (numbers[c.name] > 0).any()]
    if (numbers.executions == numbers.shots).all():
        shown = [cost for cost in shown if cost.name != "executions"]
    return [
        Column(
            cost.name,
            cost.heading,
            tuple(_seconds(v) if cost.unit else _count(v) for v in table[cost.name]),
        )
        for cost in shown
    ]


def display(table: pd.DataFrame, metrics: list[str]) -> pd.DataFrame:
    """Return the texts of the table under their titles."""
    shown = scores(table, metrics)
    return pd.DataFrame(shown.words(), columns=shown.titles)


def render(table: pd.DataFrame, metrics: list[str], form: str) -> str | bytes:
    """Return the summary in one of `FORMATS`, without emphasis; see `formats.rendered`."""
    return rendered([scores(table, metrics)], form)


def render_text(
    table: pd.DataFrame, metrics: list[str], width: int | None = None, brief: bool = False
) -> str:
    """Return the summary as plain text that fits a terminal; see `text_of`.

    Parameters
    ----------
    table : DataFrame
        Summary as `table` gives it.
    metrics : list of str
        Metrics of the summary.
    width : int or None, default=None
        Width of the terminal in columns.
    brief : bool, default=False
        True for scores, what was printed elsewhere, and one cost of each kind.
    """
    shown = scores(table, metrics)
    if brief:
        kept = tuple(one for one in shown.columns if not one.title.startswith(_LEFT_OUT))
        shown = replace(shown, columns=kept)
    return text_of(shown, width)


def text_of(shown: Shown, width: int | None = None) -> str:
    """Return a table of scores as plain text that fits a terminal.

    Parameters
    ----------
    shown : Shown
        Table of scores.
    width : int or None, default=None
        Width of the terminal in columns. Where one table would be wider, each data set gets tables
        of its own, with as many columns side by side as fit; None is as wide as it takes.
    """
    texts = pd.DataFrame(shown.words(), columns=shown.titles)
    whole = _tabulated(texts, shown)
    if width is None or max(map(len, whole.splitlines())) <= width:
        return whole + "\n"
    parts = []
    for dataset, rows in texts.groupby("data set", sort=False):
        parts.append(f"{dataset}\n{'=' * len(str(dataset))}")
        models = rows[["model"]]
        waiting = [column for column in rows.columns if column not in ("data set", "model")]
        while waiting:
            taken = [waiting.pop(0)]
            while waiting:
                wider = _tabulated(models.join(rows[[*taken, waiting[0]]]), shown)
                if max(map(len, wider.splitlines())) > width:
                    break
                taken.append(waiting.pop(0))
            parts.append(_tabulated(models.join(rows[taken]), shown) + "\n")
    return "\n".join(parts)


def _tabulated(texts: pd.DataFrame, shown: Shown) -> str:
    return writer.as_text(texts.to_numpy().tolist(), list(texts.columns), shown.texts)


def _with_interval(mean: float, low: float, high: float, form: str = ".3f") -> Cell:
    if math.isnan(mean):
        return Cell("-")
    text, *ends = (format(value, form) for value in (mean, low, high))
    if math.isnan(low):
        return Cell(text, float(mean))
    return Cell(text, float(mean), float(low), float(high), f"[{', '.join(ends)}]")


def size_text(size: Any) -> str:
    """Return the number of training rows, or their share, as a table shows it."""
    if size is None or math.isnan(size):
        return "all"
    return f"{size:.0%}" if size < 1 else f"{size:.0f}"


def _seconds(value: float) -> Cell:
    if math.isnan(value):
        return Cell("-")
    return Cell(f"{value:.2g}" if value < 100 else f"{value:.0f}", float(value))


def _count(value: float) -> Cell:
    return Cell("-") if math.isnan(value) or value == 0 else Cell(f"{value:,.0f}", float(value))
