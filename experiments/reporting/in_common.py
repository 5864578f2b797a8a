"""What several runs have in common: data sets by their content, splits by their rule and place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from experiments.records import DatasetRow, PlannedCell, Split, Step
from experiments.running.results import Fit, Results

__all__ = ["Data", "Group", "Named", "groups_of", "told", "why_no_split"]

Place = tuple[int, int, int, int | float | None]  # draw, repeat, fold, training rows
_RULES = ("seed", "kind", "folds", "test_size")  # of splits


@dataclass(frozen=True)
class Data:
    """A data set of a run, as far as finished cells tell of it.

    Parameters
    ----------
    run : str
        Name of the run.
    row : DatasetRow
        Row of its table.
    fits : list of Fit
        Planned cells without controls, and what came of them.
    content : dict
        Hash of the rows, by the number of the draw.
    rules : dict
        Split of one of its cells, by the number of the draw.
    """

    run: str
    row: DatasetRow
    fits: list[Fit] = field(default_factory=list)
    content: dict[int, str] = field(default_factory=dict)
    rules: dict[int, Split] = field(default_factory=dict)

    def take(self, fit: Fit) -> None:
        """Take in a cell."""
        self.fits.append(fit)
        if fit.stored is not None:
            self.content[fit.planned.draw] = fit.stored.cell.dataset.sha256
            self.rules[fit.planned.draw] = fit.stored.cell.split

    @property
    def steps(self) -> tuple[Step, ...]:
        """Its preprocessing."""
        return self.row.spec.preprocessing

    @cached_property
    def places(self) -> set[Place]:
        """Places among the splits that its cells have."""
        return {_place(fit.planned) for fit in self.fits}

    def shares(self, other: Data) -> bool:
        """Whether a draw of it has the rows of the same draw of another."""
        return any(other.content.get(draw) == is_ for draw, is_ in self.content.items())


@dataclass(frozen=True)
class Named:
    """A run and what it is called beside others.

    Parameters
    ----------
    name : str
        Name of the run, no other's.
    results : Results
        Run as it was read; of readings, the study as it is written.
    """

    name: str
    results: Results

    def label(self, model: str) -> str:
        """Return what a model of the run is called beside those of others."""
        return f"{model} ({self.name})"

    def key(self, key: str) -> str:
        """Return a cell's key beside the cells of others, who may have one of the same key."""
        return f"{key} {self.name}"

    @cached_property
    def data(self) -> Mapping[str, Data]:
        """Data sets of which a cell has finished, by label."""
        rows = {row.label: Data(self.name, row) for row in self.results.plan.datasets}
        for fit in self.results.fits:
            if not fit.planned.control:
                rows[fit.planned.dataset].take(fit)
        return {label: data for label, data in rows.items() if data.content}


@dataclass(frozen=True)
class Group:
    """One data set as several runs have it.

    Parameters
    ----------
    parts : list of Data
        Runs' own words for it; the first names it.
    """

    parts: list[Data]

    @property
    def label(self) -> str:
        """What it is called."""
        return self.parts[0].row.label

    @cached_property
    def places(self) -> set[Place]:
        """Places of the splits that divide the same rows by the same rule in each run."""
        first, *others = self.parts
        return {
            place
            for place in set.intersection(*(one.places for one in self.parts))
            if all(_alike(first, one, place[0]) for one in others)
        }

    def fits_of(self, one: Data) -> list[Fit]:
        """Return a run's cells on these splits."""
        return [fit for fit in one.fits if _place(fit.planned) in self.places]


def _place(planned: PlannedCell) -> Place:
    return planned.draw, planned.repeat, planned.fold, planned.train_size


def _alike(one: Data, other: Data, draw: int) -> bool:
    if one.content.get(draw) is None or one.content[draw] != other.content.get(draw):
        return False
    return not _rules_apart(one.rules[draw], other.rules[draw])


def _rules_apart(one: Split, other: Split) -> list[str]:
    return [rule for rule in _RULES if getattr(one, rule) != getattr(other, rule)]


def groups_of(runs: Sequence[Named]) -> list[Group]:
    """Return the data sets that two runs or more have.

    Rows of the same content and the same preprocessing find each other first; what is left after
    that belongs to others of the same content where there is no choice.
    """
    groups: list[Group] = []
    for run in runs:
        left = list(run.data.values())
        for same_steps in (True, False):
            for one in list(left):
                known = [
                    group
                    for group in groups
                    if group.parts[0].shares(one)
                    and all(part.run != run.name for part in group.parts)
                    and (not same_steps or group.parts[0].steps == one.steps)
                ]
                rivals = [other for other in left if other.shares(one)]
                if len(known) == 1 and (same_steps or len(rivals) == 1):
                    known[0].parts.append(one)
                    left.remove(one)
        groups += [Group([one]) for one in left]
    return [group for group in groups if len(group.parts) > 1]


def why_no_split(groups: Iterable[Group]) -> str:
    """Return in what the splits of the runs are apart."""
    said = []
    for group in groups:
        first, *others = (next(iter(one.rules.values())) for one in group.parts)
        for other in others:
            said += [
                f"{rule} {getattr(first, rule)} and {getattr(other, rule)}"
                for rule in _rules_apart(first, other)
            ]
    return ", ".join(dict.fromkeys(said)) or "they are at other places among the study's splits"


def told(runs: Sequence[Named], groups: Sequence[Group]) -> Iterator[str]:
    """Yield what the runs have in common of data and splits, and what not, a sentence each."""
    met = {(one.run, one.row.label) for group in groups for one in group.parts}
    for run in runs:
        alone = [label for label in run.data if (run.name, label) not in met]
        if alone:
            yield f"{', '.join(alone)}: in {run.name} alone."
    for group in groups:
        first, *others = group.parts
        for one in others:
            if one.row.label != group.label:
                yield f"{one.row.label} of {one.run} has the rows of {group.label}."
            if one.steps != first.steps:
                yield (
                    f"{group.label}: other preprocessing, {_words(first.steps)} in {first.run} and "
                    f"{_words(one.steps)} in {one.run}."
                )
        for one in group.parts:
            if len(group.places) < len(one.places):
                yield (
                    f"{group.label}: {len(group.places)} of {len(one.places)} splits of {one.run} "
                    "are in each run."
                )


def _words(steps: Sequence[Step]) -> str:
    """Return preprocessing as a study names it."""
    said = []
    for step in steps:
        values = ", ".join(f"{name}={value}" for name, value in step.parameters.items())
        said.append(f"{step.name} ({values})" if values else step.name)
    return ", ".join(said) or "none"
