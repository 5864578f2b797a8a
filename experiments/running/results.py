"""A run as it was read: the plan and the cells that are there, handed on instead of read again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from experiments.records import (
    Code,
    DatasetRow,
    Environment,
    ModelRow,
    PlannedCell,
    StoredCell,
    StoredPlan,
    StoredPredictions,
)

__all__ = ["Fit", "Results"]


@dataclass(frozen=True)
class Fit:
    """A planned cell and what came of it.

    Parameters
    ----------
    planned : PlannedCell
        Place in the table.
    stored : StoredCell or None
        Finished cell; None if it is not there yet.
    """

    planned: PlannedCell
    stored: StoredCell | None

    @property
    def status(self) -> str:
        """How it ended; ``"missing"`` if it has not."""
        return "missing" if self.stored is None else self.stored.record.status

    @property
    def predictions(self) -> StoredPredictions | None:
        """What it said of its test rows; None unless it is done."""
        return None if self.stored is None else self.stored.predictions


@dataclass(frozen=True)
class Results:
    """The results of a study, as far as they were there when they were read.

    Parameters
    ----------
    plan : StoredPlan
        Plan of what was asked for.
    cells : mapping
        Finished cells by key.
    environments : mapping
        Versions and machines that the cells were made with, by the digits that they name.
    codes : mapping
        Code that the cells were made by, by the digits that they name.
    """

    plan: StoredPlan
    cells: Mapping[str, StoredCell]
    environments: Mapping[str, Environment]
    codes: Mapping[str, Code] = field(default_factory=dict)

    @cached_property
    def fits(self) -> Sequence[Fit]:
        """Every planned cell with what came of it, in the plan's order."""
        return tuple(Fit(one, self.cells.get(one.key)) for one in self.plan.cells)

    def of_reading(self, number: int) -> Results:
        """Return the results of one reading of the study; 0 is the study as it is written."""
        plan = self.plan.of_reading(number)
        return self if plan is self.plan else replace(self, plan=plan)

    def model_of(self, dataset: str, model: str) -> ModelRow:
        """Return a model's row by the label of its data set and its own, which rows may share."""
        return next(row for row in self._models[model] if row.applies_to(self._datasets[dataset]))

    @cached_property
    def _datasets(self) -> Mapping[str, DatasetRow]:
        return {row.label: row for row in self.plan.datasets}

    @cached_property
    def _models(self) -> Mapping[str, Sequence[ModelRow]]:
        found: dict[str, list[ModelRow]] = {}
        for row in self.plan.models:
            found.setdefault(row.label, []).append(row)
        return found
