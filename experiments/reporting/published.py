"""What was printed elsewhere, beside the rows of the table that it belongs to."""

from __future__ import annotations

from dataclasses import dataclass

from experiments.evaluation.quantities import COURSE_AXES
from experiments.planning.settings import TRAINING_ROWS, is_number, place_on
from experiments.records import DatasetRow, ModelRow, Published, StoredPlan

__all__ = ["Place", "is_of", "place_of", "published_columns"]


@dataclass(frozen=True)
class Place:
    """Where a row of the table stands.

    Parameters
    ----------
    dataset, model : DatasetRow, ModelRow
        Rows of the plan that it is of.
    n_train : float
        Mean number of training rows; NaN where nothing is done.
    """

    dataset: DatasetRow
    model: ModelRow
    n_train: float

    def on(self, axis: str) -> float | None:
        """Return its place on an axis; None where it has none."""
        value = self.n_train if axis == TRAINING_ROWS else place_on(axis, self.dataset, self.model)
        return float(value) if is_number(value) else None


def is_of(printed: Published, row: DatasetRow | ModelRow) -> bool:
    """Return whether something that was printed names a row, or the entry that it is from."""
    named = printed.dataset if isinstance(row, DatasetRow) else printed.model
    return named in (row.label, row.entry)


def place_of(dataset: str, model: str, plan: StoredPlan, n_train: float) -> Place:
    """Return the place of the row of these labels."""
    of_data = next(row for row in plan.datasets if row.label == dataset)
    named = (row for row in plan.models if row.label == model)
    of_model = next(row for row in named if row.applies_to(of_data))
    return Place(of_data, of_model, n_train)


def published_columns(plan: StoredPlan, dataset: str, model: str, n_train: float) -> dict[str, str]:
    """Return what was printed elsewhere for a row, a column a quantity, and where.

    Parameters
    ----------
    plan : StoredPlan
        Plan with all that was printed; every row has a column for each quantity of it.
    dataset, model : str
        Labels of the row.
    n_train : float
        Mean number of training rows.

    Returns
    -------
    mapping
        Texts by column, empty where only other rows have something; none if nothing was printed.
    """
    of_rows = [one for one in plan.published if one.over not in COURSE_AXES]  # others: in figures
    if not of_rows:
        return {}
    at = place_of(dataset, model, plan, n_train)
    found: dict[str, list[str]] = {f"{one.quantity}_published": [] for one in of_rows}
    sources = []
    for one in of_rows:
        words = one.words_at(at.on(one.over) if one.curve else None)
        if words and is_of(one, at.dataset) and is_of(one, at.model):
            found[f"{one.quantity}_published"].append(words)
            sources.append(one.source)
    columns = {column: "; ".join(words) for column, words in found.items()}
    return columns | {"published_in": "; ".join(dict.fromkeys(sources))}
