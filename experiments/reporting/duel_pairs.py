"""Two optimizers against each other, source by source, as a figure."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from experiments.evaluation.duel import meetings
from experiments.evaluation.multiplicity import LEVEL
from experiments.evaluation.permutation import smallest_p
from experiments.reporting.duel import Duel
from experiments.reporting.duel_text import budgets_of, pairs_of
from experiments.reporting.writer import save_figure

__all__ = ["draw", "write"]


def write(found: list[Duel], folder: Path) -> list[Path]:
    """Draw each pair that the study names over all its duels, and return the files."""
    files = []
    for pair in dict.fromkeys(pair for duel in found for pair in pairs_of(duel)):
        mine = [duel for duel in found if pair in pairs_of(duel)]
        name = re.sub(r"[^a-z0-9]+", "-", "-".join(pair).lower()).strip("-")
        file = folder / f"duel-{name}.png"
        draw(mine, pair, file)
        files.append(file)
    return files


def draw(found: list[Duel], pair: tuple[str, str], file: Path) -> None:
    """Draw a panel a duel and budget: on how many problems of a source the first is ahead.

    Bars to the right are sources on which the first has the lower loss more often; filled panels
    are those whose difference is shown over sources.
    """
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib.figure import Figure

    first, second = pair
    budgets = {duel.condition: budgets_of(duel) for duel in found}
    across = max(map(len, budgets.values()))
    height = 0.9 + 0.24 * max(len(duel.sources) for duel in found)
    figure = Figure(figsize=(2.3 * across + 1.6, height * len(found) + 0.4), layout="constrained")
    panels = figure.subplots(len(found), across, squeeze=False)
    for row, duel in zip(panels, found, strict=True):
        told = budgets[duel.condition]
        met = meetings(duel.problems, first, second, [budget[:2] for budget in told])
        too_few = smallest_p(len(duel.sources)) >= LEVEL
        for axes, (_, _, words), one in zip(row, told, met, strict=False):
            shown = one.p < LEVEL and not too_few
            places = np.arange(len(duel.sources))[::-1]
            axes.barh(
                places, one.by_source, color="0.3" if shown else "0.8", edgecolor="0.2", height=0.7
            )
            axes.axvline(0, color="0.2", linewidth=0.8)
            axes.set(xlim=(-1.05, 1.05), xticks=[-1, 0, 1], xticklabels=[second, "even", first])
            axes.set_yticks(places, duel.sources if axes is row[0] else [], fontsize=8)
            p = "" if too_few else f"\np = {one.p:.2g}"
            axes.set_title(f"{words}{p}", fontsize=8)
            axes.tick_params(axis="x", labelsize=8)
        for axes in row[len(told) :]:
            axes.remove()
        row[0].set_ylabel(duel.condition, fontsize=7)
    save_figure(file, figure, 130)
