"""Scores of all models with their intervals, data set by data set."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from experiments.evaluation.metrics import METRICS
from experiments.reporting import tables
from experiments.reporting.paper import Look, Paper
from experiments.reporting.plots._drawn import Drawn
from experiments.running.results import Results

__all__ = ["scores"]

_ROW_IN = 0.17
_MOST_ROWS = 45  # of one picture
_LETTERS = 30  # of a line of a label


def scores(results: Results, paper: Paper) -> Iterator[Drawn]:
    """Mean scores of all models with 95 % intervals, by the study's first metric."""
    metric = results.plan.metrics[0]
    table = tables.table(results.of_reading(0), [metric])
    sizes = table.train_size.map(lambda size: math.inf if size is None or pd.isna(size) else size)
    table = table[np.isfinite(table[metric].astype(float)) & (sizes == sizes.max())]
    quantum = {row.label for row in results.plan.models if row.backend is not None}
    parts: list[list[tuple[str, pd.DataFrame]]] = [[]]
    for dataset, rows in table.groupby("dataset", sort=False):
        if parts[-1] and sum(len(own) for _, own in parts[-1]) + len(rows) > _MOST_ROWS:
            parts.append([])
        parts[-1].append((str(dataset), rows))
    for number, part in enumerate(parts, 1):
        if part:
            suffix = "" if len(parts) == 1 else str(number)
            yield Drawn(suffix, _drawn(part, metric, quantum, paper))


def _drawn(
    part: list[tuple[str, pd.DataFrame]], metric: str, quantum: set[str], paper: Paper
) -> Any:
    labels = [[_wrapped(model) for model in rows.model] for _, rows in part]
    heights = [sum(1 + 0.75 * label.count("\n") for label in own) + 1.2 for own in labels]
    canvas = paper.canvas(_ROW_IN * sum(heights) + 0.55)
    panels = canvas.subplots(
        len(part), 1, sharex=True, squeeze=False, gridspec_kw={"height_ratios": heights}
    )[:, 0]
    shown: dict[str, Any] = {}
    for axes, (dataset, rows), own in zip(panels, part, labels, strict=True):
        for place, (_, row) in enumerate(rows.iterrows()):
            kind = "quantum" if row["model"] in quantum else "classical"
            look = Look(1 if kind == "quantum" else 0)
            value = float(row[metric])
            ends = [float(row[f"{metric}_{end}"]) for end in ("low", "high")]
            if all(map(math.isfinite, ends)):
                axes.plot(ends, [place, place], color=look.colour, linewidth=1.2)
            style = {"color": look.colour, "marker": "s" if kind == "quantum" else "o"}
            face = "white" if kind == "quantum" else look.colour
            [shown[kind]] = axes.plot(
                [value], [place], linestyle="none", markersize=4.5, markerfacecolor=face, **style
            )
        axes.set_yticks(range(len(rows)), own)
        axes.set_ylim(len(rows) - 0.4, -0.6)
        axes.set_title(paper.wrapped(dataset, (paper.width_in or 6.9) * 0.6), loc="left")
        axes.grid(axis="x", color="0.9", linewidth=0.6)
        axes.set_axisbelow(True)
        axes.tick_params(axis="y", length=0)
        for side in ("top", "right", "left"):
            axes.spines[side].set_visible(False)
    panels[-1].set_xlabel(f"{METRICS[metric].title or metric}, mean and 95 % interval")
    if len(shown) > 1:
        canvas.legend(shown.values(), shown, loc="outside lower center", ncols=2, frameon=False)
    return canvas


def _wrapped(label: str) -> str:
    return "\n".join(textwrap.wrap(label, _LETTERS)) or label
