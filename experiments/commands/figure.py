"""The command that draws the figures of a run again; nothing heavy is imported before it runs."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from experiments.commands.folder import RunArgument
from experiments.reporting.writer import say

__all__ = ["figure"]


class Picture(StrEnum):
    """Formats of a picture."""

    PNG = "png"
    SVG = "svg"
    PDF = "pdf"


def figure(
    run: RunArgument,
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="One of the study's figures.")
    ] = None,
    format_: Annotated[
        Picture, typer.Option("--format", help="Kind of the picture.")
    ] = Picture.PNG,
) -> None:
    """Draw the figures of a run, also of one under way, with their data as JSON and CSV."""
    from experiments.commands.screen import print_left_out
    from experiments.reporting import figure_files, figures
    from experiments.study import Run
    from qml.errors import SpecError, did_you_mean

    stored = Run(run)
    results = stored.results()
    known = [one.name for one in results.plan.figures]
    if name is not None and name not in known:
        raise SpecError(f"{stored.folder}: no figure {name!r}{did_you_mean(name, known)}", "NAME")
    if not known:
        raise SpecError(f"{stored.folder}: the study has no figures")
    wanted = known if name is None else [name]
    made = figures.figures(results, wanted)
    for file in figure_files.write(made, stored.folder, format_.value):
        say(f"Written: {file}")
    print_left_out(made, wanted)
