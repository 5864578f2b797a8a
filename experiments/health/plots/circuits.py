"""The circuits that a study's models run, as Qiskit writes them."""

from __future__ import annotations

from collections.abc import Iterator

from experiments.health.circuits import drawings
from experiments.reporting.paper import Paper
from experiments.reporting.plots._drawn import Drawn
from experiments.running.results import Results

__all__ = ["circuits"]

_INCH_A_LETTER = 0.65 / 72  # of a font of one point, rounded up to whole dots
_LARGEST_PT = 9.0


def circuits(results: Results, paper: Paper) -> Iterator[Drawn]:
    """Circuits of the quantum models, as Qiskit writes them."""
    for block in drawings(results.of_reading(0)):
        title = paper.wrapped(block.title, paper.width_in or 10.0)
        lines = block.text.rstrip("\n").split("\n")
        longest = max(map(len, lines))
        width_in = paper.width_in or 10.0
        size = min(_LARGEST_PT, (width_in - 0.1) / (longest * _INCH_A_LETTER))
        height_in = len(lines) * size * 1.17 / 72 + 0.2 + 0.17 * len(title.split("\n"))
        canvas = paper.canvas(height_in, 10.0)
        canvas.set_layout_engine("none")
        top = 1 - (0.15 + 0.17 * len(title.split("\n"))) / height_in
        canvas.text(
            0.05 / canvas.get_figwidth(),
            top,
            block.text.rstrip("\n"),
            family="monospace",
            fontsize=size,
            va="top",
            linespacing=1.0,
        )
        canvas.text(0.05 / canvas.get_figwidth(), 1 - 0.05 / height_in, title, va="top")
        yield Drawn(block.title, canvas)
