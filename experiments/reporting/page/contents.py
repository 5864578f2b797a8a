"""What the report of a run says, gathered from its results and nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from experiments.reporting import tables, verdicts
from experiments.reporting.answer import answer
from experiments.reporting.page import answers, comparisons, origin, scores
from experiments.reporting.page.gathered import Gathered
from experiments.reporting.page.parts import Block, Contents, Section
from experiments.running.results import Results

__all__ = ["contents_of"]


def contents_of(
    results: Results,
    version: str,
    circuits: Sequence[Block] = (),
    examined: Sequence[Section] = (),
) -> Contents:
    """Return what the report of a run says, also of one under way.

    Parameters
    ----------
    results : Results
        Run as it was read.
    version : str
        Version of what makes the page.
    circuits : sequence of Block, default=()
        Drawings of the models' circuits.
    examined : sequence of Section, default=()
        Parts on the health of kernels and models, where they were asked for.
    """
    written = results.of_reading(0)
    cells, table = tables.cell_table(written), tables.table(written)
    gathered = Gathered(written, cells, table, verdicts.find(written, cells))
    sections = [
        scores.scores(gathered),
        comparisons.verdicts(gathered),
        comparisons.controls(gathered),
        comparisons.duel(gathered),
        comparisons.readings(results),
        scores.costs(gathered),
        scores.figures(gathered),
        answers.confusion(gathered),
        answers.calibration(gathered),
        Section("circuits", "Circuits", blocks=tuple(circuits), folded=True),
        *examined,
        origin.data(gathered),
        origin.failures(gathered),
        origin.warned(gathered),
        origin.environment(results),
        origin.again(("", results.plan)),
        origin.cells(gathered),
    ]
    status = [fit.status for fit in results.fits]
    done, n = status.count("done"), len(status)
    missing = status.count("missing")
    state = f"{done:,} of {n:,} cells are done"
    state += f", {n - done - missing:,} failed" if n - done - missing else ""
    state += f", {missing:,} have not run yet" if missing else ""
    said = answer(gathered.found) or _no_answer(gathered)
    return Contents(
        results.plan.name,
        " ".join(str(results.plan.study.get("description", "")).split()),
        said,
        f"{state}.",
        tuple(section for section in sections if not section.empty),
        f"Made by qml-workbench {version}; the page holds all that it shows and asks no network.",
    )


def _no_answer(gathered: Gathered) -> str:
    """Return what can be said where no quantum model met a classical one."""
    scored = gathered.table.dropna(subset=[gathered.metric])
    if scored.empty:
        return "Nothing is finished yet."
    return (
        "No quantum model was compared with a classical one on the same splits, so the study says "
        "nothing of which is better."
    )
