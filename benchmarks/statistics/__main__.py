"""Error rates of intervals and verdicts beside their power, by simulation; see ``statistics.md``.

Run as ``python -m benchmarks.statistics``.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from threadpoolctl import threadpool_limits

from benchmarks.statistics import intervals, pairs, sources, trainings
from benchmarks.statistics.designs import Table
from experiments.running.environment import usable_cores
from qml.errors import SpecError

FILE = Path(__file__).parent.with_suffix(".md")
TABLES: dict[str, Table] = {
    table.name: table for room in (intervals, pairs, sources, trainings) for table in room.TABLES
}
HEAD = """# Error rates and power of intervals and verdicts

Made by `python -m benchmarks.statistics`, with Monte-Carlo errors. *Folds* is the rule of before:
the folds' variance alone, of no less than one test row in all. *Rows* is the project's: held to
that of the distinct rows."""


def _entry(task: tuple[str, int, int]) -> tuple[str, ...]:
    table, place, draws = task
    with threadpool_limits(1):
        return TABLES[table].entries[place](draws)


def main(arguments: Sequence[str] | None = None) -> int:
    """Simulate, print and write; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.statistics", description=__doc__)
    parser.add_argument("tables", nargs="*", help=f"of {', '.join(TABLES)}; none is all")
    parser.add_argument("--draws", type=int, default=2000, help="data sets an entry")
    parser.add_argument("--jobs", type=int, default=usable_cores(), help="processes side by side")
    parser.add_argument("--out", type=Path, default=FILE)
    options = parser.parse_args(arguments)
    for name in options.tables:
        if name not in TABLES:
            print(SpecError(f"no table {name!r}, allowed: {', '.join(TABLES)}"), file=sys.stderr)
            return 2
    sections = _sections(options.out)
    with ProcessPoolExecutor(options.jobs) as pool:
        for name in options.tables or TABLES:
            table = TABLES[name]
            lines = [f"{table.said} {options.draws:,} data sets an entry.", "", _row(table.header)]
            lines += [_row(["---"] * 2 + ["---:"] * (len(table.header) - 2))]
            print(f"\n{name}\n\n" + "\n".join(lines), flush=True)
            tasks = [(name, place, options.draws) for place in range(len(table.entries))]
            for cells in pool.map(_entry, tasks):
                lines.append(_row(cells))
                print(lines[-1], flush=True)
            sections[name] = "\n".join(lines)
            known = [one for one in TABLES if one in sections]
            parts = [f"## {one.capitalize()}\n\n{sections[one]}" for one in known]
            options.out.write_text("\n\n".join([HEAD, *parts]) + "\n", encoding="utf-8")
    return 0


def _sections(file: Path) -> dict[str, str]:
    """Return the tables that a file has; those that are not asked for keep their entries."""
    if not file.is_file():
        return {}
    _, *parts = file.read_text("utf-8").split("\n## ")
    split = (part.partition("\n") for part in parts)
    return {title.strip().lower(): body.strip() for title, _, body in split}


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    sys.exit(main())
