"""What the commands print of checks and runs; nothing heavy is imported before it is needed."""

from __future__ import annotations

import os
import shutil
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from qml.errors import did_you_mean

if TYPE_CHECKING:
    import pandas as pd

    from experiments.preflight import Preflight
    from experiments.study import Run
    from qml.jobs import Entry

__all__ = [
    "print_cheaper",
    "print_check",
    "print_comparisons",
    "print_files",
    "print_jobs",
    "print_run",
    "terminal_width",
]


def print_check(found: Preflight) -> None:
    """Print what each row of a study will need, and on standard error what cannot run."""
    from tabulate import tabulate

    on_machines = any(row.jobs for row in found.rows)
    headers = ["data set", "model", "cells", "stored", "features", "circuits", "shots", "memory"]
    if on_machines:
        headers += ["jobs", "QPU [s]", "depth", "two-qubit gates"]
    lines = []
    for row in found.rows:
        line = [
            row.dataset,
            row.model,
            row.cells,
            row.finished,
            row.features or "-",
            f"{row.circuits:,}" if row.circuits else "-",
            f"{row.shots:,}" if row.shots else "-",
            f"{row.memory_bytes / 2**20:,.1f} MiB" if row.memory_bytes else "-",
        ]
        if on_machines:
            line += [f"{row.jobs:,}" if row.jobs else "-"]
            line += [f"{row.qpu_s:,.0f}" if row.jobs else "-", row.depth or "-"]
            line += [row.two_qubit_gates or "-"]
        lines.append(line)
    align = ["left", "left", *["right"] * (len(headers) - 2)]
    print(tabulate(lines, headers=headers, colalign=align, disable_numparse=True))
    cells, stored = sum(row.cells for row in found.rows), sum(row.finished for row in found.rows)
    print(
        f"\n{cells:,} cells, {stored:,} of them stored. Rows are as if each fit were alone; still "
        f"to be asked for, with\nkernels that are shared counted once, are at most "
        f"{found.circuits:,} circuits and {found.shots:,} shots. Memory is\nthat of one cell."
    )
    if on_machines:
        print(
            f"On machines: {found.shots:,} executions in {found.jobs:,} jobs, about "
            f"{found.qpu_s:,.0f} QPU seconds (2 s a job, and 250 µs and\nthe circuit's length an "
            "execution); depth and two-qubit gates are of one circuit, transpiled."
        )
    for row in found.rows:
        if row.problem:
            print(f"cannot run: {row.dataset} / {row.model}: {row.problem}", file=sys.stderr)


def print_cheaper(routes: list[tuple[str, Preflight]]) -> None:
    """Print what would ask less of a machine."""
    from tabulate import tabulate

    lines = [
        [change, f"{found.circuits:,}", f"{found.shots:,}", f"{found.qpu_s:,.0f}"]
        for change, found in routes
    ]
    headers = ["cheaper", "circuits", "shots", "QPU [s]"]
    align = ["left", "right", "right", "right"]
    print(f"\n{tabulate(lines, headers=headers, colalign=align, disable_numparse=True)}")


def print_jobs(entries: list[Entry]) -> None:
    """Print a ledger, a line a batch, and what it cost."""
    from tabulate import tabulate

    headers = ["batch", "machine", "job", "status", "circuits", "shots", "QPU [s]", "queue [s]", ""]
    lines = [
        [
            entry.address[:12],
            entry.machine,
            entry.job_id or "-",
            entry.status,
            f"{entry.rows:,}",
            f"{entry.rows * entry.shots:,}",
            f"{entry.qpu_s:.3g}",
            f"{entry.queue_s:.3g}" if entry.status == "done" else "-",
            entry.reason,
        ]
        for entry in entries
    ]
    align = ["left"] * 4 + ["right"] * 4 + ["left"]
    print(tabulate(lines, headers=headers, colalign=align, disable_numparse=True))
    by_status = Counter(entry.status for entry in entries)
    states = ", ".join(f"{count:,} {status}" for status, count in sorted(by_status.items()))
    done = [entry for entry in entries if entry.status == "done"]
    print(
        f"\n{len(entries):,} batches: {states}. Paid: "
        f"{sum(entry.executions for entry in done):,} executions, "
        f"{sum(entry.qpu_s for entry in done):,.4g} QPU seconds."
    )


def print_run(finished: Run) -> None:
    """Print the table of a run and what is to be said of it; every cell is read once."""
    from experiments.reporting import tables

    metrics, cells = finished.store.read_plan()["metrics"], finished.cells()
    print(tables.render_text(finished.table(cells=cells), metrics, terminal_width()))
    splits = cells.groupby(["dataset", "model"])[["repeat", "fold"]].nunique()
    n_splits = int((splits["repeat"] * splits["fold"]).max())
    print(
        f"Mean over {n_splits} test folds, the same for every model, with the Nadeau-Bengio\n"
        "corrected 95 % interval; seconds, circuits and shots of one fold. F1 is that of the\n"
        "second class, or the mean over more than two."
    )
    for line in (*_implementations(cells), *_sharing(finished.folder, cells)):
        print(line)
    for line in _unreported(finished, cells):
        print(line, file=sys.stderr)
    print_comparisons(finished, cells)
    from experiments.reporting import duel as report

    found = report.duels(finished.store)
    for each in found:
        print(f"\n{report.render(each)}")
    for file in report.write(found, finished.folder):
        print(f"Written: {file}")


def print_comparisons(finished: Run, cells: pd.DataFrame) -> None:
    """Print verdicts and controls, and write both."""
    from experiments.reporting import controls
    from experiments.reporting import verdicts as report

    found = report.find(finished.store, cells)
    for one in found:
        print(f"\n{report.render(one)}")
    if found:
        files = report.write(found, finished.folder)
        print(f"Written: {', '.join(str(file) for file in files)}")
    explained = controls.find(finished.store, cells)
    if explained:
        print(f"\n{controls.render(explained)}")
        files = controls.write(explained, finished.folder)
        print(f"Written: {', '.join(str(file) for file in files)}")
    from experiments.reporting import learning_curves, noise_curves

    table = finished.table(cells=cells)
    for figure in (learning_curves, noise_curves):
        if file := figure.draw(table, finished.folder):
            print(f"Written: {file}")


def terminal_width() -> int | None:
    """Return the terminal's columns, or None where the output goes to a file or a pipe."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def _implementations(cells: pd.DataFrame) -> list[str]:
    """Return the optimizers' code and versions: COBYLA is not the same in every SciPy."""
    if "training_optimizer" not in cells:
        return []
    pairs = cells[["model", "training_optimizer"]].dropna().drop_duplicates()
    return [f"{model}: {code}." for model, code in pairs.itertuples(index=False)]


def _unreported(finished: Run, cells: pd.DataFrame) -> list[str]:
    """Return a line for every column that the study asks for and no training reports."""
    columns = [str(column) for column in cells]
    known = [one.removeprefix("training_") for one in columns if one.startswith("training_")]
    asked = finished.store.read_plan()["study"].get("report", [])
    return [
        f"report: no training reports {name!r}{did_you_mean(name, known)}"
        for name in asked
        if name not in known
    ]


def _sharing(folder: Path, cells: pd.DataFrame) -> list[str]:
    """Return what was evaluated once for several fits: their own columns are as if it were not."""
    from experiments.shared_kernels import tables_of

    tables = tables_of(folder)
    if not tables or "shared_s" not in cells:
        return []
    fits = cells[cells["shared_s"] > 0]
    seconds = sum(table["evaluation_s"] for table in tables)
    return [
        f"Kernels were evaluated once for {len(fits):,} fits: {len(tables):,} tables, "
        f"{seconds:.2g} s "
        f"in place of {fits['shared_s'].sum():.2g} s. Each fit's\nseconds, circuits and shots are "
        "those of that fit alone."
    ]


def print_files(finished: Run) -> None:
    """Print where the results are, and what to do next."""
    folder, qml = finished.folder, _own_name()
    print(f"\nWritten: {folder / 'metrics.csv'} (a row a fit), {folder / 'table.csv'} and .md")
    print("Next:")
    for command, purpose in (
        (f"{qml} table {folder} --format latex", "the table for a paper"),
        (f"{qml} table {folder} --metric mcc", "any metric, without refitting"),
        (f"{qml} verdicts {folder}", "every verdict again"),
        (f"{qml} list models", "what else a study can name"),
    ):
        print(f"  {command:56} {purpose}")


def _own_name() -> str:
    """Return what to type to get this program: ``qml``, or its path where that is not found."""
    typed = Path(sys.argv[0])
    if typed.name == "__main__.py":
        return "python -m experiments"
    found = shutil.which(typed.name)
    if found is not None and Path(found).resolve() == typed.resolve():
        return typed.name
    return os.path.relpath(typed)
