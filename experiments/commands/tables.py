"""Commands that print tables, in every format.

Nothing heavy is imported before one of them runs.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from experiments.commands.folder import RunArgument
from experiments.reporting.writer import say

if TYPE_CHECKING:
    from experiments.reporting.shown import Shown

__all__ = ["controls", "duel", "send", "table", "verdicts"]

T = TypeVar("T")


class Interval(StrEnum):
    """What the intervals of a table are about."""

    CORRECTED = "corrected"
    BOOTSTRAP = "bootstrap"


FormatOption = Annotated[
    str,
    typer.Option("--format", help="text, csv, markdown, latex, html, json, parquet or excel."),
]
ColumnsOption = Annotated[
    str | None,
    typer.Option(metavar="A,B", help="Columns by their names in the CSV, in this order."),
]
SiunitxOption = Annotated[
    bool, typer.Option("--siunitx", help="LaTeX: columns of siunitx, uncertainties in parentheses.")
]
WidthOption = Annotated[
    float, typer.Option(min=100.0, help="LaTeX: points of the text's width, 345 in an article.")
]


def table(
    run: RunArgument,
    format_: FormatOption = "text",
    columns: ColumnsOption = None,
    metric: Annotated[
        list[str] | None, typer.Option(help="Instead of the study's metrics; may be repeated.")
    ] = None,
    interval: Annotated[
        Interval, typer.Option(help="Over folds, corrected, or over test rows.")
    ] = Interval.CORRECTED,
    confusion: Annotated[
        bool, typer.Option("--confusion", help="Print confusion matrices instead.")
    ] = False,
    siunitx: SiunitxOption = False,
    width: WidthOption = 345.0,
) -> None:
    """Print the table of a run, also of one that is still under way; as excel with all others."""
    from experiments.commands.screen import terminal_width
    from experiments.reporting import formats, rendering, report_tables, tables
    from experiments.study import Run

    _check(format_, siunitx)
    results = Run(run).results()
    if confusion:
        say(tables.confusions(results))
        return
    metrics = _metrics(list(metric or results.plan.metrics), columns)
    if format_ in formats.PLAIN:
        summary = tables.table(results, metrics, interval.value)
        shown = _chosen([rendering.scores(summary, metrics)], columns)
        if format_ == "text":
            say(rendering.text_of(shown[0], terminal_width()).removesuffix("\n"))
            return
    else:
        shown = _chosen([report_tables.score_table(results, metrics, interval.value)], columns)
        if format_ == "excel":
            shown += report_tables.verdict_tables(results)
            shown += report_tables.control_tables(results)
            shown += report_tables.duel_tables(results)
    send(shown, format_, siunitx, width)


def verdicts(
    run: RunArgument,
    format_: FormatOption = "text",
    columns: ColumnsOption = None,
    siunitx: SiunitxOption = False,
    width: WidthOption = 345.0,
) -> None:
    """Say which model is better, over data sets too, and what the controls explain.

    As text it also writes the files and figures; in another format it is the table alone.
    """
    from experiments.commands.screen import print_comparisons
    from experiments.reporting import report_tables, tables
    from experiments.reporting import verdicts as report
    from experiments.study import Run
    from qml.errors import SpecError

    _check(format_, siunitx)
    stored = Run(run)
    results = stored.results().of_reading(0)
    missing = f"{stored.folder}: no two models have finished on the same splits"
    if format_ != "text" or columns:
        shown = report_tables.verdict_tables(results)
        send(_chosen(_some(shown, missing), columns), format_, siunitx, width)
        return
    cells = tables.cell_table(results)
    found = report.find(results, cells)
    if not found:
        raise SpecError(missing)
    print_comparisons(results, cells, tables.table(results), stored.folder, found)


def controls(
    run: RunArgument,
    format_: FormatOption = "text",
    columns: ColumnsOption = None,
    siunitx: SiunitxOption = False,
    width: WidthOption = 345.0,
) -> None:
    """Say which quantum results the controls of a run explain away."""
    from experiments.reporting import controls as report
    from experiments.reporting import report_tables, tables
    from experiments.study import Run

    _check(format_, siunitx)
    stored = Run(run)
    results = stored.results().of_reading(0)
    missing = f"{stored.folder}: no model has finished beside a control (`controls: true`)"
    if format_ != "text" or columns:
        shown = report_tables.control_tables(results)
        send(_chosen(_some(shown, missing), columns), format_, siunitx, width)
        return
    found = report.find(results, tables.cell_table(results))
    say(report.render(_some(found, missing)))


def duel(
    run: RunArgument,
    format_: FormatOption = "text",
    columns: ColumnsOption = None,
    siunitx: SiunitxOption = False,
    width: WidthOption = 345.0,
) -> None:
    """Compare the optimizers of a run, also of one under way: table, verdicts and a figure.

    As text it also writes the page and the figure; in another format it is the table alone.
    """
    from experiments.reporting import duel as report
    from experiments.reporting import duel_figure, duel_text, report_tables
    from experiments.study import Run

    _check(format_, siunitx)
    stored = Run(run)
    results = stored.results()
    missing = (
        f"{stored.folder}: no models that differ in their optimizer alone have finished on "
        "three splits or more"
    )
    if format_ != "text" or columns:
        shown = report_tables.duel_tables(results)
        send(_chosen(_some(shown, missing), columns), format_, siunitx, width)
        return
    found = _some(report.duels(results.of_reading(0)), missing)
    for each in found:
        say(duel_text.render(each))
    say(f"Written: {', '.join(str(file) for file in duel_figure.write(found, stored.folder))}")


def _check(form: str, siunitx: bool) -> None:
    from experiments.reporting.formats import check_format
    from qml.errors import SpecError

    check_format(form)
    if siunitx and form != "latex":
        raise SpecError("only for --format latex", "--siunitx")


def _metrics(metrics: list[str], columns: str | None) -> list[str]:
    """Return the metrics of a table, with those among the columns that were asked for."""
    from experiments.evaluation.metrics import METRICS

    asked = [name for name in _names(columns or "") if name in METRICS]
    return list(dict.fromkeys([*metrics, *asked]))


def _names(columns: str) -> list[str]:
    return [name.strip() for name in columns.split(",")]


def _some(found: list[T], missing: str) -> list[T]:
    """Return what was found; a mistake where nothing was."""
    from qml.errors import SpecError

    if not found:
        raise SpecError(missing)
    return found


def _chosen(tables: Sequence[Shown], columns: str | None) -> list[Shown]:
    """Return the tables with the columns that were asked for, or with all."""
    if columns is None:
        return list(tables)
    return [shown.only(_names(columns)) for shown in tables]


def send(tables: Sequence[Shown], form: str, siunitx: bool = False, width: float = 345.0) -> None:
    """Print tables; a terminal gets no bytes."""
    from experiments.reporting.formats import rendered
    from experiments.reporting.latex import Layout
    from qml.errors import SpecError

    text = rendered(tables, form, Layout(siunitx, width))
    if isinstance(text, str):
        say(text.removesuffix("\n"))
        return
    if sys.stdout.isatty():
        raise SpecError(f"{form} is no text: send it to a file with > FILE", "--format")
    sys.stdout.buffer.write(text)
