"""What a page says of several runs side by side."""

from __future__ import annotations

from experiments.reporting import tables
from experiments.reporting.page import comparisons, origin, scores
from experiments.reporting.page.gathered import Gathered
from experiments.reporting.page.parts import Contents, Section
from experiments.reporting.side_by_side import SideBySide

__all__ = ["contents_of"]


def contents_of(both: SideBySide, version: str) -> Contents:
    """Return what a page says of runs side by side.

    Parameters
    ----------
    both : SideBySide
        Runs as one.
    version : str
        Version of what makes the page.
    """
    results = both.results
    cells, table = tables.cell_table(results), tables.table(results)
    gathered = Gathered(results, cells, table, both.verdicts(cells))
    sections = [
        Section("beside", "What the runs have in common", both.notes),
        scores.scores(gathered),
        comparisons.verdicts(gathered),
        scores.costs(gathered),
        origin.data(gathered),
        origin.failures(gathered),
        origin.warned(gathered),
        origin.environment(results),
        origin.again(*((run.name, run.results.plan) for run in both.runs)),
        origin.cells(gathered),
    ]
    judged = [one for found in gathered.found for one in found.verdicts]
    n, done = len(results.fits), sum(fit.status == "done" for fit in results.fits)
    return Contents(
        results.plan.name,
        "",
        both.answer(judged),
        f"{done:,} of {n:,} cells on the splits of all of them are done.",
        tuple(section for section in sections if not section.empty),
        f"Made by qml-workbench {version}; the page holds all that it shows and asks no network.",
    )
