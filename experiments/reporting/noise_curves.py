"""Noise curves: metric and Gram error over the strength of the noise, a line a mitigation."""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd

from experiments.records import ModelRow, canonical_json
from experiments.reporting.writer import save_figure
from experiments.running.results import Results

__all__ = ["draw", "strengths"]

_SCALE = "noise_scale"


def strengths(table: pd.DataFrame, results: Results) -> pd.DataFrame:
    """Return the rows of a summary whose backend has a strength of noise, with line and strength.

    Parameters
    ----------
    table : DataFrame
        Summary, as `tables.table` makes it.
    results : Results
        Run of that summary, whose rows say where they stand.

    Returns
    -------
    DataFrame
        Rows with the columns ``line`` (model and all settings of the backend but the strength) and
        ``strength``.
    """
    noisy = {
        label: row
        for label, row in results.models.items()
        if row.backend is not None and _SCALE in row.backend.parameters
    }
    lines = _lines(noisy.values())
    rows = table[table["model"].isin(noisy) & (table["done"] > 0)]
    found = [(lines[label], noisy[label].backend) for label in rows["model"]]
    return rows.assign(
        line=[line for line, _ in found],
        strength=[float(at.parameters[_SCALE]) for _, at in found if at is not None],
    )


def _lines(rows: Iterable[ModelRow]) -> dict[str, str]:
    """Return by label what joins the rows that differ in the strength alone."""
    words: dict[tuple[str, str], str] = {}
    found = {}
    for row in rows:
        title, settings = row.called({"backend"}), _settings(row)
        places = (c for c in row.coordinates if c.parameter == "backend")
        told = ", ".join([title, *(c.text for c in places if c.axis != f"backend.{_SCALE}")])
        key = title, canonical_json(settings)
        if key not in words and told in words.values():  # told apart by no grid
            told = ", ".join([title, *(f"{name}={value}" for name, value in settings.items())])
        found[row.label] = words.setdefault(key, told)
    return found


def _settings(row: ModelRow) -> dict[str, object]:
    """Return what is said of a row's backend besides the strength of its noise."""
    if row.backend is None:
        return {}
    others = {name: own for name, own in row.backend.parameters.items() if name != _SCALE}
    return {"kind": row.backend.kind, **others}


def draw(table: pd.DataFrame, results: Results, folder: Path) -> Path | None:
    """Draw ``noise-curves.png``; None for a run without several strengths of noise.

    Parameters
    ----------
    table : DataFrame
        Summary, as `tables.table` makes it; its first metric is drawn with intervals, and the Gram
        error if the study reports it.
    results : Results
        Run of that summary.
    folder : Path
        Folder of the run.
    """
    rows = strengths(table, results)
    if rows.empty or rows.strength.nunique() < 2:
        return None
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib.figure import Figure

    metric = next(name.removesuffix("_low") for name in map(str, table) if name.endswith("_low"))
    shown = [metric]
    if "training_gram_error" in rows and rows.training_gram_error.notna().any():
        shown.append("training_gram_error")
    datasets = list(dict.fromkeys(rows.dataset))
    size = (5.2 * len(shown) + 2.5, 3.6 * len(datasets))
    figure = Figure(figsize=size, layout="constrained")
    panels = figure.subplots(len(datasets), len(shown), squeeze=False)
    lines = list(dict.fromkeys(rows.line))
    for i, dataset in enumerate(datasets):
        for j, column in enumerate(shown):
            _panel(panels[i, j], rows[rows.dataset == dataset], column, lines)
            panels[i, j].set_title(dataset)
    handles = {
        label: handle
        for panel in panels.ravel()
        for handle, label in zip(*panel.get_legend_handles_labels(), strict=True)
    }
    figure.legend(handles.values(), handles.keys(), fontsize=7, loc="outside right upper")
    return save_figure(folder / "noise-curves.png", figure)


def _panel(axes: Any, rows: pd.DataFrame, column: str, lines: list[str]) -> None:
    for number, line in enumerate(lines):
        points = rows[(rows.line == line) & rows[column].notna()].sort_values("strength")
        if points.empty:
            continue
        style: dict[str, Any] = {
            "color": f"C{number % 10}",
            "marker": "osD^v"[number // 10 % 5],
            "linestyle": ("-", "--", ":")[number // 10 % 3],
            "markersize": 4,
            "linewidth": 1.2,
            "label": line,
        }
        shift = 0.012 * (number - (len(lines) - 1) / 2)  # bars beside each other
        if f"{column}_low" in points:
            below = points[column] - points[f"{column}_low"]
            above = points[f"{column}_high"] - points[column]
            axes.errorbar(
                points.strength + shift,
                points[column],
                yerr=[below, above],
                elinewidth=0.5,
                capsize=1.5,
                **style,
            )
        else:
            axes.plot(points.strength + shift, points[column], **style)
    axes.set_xlabel("strength of the noise (1 is the device)")
    axes.set_ylabel(column.removeprefix("training_").replace("_", " "))
    if not math.isnan(rows.strength.max()):
        axes.set_xlim(left=min(0.0, rows.strength.min()) - 0.1)
