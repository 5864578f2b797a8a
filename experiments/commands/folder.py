"""Commands on the folder of a run: what is in it, who works on it, whether it is whole.

Registered by `experiments.commands.cli`; nothing heavy is imported before one of them runs.
"""

from __future__ import annotations

from typing import Annotated

import typer

from experiments.reporting.writer import say

__all__ = ["RunArgument", "prune", "runs", "show", "status", "verify"]

RunArgument = Annotated[
    str, typer.Argument(metavar="RUN", help="A run's folder, or its study's name.")
]


def show(
    run: RunArgument,
    cell: Annotated[
        str | None, typer.Argument(metavar="CELL", help="A cell's key, or its first digits.")
    ] = None,
) -> None:
    """Show the cells of a run, or all that is stored of one."""
    import json

    from experiments.records import plain
    from experiments.study import Run

    stored = Run(run)
    if cell is not None:
        say(json.dumps(plain(stored.find(cell)), indent=1))
        return
    for fit in stored.results().fits:
        planned, known = fit.planned, fit.stored
        where = f"{planned.dataset} / {planned.model}, repeat {planned.repeat} fold {planned.fold}"
        where += f" draw {planned.draw}" if planned.draw else ""
        where += f" start {planned.start}" if planned.start else ""
        problem = "" if known is None else known.record.error
        reason = f": {problem}" if problem else ""
        say(f"{planned.key[:12]}  {fit.status:8}  {where}{reason}")


def status(run: RunArgument) -> None:
    """Say what a run has, what it lacks, and who works on what."""
    from experiments.commands.status import report
    from experiments.study import Run

    for line in report(Run(run)):
        say(line)


def runs(
    run: Annotated[str | None, typer.Argument(metavar="RUN", help="One of them.")] = None,
) -> None:
    """List the runs in results/, each with its plans; RUN@2 is the second plan of a run."""
    from experiments.commands.upkeep import runs as listed

    for line in listed(run):
        say(line)


def verify(run: RunArgument) -> None:
    """Read everything in a run: what is sound, what was mended, what is lost."""
    from experiments.commands.upkeep import verified

    lines, whole = verified(run)
    for line in lines:
        say(line)
    if not whole:
        raise typer.Exit(1)


def prune(
    run: RunArgument,
    yes: Annotated[bool, typer.Option("--yes", help="Remove it, do not only say.")] = False,
) -> None:
    """Say what no plan of a run needs any more, and remove it with --yes.

    Answers of machines stay: they were paid for.
    """
    from experiments.commands.upkeep import prune as pruned

    for line in pruned(run, yes):
        say(line)
