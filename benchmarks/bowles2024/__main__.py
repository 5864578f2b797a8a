"""The command: read, fit, compare, write."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.bowles2024.comparison import Compared
from benchmarks.bowles2024.digest import data_folder, data_sets, read_digest, read_split
from benchmarks.bowles2024.report import line, write
from benchmarks.bowles2024.running import Run
from benchmarks.bowles2024.scores import Scores
from experiments.running.environment import describe_environment, usable_cores
from qml.errors import SpecError, WorkbenchError, did_you_mean


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare the rows of the data sets that are there; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.bowles2024", description="Our models beside the printed rows."
    )
    parser.add_argument("data_sets", nargs="*", help="names of data sets; none is all there are")
    parser.add_argument("--models", nargs="*", default=[], help="models as the digest names them")
    parser.add_argument("--seeds", type=int, default=5, help="training seeds of a row")
    parser.add_argument("--more-seeds", type=int, default=20, help="seeds of a row that differs")
    parser.add_argument("--jobs", type=int, default=usable_cores(), help="processes side by side")
    parser.add_argument("--out", type=Path, default=Path("results/bowles2024-published"))
    options = parser.parse_args(arguments)
    try:
        rows = _compared(options)
    except WorkbenchError as error:
        print(error, file=sys.stderr)
        return 2 if isinstance(error, SpecError) else 1
    words = " ".join(sys.argv[1:] if arguments is None else arguments)
    write(rows, options.out, f"{parser.prog} {words}".strip(), describe_environment())
    for one in rows:
        if one.verdict == "differs":
            print(f"differs: {line(one)}")
    return 0


def _compared(options: argparse.Namespace) -> list[Compared]:
    for name in ("seeds", "more_seeds"):
        if getattr(options, name) < 2:
            raise SpecError(
                f"{getattr(options, name)} leaves no spread to judge by, at least 2", name
            )
    if options.jobs < 1:
        raise SpecError(f"{options.jobs} processes, at least 1", "jobs")
    folder = data_folder()
    digest = read_digest(folder)
    known = {row.model for row in digest}
    for name in options.models:
        if name not in known:
            raise SpecError(f"{name}: no model of the digest{did_you_mean(name, known)}", "models")
    splits = {name: read_split(folder, name) for name in data_sets(folder, options.data_sets)}
    for name in splits.keys() - {row.data_set for row in digest}:
        print(f"{name}: no rows in the digest", file=sys.stderr)
    chosen = [
        row
        for name in splits
        for row in digest
        if row.data_set == name and (not options.models or row.model in options.models)
    ]
    run = Run(chosen, splits, Scores(options.out / "scores.csv"), options.jobs)
    return run.compared(options.seeds, options.more_seeds, lambda one: print(line(one), flush=True))


if __name__ == "__main__":
    sys.exit(main())
