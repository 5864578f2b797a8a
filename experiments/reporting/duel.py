"""The duels of optimizers in a run: found among what the store holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain, count
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.evaluation.duel import (
    COSTS,
    Course,
    Problem,
    chosen_elsewhere,
    mean_ranks,
    sources,
)
from experiments.evaluation.sittings import first_time, score_of_stored
from experiments.planning.grid import differing_settings, told_apart
from experiments.planning.rows import step_of
from experiments.records import (
    DuelSettings,
    ModelRow,
    Parameters,
    Step,
    StoredCell,
    StoredPredictions,
    canonical_json,
)
from experiments.running.results import Fit, Results

__all__ = ["Contender", "Duel", "duels"]

_FEWEST_PROBLEMS = 3
_BATCHES = "batch_size"  # of a model's training, and here of who takes part


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
        Parameters in which it differs from its namesakes, the size of its minibatches included.
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
    ranks_of_settings : dict, default={}
        Mean rank at the full budget by the label of each setting, where settings were chosen.
    processor : str, default=""
        Model of the processor that all of it ran on; empty where there were several, and then
        seconds are not compared.
    """

    condition: str
    contenders: tuple[Contender, ...]
    problems: list[Problem]
    n_planned: int
    measured: bool
    settings: DuelSettings
    ranks_of_settings: dict[str, float] = field(default_factory=dict)
    processor: str = ""

    @property
    def labels(self) -> list[str]:
        """The contenders' labels, in the study's order."""
        return [contender.label for contender in self.contenders]

    @property
    def families(self) -> list[str]:
        """Data sets and models, in the study's order."""
        return list(dict.fromkeys(problem.family for problem in self.problems))

    @property
    def sources(self) -> list[str]:
        """Sources of the data, in the study's order."""
        return sources(self.problems)


@dataclass(frozen=True)
class _Family:
    """The rows that differ in their optimizer alone, on one data set.

    Rows of one entry are called as the study calls it; rows of several by the model's plug-in.
    """

    dataset: str
    source: str
    rows: list[ModelRow] = field(default_factory=list)
    meetings: dict[tuple[int, int, int, int], dict[str, StoredCell]] = field(default_factory=dict)

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
        meeting = self.meetings.setdefault(
            (fit.planned.draw, fit.planned.repeat, fit.planned.fold, fit.planned.start), {}
        )
        if fit.stored is not None:
            meeting.setdefault(canonical_json(_optimizer_of(row)), fit.stored)


def _optimizer_of(row: ModelRow) -> Step | None:
    """Return what takes part: the optimizer, and the minibatches that it is trained with."""
    named = row.parameters.get("optimizer")
    if named is None:
        return None
    step, size = step_of(named), _training_of(row.parameters).get(_BATCHES)
    return step if size is None else replace(step, parameters={**step.parameters, _BATCHES: size})


def _training_of(parameters: Parameters) -> Parameters:
    return parameters.get("training") or {}


def _objective_of(row: ModelRow) -> Parameters:
    """Return what rows have in common that differ in their optimizer alone."""
    others = {name: own for name, own in row.parameters.items() if name != "optimizer"}
    training = {key: own for key, own in _training_of(others).items() if key != _BATCHES}
    return {**others, "training": training}


def duels(results: Results) -> list[Duel]:
    """Return the duels of a run: models that differ in their optimizer alone, met on one split.

    Runs without such models have none, and so have runs with fewer than three finished problems.
    """
    by_condition: dict[tuple[str, tuple[str, ...]], list[_Family]] = {}
    for family in _families(results):
        if len(family.optimizers) > 1:
            key = family.backend, tuple(family.optimizers)
            by_condition.setdefault(key, []).append(family)
    found = (_duel(families, results) for families in by_condition.values())
    return [
        duel
        for duel in found
        if len(duel.contenders) > 1 and len(duel.problems) >= _FEWEST_PROBLEMS
    ]


def _families(results: Results) -> Iterable[_Family]:
    """Return what the plan lets meet, with what has finished of it."""
    families: dict[str, _Family] = {}
    source_of = {row.label: row.source for row in results.plan.datasets}
    for fit in results.fits:
        planned = fit.planned
        row = results.model_of(planned.dataset, planned.model)
        if planned.control or planned.train_size is not None or _optimizer_of(row) is None:
            continue
        if row.search is not None:  # with settings of its own each has an objective of its own
            continue
        alike = canonical_json([planned.dataset, row.name, _objective_of(row)])
        family = _Family(planned.dataset, source_of[planned.dataset])
        families.setdefault(alike, family).add(fit, row)
    return families.values()


def _duel(families: list[_Family], results: Results) -> Duel:
    """Return the duel of those who have finished anything; more join in as the run goes on."""
    settings = results.plan.duel
    begun = {key for family in families for m in family.meetings.values() for key in m}
    steps = {key: step for key, step in families[0].optimizers.items() if key in begun}
    contenders = _contenders(steps)
    planned = [
        (title, family.source, seed, meeting)
        for title, family in zip(_numbered([f.title for f in families]), families, strict=True)
        for seed, meeting in enumerate(family.meetings.values())
    ]
    met = [one for one in planned if _is_whole(one[-1], contenders)]
    labels = {key: one.label for key, one in contenders.items()}
    problems = [
        _problem(
            title, source, seed, {label: meeting[key] for key, label in labels.items()}, settings
        )
        for title, source, seed, meeting in met
    ]
    cells = [cell for *_, meeting in met for cell in meeting.values()]
    duel = Duel(
        families[0].backend,
        tuple(contenders.values()),
        problems,
        len(planned),
        any(_is_measured(cell) for cell in cells),
        settings,
        processor=_processor(cells, results),
    )
    return _with_chosen_settings(duel) if settings.settings == "chosen" else duel


def _processor(cells: list[StoredCell], results: Results) -> str:
    names = {cell.record.environment for cell in cells}
    found = {results.environments[name].processor for name in names if name in results.environments}
    return next(iter(found)) if len(found) == 1 and names <= results.environments.keys() else ""


def _with_chosen_settings(duel: Duel) -> Duel:
    """Return the duel in which each optimizer has the settings that do best on other sources."""
    variants: dict[str, list[str]] = {}
    for contender in duel.contenders:
        variants.setdefault(contender.optimizer, []).append(contender.label)
    if len(duel.sources) < 2 or all(len(labels) == 1 for labels in variants.values()):
        return duel
    ranks = dict(zip(duel.labels, mean_ranks(duel.problems, 1.0).tolist(), strict=True))
    several = [label for labels in variants.values() if len(labels) > 1 for label in labels]
    return replace(
        duel,
        contenders=tuple(Contender(name, name, {}) for name in variants),
        problems=chosen_elsewhere(duel.problems, variants),
        ranks_of_settings={label: ranks[label] for label in several},
    )


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
    """Whether losses are as measured, or of minibatches, because no stages were kept."""
    said, costs = cell.predictions, cell.record.costs
    in_parts = _BATCHES in _training_of(cell.cell.model.parameters)
    measured = in_parts or (costs is not None and costs.total.shots > 0)
    return said is not None and measured and not said.stages


def _problem(
    family: str,
    source: str,
    seed: int,
    cells: Mapping[str, StoredCell],
    settings: DuelSettings,
) -> Problem:
    """Return what the contenders, by label, have reached on one fold from one start."""
    courses = {label: _course(cell) for label, cell in cells.items()}
    first = next(iter(cells.values()))
    record, training = first.record, _training_of(first.cell.model.parameters)
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
    return Problem(family, source, seed, unit, budget, courses)


def _course(cell: StoredCell) -> Course:
    said, costs = cell.predictions, cell.record.costs
    if said is None or said.trace is None or costs is None:
        raise ValueError(f"the cell {cell.cell.key[:12]} has no course")
    stages, trace = said.stages, said.trace
    in_parts = _BATCHES in _training_of(cell.cell.model.parameters)
    if (costs.total.shots > 0 or in_parts) and stages:
        # all samples' loss on ideal qubits: of the best point so far, as measured, or of the last
        spent = {cost: _array(getattr(stage, cost) for stage in stages) for cost in COSTS}
        losses = _array(stage.loss for stage in stages)
    else:
        spent = {cost: _array(getattr(trace, cost)) for cost in COSTS}
        losses = _array(trace.losses)
    once = first_time(said)  # a stage is asked once, on ideal qubits
    staged = {
        "circuits": _array(stage.circuits for stage in stages),
        "accuracy": _array(_accuracy(replace(once, predicted=s.predicted)) for s in stages),
    }
    return Course(spent, losses, staged, _accuracy(said))


def _array(values: Iterable[float]) -> NDArray[np.float64]:
    return np.array(list(values), dtype=np.float64)


def _accuracy(said: StoredPredictions) -> float:
    value = score_of_stored("accuracy", said)
    return float("nan") if value is None else value
