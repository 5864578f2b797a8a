"""The rows as a Markdown table and as CSV."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.bowles2024.comparison import LEVEL, Accuracy, Compared
from experiments.records import Environment

HEADER = (
    "data set",
    "model",
    "ours",
    "printed",
    "difference [95 %]",
    "test",
    "p",
    "p (Holm)",
    "verdict",
    "seconds",
)
PACKAGES = ("numpy", "scipy", "scikit-learn", "qiskit", "numba")
_VERDICTS = {"agrees": "agrees", "differs": "*differs*", "not run": "not run"}


def write(rows: Sequence[Compared], folder: Path, command: str, made_on: Environment) -> None:
    """Write ``table.md`` and ``table.csv`` into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "table.md").write_text(_markdown(rows, command, made_on), "utf-8")
    with (folder / "table.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(_csv(rows))


def line(one: Compared) -> str:
    """Return one row for the screen."""
    name = f"{one.row.data_set:32} {one.row.model:32}"
    if not one.runs:
        return f"{name} not run: {one.why}"
    printed = _scores(Accuracy.printed(one.row))
    return f"{name} {_scores(one.ours):20} printed {printed:20} {_p(one.p):8} {one.seconds:8.1f} s"


def _markdown(rows: Sequence[Compared], command: str, made_on: Environment) -> str:
    counts = Counter(one.verdict for one in rows)
    minutes = sum(one.seconds for one in rows) / 60
    versions = ", ".join(f"{name} {made_on.packages[name]}" for name in PACKAGES)
    tested = sum(one.test == "Welch" for one in rows)
    return "\n".join(
        [
            "# The printed rows of Bowles, Ahmed and Schuld (2024), one by one",
            "",
            f"Made by `{command}`: {minutes:.0f} minutes of one core, with Python "
            f"{made_on.python}, {versions}, on {made_on.processor or made_on.machine}.",
            "",
            f"{counts['agrees']} rows agree, {counts['differs']} differ, {counts['not run']} were "
            "not run. Where nothing is drawn, a row agrees if it is within one test row of what is "
            f"printed; else Welch's test decides, at {LEVEL:g} after Holm's correction over the "
            f"{tested} rows tested so, and a row that differs was repeated with seeds that had not "
            "been used. Where neither side varies, the means are held to one test row. *Agrees* "
            "means not told apart: the interval says what difference could not be seen. Deviations "
            "are those of samples; the printed ones, of a population, were converted.",
            "",
            "| " + " | ".join(HEADER) + " |",
            "|---|---|---|---|---|---|---:|---:|---|---:|",
            *(f"| {' | '.join(_cells(one))} |" for one in rows),
            "",
        ]
    )


def _cells(one: Compared) -> tuple[str, ...]:
    printed = _scores(Accuracy.printed(one.row))
    named = (one.row.data_set, one.row.model)
    if not one.runs:
        return (*named, "-", printed, "-", "-", "-", "-", f"not run: {one.why}", "-")
    ours = _scores(one.ours)
    if len(one.runs) > 1:
        ours += f"; before {_scores(one.runs[0])}"
    interval = f" [{one.low:+.3f}, {one.high:+.3f}]" if one.test == "Welch" else ""
    difference = f"{round(one.difference, 3) + 0.0:+.3f}{interval}"  # no -0.000
    numbers = (_p(one.p), _p(one.p_holm), _VERDICTS[one.verdict], f"{one.seconds:.1f}")
    return (*named, ours, printed, difference, one.test, *numbers)


def _scores(scores: Accuracy) -> str:
    if scores.n == 1:
        return f"{scores.mean:.4f}"
    return f"{scores.mean:.4f} ± {scores.sd:.4f} ({scores.n})"


def _p(value: float) -> str:
    return "-" if value != value else f"{value:.2g}"  # noqa: PLR0124 (NaN: no test)


def _csv(rows: Sequence[Compared]) -> Iterator[tuple[object, ...]]:
    yield (
        *("data_set", "model", "ours_mean", "ours_sd", "ours_n", "first_mean", "first_sd"),
        *("first_n", "printed_mean", "printed_sd", "printed_n", "test", "p", "p_holm", "low"),
        *("high", "verdict", "why", "seconds"),
    )
    nothing = Accuracy(float("nan"), float("nan"), 0)
    for one in rows:
        runs = (one.runs[-1], one.runs[0]) if one.runs else (nothing, nothing)
        scores = (*runs, Accuracy.printed(one.row))
        numbers = [number for each in scores for number in (each.mean, each.sd, each.n)]
        tested = (one.test, one.p, one.p_holm, one.low, one.high, one.verdict, one.why)
        yield one.row.data_set, one.row.model, *numbers, *tested, round(one.seconds, 2)
