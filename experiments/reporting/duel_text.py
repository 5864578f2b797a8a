"""A duel of optimizers in a table and in words: who is ahead, and what that says of other data."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from itertools import permutations

import numpy as np
import pandas as pd

from experiments.evaluation.duel import (
    Standing,
    accuracies,
    meetings,
    solved_after,
    standings,
)
from experiments.evaluation.multiplicity import LEVEL
from experiments.evaluation.permutation import smallest_p
from experiments.reporting.duel import Duel
from experiments.reporting.shown import Cell
from experiments.reporting.writer import as_text

__all__ = [
    "DuelColumn",
    "budgets_of",
    "columns_of",
    "notes_of",
    "pairs_of",
    "render",
    "table",
    "told_of",
    "verdicts",
]

SHARES = (0.01, 0.1, 1.0)
TOLERANCES = (0.1, 0.01)


def table(duel: Duel) -> pd.DataFrame:
    """Return one row an optimizer, by mean rank at the full budget of circuits.

    Ranks of the loss at shares of the budget in circuits, in shots where there are any, in seconds
    (the median of the contenders' fits), and at equal iterations; the median share of what could be
    gained that is still missing; shares of problems solved to 10 % and to 1 %, and the median
    circuits and seconds to 10 %; mean test accuracy; the adjusted p against the leader.
    """
    problems = duel.problems
    ordered = standings(problems, 1.0)
    costs = {"shots": "shots", "seconds": "seconds", "steps": "iterations"}
    if not _timed(duel):
        del costs["seconds"]
    if not any(problem.budget["shots"] for problem in problems):
        del costs["shots"]
    ranks = {
        **{f"rank_{share:g}": standings(problems, share) for share in SHARES},
        **{f"rank_{name}": standings(problems, 1.0, cost) for cost, name in costs.items()},
    }
    rank_of = {key: {s.contender: s.rank for s in found} for key, found in ranks.items()}
    spent = {tolerance: solved_after(problems, tolerance) for tolerance in TOLERANCES}
    seconds = solved_after(problems, 0.1, "seconds")
    rows = []
    for standing in ordered:
        name = standing.contender
        column = duel.labels.index(name)
        accuracies = [problem.courses[name].accuracy for problem in problems]
        solved = {
            f"solved_{t:g}": float(np.isfinite(c[:, column]).mean()) for t, c in spent.items()
        }
        rows.append(
            {
                "optimizer": name,
                **{key: found[name] for key, found in rank_of.items()},
                "gap": standing.gap,
                "wins": standing.wins,
                **solved,
                "circuits_0.1": float(np.median(spent[0.1][:, column])),
                "seconds_0.1": float(np.median(seconds[:, column])),
                "accuracy": float(np.mean(accuracies)),
                "p": standing.p,
            }
        )
    return pd.DataFrame(rows)


@dataclass(frozen=True)
class DuelColumn:
    """A column of the table as a person reads it: its heading, and how its numbers are written.

    Parameters
    ----------
    key : str
        Name of its column in the table.
    title : str
        Words that stand above it.
    form : str
        Format of its numbers.
    of_ranks : bool, default=False
        True in the first of the two tables; what it took to solve is the second.
    unknown : str, default="-"
        Word for what is no number.
    """

    key: str
    title: str
    form: str
    of_ranks: bool = False
    unknown: str = "-"

    def cell(self, value: float) -> Cell:
        """Return a number of the column."""
        if not np.isfinite(value):
            return Cell(self.unknown)
        return Cell(format(value, self.form), float(value))


def columns_of(duel: Duel) -> list[DuelColumn]:
    """Return the table's columns in their order, those that a duel may not have among them."""
    return [
        DuelColumn("rank_0.01", "rank at 1 %", ".1f", of_ranks=True),
        DuelColumn("rank_0.1", "10 %", ".1f", of_ranks=True),
        DuelColumn("rank_1", "100 %", ".1f", of_ranks=True),
        DuelColumn("rank_shots", "shots", ".1f", of_ranks=True),
        DuelColumn("rank_seconds", "seconds", ".1f", of_ranks=True),
        DuelColumn("rank_iterations", f"{duel.settings.iterations} iter.", ".1f", of_ranks=True),
        DuelColumn("gap", "gap", ".3f", of_ranks=True, unknown="none"),
        DuelColumn("solved_0.1", "to 10 %", ".0%"),
        DuelColumn("solved_0.01", "to 1 %", ".0%"),
        DuelColumn("circuits_0.1", "circuits", ",.0f"),
        DuelColumn("seconds_0.1", "time [s]", ".2g"),
        DuelColumn("accuracy", "accuracy", ".3f"),
        DuelColumn("p", "p", ".2g", of_ranks=True),
    ]


def render(duel: Duel) -> str:
    """Return the duel as text: what was compared, the table, and who wins."""
    title = f"Optimizers on {duel.condition}"
    parts = [_fill(told_of(duel)), _tables(duel), _fill(notes_of(duel))]
    if duel.ranks_of_settings:
        parts.append(_settings(duel))
    said = "\n".join(_fill(line) for line in verdicts(duel))
    body = "\n\n".join([*parts, said])
    return f"{title}\n{'=' * len(title)}\n{body}\n"


def told_of(duel: Duel) -> str:
    """Return on what the optimizers met."""
    count = len(duel.problems)
    incomplete = duel.n_planned - count
    return (
        f"{count} problems of {_sources(duel)}, on each the same start and fold"
        + (f"; {incomplete} more are not finished by all" if incomplete else "")
        + f". Problems: {', '.join(duel.families)}."
    )


def notes_of(duel: Duel) -> str:
    """Return what the columns of the table are."""
    notes = (
        "Mean rank of the loss over sources of data, at shares of the budget in circuits (a "
        "gradient counts the circuits of its shifts) and after as many iterations, which are no "
        "equal budget (fewer where the circuits were spent before)"
        + (f", and at equal seconds of {duel.processor}" if _timed(duel) else "")
        + ". Gap: median share of the possible gain still missing at the full budget. To 10 % and "
        "1 %: problems solved to that gap; circuits and time: medians to 10 %. p: against the "
        "leader at 100 %, by flips of the sources' signs, adjusted for all pairs."
    )
    if duel.measured:
        notes += " Losses are as measured: the lowest of many flatters."
    return notes


def _fill(text: str) -> str:
    return textwrap.fill(text, 100)


def _sources(duel: Duel) -> str:
    n = len(duel.sources)
    return f"{n} source{'s'[: n - 1]} of data ({', '.join(duel.sources)})"


def _timed(duel: Duel) -> bool:
    """Whether all of it ran on one processor, so that seconds can be compared."""
    return bool(duel.processor)


def _settings(duel: Duel) -> str:
    """Return how much the settings of each optimizer matter."""
    ordered = sorted(duel.ranks_of_settings.items(), key=lambda item: item[1])
    lines = [[label, f"{rank:.1f}"] for label, rank in ordered]
    table = as_text(lines, ["settings", "rank at 100 %"], ["settings"])
    said = _fill(
        "Each optimizer has, on each source of data, the settings that do best on all others; what "
        "trying them costs is not counted. Their mean ranks among all settings:"
    )
    return f"{said}\n\n{table}"


def _tables(duel: Duel) -> str:
    """Return ranks, then what it took to solve the problems, as two tables."""
    found = table(duel)
    known = [column for column in columns_of(duel) if column.key in found]
    parts = []
    for of_ranks in (True, False):
        columns = [column for column in known if column.of_ranks == of_ranks]
        cells = [[column.cell(value).text for value in found[column.key]] for column in columns]
        lines = [list(line) for line in zip(found.optimizer, *cells, strict=True)]
        headers = ["optimizer", *(column.title for column in columns)]
        parts.append(as_text(lines, headers, headers[:1]))
    return "\n\n".join(parts)


def verdicts(duel: Duel) -> list[str]:
    """Return who wins at which budget, by how much, and what that says of other data."""
    said, n = [], len(duel.sources)
    too_few = smallest_p(n) >= LEVEL
    if too_few:
        said.append(
            f"{_sources(duel)} say nothing of other data: no p below {smallest_p(n):.3g} can be "
            "reached with so few (0.031 with six, 0.008 with eight). What follows is about these "
            "alone, and no one is said to be ahead."
        )
    for share in SHARES:
        ordered = standings(duel.problems, share)
        leader, second = ordered[0], ordered[1]
        sentence = (
            f"At {share:.0%} of the circuits {leader.contender} has the lowest mean rank, "
            f"{leader.rank:.1f} (next {second.contender}, {second.rank:.1f}; gaps "
            f"{leader.gap:.3f} and {second.gap:.3f})"
        )
        said.append(f"{sentence}." if too_few else f"{sentence}; {_lead(ordered, n)}")
    for one, other in pairs_of(duel):
        said.extend(_between(duel, one, other))
    return said


def _lead(ordered: list[Standing], n: int) -> str:
    """Return of whom the leader is shown to be ahead."""
    behind = [s.contender for s in ordered[1:] if s.p < LEVEL]
    level = [s.contender for s in ordered[1:] if not s.p < LEVEL]
    over = f"over {n} sources of data"
    if not level:
        return f"ahead of every other {over} (p < 0.05 for all pairs together)."
    if not behind:
        return f"not shown to be ahead of any other {over}."
    return f"ahead of {', '.join(behind)} {over}; not shown to be ahead of {', '.join(level)}."


def pairs_of(duel: Duel) -> list[tuple[str, str]]:
    """Return the contenders that the study sets against each other, like settings with like."""
    found: list[tuple[str, str]] = []
    for named in duel.settings.pairs:
        pairs = [
            (one, other)
            for one, other in permutations(duel.contenders, 2)
            if (one.optimizer, other.optimizer) == named
        ]
        alike = [(one, other) for one, other in pairs if one.settings == other.settings]
        for one, other in alike or pairs:
            if (other.label, one.label) not in found:  # an optimizer against its namesake, once
                found.append((one.label, other.label))
    return found


def budgets_of(duel: Duel) -> list[tuple[float, str, str]]:
    """Return at what two contenders are compared: shares of a cost, and words for each."""
    found = [
        (1.0, "circuits", "all circuits"),
        (0.1, "circuits", "10 % of the circuits"),
        (1.0, "steps", f"{duel.settings.iterations} iterations each"),
    ]
    if any(problem.budget["shots"] for problem in duel.problems):
        found.insert(2, (1.0, "shots", "all shots"))
    if _timed(duel):
        found.insert(2, (1.0, "seconds", "equal seconds"))
    return found


def _between(duel: Duel, one: str, other: str) -> list[str]:
    """Return what the two are to each other at equal circuits, shots, seconds and iterations."""
    n = len(duel.sources)
    budgets = budgets_of(duel)
    found = meetings(duel.problems, one, other, [budget[:2] for budget in budgets])
    said = []
    for (_, _, what), met in zip(budgets, found, strict=True):
        shown = "" if smallest_p(n) >= LEVEL else f"; p = {met.p:.2g} over sources"
        said.append(
            f"{one} against {other} at {what}: lower loss on {met.ahead} of {len(duel.problems)} "
            f"problems, higher on {met.behind}; more often lower on {met.sources_ahead} of {n} "
            f"sources; median gaps {met.gaps[0]:.3f} and {met.gaps[1]:.3f}{shown}."
        )
    first, second, p = accuracies(duel.problems, one, other)
    shown = "" if smallest_p(n) >= LEVEL else f"; p = {p:.2g} over sources"
    said.append(f"Their test accuracies at the end: {first:.3f} and {second:.3f}{shown}.")
    return said
