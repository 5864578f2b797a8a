"""Several runs as one: the rows of each, on the data and the splits that they have in common."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from experiments.evaluation.comparison import Verdict
from experiments.records import Declared, ModelRow, PlannedCell, Provenance
from experiments.reporting.in_common import Named, groups_of, told, why_no_split
from experiments.reporting.mixed import Mixed
from experiments.reporting.verdicts import Found, find
from experiments.running.results import Fit, Results
from qml.errors import SpecError

__all__ = ["SideBySide", "beside"]

Pair = tuple[str, str]
_JUDGEMENTS = ("better", "worse", "practically equal", "undecided")


@dataclass(frozen=True)
class SideBySide:
    """Several runs as one.

    Parameters
    ----------
    runs : tuple of Named
        Runs that were put side by side.
    results : Results
        Rows of all of them, each with its run's name behind it, on what they have in common.
    across : bool
        True where every model of one is compared with every model of the others.
    notes : tuple of str
        Sentences on what they have in common, and what not.
    """

    runs: tuple[Named, ...]
    results: Results
    across: bool
    notes: tuple[str, ...]

    def verdicts(self, cells: pd.DataFrame) -> list[Found]:
        """Return the verdicts on models of two runs, by each metric that decides.

        Of models over sources of data nothing is said: some stand there once for each run.
        """
        said = "every model with every one of an earlier run"
        if not self.across:
            said = "each model with the one of the same name in an earlier run"
        return [replace(found, compared=said, over=None) for found in find(self.results, cells)]

    def answer(self, judged: Sequence[Verdict]) -> str:
        """Return in one sentence how later runs stand to earlier ones."""
        first, *later = (run.name for run in self.runs)
        if not judged:
            return f"{_and([first, *later])}: nothing that differs has finished on the same splits."
        pairs = "every model with every one of an earlier run" if self.across else "the same models"
        counts = [sum(one.judgement == word for one in judged) for word in _JUDGEMENTS]
        said = ", ".join(f"{word} in {n}" for word, n in zip(_JUDGEMENTS, counts, strict=True))
        return (
            f"{_and(later)} beside {first}, {pairs} on the same splits, {len(judged)} "
            f"comparison{'s'[: len(judged) - 1]}: {said}."
        )


def beside(runs: Sequence[Named], across: bool = False) -> SideBySide:
    """Return runs as one, on the data and the splits that they have in common.

    Data sets are the same where their content is, by its hash, whatever they are called; splits
    where their rule and their place among the study's splits are. Compared is each model of a later
    run with that of the first run that has one of the same name, all of a data set adjusted for.

    Parameters
    ----------
    runs : sequence of Named
        Runs in their order, two or more.
    across : bool, default=False
        True for every model of a later run with every model of an earlier one; so it is too where
        no two runs have a model of the same name.

    Raises
    ------
    SpecError
        If there is nothing to compare, with the reason.
    """
    names = [run.name for run in runs]
    if len(runs) < 2:
        raise SpecError("two runs or more are put side by side")
    if twice := [name for name in names if names.count(name) > 1]:
        raise SpecError(f"{twice[0]!r} twice: a run is the same as itself")
    found = groups_of(runs)
    if not found:
        raise SpecError(f"{_and(names)} have no data set in common, by its content")
    groups = [group for group in found if group.places]
    if not groups:
        raise SpecError(f"{_and(names)} have no split in common: {why_no_split(found)}")
    taken = [
        _Taken(run, group.label, fit)
        for group in groups
        for run in runs
        for one in group.parts
        if one.run == run.name
        for fit in group.fits_of(one)
    ]
    order = {name: place for place, name in enumerate(dict.fromkeys(one.name for one in taken))}
    labels = [group.label for group in groups]
    taken.sort(key=lambda one: (labels.index(one.dataset), order[one.name]))  # runs side by side
    rows = _models(taken)
    paired = [] if across else _by_name(runs, rows)
    pairs = [pair for pair in paired or _across(runs, rows) if not _same(taken, *pair)]
    plan = replace(
        runs[0].results.plan,
        name=_and(names),
        study={},
        datasets=tuple(group.parts[0].row for group in groups),
        models=tuple(rows),
        cells=tuple(one.planned for one in taken),
        provenance={one.dataset: one.provenance for one in reversed(taken)},
        published=(),
        figures=(),
        compare=Declared("pairs", pairs=tuple(pairs)),
        multiverse=None,
    )
    results = Results(
        plan,
        {one.planned.key: one.fit.stored for one in taken if one.fit.stored is not None},
        {name: one for run in runs for name, one in run.results.environments.items()},
        {name: one for run in runs for name, one in run.results.codes.items()},
    )
    notes = (*told(runs, found), *_on_same(taken, results))
    return SideBySide(tuple(runs), results, not paired, notes)


@dataclass(frozen=True)
class _Taken:
    """A cell of a run that stands beside others."""

    run: Named
    dataset: str
    fit: Fit

    @property
    def name(self) -> str:
        return self.fit.planned.model

    @property
    def model(self) -> str:
        return self.run.label(self.name)

    @property
    def row(self) -> ModelRow:
        planned = self.fit.planned
        return self.run.results.model_of(planned.dataset, planned.model)

    @property
    def provenance(self) -> Provenance:
        return self.run.results.plan.provenance[self.fit.planned.dataset]

    @property
    def planned(self) -> PlannedCell:
        """Its place in the table of all runs."""
        key = self.run.key(self.fit.planned.key)
        return replace(self.fit.planned, key=key, dataset=self.dataset, model=self.model)

    @property
    def said(self) -> object:
        """What came of it, but for what it took."""
        stored = self.fit.stored
        if stored is None or stored.predictions is None:
            return self.fit.status
        return stored.predictions.row, stored.predictions.predicted, stored.predictions.scores


def _models(taken: Sequence[_Taken]) -> list[ModelRow]:
    """Return the rows of all models; the name within is that in their run."""
    where: dict[str, dict[str, None]] = {}
    for one in taken:
        where.setdefault(one.model, {})[one.dataset] = None
    first = {one.model: one for one in reversed(taken)}
    return [
        replace(
            first[model].row,
            label=model,
            name_within=first[model].name,
            datasets=tuple(datasets),
        )
        for model, datasets in where.items()
    ]


def _by_name(runs: Sequence[Named], rows: Sequence[ModelRow]) -> list[Pair]:
    """Return each model of a later run beside the first run's of the same name."""
    labels = {row.label for row in rows}
    pairs = []
    for name in dict.fromkeys(row.name_within for row in rows):
        first, *later = [own for run in runs if (own := run.label(name)) in labels]
        pairs += [(label, first) for label in later]
    return pairs


def _across(runs: Sequence[Named], rows: Sequence[ModelRow]) -> list[Pair]:
    """Return each model of a later run beside each of an earlier one."""
    own = [[row.label for row in rows if row.label == run.label(row.name_within)] for run in runs]
    return [
        (mine, other)
        for earlier, later in itertools.combinations(own, 2)
        for mine in later
        for other in earlier
    ]


def _same(taken: Sequence[_Taken], first: str, second: str) -> bool:
    """Whether two models of two runs are nothing but the same cells with the same answers."""
    mine, others = (
        {one.fit.planned.key: one.said for one in taken if one.model == model}
        for model in (first, second)
    )
    return mine == others


def _on_same(taken: Sequence[_Taken], results: Results) -> Iterator[str]:
    """Yield what is to be said of cells that were asked for in the same words in several runs."""
    earlier: dict[str, _Taken] = {}
    same, apart = 0, list[_Taken]()
    for one in taken:
        known = earlier.setdefault(one.fit.planned.key, one)
        if known is not one and one.fit.stored is not None and known.fit.stored is not None:
            same += known.said == one.said
            apart += [] if known.said == one.said else [one]
    if same:
        yield (
            f"{same:,} cell{'s'[: same - 1]} stand in an earlier run too, with the same answers; a "
            "model that has nothing else is not compared."
        )
    if apart:
        made_by = Mixed(results).words(
            cell
            for one in apart
            for cell in (one.fit.stored, earlier[one.fit.planned.key].fit.stored)
            if cell is not None
        )
        because = f" (older in {made_by})" if made_by else ""
        yield (
            f"{len(apart):,} cell{'s'[: len(apart) - 1]} asked for in the same words as an earlier "
            f"run's have other numbers{because}: other code, versions or another processor made "
            "them."
        )


def _and(names: Sequence[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last
