"""Gram matrices of a study's quantum kernels, points of one class side by side."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from experiments.health.plots._kernels import Matrix, matrices
from experiments.reporting.paper import Paper
from experiments.reporting.plots._drawn import Drawn
from experiments.running.results import Results

__all__ = ["gram"]

_PANEL_IN = 2.1
_LEAST_IN = 1.6
_MOST = 9  # panels of a picture


def gram(results: Results, paper: Paper) -> Iterator[Drawn]:
    """Gram matrices of quantum kernels, computed again on at most 200 points by class."""
    found = list(matrices(results))
    for number, start in enumerate(range(0, len(found), _MOST), 1):
        suffix = "" if len(found) <= _MOST else str(number)
        yield Drawn(suffix, _drawn(found[start : start + _MOST], paper))


def _drawn(found: Sequence[Matrix], paper: Paper) -> Any:
    wide_in = paper.width_in or min(len(found), 3) * _PANEL_IN + 0.8
    across = min(len(found), max(1, int(wide_in / _LEAST_IN)))
    down = math.ceil(len(found) / across)
    side_in = (wide_in - 0.6) / across
    titles = [paper.wrapped(f"{one.dataset} / {one.model}", side_in) for one in found]
    lines = max(title.count("\n") for title in titles)
    canvas = paper.canvas((side_in + 0.35 + 0.24 * lines) * down + 0.2, wide_in)
    panels = canvas.subplots(down, across, squeeze=False).ravel()
    for axes, one, title in zip(panels, found, titles, strict=False):
        image = axes.imshow(one.K, cmap="cividis", vmin=0.0, vmax=1.0, interpolation="nearest")
        edges = np.flatnonzero(one.classes[1:] != one.classes[:-1]) + 0.5
        for edge in edges:
            axes.axhline(edge, color="white", linewidth=0.7)
            axes.axvline(edge, color="white", linewidth=0.7)
        middles = np.diff([-0.5, *edges, len(one.K) - 0.5]) / 2 + [-0.5, *edges]
        names = [str(name) for name in dict.fromkeys(one.classes.tolist())]
        axes.set_xticks(middles, names)
        axes.set_yticks(middles, names)
        axes.tick_params(length=0)
        axes.set_title(title)
    for axes in panels[len(found) :]:
        axes.remove()
    bar = canvas.colorbar(image, ax=list(panels[: len(found)]), shrink=0.8, aspect=30)
    bar.set_label("kernel of two points")
    return canvas
