"""The command that gives a run away in a form that others read."""

from __future__ import annotations

from typing import Annotated

import typer

from experiments.commands.folder import RunArgument
from experiments.reporting.writer import say

__all__ = ["export"]


def export(
    run: RunArgument,
    form: Annotated[
        str | None, typer.Argument(metavar="FORM", help="One of those that are listed without it.")
    ] = None,
    place: Annotated[
        str | None, typer.Argument(metavar="PLACE", help="File, folder or address to write to.")
    ] = None,
) -> None:
    """Give a run away in a form that others read; without a form they are listed."""
    from experiments.reporting.export import FORMS
    from experiments.study import Run
    from qml.errors import SpecError, did_you_mean
    from qml.registry import first_sentence

    stored = Run(run)
    if form is None:
        for name in FORMS.names():
            say(f"{name:10} {first_sentence(FORMS.load(name))}")
        return
    if form not in FORMS.names():
        raise SpecError(f"unknown form {form!r}{did_you_mean(form, FORMS.names())}", "FORM")
    if place is None:
        raise SpecError(f"missing: {first_sentence(FORMS.load(form))}", "PLACE")
    write = FORMS.load(form)
    for line in write(stored.results(), stored.folder, place):
        say(line)
