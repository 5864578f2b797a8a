"""Run the cases: each side in a fresh process, the numbers compared, the ratios written down."""

from __future__ import annotations

import argparse
import json
import platform
import resource
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.cases import CASES
from experiments.running.environment import usable_cores

HERE = Path(__file__).parent
LONG_ENOUGH_S = 2.0  # of repeats, from which the best is taken
MOST_REPEATS = 300


def measure(case_name: str, side_name: str, output: Path) -> None:
    """Time one side in this process and write what it computed."""
    case = CASES[case_name]
    work = case.sides[side_name].prepare()
    before = _peak_bytes()
    start = time.perf_counter()
    result = work()  # compilation, caches, first touches
    first_s = time.perf_counter() - start
    times = []
    while not times or (sum(times) < LONG_ENOUGH_S and len(times) < MOST_REPEATS):
        start = time.perf_counter()  # once at least: the first call may have compiled
        result = work()
        times.append(time.perf_counter() - start)
    numbers = [] if result is None else np.asarray(case.reduce(result)).ravel()
    np.save(output, np.asarray(numbers, dtype=float))
    print(
        json.dumps({"first_s": first_s, "best_s": min(times), "peak_bytes": _peak_bytes() - before})
    )


def _peak_bytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def run_side(case_name: str, side_name: str, folder: Path, index: int) -> dict[str, Any]:
    """Measure one side in a fresh process."""
    output = folder / f"{case_name}-{index}.npy"
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks", "--measure"]
    done = subprocess.run(
        [*command, case_name, side_name, str(output)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        return {"error": done.stderr.strip().splitlines()[-1][:200]}
    row: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    row["numbers"] = np.load(output)
    return row


def run_case(name: str, folder: Path) -> list[dict[str, Any]]:
    """Return a row a side, with its ratio to ours and whether the numbers agree."""
    rows = []
    ours: dict[str, Any] = {}
    for index, (side_name, side) in enumerate(CASES[name].sides.items()):
        measured = run_side(name, side_name, folder, index)
        numbers = measured.pop("numbers", None)
        row = {"case": name, "title": CASES[name].title, "side": side_name, **measured}
        if "error" not in row:
            row["time_s"] = row.pop("best_s") * side.scale
            row["scale"] = side.scale
            if index == 0:
                ours = {"numbers": numbers, "time_s": row["time_s"]}
            else:
                row["ratio"] = row["time_s"] / ours["time_s"]
                row["floor"] = side.floor
                row["agrees"] = _agreement(numbers, ours["numbers"], side.tolerance)
        rows.append(row)
        print(_line(row), flush=True)
    return rows


def _agreement(numbers: Any, ours: Any, tolerance: float | None) -> str:
    if tolerance is None:
        return "not compared (shots, or part of the work)"
    if numbers.shape != ours.shape:
        return f"NO: shapes {numbers.shape} and {ours.shape}"
    worst = float(np.abs(numbers - ours).max())
    return f"to {worst:.0e}" if worst <= tolerance else f"NO: differs by {worst:.1e}"


def _line(row: dict[str, Any]) -> str:
    if "error" in row:
        return f"{row['case']:16} {row['side']:52} FAILED: {row['error']}"
    text = f"{row['case']:16} {row['side']:52} {_seconds(row['time_s']):>10}"
    if "ratio" in row:
        floor = "" if row["floor"] is None else f" (asked: {row['floor']:g})"
        text += f"  {row['ratio']:>10,.1f}x{floor}  {row['agrees']}"
    return text


def _seconds(value: float) -> str:
    if value < 1e-3:
        return f"{value * 1e6:.0f} µs"
    return f"{value * 1e3:.3g} ms" if value < 1 else f"{value:,.3g} s"


def write(measured: list[dict[str, Any]]) -> None:
    """Write results.json and results.md; cases that were not run now keep their rows."""
    rows = merge(measured)
    packages = (
        "numpy",
        "qiskit",
        "qiskit-aer",
        "qiskit-machine-learning",
        "pennylane",
        "jax",
        "numba",
    )
    machine = {
        "machine": platform.machine(),
        "cores": usable_cores(),
        "python": platform.python_version(),
        **{package: version(package) for package in packages},
    }
    (HERE / "results.json").write_text(
        json.dumps({"environment": machine, "rows": rows}, indent=1) + "\n", encoding="utf-8"
    )
    lines = [
        "# Speed beside the peers",
        "",
        "Made by `make bench`: every side in a fresh process on "
        f"{machine['cores']} cores, best of the calls of {LONG_ENOUGH_S:g} seconds (one at least) "
        "after a first one, whose time "
        "(imports left out, the peers' compilation in it) is the column *first call*. Memory is "
        "what the process's peak grew by. Only ratios carry over to another machine.",
        "",
        ", ".join(f"{key} {value}" for key, value in machine.items()) + ".",
    ]
    for name in dict.fromkeys(row["case"] for row in rows):
        chosen = [row for row in rows if row["case"] == name]
        lines += ["", f"## {chosen[0]['title']}", ""]
        lines += ["| side | time | ratio | asked | first call | memory | numbers |"]
        lines += ["|---|---:|---:|---:|---:|---:|---|"]
        lines += [_markdown_row(row) for row in chosen]
    (HERE / "results.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


def merge(measured: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return all rows in the cases' order; a case is always of one run, all its sides."""
    file = HERE / "results.json"
    kept = json.loads(file.read_text("utf-8"))["rows"] if file.is_file() else []
    new = {row["case"] for row in measured}
    rows = [*measured, *(row for row in kept if row["case"] not in new and row["case"] in CASES)]
    return sorted(rows, key=lambda row: list(CASES).index(row["case"]))


def _markdown_row(row: dict[str, Any]) -> str:
    if "error" in row:
        return f"| {row['side']} | failed: {row['error'].replace('|', '/')} | | | | | |"
    ratio = f"{row['ratio']:,.1f}" if "ratio" in row else ""
    floor = f"{row['floor']:g}" if row.get("floor") else ""
    memory = f"{row['peak_bytes'] / 2**20:,.0f} MiB"
    return (
        f"| {row['side']} | {_seconds(row['time_s'])} | {ratio} | {floor} | "
        f"{_seconds(row['first_s'])} | {memory} | {row.get('agrees', '')} |"
    )


def main() -> None:
    """Run the named cases, or all."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("cases", nargs="*", help=f"of {', '.join(CASES)}")
    parser.add_argument("--measure", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.measure:
        case_name, side_name, output = arguments.measure
        measure(case_name, side_name, Path(output))
        return
    unknown = [name for name in arguments.cases if name not in CASES]
    if unknown:
        parser.error(f"unknown case {unknown[0]!r}; allowed: {', '.join(CASES)}")
    with tempfile.TemporaryDirectory() as folder:
        rows = [row for name in arguments.cases or CASES for row in run_case(name, Path(folder))]
    write(rows)
    failed = [row for row in rows if "error" in row or str(row.get("agrees", "")).startswith("NO")]
    below = [row for row in rows if row.get("floor") and row["ratio"] < row["floor"]]
    for row in below:
        print(f"below the floor: {row['case']}: {row['side']}: {row['ratio']:.1f}x")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
