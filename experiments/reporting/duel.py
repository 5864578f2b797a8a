"""The duel of optimizers in a run: found in the store, told in one table and in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain, count, permutations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.evaluation.duel import (
    COSTS,
    Course,
    Problem,
    gaps,
    solved_after,
    standings,
)
from experiments.evaluation.metrics import Predictions, score
from experiments.evaluation.ranks import paired_test
from experiments.planning.grid import differing_settings, told_apart
from experiments.planning.rows import step_of
from experiments.records import (
    DuelSettings,
    ModelRow,
    Step,
    StoredCell,
    StoredPredictions,
    canonical_json,
)
from experiments.running.results import Fit, Results

__all__ = ["Contender", "Duel", "duels", "render", "table", "verdicts"]

SHARES = (0.01, 0.1, 1.0)
TOLERANCES = (0.1, 0.01)
_FEWEST_PROBLEMS = 3


@dataclass(frozen=True)
class Contender:
    """An optimizer in a duel.

    Parameters
    ----------
    label : str
        Word for it in tables: the plug-in's name, and what tells it from its namesakes.
    optimizer : str
        Name of the optimizer's plug-in.
    settings : mapping
        Parameters in which it differs from its namesakes.
    """

    label: str
    optimizer: str
    settings: Mapping[str, Any]


@dataclass(frozen=True)
class Duel:
    """All problems on which the same optimizers met under the same conditions.

    Parameters
    ----------
    condition : str
        Backend, by its short name.
    contenders : tuple of Contender
        Optimizers, in the study's order.
    problems : list of Problem
        Problems on which every contender has finished; courses by the contenders' labels.
    n_planned : int
        Number of problems that the study asks for.
    measured : bool
        True if the losses are as measured with shots, because no stages were kept; the lowest of
        many measured losses flatters.
    settings : DuelSettings
        Pairs that are told in words, and iterations after which they are compared.
    """

    condition: str
    contenders: tuple[Contender, ...]
    problems: list[Problem]
    n_planned: int
    measured: bool
    settings: DuelSettings

    @property
    def labels(self) -> list[str]:
        """The contenders' labels, in the study's order."""
        return [contender.label for contender in self.contenders]

    @property
    def families(self) -> list[str]:
        """Data sets and models, in the study's order."""
        return list(dict.fromkeys(problem.family for problem in self.problems))


@dataclass(frozen=True)
class _Family:
    """The rows that differ in their optimizer alone, on one data set.

    Rows of one entry are called as the study calls it; rows of several by the model's plug-in.
    """

    dataset: str
    rows: list[ModelRow] = field(default_factory=list)
    meetings: dict[tuple[int, int], dict[str, StoredCell]] = field(default_factory=dict)

    @property
    def backend(self) -> str:
        """Short name of where all of it runs; empty for a model without one."""
        backend = self.rows[0].backend
        return "" if backend is None else backend.name

    @property
    def optimizers(self) -> dict[str, Step]:
        """What takes part, by its one text."""
        steps = (_optimizer_of(row) for row in self.rows)
        return {canonical_json(step): step for step in steps if step is not None}

    @property
    def title(self) -> str:
        """Words for it."""
        first = self.rows[0]
        one_entry = len({row.entry for row in self.rows}) == 1
        untuned = all(row.untuned for row in self.rows)
        row = replace(first, entry=first.entry if one_entry else first.name, untuned=untuned)
        return f"{self.dataset} / {row.called({'backend', 'optimizer'})}"

    def add(self, fit: Fit, row: ModelRow) -> None:
        """Let a fit take part; of two equal cells the first counts."""
        if row not in self.rows:
            self.rows.append(row)
        meeting = self.meetings.setdefault((fit.planned.repeat, fit.planned.fold), {})
        if fit.stored is not None:
            meeting.setdefault(canonical_json(_optimizer_of(row)), fit.stored)


def _optimizer_of(row: ModelRow) -> Step | None:
    named = row.parameters.get("optimizer")
    return None if named is None else step_of(named)


def duels(results: Results) -> list[Duel]:
    """Return the duels of a run: models that differ in their optimizer alone, met on one split.

    Runs without such models have none, and so have runs with fewer than three finished problems.
    """
    by_condition: dict[tuple[str, tuple[str, ...]], list[_Family]] = {}
    for family in _families(results):
        if len(family.optimizers) > 1:
            key = family.backend, tuple(family.optimizers)
            by_condition.setdefault(key, []).append(family)
    found = (_duel(families, results.plan.duel) for families in by_condition.values())
    return [
        duel
        for duel in found
        if len(duel.contenders) > 1 and len(duel.problems) >= _FEWEST_PROBLEMS
    ]


def _families(results: Results) -> Iterable[_Family]:
    """Return what the plan lets meet, with what has finished of it."""
    families: dict[str, _Family] = {}
    for fit in results.fits:
        planned = fit.planned
        row = results.models[planned.model]
        if planned.control or planned.train_size is not None or _optimizer_of(row) is None:
            continue
        others = {name: own for name, own in row.parameters.items() if name != "optimizer"}
        alike = canonical_json([planned.dataset, row.name, others, row.search])
        families.setdefault(alike, _Family(planned.dataset)).add(fit, row)
    return families.values()


def _duel(families: list[_Family], settings: DuelSettings) -> Duel:
    """Return the duel of those who have finished anything; more join in as the run goes on."""
    begun = {key for family in families for m in family.meetings.values() for key in m}
    steps = {key: step for key, step in families[0].optimizers.items() if key in begun}
    contenders = _contenders(steps)
    planned = [
        (title, seed, meeting)
        for title, family in zip(_numbered([f.title for f in families]), families, strict=True)
        for seed, meeting in enumerate(family.meetings.values())
    ]
    met = [one for one in planned if _is_whole(one[2], contenders)]
    labels = {key: one.label for key, one in contenders.items()}
    problems = [
        _problem(title, seed, {label: meeting[key] for key, label in labels.items()}, settings)
        for title, seed, meeting in met
    ]
    measured = any(_is_measured(cell) for _, _, meeting in met for cell in meeting.values())
    condition = families[0].backend
    return Duel(condition, tuple(contenders.values()), problems, len(planned), measured, settings)


def _contenders(optimizers: Mapping[str, Step]) -> dict[str, Contender]:
    steps = list(optimizers.values())
    labels = told_apart([{"name": step.name, **step.parameters} for step in steps])
    found = {}
    for (key, step), label in zip(optimizers.items(), labels, strict=True):
        namesakes = [other.parameters for other in steps if other.name == step.name]
        differing = differing_settings(step.parameters, namesakes)
        found[key] = Contender(label, step.name, differing)
    return found


def _numbered(titles: list[str]) -> list[str]:
    """Return titles of which no two are alike."""
    taken: list[str] = []
    for title in titles:
        others = (f"{title} ({number})" for number in count(2))
        taken.append(next(name for name in chain([title], others) if name not in taken))
    return taken


def _is_whole(meeting: Mapping[str, StoredCell], contenders: Mapping[str, Contender]) -> bool:
    """Whether every contender has finished, with a course."""
    said = (cell.predictions for cell in meeting.values())
    traced = all(one is not None and one.trace is not None for one in said)
    return bool(meeting) and set(meeting) == set(contenders) and traced


def _is_measured(cell: StoredCell) -> bool:
    """Whether a cell's losses are as measured with shots, because no stages were kept."""
    said, costs = cell.predictions, cell.record.costs
    return said is not None and costs is not None and costs.total.shots > 0 and not said.stages


def _problem(
    family: str, seed: int, cells: Mapping[str, StoredCell], settings: DuelSettings
) -> Problem:
    """Return what the contenders, by label, have reached on one fold from one start."""
    courses = {label: _course(cell) for label, cell in cells.items()}
    first = next(iter(cells.values()))
    record, training = first.record, first.cell.model.parameters.get("training") or {}
    most = {
        cost: max(float(course.spent[cost][-1]) for course in courses.values()) for cost in COSTS
    }
    totals = [cell.record.costs.fit_s for cell in cells.values() if cell.record.costs is not None]
    budget = {
        "circuits": float(training.get("max_circuits") or most["circuits"]),
        "shots": float(training.get("max_shots") or most["shots"]),
        "seconds": float(np.median(totals)),
        "steps": float(settings.iterations),
    }
    unit = record.n_train * (record.training.get("parameters", 0) + 1.0)
    return Problem(family, seed, unit, budget, courses)


def _course(cell: StoredCell) -> Course:
    said, costs = cell.predictions, cell.record.costs
    if said is None or said.trace is None or costs is None:
        raise ValueError(f"the cell {cell.cell.key[:12]} has no course")
    stages, trace = said.stages, said.trace
    if costs.total.shots > 0 and stages:
        # the loss on ideal qubits of the best point so far, as measured
        spent = {cost: _array(getattr(stage, cost) for stage in stages) for cost in COSTS}
        losses = _array(stage.loss for stage in stages)
    else:
        spent = {cost: _array(getattr(trace, cost)) for cost in COSTS}
        losses = _array(trace.losses)
    staged = {
        "circuits": _array(stage.circuits for stage in stages),
        "accuracy": _array(_accuracy(replace(said, predicted=s.predicted)) for s in stages),
    }
    return Course(spent, losses, staged, _accuracy(said))


def _array(values: Iterable[float]) -> NDArray[np.float64]:
    return np.array(list(values), dtype=np.float64)


def _accuracy(said: StoredPredictions) -> float:
    value = score("accuracy", Predictions.stored(said))
    return float("nan") if value is None else value


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
class _Column:
    """A column of the table as a person reads it: its heading, and how its numbers are written."""

    key: str
    title: str
    form: str
    of_ranks: bool = False  # the first of the two tables, what it took to solve is the second
    unknown: str = "-"

    def cell(self, value: float) -> str:
        """Return a number of the column as text."""
        return format(value, self.form) if np.isfinite(value) else self.unknown


def _columns(duel: Duel) -> list[_Column]:
    """Return the table's columns in their order, those that a duel may not have among them."""
    return [
        _Column("rank_0.01", "rank at 1 %", ".1f", of_ranks=True),
        _Column("rank_0.1", "10 %", ".1f", of_ranks=True),
        _Column("rank_1", "100 %", ".1f", of_ranks=True),
        _Column("rank_shots", "shots", ".1f", of_ranks=True),
        _Column("rank_seconds", "seconds", ".1f", of_ranks=True),
        _Column("rank_iterations", f"{duel.settings.iterations} iter.", ".1f", of_ranks=True),
        _Column("gap", "gap", ".3f", of_ranks=True, unknown="none"),
        _Column("solved_0.1", "to 10 %", ".0%"),
        _Column("solved_0.01", "to 1 %", ".0%"),
        _Column("circuits_0.1", "circuits", ",.0f"),
        _Column("seconds_0.1", "time [s]", ".2g"),
        _Column("accuracy", "accuracy", ".3f"),
        _Column("p", "p (Holm)", ".2g", of_ranks=True),
    ]


def render(duel: Duel) -> str:
    """Return the duel as text: what was compared, the table, and who wins."""
    title = f"Optimizers on {duel.condition}"
    count = len(duel.problems)
    incomplete = duel.n_planned - count
    told = f"{count} problems ({', '.join(duel.families)}), on each the same start and fold" + (
        f"; {incomplete} more are not finished by all" if incomplete else ""
    )
    notes = (
        "Mean rank of the loss at shares of the budget in circuits (a gradient counts the circuits "
        "of its\nshifts), at equal seconds, and after as many iterations, which are no equal "
        "budget (fewer where\nthe circuits were spent before). Gap: median share of the possible "
        "gain still missing at the full\nbudget. To 10 % and 1 %: problems solved to that gap; "
        "circuits and time: medians to 10 %.\np: against the leader at 100 %."
    )
    if duel.measured:
        notes += " Losses are as measured: the lowest of many flatters."
    said = "\n".join(verdicts(duel))
    return f"{title}\n{'=' * len(title)}\n{told}.\n\n{_tables(duel)}\n\n{notes}\n\n{said}\n"


def _tables(duel: Duel) -> str:
    """Return ranks, then what it took to solve the problems, as two tables."""
    from tabulate import tabulate

    found = table(duel)
    known = [column for column in _columns(duel) if column.key in found]
    parts = []
    for of_ranks in (True, False):
        columns = [column for column in known if column.of_ranks == of_ranks]
        cells = [[column.cell(value) for value in found[column.key]] for column in columns]
        lines = [list(line) for line in zip(found.optimizer, *cells, strict=True)]
        headers = ["optimizer", *(column.title for column in columns)]
        align = ["left", *["right"] * len(columns)]
        parts.append(tabulate(lines, headers=headers, colalign=align, disable_numparse=True))
    return "\n\n".join(parts)


def verdicts(duel: Duel) -> list[str]:
    """Return who wins at which budget, by how much, and whether that is more than luck."""
    said = []
    for share in SHARES:
        ordered = standings(duel.problems, share)
        leader, second = ordered[0], ordered[1]
        level = [s.contender for s in ordered[1:] if s.p >= 0.05]
        sentence = (
            f"At {share:.0%} of the circuits {leader.contender} leads with mean rank "
            f"{leader.rank:.1f} (next {second.contender}, {second.rank:.1f}; gaps {leader.gap:.3f} "
            f"and {second.gap:.3f}); "
        )
        sentence += (
            f"not significantly ahead of {', '.join(level)}."
            if level
            else "significantly ahead of every other (p < 0.05)."
        )
        said.append(sentence)
    for one, other in _pairs(duel):
        said.extend(_between(duel, one, other))
    return said


def _pairs(duel: Duel) -> list[tuple[str, str]]:
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


def _between(duel: Duel, one: str, other: str) -> list[str]:
    """Return what the two are to each other, at equal circuits and at equal iterations."""
    first, second = duel.labels.index(one), duel.labels.index(other)
    said = []
    for cost, share, what in (
        ("circuits", 1.0, "all circuits"),
        ("circuits", 0.1, "10 % of the circuits"),
        ("seconds", 1.0, "equal seconds"),
        ("steps", 1.0, f"{duel.settings.iterations} iterations each"),
    ):
        missing = gaps(duel.problems, share, cost)
        ahead = missing[:, first] < missing[:, second]
        behind = missing[:, first] > missing[:, second]
        with np.errstate(invalid="ignore"):
            difference = np.nan_to_num(missing[:, first] - missing[:, second], nan=0.0)
        p = paired_test(difference)
        said.append(
            f"{one} against {other} at {what}: lower loss on {ahead.sum()} of {len(missing)} "
            f"problems, higher on {behind.sum()}; median gaps {np.median(missing[:, first]):.3f} "
            f"and {np.median(missing[:, second]):.3f}; p = {p:.2g}."
        )
    accuracies = np.array(
        [[p.courses[one].accuracy, p.courses[other].accuracy] for p in duel.problems]
    )
    said.append(
        f"Their test accuracies at the end: {accuracies[:, 0].mean():.3f} and "
        f"{accuracies[:, 1].mean():.3f}; p = "
        f"{paired_test(accuracies[:, 0] - accuracies[:, 1]):.2g}."
    )
    return said
