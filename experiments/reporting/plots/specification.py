"""Sorted scores of all readings of a study, with the choices of each."""

from __future__ import annotations

from collections.abc import Iterator

from experiments.reporting import multiverse, specification_figure
from experiments.reporting.paper import Paper
from experiments.reporting.plots._drawn import Drawn
from experiments.running.results import Results

__all__ = ["specification"]


def specification(results: Results, paper: Paper) -> Iterator[Drawn]:
    """Scores of a study's readings, sorted, with the options that each of them chose."""
    found = multiverse.find(results)
    if found is None:
        return
    for curve in found.curves:
        words = f"{curve.dataset} {curve.model} {curve.metric}"
        choices = found.multiverse.choices
        yield Drawn(words, specification_figure.canvas_of(curve, choices, paper))
