"""The command on a study's readings: the report again, or one reading as a study of its own.

Registered by `experiments.commands.cli`; nothing heavy is imported before it runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from experiments.commands.folder import RunArgument
from experiments.reporting.writer import say

if TYPE_CHECKING:
    from experiments.records import StoredPlan

__all__ = ["multiverse"]


def multiverse(
    run: RunArgument,
    metric: Annotated[
        list[str] | None, typer.Option(help="Instead of the study's; may be repeated.")
    ] = None,
    reading: Annotated[
        int | None,
        typer.Option(min=1, help="Print this reading as a study file, and nothing else."),
    ] = None,
) -> None:
    """Show a run's readings: curves, how many reach a printed value, which choices matter."""
    from experiments.commands.screen import print_multiverse
    from experiments.study import Run
    from qml.errors import SpecError

    stored = Run(run)
    results = stored.results()
    if results.plan.multiverse is None:
        raise SpecError(f"{stored.folder}: its study declares no `multiverse`")
    if reading is not None:
        say(_study_of(results.plan, reading).removesuffix("\n"))
        return
    print_multiverse(results, stored.folder, metric)


def _study_of(plan: StoredPlan, number: int) -> str:
    """Return the file of the study that a reading is: its cells have the keys of the reading's."""
    import yaml

    from experiments.planning.readings import reading_values
    from qml.errors import SpecError

    known = () if plan.multiverse is None else plan.multiverse.readings
    found = next((one for one in known if one.number == number), None)
    if found is None or plan.multiverse is None:
        raise SpecError(f"{number} is no reading; there are 1 to {len(known)}", "--reading")
    values = reading_values(plan.study, plan.multiverse, found)
    return str(yaml.safe_dump(dict(values), sort_keys=False, allow_unicode=True))
