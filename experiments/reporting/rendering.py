"""A table as a person reads it, in every format; text that can do no harm."""

from __future__ import annotations

import io
import math
from collections.abc import Iterable
from typing import Any

import pandas as pd

from experiments.evaluation.metrics import METRICS
from experiments.evaluation.quantities import SHOWN_COSTS, quantity_of
from experiments.reporting import writer
from qml.errors import SpecError, StoreError, did_you_mean

__all__ = ["FORMATS", "display", "render", "render_text", "size_text"]

FORMATS = ("text", "csv", "markdown", "latex", "html", "json", "parquet")
_ALWAYS = ("fit_s", "predict_s", "machine_circuits")  # other costs only where there are some
_LEFT_OUT = ("train ", "tune ", "predict ", "executions", "two-qubit gates", "queue ", "shared ")
_TEXTS = ("data set", "model", "published in", "other code or versions", "problem")


def display(table: pd.DataFrame, metrics: list[str]) -> pd.DataFrame:
    """Return the summary as a person reads it: one text a number, with its interval."""
    rows = list(table.itertuples(index=False))
    shown: dict[str, Any] = {
        "data set": [row.dataset for row in rows],
        "model": [row.model for row in rows],
    }
    sizes = [size_text(row.train_size) for row in rows]
    if any(size != size_text(None) for size in sizes):
        shown["training rows"] = sizes
    for metric in metrics:
        title = METRICS[metric].title or metric
        shown[title] = [
            _with_interval(*(getattr(row, f"{metric}{end}") for end in ("", "_low", "_high")))
            for row in rows
        ]
        fitted = table.get(f"{metric}_train")
        if fitted is not None and fitted.notna().any():
            shown[f"train {title}"] = [_score(value) for value in fitted]
        spread = table.get(f"{metric}_sd_starts")
        if spread is not None:
            shown[f"sd of {title} over starts"] = [_score(value) for value in spread]
        apart = table.get(f"{metric}_sd_sets")
        if apart is not None:
            shown[f"sd of {title} over test sets"] = [_score(value) for value in apart]
        shown |= _printed(table, metric, title)
    for column in _reported(table):
        name = column.removeprefix("training_")
        title = name.replace("_", " ")
        unknown = [math.nan] * len(table)
        lows, highs = (table.get(f"{column}{end}", unknown) for end in ("_low", "_high"))
        shown[title] = [
            _with_interval(mean, low, high, ".3g")
            for mean, low, high in zip(table[column], lows, highs, strict=True)
        ]
        shown |= _printed(table, name, title)
    shown |= _shown_costs(table) | _printed_of_others(table, shown)
    for title, words in (
        ("published in", table.get("published_in", ())),
        ("other code or versions", [row.made_by_other for row in rows]),
        ("problem", [row.problem for row in rows]),
    ):
        if any(words):
            shown[title] = words
    return pd.DataFrame(shown)


def _reported(table: pd.DataFrame) -> list[str]:
    """Return the columns of what trainings report, without the ends of their intervals."""
    columns = [str(name) for name in table.columns if str(name).startswith("training_")]
    ends = {f"{column}{end}" for column in columns for end in ("_low", "_high")}
    return [column for column in columns if column not in ends]


def _printed(table: pd.DataFrame, name: str, title: str) -> dict[str, list[str]]:
    """Return the column of what was printed elsewhere of a quantity, if anything was."""
    column = f"{name}_published"
    return (
        {f"published {title}": [text or "-" for text in table[column]]} if column in table else {}
    )


def _printed_of_others(table: pd.DataFrame, shown: Iterable[str]) -> dict[str, list[str]]:
    """Return what was printed elsewhere of quantities that the table does not show themselves."""
    names = [c.removesuffix("_published") for c in map(str, table) if c.endswith("_published")]
    found: dict[str, list[str]] = {}
    for name in names:
        found |= _printed(table, name, quantity_of(name, [name]).title)
    return {title: texts for title, texts in found.items() if title not in set(shown)}


def _shown_costs(table: pd.DataFrame) -> dict[str, list[str]]:
    """Return the costs that there are; executions only where there were any besides the shots."""
    numbers = table[[cost.name for cost in SHOWN_COSTS]].fillna(0)
    shown = [c for c in SHOWN_COSTS if c.name in _ALWAYS or (numbers[c.name] > 0).any()]
    if (numbers.executions == numbers.shots).all():
        shown = [cost for cost in shown if cost.name != "executions"]
    return {
        cost.heading: [_seconds(v) if cost.unit else _count(v) for v in table[cost.name]]
        for cost in shown
    }


def render(table: pd.DataFrame, metrics: list[str], form: str) -> str | bytes:
    """Return the summary in one of `FORMATS`; bytes for parquet, text for the rest.

    Raises
    ------
    SpecError
        If the format is unknown.
    """
    if form not in FORMATS:
        raise SpecError(f"unknown format {form!r}{did_you_mean(form, FORMATS)}", "--format")
    if table.empty:
        raise StoreError("the run holds no cells")
    if form == "csv":
        return writer.as_csv(table)
    if form == "json":
        return str(table.to_json(orient="records", indent=1)) + "\n"
    if form == "parquet":
        buffer = io.BytesIO()
        table.to_parquet(buffer, index=False)
        return buffer.getvalue()
    if form == "text":
        return render_text(table, metrics)
    shown = display(table, metrics)
    written = {"markdown": writer.as_markdown, "latex": writer.as_latex, "html": writer.as_html}
    return written[form](shown.to_numpy().tolist(), list(shown.columns), _TEXTS)


def render_text(
    table: pd.DataFrame, metrics: list[str], width: int | None = None, brief: bool = False
) -> str:
    """Return the summary as plain text that fits a terminal.

    Parameters
    ----------
    table : DataFrame
        Summary as `table` gives it.
    metrics : list of str
        Metrics of the summary.
    width : int or None, default=None
        Width of the terminal in columns. Where one table would be wider, each data set gets tables
        of its own, with as many columns side by side as fit; None is as wide as it takes.
    brief : bool, default=False
        True for scores, what was printed elsewhere, and one cost of each kind.
    """
    if table.empty:
        raise StoreError("the run holds no cells")
    shown = display(table, metrics)
    if brief:
        shown = shown[[title for title in shown if not str(title).startswith(_LEFT_OUT)]]
    whole = _tabulated(shown)
    if width is None or max(map(len, whole.splitlines())) <= width:
        return whole + "\n"
    parts = []
    for dataset, rows in shown.groupby("data set", sort=False):
        parts.append(f"{dataset}\n{'=' * len(str(dataset))}")
        models = rows[["model"]]
        waiting = [column for column in rows.columns if column not in ("data set", "model")]
        while waiting:
            taken = [waiting.pop(0)]
            while waiting:
                wider = _tabulated(models.join(rows[[*taken, waiting[0]]]))
                if max(map(len, wider.splitlines())) > width:
                    break
                taken.append(waiting.pop(0))
            parts.append(_tabulated(models.join(rows[taken])) + "\n")
    return "\n".join(parts)


def _tabulated(shown: pd.DataFrame) -> str:
    return writer.as_text(shown.to_numpy().tolist(), list(shown.columns), _TEXTS)


def _score(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.3f}"


def _with_interval(mean: float, low: float, high: float, digits: str = ".3f") -> str:
    if math.isnan(mean):
        return "-"
    of_mean, *ends = (format(value, digits) for value in (mean, low, high))
    return of_mean if math.isnan(low) else f"{of_mean} [{', '.join(ends)}]"


def size_text(size: Any) -> str:
    """Return the number of training rows, or their share, as a table shows it."""
    if size is None or math.isnan(size):
        return "all"
    return f"{size:.0%}" if size < 1 else f"{size:.0f}"


def _seconds(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.2g}" if value < 100 else f"{value:.0f}"


def _count(value: float) -> str:
    return "-" if math.isnan(value) or value == 0 else f"{value:,.0f}"
