"""The diagram of mean ranks over data sets, with bars over models that are not told apart."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from experiments.evaluation.ranks import OverDatasets
from experiments.reporting.writer import save_figure

__all__ = ["draw"]


def draw(over: OverDatasets, file: Path) -> None:
    """Draw mean ranks on a line; a bar joins models that are not told apart (Demšar 2006)."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib.figure import Figure

    ranks, difference = over.friedman.ranks, over.friedman.critical_difference
    order = np.argsort(ranks, kind="stable")
    k = len(order)
    figure = Figure(figsize=(8, 1.4 + 0.22 * k), layout="constrained")
    axes = figure.subplots()
    axes.set_xlim(0.6, k + 0.4)
    axes.xaxis.tick_top()
    axes.xaxis.set_label_position("top")
    axes.set_xlabel(f"mean rank over {len(over.families)} sources of data (1 is best)")
    axes.set_xticks(range(1, k + 1))
    for side in ("left", "right", "bottom"):
        axes.spines[side].set_visible(False)
    axes.set_yticks([])
    bars = _cliques(ranks[order], difference)
    top = 1.0 + 0.6 * len(bars)
    for level, (first, last) in enumerate(bars):
        ends = ranks[order[first]] - 0.04, ranks[order[last]] + 0.04
        axes.plot(ends, [-(0.5 + 0.6 * level)] * 2, color="black", linewidth=4)
    half = -(-k // 2)
    for place, model in enumerate(order):
        left = place < half
        depth = -(top + (place if left else k - 1 - place))
        edge = 0.6 if left else k + 0.4
        axes.plot([ranks[model], ranks[model], edge], [0, depth, depth], color="0.4", linewidth=0.9)
        text = f"{over.models[model]} ({ranks[model]:.2f})"
        axes.text(edge, depth + 0.12, text, ha="left" if left else "right", fontsize=8)
    axes.plot([1, 1 + difference], [0.55, 0.55], color="tab:red", linewidth=2)
    axes.text(1 + difference + 0.05, 0.55, f"CD = {difference:.2f}", color="tab:red", va="center")
    axes.set_ylim(-(top + half), 1.0)
    save_figure(file, figure, 150)


def _cliques(sorted_ranks: Any, difference: float) -> list[tuple[int, int]]:
    """Return the longest runs of models within the critical difference; none within another."""
    found: list[tuple[int, int]] = []
    for first, rank in enumerate(sorted_ranks):
        last = int(np.searchsorted(sorted_ranks, rank + difference, side="right")) - 1
        if last > first and (not found or last > found[-1][1]):
            found.append((first, last))
    return found
