"""How many problems each optimizer has solved, by the circuits that it took."""

from __future__ import annotations

from collections.abc import Iterator

from experiments.reporting import duel, duel_figure
from experiments.reporting.paper import Paper
from experiments.reporting.plots._drawn import Drawn
from experiments.running.results import Results

__all__ = ["duel_profiles"]


def duel_profiles(results: Results, paper: Paper) -> Iterator[Drawn]:
    """Profiles of optimizers by performance and by data, and their mean ranks by budget."""
    found = duel.duels(results.of_reading(0))
    for number, one in enumerate(found, 1):
        yield Drawn("" if len(found) == 1 else str(number), duel_figure.profiles(one, paper))
