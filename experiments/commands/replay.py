"""The command that runs a page's command again and says which of its numbers moved.

Registered by `experiments.commands.cli`; nothing heavy is imported before it runs.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from experiments.reporting.writer import say

__all__ = ["replay"]

_PAGES = Path("docs") / "replications"


def replay(
    page: Annotated[
        str,
        typer.Argument(metavar="PAGE", help="A page, or the name of one in docs/replications."),
    ],
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Processes; every core if not given.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder of the run; results/replay/<page> if not given.")
    ] = None,
    print_: Annotated[
        bool,
        typer.Option(
            "--print", help="Print the page's table with the values of now, also of a draft."
        ),
    ] = False,
) -> None:
    """Run a page's reduced run again and say which numbers moved; the exit code is 4 if one did.

    What is stored of the same code and versions is kept, everything else runs.
    """
    from experiments.commands.running import exit_if_broken, run_or_refuse
    from experiments.reporting import pages
    from experiments.reporting import replay as report
    from experiments.study import Study

    file = _file(page)
    read = pages.read_page(file, is_draft=print_)
    asked = read.command
    study = Study.load(asked.study, asked.overrides, asked.backend)
    read = pages.with_labels_of(read, study.plan().stored().of_reading(0))
    folder = out or Path("results") / "replay" / file.stem
    finished = run_or_refuse(study, jobs, folder, rerun_stale=True)
    results = finished.at_end or finished.results()
    found = report.replayed(read, results.of_reading(0))
    say(report.rows_to_paste(found).rstrip("\n") if print_ else report.render(found))
    exit_if_broken(finished)
    if any(one.moved for one in found) and not print_:
        raise typer.Exit(4)


def _file(page: str) -> Path:
    """Return a page by its path, or by its name: the project's own, or the current folder's."""
    from qml.errors import SpecError, did_you_mean

    folders = [Path(__file__).parents[2] / _PAGES, _PAGES]
    known = {file.stem: file for folder in reversed(folders) for file in folder.glob("*.md")}
    if page in known:
        return known[page]
    file = Path(page)
    if file.suffix != ".md":
        raise SpecError(f"unknown page {page!r}{did_you_mean(page, known)}", "PAGE")
    return file
