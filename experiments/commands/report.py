"""The commands that write a run's page; nothing heavy is imported before they run."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from experiments.commands.folder import RunArgument
from experiments.reporting.writer import say

__all__ = ["report", "watch"]


def report(
    run: RunArgument,
    health: Annotated[
        bool,
        typer.Option("--health", help="Examine the run's kernels and variational models, too."),
    ] = False,
) -> None:
    """Write a run as one page that opens from disk, also of one under way."""
    say(f"Written: {_written(run, health=health)}")


def watch(
    run: RunArgument,
    every: Annotated[
        int, typer.Option(min=1, help="Seconds between two looks; the page reads itself again.")
    ] = 10,
) -> None:
    """Write the page of a run again and again until the run is over."""
    from experiments.study import Run

    told = False
    while True:
        missing = sum(fit.status == "missing" for fit in Run(run).results().fits)
        file = _written(run, every if missing else None)
        if not told:
            say(f"Open {file}; it is written every {every} s until the run is over.")
            told = True
        if not missing:
            say("The run is over.")
            return
        time.sleep(every)


def _written(run: str, refresh: int | None = None, health: bool = False) -> Path:
    from experiments.health.circuits import drawings
    from experiments.health.on_page import examined
    from experiments.reporting.page import contents, document
    from experiments.study import Run
    from qml import __version__

    stored = Run(run)
    results = stored.results()
    own = results.of_reading(0)
    more = examined(own.plan) if health else ()
    said = contents.contents_of(results, __version__, drawings(own), more)
    name = "report.html"
    if stored.number is not None:  # an earlier plan's page takes nobody's place
        name = f"report-{stored.number}.html"
        said = replace(said, name=f"{said.name}, plan @{stored.number}")
    return document.write(said, stored.folder, __version__, refresh, name)
