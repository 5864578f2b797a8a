"""What the commands print of checks and runs; nothing heavy is imported before it is needed."""

from __future__ import annotations

import math
import os
import shutil
import sys
import textwrap
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.reporting.writer import as_text, say
from qml.errors import did_you_mean

if TYPE_CHECKING:
    import pandas as pd

    from experiments.planning.foresight import Foreseen
    from experiments.records import Figure, Parameters
    from experiments.reporting.verdicts import Found
    from experiments.running.preflight import Preflight, RowCheck
    from experiments.running.results import Fit, Results
    from experiments.running.timing import RowTime, Times
    from experiments.study import Run
    from qml.jobs import Entry

__all__ = [
    "print_cheaper",
    "print_check",
    "print_comparisons",
    "print_files",
    "print_foreseen",
    "print_jobs",
    "print_left_out",
    "print_multiverse",
    "print_run",
    "print_times",
    "terminal_width",
]


_FEW = 3  # models that are named, and not counted


def print_check(found: Preflight) -> None:
    """Print what each row of a study will need, and on standard error what cannot run."""
    written = [row for row in found.rows if not row.reading]
    on_machines = any(row.jobs for row in found.rows)
    headers = ["data set", "model", "cells", "stored", "features", "circuits", "on a machine"]
    headers += ["shots", "memory"]
    if on_machines:
        headers += ["jobs", "QPU [s]", "depth", "two-qubit gates"]
    lines = []
    for row in written:
        line = [
            row.dataset,
            row.model,
            row.cells,
            row.finished,
            row.features or "-",
            f"{row.circuits:,}" if row.circuits else "-",
            f"{row.machine_circuits:,}" if row.machine_circuits else "-",
            f"{row.shots:,}" if row.shots else "-",
            f"{row.memory_bytes / 2**20:,.1f} MiB" if row.memory_bytes else "-",
        ]
        if on_machines:
            line += [f"{row.jobs:,}" if row.jobs else "-"]
            line += [f"{row.qpu_s:,.0f}" if row.jobs else "-", row.depth or "-"]
            line += [row.two_qubit_gates or "-"]
        lines.append(line)
    say(as_text(lines, headers, headers[:2]))
    cells, stored = sum(row.cells for row in found.rows), sum(row.finished for row in found.rows)
    say(
        f"\n{cells:,} cells, {stored:,} of them stored. Rows are as if each fit were alone; still "
        f"to be asked for, with\nkernels that are shared counted once, are at most "
        f"{found.circuits:,} circuits and {found.shots:,} shots\n(on a machine "
        f"{found.machine_circuits:,} circuits). Memory is that of one cell."
    )
    if on_machines:
        say(
            f"On machines: {found.shots:,} executions in {found.jobs:,} jobs, about "
            f"{found.qpu_s:,.0f} QPU seconds (2 s a job, and 250 µs and\nthe circuit's length an "
            "execution); depth and two-qubit gates are of one circuit, transpiled."
        )
    for row in written:
        if row.problem:
            say(f"cannot run: {row.dataset} / {row.model}: {row.problem}", error=True)
        if row.unknown:
            say(f"cost unknown: {row.dataset} / {row.model}: {row.unknown}", error=True)
    _print_readings([row for row in found.rows if row.reading])


def _print_readings(rows: list[RowCheck]) -> None:
    """Print what the readings of a study ask for together, and which of them cannot run."""
    if not rows:
        return
    memory_bytes = max(row.memory_bytes for row in rows)
    say(
        f"{max(row.reading for row in rows):,} readings besides: "
        f"{sum(row.cells for row in rows):,} of the cells, "
        f"{sum(row.circuits for row in rows):,} circuits and {sum(row.shots for row in rows):,} "
        f"shots as if each fit were alone, at most {memory_bytes / 2**20:,.1f} MiB a cell."
    )
    broken = [row for row in rows if row.problem]
    for problem, count in Counter(row.problem for row in broken).items():
        first = next(row for row in broken if row.problem == problem)
        place = f"{first.dataset} / {first.model}"
        say(f"warning: {count} rows of readings will fail, as {place}: {problem}", error=True)


def print_times(found: Times) -> None:
    """Print how long the cells that are missing will take, and how that is known."""
    rows = [row for row in found.rows if row.cells]
    told = [row for row in rows if row.basis != "unknown" or row.problem]
    lines = [
        [row.dataset, row.model, row.cells, _minutes(row.seconds), _known_from(row)] for row in told
    ]
    if lines:
        headers = ["data set", "model", "cells left", "minutes", "from"]
        say(f"\n{as_text(lines, headers, ['data set', 'model', 'from'])}")
    besides, several = len(found.unknown), "es"[: 2 * (found.jobs > 1)]
    if besides < len(rows):
        say(
            f"About {_minutes(found.seconds)} minutes in {found.jobs:,} process{several}. "
            "Rows have the minutes of one process;\nkernels that are shared count once."
        )
    if any(row.basis == "circuits" for row in rows):
        say(
            "Times from circuits are rough, since models do more than run circuits: four of the "
            "studies here\ntook 0.9 to 4.2 times as long; `--time` runs a cell of each row."
        )
    if unknown := len(rows) - len(told):
        say(f"Of {unknown} row{'s'[: unknown - 1]} no time is known; `--time` runs a cell of each.")


def _minutes(seconds: float) -> str:
    if math.isnan(seconds):
        return "-"
    return "< 0.01" if seconds < 0.6 else f"{seconds / 60:,.2f}"


def _known_from(row: RowTime) -> str:
    if row.problem:
        return f"unknown: {row.problem}"
    if row.basis == "circuits":
        return f"{row.measured:,} circuits a cell"
    return f"{row.measured:,} {row.basis} cell{'s'[: row.measured - 1]}"


def print_foreseen(found: list[Foreseen], accuracy: float, disagreement: float) -> None:
    """Print which differences of accuracy a study can show, and where its errors are not held."""
    lines = [
        [
            one.dataset,
            one.n_rows,
            one.n_splits,
            *_shown(one.n_comparisons, one.visible),
            *_shown(one.n_controls, one.visible_of_controls),
            f"± {one.rope:.3f}",
        ]
        for one in found
    ]
    if not lines:
        return
    headers = ["data set", "test rows", "splits", "compared", "shows", "controls", "shows", "equal"]
    say(f"\n{as_text(lines, headers, headers[:1])}")
    say(
        f"Difference of accuracy that is shown four times in five, among as many comparisons, if "
        f"both models are right on\n{accuracy:.0%} of the rows and one alone on {disagreement:.0%} "
        "(--accuracy, --disagreement); training sets may add to it."
    )
    for one in found:
        for remark in one.remarks:
            say(f"warning: {one.dataset}: {remark}", error=True)


def _shown(count: int, difference: float) -> list[str]:
    return [f"{count}" if count else "-", "-" if math.isnan(difference) else f"{difference:.3f}"]


def print_cheaper(routes: list[tuple[str, Preflight]]) -> None:
    """Print what would ask less of a machine."""
    lines = [
        [change, f"{found.circuits:,}", f"{found.shots:,}", f"{found.qpu_s:,.0f}"]
        for change, found in routes
    ]
    headers = ["cheaper", "circuits", "shots", "QPU [s]"]
    say(f"\n{as_text(lines, headers, headers[:1])}")


def print_jobs(entries: list[Entry]) -> None:
    """Print a ledger, a line a batch, and what it cost."""
    headers = ["batch", "machine", "job", "status", "circuits", "shots", "QPU [s]", "queue [s]", ""]
    lines = [
        [
            entry.address[:12],
            entry.machine,
            entry.job_id or "-",
            entry.status,
            f"{entry.rows:,}",
            f"{entry.rows * entry.shots:,}",
            f"{entry.usage.qpu_s:.3g}",
            f"{entry.usage.queue_s:.3g}" if entry.status == "done" else "-",
            entry.reason,
        ]
        for entry in entries
    ]
    say(as_text(lines, headers, ["batch", "machine", "job", "status", ""]))
    by_status = Counter(entry.status for entry in entries)
    states = ", ".join(f"{count:,} {status}" for status, count in sorted(by_status.items()))
    done = [entry for entry in entries if entry.status == "done"]
    say(
        f"\n{len(entries):,} batches: {states}. Paid: "
        f"{sum(entry.usage.executions for entry in done):,} executions, "
        f"{sum(entry.usage.qpu_s for entry in done):,.4g} QPU seconds."
    )


def print_run(finished: Run) -> None:
    """Print the table of a run and what is to be said of it; all of it is read once."""
    from experiments.reporting import (
        answer,
        duel,
        duel_figure,
        duel_text,
        rendering,
        report_tables,
        tables,
        verdicts,
    )

    whole = finished.at_end or finished.results()
    results = whole.of_reading(0)
    cells, table = tables.cell_table(results), tables.table(results)
    found = verdicts.find(results, cells)
    if said := answer.answer(found):
        say(f"{textwrap.fill(said, 100)}\n")
    say(rendering.render_text(table, list(results.plan.metrics), terminal_width()))
    n_splits = report_tables.most_splits(results)
    say(
        f"Mean over {n_splits} test fold{'s'[: n_splits - 1]}, the same for every model, with the "
        "Nadeau-Bengio\n"
        "corrected 95 % interval; costs of one fold. Circuits on a machine are those that one\n"
        "would run for the fold, tuning included, whatever ran it here. F1 is that of the second\n"
        "class, or the mean over more than two."
    )
    if any(row.draws > 1 or row.spec.test_sets for row in results.plan.datasets):
        say(
            "Of data that are drawn anew a draw is one observation, its score the mean over its "
            "splits or fresh\ntest sets, and the interval the plain one over draws; of the test "
            "sets of a single draw there is none."
        )
    if (table.made_by_other != "").any():
        say(
            "Rows of other code or versions were made before what is named there was changed:\n"
            f"`qml status {finished.folder}` says more, --rerun-stale runs them again."
        )
    for line in (*_implementations(results), *_sharing(finished.folder, results)):
        say(line)
    for line in _unreported(results):
        say(line, error=True)
    print_comparisons(results, cells, table, finished.folder, found)
    duels = duel.duels(results)
    for each in duels:
        say(f"\n{duel_text.render(each)}")
    for file in duel_figure.write(duels, finished.folder):
        say(f"Written: {file}")
    print_multiverse(whole, finished.folder)


def print_multiverse(results: Results, folder: Path, metrics: list[str] | None = None) -> None:
    """Print what the readings of a study came to, if it has any, and write it."""
    from experiments.reporting import multiverse

    found = multiverse.find(results, metrics)
    if found is not None:
        say(f"\n{multiverse.render(found)}")
        files = multiverse.write(found, folder)
        say(f"Written: {files[0].parent}/ ({', '.join(file.name for file in files)})")


def print_comparisons(
    results: Results,
    cells: pd.DataFrame,
    table: pd.DataFrame,
    folder: Path,
    found: list[Found],
) -> None:
    """Print verdicts and controls, and write both and the figures."""
    from experiments.reporting import (
        controls,
        figure_files,
        figures,
        from_which_size,
        pareto,
        trial_curves,
        verdicts,
    )

    for one in found:
        say(f"\n{verdicts.render(one)}")
    if found:
        files = verdicts.write(found, folder)
        say(f"Written: {', '.join(str(file) for file in files)}")
    explained = controls.find(results, cells)
    if explained:
        say(f"\n{controls.render(explained)}")
        files = controls.write(explained, folder)
        say(f"Written: {', '.join(str(file) for file in files)}")

    by_size = from_which_size.since(results, cells)
    if by_size:
        say(f"\n{from_which_size.render(by_size)}")
        say(f"Written: {from_which_size.write(by_size, folder)}")

    made = figures.figures(results, table=table)
    drawn = (
        pareto.draw(table, results.plan.metrics[0], folder),
        *trial_curves.draw(results, folder),
        *figure_files.write(made, folder),
    )
    for file in filter(None, drawn):
        say(f"Written: {file}")
    print_left_out(made, [one.name for one in results.plan.figures])


def print_left_out(made: list[Figure], names: list[str]) -> None:
    """Print on standard error what figures do not show, and which of these names have none."""
    for one in made:
        for words in one.left_out:
            say(f"{one.name} leaves out what has {words}", error=True)
    for name in names:
        if name in {one.name for one in made}:
            continue
        say(f"{name} is not drawn: nothing of it has a value yet", error=True)


def terminal_width() -> int | None:
    """Return the terminal's columns, or None where the output goes to a file or a pipe."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


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


def print_files(finished: Run) -> None:
    """Print where the results are, and what to do next."""
    folder, qml = finished.folder, _own_name()
    say(f"\nWritten: {folder / 'metrics.csv'} (a row a fit), {folder / 'table.csv'} and .md")
    say("Next:")
    for command, purpose in (
        (f"{qml} table {folder} --format latex", "the table for a paper"),
        (f"{qml} table {folder} --metric mcc", "any metric, without refitting"),
        (f"{qml} verdicts {folder}", "every verdict again"),
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
