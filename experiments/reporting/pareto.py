"""Score against cost: what each model scores for the circuits that a machine would run for it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from experiments.evaluation.metrics import METRICS
from experiments.reporting.writer import OF_AXES, save_figure

__all__ = ["draw", "front"]

_COST = "machine_circuits"
_FRONT = "no model scores better for less"
_ACROSS = 3  # panels in a row
_MARKERS = "osD^vP*X<>pHd"
_BESIDE = 0.03  # share of the axis between points of one cost, so that each interval is seen


def front(costs: Sequence[float], scores: Sequence[float], higher_is_better: bool) -> list[int]:
    """Return the points that no other one beats for as little, from the cheapest on.

    Parameters
    ----------
    costs : sequence of float
        Cost of each point, in circuits on a machine.
    scores : sequence of float
        Score of each point, in the metric's own unit.
    higher_is_better : bool
        Direction of the metric.

    Returns
    -------
    list of int
        Places of the points of the Pareto front.

    Examples
    --------
    >>> front([0, 0, 100, 500, 900], [0.8, 0.9, 0.85, 0.95, 0.93], higher_is_better=True)
    [1, 3]
    """
    signed = [score if higher_is_better else -score for score in scores]
    best, found = -math.inf, []
    for place in sorted(range(len(signed)), key=lambda i: (costs[i], -signed[i])):
        if signed[place] > best:
            best = signed[place]
            found.append(place)
    return found


def draw(table: pd.DataFrame, metric: str, folder: Path) -> Path | None:
    """Draw one panel a data set into ``pareto.png``; None where no model has a cost.

    Parameters
    ----------
    table : DataFrame
        Summary, as `tables.table` makes it. Of a learning curve the largest size is drawn.
    metric : str
        Metric to draw, with its intervals.
    folder : Path
        Folder of the run.
    """
    rows = table[(table.done > 0) & np.isfinite(table[metric]) & table[_COST].notna()]
    rows = rows.sort_values("n_train").drop_duplicates(["dataset", "model"], keep="last")
    rows = rows.sort_index()
    if not (rows[_COST] > 0).any():
        return None
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib.figure import Figure

    names, datasets = (list(dict.fromkeys(rows[column])) for column in ("model", "dataset"))
    n_panels = len(datasets)
    across = n_panels if n_panels <= _ACROSS else min(_ACROSS, math.ceil(math.sqrt(n_panels)))
    down = math.ceil(n_panels / across)
    figure = Figure(figsize=(4.8 * across + 2.6, 3.9 * down), layout="constrained")
    panels = figure.subplots(down, across, squeeze=False).ravel()
    scale = _Scale(rows[_COST])
    for axes, dataset in zip(panels, datasets, strict=False):
        _panel(axes, rows[rows.dataset == dataset], metric, names, scale)
        axes.set_title(dataset)
    for axes in panels[n_panels:]:
        axes.remove()
    handles = {
        label: handle
        for axes in figure.axes
        for handle, label in zip(*axes.get_legend_handles_labels(), strict=True)
    }
    order = [name for name in (*names, _FRONT) if name in handles]
    figure.legend([handles[name] for name in order], order, fontsize=8, loc="outside right upper")
    return save_figure(folder / "pareto.png", figure)


class _Scale:
    """Where costs stand on a logarithmic axis that has a place for none at its left."""

    def __init__(self, costs: pd.Series) -> None:
        positive = costs[costs > 0]
        self._lowest = math.floor(math.log10(positive.min()))
        self._highest = math.ceil(math.log10(positive.max()) + 1e-9)
        gap = max(1.0, 0.3 * (self._highest - self._lowest))  # decades
        self._none, self._half = 10.0 ** (self._lowest - gap), 10.0 ** (0.6 * gap)
        self._left, self._right = self._none / self._half, 10.0**self._highest * 1.6
        self._beside = (self._right / self._left) ** _BESIDE

    def at(self, costs: Sequence[float]) -> list[float]:
        """Return the places of costs, those of nearly equal ones beside each other."""
        places = [cost or self._none for cost in costs]
        steps = [round(math.log(place, self._beside)) for place in places]
        found = []
        for number, (place, step) in enumerate(zip(places, steps, strict=True)):
            before, alike = steps[:number].count(step), steps.count(step)
            apart = min(self._beside, self._half ** (2 / (alike + 1)))
            found.append(place * apart ** (before - (alike - 1) / 2))
        return found

    def mark(self, axes: Any) -> None:
        """Set the axis of costs, the place for none apart from the rest."""
        decades = range(self._lowest, self._highest + 1)
        axes.set_xscale("log")
        axes.set_xlim(self._left, self._right)
        axes.minorticks_off()
        axes.set_xticks([self._none, *(10.0**decade for decade in decades)])
        axes.set_xticklabels(["none", *(f"{OF_AXES}10^{{{decade}}}}}$" for decade in decades)])
        axes.axvline(self._none * self._half, color="0.7", linewidth=0.8, linestyle=":")
        axes.set_xlabel("circuits on a machine, a fold")


def _panel(axes: Any, rows: pd.DataFrame, metric: str, names: Sequence[str], scale: _Scale) -> None:
    costs, scores = rows[_COST].tolist(), rows[metric].tolist()
    places = scale.at(costs)
    scale.mark(axes)
    best = front(costs, scores, METRICS[metric].higher_is_better)
    line = [*(places[i] for i in best), axes.get_xlim()[1]]
    heights = [scores[i] for i in best]
    axes.step(line, [*heights, heights[-1]], where="post", color="0.6", label=_FRONT, zorder=1)
    below = (rows[metric] - rows[f"{metric}_low"]).fillna(0.0).clip(lower=0.0)
    above = (rows[f"{metric}_high"] - rows[metric]).fillna(0.0).clip(lower=0.0)
    for i, (name, under, over) in enumerate(zip(rows.model, below, above, strict=True)):
        number = names.index(name)
        color = f"C{number % 10}"
        axes.errorbar(
            places[i],
            scores[i],
            yerr=[[under], [over]],
            marker=_MARKERS[number % len(_MARKERS)],
            markersize=7,
            markerfacecolor=color if costs[i] else "white",
            color=color,
            elinewidth=0.8,
            capsize=2,
            linestyle="none",
            label=name,
            zorder=2,
        )
    axes.set_ylabel(METRICS[metric].title or metric.replace("_", " "))
