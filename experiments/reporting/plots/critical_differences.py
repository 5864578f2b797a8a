"""Mean ranks over sources of data, with bars over models that are not told apart."""

from __future__ import annotations

from collections.abc import Iterator

from experiments.reporting import critical_difference, tables, verdicts
from experiments.reporting.paper import Paper
from experiments.reporting.plots._drawn import Drawn
from experiments.running.results import Results

__all__ = ["critical_differences"]


def critical_differences(results: Results, paper: Paper) -> Iterator[Drawn]:
    """Mean ranks of models over sources of data, and which are not told apart (Demšar 2006)."""
    written = results.of_reading(0)
    found = [one for one in verdicts.find(written, tables.cell_table(written)) if one.over]
    for one in found:
        if one.over is not None:
            suffix = one.metric if len(found) > 1 else ""
            yield Drawn(suffix, critical_difference.canvas_of(one.over, paper))
