"""What the terminal shows when a run has ended: one screen, and where the rest of it is."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
import textwrap
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.commands.screen import print_left_out, terminal_width
from experiments.reporting.writer import say
from qml.errors import did_you_mean

if TYPE_CHECKING:
    import pandas as pd

    from experiments.records import Parameters
    from experiments.reporting.controls import Explained
    from experiments.reporting.verdicts import Found
    from experiments.running.results import Fit, Results
    from experiments.study import Run

__all__ = ["print_ended"]

_FEW = 3  # models that are named, and not counted
_MOST_ROWS = 40  # of the table; of a longer one the best of each data set are shown
_BEST = 4
_WIDTH = 100


def print_ended(finished: Run) -> None:
    """Print the answer, the scores and the files of a run; all of it is read once."""
    from experiments.reporting import answer, controls, rendering, tables, verdicts

    whole = finished.at_end or finished.results()
    results = whole.of_reading(0)
    cells, table = tables.cell_table(results), tables.table(results)
    found, explained = verdicts.find(results, cells), controls.find(results, cells)
    if said := answer.answer(found):
        say(f"{textwrap.fill(said, _WIDTH)}\n")
    metrics = list(results.plan.metrics)
    shown = _best(table, metrics[0])
    say(rendering.render_text(shown, metrics, terminal_width(), brief=True), end="")
    lines = [*_notes(results, finished.folder, table, shown), *_counted(found, explained)]
    if whole.plan.multiverse is not None:
        choices = len(whole.plan.multiverse.choices)
        readings = len(whole.plan.multiverse.readings)
        lines.append(
            f"Multiverse: {choices} choices, {readings:,} readings; `qml multiverse "
            f"{finished.folder}` says what would have come out."
        )
    for line in [*lines, *_implementations(results), *_sharing(finished.folder, results)]:
        say(textwrap.fill(line, _WIDTH))
    for line in _unreported(results):
        say(line, error=True)
    written = _written(whole, cells, table, found, explained, finished.folder)
    _print_files(finished.folder, written)


def _best(table: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Return the rows that a screen has room for, in their order."""
    from experiments.evaluation.metrics import METRICS

    if len(table) <= _MOST_ROWS:
        return table
    down = not METRICS[metric].higher_is_better
    best = table.sort_values(metric, ascending=down).groupby("dataset", sort=False).head(_BEST)
    return table[table.index.isin(best.index) | (table.problem != "")].head(_MOST_ROWS)


def _notes(
    results: Results, folder: Path, table: pd.DataFrame, shown: pd.DataFrame
) -> Iterator[str]:
    """Yield how the table is read."""
    from experiments.reporting import caught, report_tables
    from experiments.running.code import changes
    from experiments.running.environment import describe_environment

    n_splits = report_tables.most_splits(results)
    drawn = any(row.draws > 1 or row.spec.test_sets for row in results.plan.datasets)
    yield (
        f"Mean over {n_splits} test fold{'s'[: n_splits - 1]}, the same for every model, and its "
        "95 % interval with the correction of Nadeau and Bengio; costs of one fold, circuits as a "
        "machine would run them."
    )
    if drawn:
        yield (
            "Of data that are drawn anew a draw is one observation, its score the mean over its "
            "splits or fresh test sets, and the interval the plain one over draws; of the test "
            "sets of a single draw there is none."
        )
    if len(shown) < len(table):
        yield f"{len(shown)} of {len(table)} rows: the best of each data set; `qml table` has all."
    if (table.made_by_other != "").any():
        yield (
            "Rows of other code or versions were made before what is named there was changed: "
            f"`qml status {folder}` says more, --rerun-stale runs them again."
        )
    here = describe_environment()
    stale = sum(
        fit.stored is not None and changes(fit.stored, results, here) is not None
        for fit in results.fits
    )
    if stale:
        yield (
            f"{stale:,} of {len(results.fits):,} results were made by other code or versions than "
            f"are here now: `qml status {folder}` names them, --rerun-stale runs them again."
        )
    warned = caught.find(results)
    if warned:
        yield caught.in_short(warned, folder)


def _counted(found: list[Found], explained: list[Explained]) -> Iterator[str]:
    """Yield how many verdicts there are of each kind, and how many models controls explain."""
    judged = Counter(one.judgement for each in found for one in each.verdicts)
    if judged:
        apart = judged["better"] + judged["worse"]
        yield (
            f"{judged.total()} comparisons, at most 5 % of errors on a data set: in {apart} one is "
            f"better, {judged['practically equal']} practically equal, {judged['undecided']} "
            "undecided."
        )
    if explained:
        matched = sum(bool(one.matched_by) for one in explained)
        beats = sum(not one.matched_by and not one.open for one in explained)
        yield (
            f"Of {len(explained)} quantum rows {beats} are better than each of their controls, "
            f"{matched} are matched by one or more, {len(explained) - beats - matched} undecided."
        )


def _written(
    whole: Results,
    cells: pd.DataFrame,
    table: pd.DataFrame,
    found: list[Found],
    explained: list[Explained],
    folder: Path,
) -> list[Path]:
    """Write all that a run comes to, and return its files."""
    from experiments.health.circuits import drawings
    from experiments.reporting import (
        controls,
        duel,
        duel_figure,
        figure_files,
        figures,
        from_which_size,
        multiverse,
        pareto,
        trial_curves,
        verdicts,
    )
    from experiments.reporting.page import contents, document
    from qml import __version__

    results = whole.of_reading(0)
    page = contents.contents_of(whole, __version__, drawings(results))
    files = [document.write(page, folder, __version__)]
    files += [folder / name for name in ("metrics.csv", "table.csv", "table.md")]
    files += verdicts.write(found, folder) if found else []
    files += controls.write(explained, folder) if explained else []
    by_size = from_which_size.since(results, cells)
    files += [from_which_size.write(by_size, folder)] if by_size else []
    made = figures.figures(results, table=table)
    drawn = pareto.draw(table, results.plan.metrics[0], folder)
    files += [] if drawn is None else [drawn]
    files += trial_curves.draw(results, folder)
    files += figure_files.write(made, folder)
    files += duel_figure.write(duel.duels(results), folder)
    readings = multiverse.find(whole)
    files += multiverse.write(readings, folder) if readings is not None else []
    print_left_out(made, [one.name for one in results.plan.figures])
    return files


def _implementations(results: Results) -> list[str]:
    """Return the optimizers' code and versions: COBYLA is not the same in every SciPy."""
    models: dict[str, dict[str, None]] = {}
    for fit in results.fits:
        code = _reports(fit).get("optimizer")
        if code is not None:
            models.setdefault(str(code), {})[fit.planned.model] = None
    return [
        f"{', '.join(found) if len(found) <= _FEW else f'{len(found)} models'}: {code}."
        for code, found in models.items()
    ]


def _reports(fit: Fit) -> Parameters:
    return {} if fit.stored is None else fit.stored.record.reported


def _unreported(results: Results) -> list[str]:
    """Return a line for every quantity that the study asks for and no training reports."""
    known = {name for fit in results.fits for name in _reports(fit)}
    return [
        f"report: no training reports {name!r}{did_you_mean(name, known)}"
        for name in results.plan.report
        if name not in known
    ]


def _sharing(folder: Path, results: Results) -> list[str]:
    """Return what was evaluated once for several fits: their own columns are as if it were not."""
    from experiments.running.shared_kernels import tables_of

    tables = tables_of(folder)
    if not tables:
        return []
    costs = [fit.stored.record.costs for fit in results.fits if fit.stored is not None]
    saved = [one.total.shared_s for one in costs if one is not None and one.total.shared_s > 0]
    seconds = sum(table.evaluation_s for table in tables)
    return [
        f"Kernels were evaluated once for {len(saved):,} fits: {len(tables):,} tables, "
        f"{seconds:.2g} s "
        f"in place of {sum(saved):.2g} s. Each fit's\nseconds, circuits and shots are "
        "those of that fit alone."
    ]


def _print_files(folder: Path, files: list[Path]) -> None:
    """Print where the results are, and what to do next."""
    qml, own = _own_name(), shlex.quote(str(folder))
    names = dict.fromkeys(str(file.relative_to(folder)) for file in files)
    said = textwrap.fill(
        f"Written into {folder}: {', '.join(names)}", _WIDTH, subsequent_indent="  "
    )
    say(f"\n{said}\nNext:")
    for command, purpose in (
        (f"{folder / 'report.html'}", "all of it on one page, in a browser"),
        (f"{qml} verdicts {own}", "every comparison, and what controls explain"),
        (f"{qml} table {own} --format latex", "the table for a paper"),
        (f"{qml} figure {own}", "figures for a paper"),
        (f"{qml} list models", "what else a study can name"),
    ):
        say(f"  {command:56} {purpose}")


def _own_name() -> str:
    """Return what to type to get this program: ``qml``, or its path where that is not found."""
    typed = Path(sys.argv[0])
    if typed.name == "__main__.py":
        return "python -m experiments"
    found = shutil.which(typed.name)
    if found is not None and Path(found).resolve() == typed.resolve():
        return typed.name
    return os.path.relpath(typed)
