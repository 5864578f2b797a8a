"""The diagram of mean ranks over data sets, with bars over models that are not told apart."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

import numpy as np

from experiments.evaluation.ranks import OverDatasets
from experiments.reporting.paper import SCREEN, Paper
from experiments.reporting.writer import save_figure

__all__ = ["canvas_of", "draw"]

_LETTERS = 24  # of a line of a name


def draw(over: OverDatasets, file: Path) -> None:
    """Draw the diagram into a file; see `canvas_of`."""
    save_figure(file, canvas_of(over, SCREEN), 150)


def canvas_of(over: OverDatasets, paper: Paper) -> Any:
    """Return mean ranks on a line; a bar joins models that are not told apart (Demšar 2006).

    Names stand beside the line, where no other model's line passes.
    """
    ranks, difference = over.friedman.ranks, over.friedman.critical_difference
    order = np.argsort(ranks, kind="stable")
    k, half = len(order), -(-len(order) // 2)
    names = [_named(over.models[model], ranks[model]) for model in order]
    depths, depth = {}, 0.0
    for side in (range(half), range(k - 1, half - 1, -1)):
        depth = 0.0
        for place in side:
            depths[place] = depth + 0.35 * names[place].count("\n")
            depth = depths[place] + 1.0 + 0.35 * names[place].count("\n")
    bars = _cliques(ranks[order], difference)
    top = 1.0 + 0.6 * len(bars)
    lowest = top + max(depths.values())
    canvas = paper.canvas(0.75 + 0.19 * lowest, 8.0)
    axes = canvas.subplots()
    axes.set_xlim(1 - 0.06 * (k - 1), k + 0.06 * (k - 1))
    axes.xaxis.tick_top()
    axes.xaxis.set_label_position("top")
    axes.set_xlabel(f"mean rank over {len(over.families)} sources of data (1 is best)")
    axes.set_xticks(range(1, k + 1))
    for side_ in ("left", "right", "bottom"):
        axes.spines[side_].set_visible(False)
    axes.set_yticks([])
    for level, (first, last) in enumerate(bars):
        ends = ranks[order[first]] - 0.04, ranks[order[last]] + 0.04
        axes.plot(ends, [-(0.5 + 0.6 * level)] * 2, color="black", linewidth=3)
    low, high = axes.get_xlim()
    for place, model in enumerate(order):
        left = place < half
        y = -(top + depths[place])
        edge = low if left else high
        axes.plot([ranks[model], ranks[model], edge], [0, y, y], color="0.4", linewidth=0.8)
        apart = 0.02 * (k - 1) * (-1 if left else 1)
        axes.text(edge + apart, y, names[place], ha="right" if left else "left", va="center")
    axes.plot([1, 1 + difference], [0.55, 0.55], color="0.25", linewidth=2)
    axes.text(1 + difference + 0.05, 0.55, f"CD = {difference:.2f}", va="center")
    axes.set_ylim(-(lowest + 0.5), 1.0)
    return canvas


def _named(model: str, rank: float) -> str:
    return "\n".join(textwrap.wrap(f"{model} ({rank:.2f})", _LETTERS))


def _cliques(sorted_ranks: Any, difference: float) -> list[tuple[int, int]]:
    """Return the longest runs of models within the critical difference; none within another."""
    found: list[tuple[int, int]] = []
    for first, rank in enumerate(sorted_ranks):
        last = int(np.searchsorted(sorted_ranks, rank + difference, side="right")) - 1
        if last > first and (not found or last > found[-1][1]):
            found.append((first, last))
    return found
