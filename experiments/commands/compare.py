"""The command that puts runs side by side; nothing heavy is imported before it runs."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from experiments.reporting.writer import say

if TYPE_CHECKING:
    from experiments.reporting.in_common import Named

__all__ = ["compare"]

_WIDTH = 100


def compare(
    runs: Annotated[
        list[str],
        typer.Argument(metavar="RUN RUN", help="Runs' folders, or their studies' names; or RUN@2."),
    ],
    across: Annotated[
        bool, typer.Option("--across", help="Every model of one with every model of the others.")
    ] = False,
    format_: Annotated[
        str,
        typer.Option("--format", help="text, csv, markdown, latex, html, json, parquet or excel."),
    ] = "text",
    out: Annotated[
        Path | None, typer.Option(help="Folder of the page; results/comparisons/... if not given.")
    ] = None,
) -> None:
    """Put runs side by side: paired verdicts on the splits that they have in common.

    As text it also writes one page that opens from disk; in another format it is the verdicts.
    """
    from experiments.commands.screen import terminal_width
    from experiments.commands.tables import send
    from experiments.reporting import rendering, report_tables, tables, verdicts
    from experiments.reporting.formats import check_format
    from experiments.reporting.page import document, several
    from experiments.reporting.side_by_side import beside
    from qml import __version__

    check_format(format_)
    named = _named(runs)
    both = beside(named, across)
    found = both.verdicts(tables.cell_table(both.results))
    if format_ != "text":
        send(report_tables.verdict_tables(both.results, found), format_)
        return
    page = several.contents_of(both, __version__)
    say(f"{textwrap.fill(page.answer, _WIDTH)}\n")
    judged = {(one.dataset, model) for each in found for one in each.verdicts for model in one.pair}
    table = tables.table(both.results)
    shown = table[[pair in judged for pair in zip(table.dataset, table.model, strict=True)]]
    if len(shown):
        metrics = list(both.results.plan.metrics)
        say(rendering.render_text(shown, metrics, terminal_width(), brief=True), end="")
    for each in found:
        say(f"\n{verdicts.render(each)}\n")
        for one in each.verdicts:
            say(textwrap.fill(verdicts.sentence(one, each.metric), _WIDTH))
    for note in both.notes:
        say(f"\n{textwrap.fill(note, _WIDTH)}")
    folder = out or Path("results") / "comparisons" / "-".join(run.name for run in named)
    say(f"\nWritten: {document.write(page, folder, __version__)}")


def _named(runs: Sequence[str]) -> list[Named]:
    """Return runs by the shortest names that tell them apart."""
    from experiments.reporting.in_common import Named
    from experiments.study import Run

    stored = [Run(run) for run in runs]
    folders = [run.folder for run in stored]
    short = [folder.resolve().name for folder in folders]
    often = Counter(short)
    words = [
        name if often[name] == 1 else str(folder)
        for name, folder in zip(short, folders, strict=True)
    ]
    return [
        Named(word if one.number is None else f"{word}@{one.number}", one.results().of_reading(0))
        for word, one in zip(words, stored, strict=True)
    ]
