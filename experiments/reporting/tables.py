"""Tables of a run, in every format, from what the store holds and nothing else."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.evaluation.metrics import (
    METRICS,
    Predictions,
    bounds,
    check_metrics,
    confusion,
    score,
)
from experiments.evaluation.statistics import bootstrap_interval, corrected_interval
from experiments.store import Store
from qml.errors import SpecError, StoreError, did_you_mean

__all__ = [
    "FORMATS",
    "cell_table",
    "confusions",
    "display",
    "render",
    "render_cells_csv",
    "render_text",
    "summary",
    "with_published",
]

FORMATS = ("text", "csv", "markdown", "latex", "json", "parquet")

COSTS = {
    "tune_s": "tune [s]",
    "fit_s": "fit [s]",
    "predict_s": "predict [s]",
    "circuits": "circuits",
    "shots": "shots",
    "executions": "executions",
    "two_qubit_gates": "two-qubit gates",
    "qpu_s": "QPU [s]",
    "queue_s": "queue [s]",
}
_ALWAYS = ("fit_s", "predict_s", "circuits", "shots")  # other costs only where there are some
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def cell_table(store: Store, metrics: list[str] | None = None) -> pd.DataFrame:
    """Return one row a planned cell; a cell that is not there yet has the status ``missing``.

    Parameters
    ----------
    store : Store
        A run's.
    metrics : list of str or None, default=None
        Columns; what a record does not hold is computed from its predictions. None is the study's.
    """
    plan = store.read_plan()
    names = plan["metrics"] if metrics is None else metrics
    try:
        check_metrics(names)
    except SpecError as error:
        raise SpecError(error.problem, "--metric") from None
    rows = []
    for planned in plan["cells"]:
        content = store.get(planned["key"])
        # plans of earlier versions name neither control nor size
        row = {"control": "", "train_size": None, **planned}
        if content is None:
            row["status"] = "missing"
        else:
            record = {k: v for k, v in content["record"].items() if k not in ("dataset", "model")}
            row.update(record)
            if record["status"] == "done":
                row.update(_scores(names, record, content["predictions"]))
        rows.append(row)
    return pd.DataFrame(rows)


def _scores(
    names: list[str], record: dict[str, Any], predictions: dict[str, Any]
) -> dict[str, float | None]:
    return {
        name: record[name] if name in record else score(name, Predictions.stored(predictions))
        for name in names
    }


def summary(
    cells: pd.DataFrame,
    metrics: list[str],
    bootstrap: Store | None = None,
    reported: Sequence[str] = (),
) -> pd.DataFrame:
    """Return one row a data set, model and training size, in the plan's order; no controls.

    For each metric the mean over folds and the ends of its 95 % interval, cut to the metric's
    range; for each cost the mean of one fold. A row with failures says how many of its cells are
    done and why the first one failed.

    Parameters
    ----------
    cells : DataFrame
        As `cell_table` gives them.
    metrics : list of str
        Columns.
    bootstrap : Store or None, default=None
        A store gives bootstrap intervals over its test rows; None gives Nadeau-Bengio corrected
        intervals over folds.
    reported : sequence of str, default=()
        What trainings report, by name: the mean of each is a column.
    """
    rows = []
    kept = cells[cells["control"] == ""]
    keys = ["dataset", "model", "train_size"]
    for (dataset, model, size), group in kept.groupby(keys, sort=False, dropna=False):
        done = group[group["status"] == "done"]
        row: dict[str, Any] = {
            "dataset": dataset,
            "model": model,
            "train_size": None if _is_nothing(size) else size,
            "cells": len(group),
            "done": len(done),
            "n_train": float(done["n_train"].mean()) if len(done) else math.nan,
        }
        ratio = float((done["n_test"] / done["n_train"]).mean()) if len(done) else math.nan
        for metric in metrics:
            scores = done[metric].to_numpy(dtype=float) if len(done) else np.empty(0)
            step = 1 / float(done["n_test"].mean()) if len(done) else math.nan
            step = step if METRICS[metric].counts_rows else 0.0
            mean, low, high = corrected_interval(scores, ratio, step=step)
            if bootstrap is not None:
                low, high = _bootstrapped(bootstrap, done, metric)
            lowest, highest = bounds(metric)
            row[metric] = mean
            row[f"{metric}_low"] = float(np.maximum(low, lowest))
            row[f"{metric}_high"] = float(np.minimum(high, highest))
        for cost in COSTS:
            row[cost] = float(done[cost].mean()) if cost in done and len(done) else math.nan
        for name in reported:
            column = f"training_{name}"
            values = pd.to_numeric(done[column], errors="coerce") if column in done else None
            row[column] = math.nan if values is None or not len(done) else float(values.mean())
        row["problem"] = _first_problem(group)
        rows.append(row)
    return pd.DataFrame(rows)


def _bootstrapped(store: Store, done: pd.DataFrame, metric: str) -> tuple[float, float]:
    contents = [content for key in done["key"] if (content := store.get(key)) is not None]
    folds = [Predictions.stored(content["predictions"]) for content in contents]

    def mean(rows: list[NDArray[np.intp]]) -> float:
        scores = [score(metric, fold.of_rows(some)) for fold, some in zip(folds, rows, strict=True)]
        return float(np.mean([math.nan if value is None else value for value in scores]))

    if not folds or score(metric, folds[0]) is None:
        return math.nan, math.nan
    return bootstrap_interval(mean, [len(fold.true) for fold in folds])


def confusions(store: Store) -> str:
    """Return the confusion matrix of every model on every data set, over all folds, as text."""
    from tabulate import tabulate

    cells = cell_table(store, [])
    done = cells[(cells["status"] == "done") & (cells["control"] == "")]
    parts = []
    keys = ["dataset", "model", "train_size"]
    for (dataset, model, size), group in done.groupby(keys, sort=False, dropna=False):
        contents = [content for key in group["key"] if (content := store.get(key)) is not None]
        folds = [Predictions.stored(content["predictions"]) for content in contents]
        if not folds or folds[0].classes is None:
            continue
        counts = sum((confusion(fold) for fold in folds[1:]), confusion(folds[0]))
        names = [str(label) for label in folds[0].classes]
        rows = [[name, *row] for name, row in zip(names, counts.tolist(), strict=True)]
        of_size = "" if _is_nothing(size) else f", {_size(size)} training rows"
        headers = ["is / called", *names]
        parts.append(f"{dataset} / {model}{of_size}\n{tabulate(rows, headers=headers)}\n")
    if not parts:
        raise StoreError("no cell with classes is done")
    return "\n".join(parts)


def with_published(table: pd.DataFrame, plan: dict[str, Any]) -> pd.DataFrame:
    """Return the summary with the numbers that the study says were printed elsewhere."""
    printed = plan["study"].get("published", [])
    for metric in dict.fromkeys(one["metric"] for one in printed):
        values = {(o["dataset"], o["model"]): o["value"] for o in printed if o["metric"] == metric}
        places = zip(table["dataset"], table["model"], strict=True)
        table[f"{metric}_published"] = [values.get(place, math.nan) for place in places]
    return table


def _first_problem(group: pd.DataFrame) -> str:
    broken = group[~group["status"].isin(["done", "missing"])]
    if len(broken):
        first = broken.iloc[0]
        return f"{len(broken)} {first['status']}: {first.get('error', '')}"
    missing = int((group["status"] == "missing").sum())
    return f"{missing} not run yet" if missing else ""


def display(table: pd.DataFrame, metrics: list[str]) -> pd.DataFrame:
    """Return the summary as a person reads it: one text a number, with its interval."""
    shown = pd.DataFrame({"data set": table["dataset"], "model": table["model"]})
    if table["train_size"].notna().any():
        shown["training rows"] = [_size(size) for size in table["train_size"]]
    for metric in metrics:
        shown[METRICS[metric].title or metric] = [
            _with_interval(row[metric], row[f"{metric}_low"], row[f"{metric}_high"])
            for _, row in table.iterrows()
        ]
        if f"{metric}_published" in table:
            shown[f"published {METRICS[metric].title or metric}"] = [
                "-" if math.isnan(value) else f"{value:.3f}"
                for value in table[f"{metric}_published"]
            ]
    for column in table.columns[table.columns.str.startswith("training_")]:
        title = column.removeprefix("training_").replace("_", " ")
        shown[title] = ["-" if math.isnan(v) else f"{v:.3g}" for v in table[column]]
    for cost, title in COSTS.items():
        if cost not in _ALWAYS and not (table[cost] > 0).any():
            continue
        if cost == "executions" and (table[cost].fillna(0) == table["shots"].fillna(0)).all():
            continue  # nothing was run besides the shots
        show = _seconds if cost.endswith("_s") else _count
        shown[title] = [show(value) for value in table[cost]]
    if (table["problem"] != "").any():
        shown["problem"] = table["problem"]
    return shown


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
        return _safe_cells(table).to_csv(index=False, lineterminator="\n")
    if form == "json":
        return str(table.to_json(orient="records", indent=1)) + "\n"
    if form == "parquet":
        buffer = io.BytesIO()
        table.to_parquet(buffer, index=False)
        return buffer.getvalue()
    shown = display(table, metrics)
    if form == "latex":
        return _latex(shown)
    if form == "text":
        return render_text(table, metrics)
    escaped = shown.map(lambda cell: cell.replace("|", "\\|"))
    return _tabulated(escaped, "github") + "\n"


def render_text(table: pd.DataFrame, metrics: list[str], width: int | None = None) -> str:
    """Return the summary as plain text that fits a terminal.

    Parameters
    ----------
    table : DataFrame
        A `summary`.
    metrics : list of str
        Its metrics.
    width : int or None, default=None
        Columns of the terminal. Where one table would be wider, each data set gets tables of its
        own, with as many columns side by side as fit; None is as wide as it takes.
    """
    if table.empty:
        raise StoreError("the run holds no cells")
    shown = display(table, metrics)
    whole = _tabulated(shown, "simple")
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
                wider = _tabulated(models.join(rows[[*taken, waiting[0]]]), "simple")
                if max(map(len, wider.splitlines())) > width:
                    break
                taken.append(waiting.pop(0))
            parts.append(_tabulated(models.join(rows[taken]), "simple") + "\n")
    return "\n".join(parts)


def _tabulated(shown: pd.DataFrame, style: str) -> str:
    """Return the columns under their titles, numbers to the right."""
    from tabulate import tabulate

    text = ("data set", "model", "problem")
    return str(
        tabulate(
            shown.to_numpy().tolist(),
            headers=list(shown.columns),
            tablefmt=style,
            colalign=["left" if column in text else "right" for column in shown.columns],
            disable_numparse=True,
        )
    )


def render_cells_csv(cells: pd.DataFrame) -> str:
    """Return the cells as CSV, a row a cell."""
    return str(_safe_cells(cells).to_csv(index=False, lineterminator="\n"))


def _safe_cells(table: pd.DataFrame) -> pd.DataFrame:
    """Keep a spreadsheet from running a text cell as a formula; numbers stay as they are."""

    def safe(cell: Any) -> Any:
        return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA_STARTS) else cell

    return table.map(safe)


def _latex(shown: pd.DataFrame) -> str:
    """Return a table for a document that loads booktabs."""
    safe = shown.map(_escape_latex)
    safe.columns = pd.Index([_escape_latex(column) for column in shown.columns])
    right = "r" * (len(shown.columns) - 2)
    if "problem" in shown:
        right = f"{right[:-1]}l"
    styler = safe.style.hide(axis="index")
    return str(styler.to_latex(hrules=True, column_format="ll" + right))


_LATEX = {
    "\\": r"\textbackslash{}",
    **{character: f"\\{character}" for character in "&%$#_{}"},
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
}


def _escape_latex(text: str) -> str:
    return "".join(_LATEX.get(character, character) for character in text)


def _with_interval(mean: float, low: float, high: float) -> str:
    if math.isnan(mean):
        return "-"
    return f"{mean:.3f}" if math.isnan(low) else f"{mean:.3f} [{low:.3f}, {high:.3f}]"


def _is_nothing(size: Any) -> bool:
    return size is None or (isinstance(size, float) and math.isnan(size))


def _size(size: Any) -> str:
    if _is_nothing(size):
        return "all"
    return f"{size:.0%}" if size < 1 else f"{size:.0f}"


def _seconds(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.2g}" if value < 100 else f"{value:.0f}"


def _count(value: float) -> str:
    return "-" if math.isnan(value) or value == 0 else f"{value:,.0f}"
