"""The command that draws the figures of a run; nothing heavy is imported before it runs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from experiments.commands.folder import RunArgument
from experiments.reporting.writer import say

if TYPE_CHECKING:
    from experiments.reporting.paper import Paper
    from experiments.running.results import Results
    from qml.registry import Room

__all__ = ["figure"]


class Picture(StrEnum):
    """Formats of a picture."""

    PNG = "png"
    SVG = "svg"
    PDF = "pdf"


def figure(
    run: RunArgument,
    name: Annotated[
        str | None,
        typer.Argument(metavar="NAME", help="One of the study's figures, or of those below."),
    ] = None,
    format_: Annotated[
        Picture, typer.Option("--format", help="Kind of the picture.")
    ] = Picture.PNG,
    width: Annotated[
        str | None,
        typer.Option(help="For paper: column (86 mm), page (178 mm), or millimetres."),
    ] = None,
) -> None:
    """Draw the figures of a run, also of one under way; those of the study with their data.

    Without a name they are the study's own, and the names of the others are listed.
    """
    from experiments.commands.screen import print_left_out
    from experiments.reporting import figure_files, figures
    from experiments.reporting.paper import paper_of
    from experiments.study import Run
    from qml.errors import SpecError, did_you_mean

    stored, paper, room = Run(run), paper_of(width), _room()
    results = stored.results()
    own = [one.name for one in results.plan.figures]
    others = {each.replace("_", "-"): each for each in room.names()}
    if name is not None and name not in own:
        if name.replace("_", "-") not in others:
            hint = did_you_mean(name, [*own, *others])
            raise SpecError(f"{stored.folder}: no figure {name!r}{hint}", "NAME")
        draw = room.load(name.replace("-", "_"))
        for file in _drawn(draw, name, results, paper, format_.value, stored.folder):
            say(f"Written: {file}")
        return
    wanted = own if name is None else [name]
    made = figures.figures(results, wanted)
    for file in figure_files.write(made, stored.folder, format_.value, paper):
        say(f"Written: {file}")
    print_left_out(made, wanted)
    if name is None:
        from qml.registry import first_sentence

        say("Others, of what the run has to show:")
        for each, stem in others.items():
            say(f"  {each:22} {first_sentence(room.load(stem))}")


def _room() -> Room[Callable[[Results, Paper], Iterator[Any]]]:
    from qml.registry import Room

    return Room("figure", ("experiments.reporting.plots", "experiments.health.plots"))


def _drawn(
    draw: Callable[[Results, Paper], Iterator[Any]],
    name: str,
    results: Results,
    paper: Paper,
    form: Any,
    folder: Path,
) -> Iterator[Path]:
    """Yield the files of a figure by name; one that has nothing to show says so."""
    import matplotlib as mpl

    from experiments.reporting.figure_files import FOLDER
    from experiments.reporting.writer import picture, save_picture
    from qml.errors import SpecError
    from qml.registry import first_sentence

    some = False
    own: Any = {"svg.hashsalt": name, "text.parse_math": False, **paper.sizes}
    with mpl.rc_context(own):
        for one in draw(results, paper):
            some = True
            words = re.sub(r"[^a-z0-9]+", "-", one.suffix.lower()).strip("-")
            (folder / FOLDER).mkdir(exist_ok=True)
            file = folder / FOLDER / f"{'-'.join(filter(None, [name, words]))[:120]}.{form}"
            yield save_picture(file, picture(one.canvas, form, paper.dpi))
    if not some:
        raise SpecError(f"{folder}: nothing to draw for {name!r} ({first_sentence(draw)})", "NAME")
