"""Everything that a fit is measured by: metrics, costs, and what trainings report."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from experiments.evaluation.metrics import METRICS
from qml.costs import Cost, Usage
from qml.errors import SpecError, did_you_mean

__all__ = [
    "COURSE_AXES",
    "COURSE_QUANTITIES",
    "SHOWN_COSTS",
    "STEP_LOSS",
    "Quantity",
    "course_axes",
    "quantity_of",
]

# in metrics.csv; the ledger lists jobs, and a line under the table says what was shared
_ELSEWHERE = ("circuits", "jobs", "shared_s")
SHOWN_COSTS = (
    Cost("tune_s", "tune", "s"),
    Cost("fit_s", "fit", "s"),
    Cost("predict_s", "predict", "s"),
    *(cost for cost in Usage.costs() if cost.name not in _ELSEWHERE),
)


@dataclass(frozen=True)
class Quantity:
    """One quantity of a study.

    Parameters
    ----------
    name : str
        Name that a study uses.
    title : str
        Words that stand above a column or beside an axis.
    column : str
        Column of the table that holds it; empty for what has a course and no single value.
    unit : str, default=""
        Unit of the values, where they have one.
    """

    name: str
    title: str
    column: str
    unit: str = ""


STEP_LOSS = Quantity(
    "step_loss", "loss of the iteration", ""
)  # mean of its evaluations, as measured

#: What is known at every point of a training's course, by the name that a study uses.
COURSE_QUANTITIES = {
    one.name: one
    for one in (
        Quantity("loss", "lowest loss so far", ""),
        Quantity("stage_loss", "loss of all samples on ideal qubits", ""),
        STEP_LOSS,
    )
}

#: Axes along a training's course: the name that a study uses, its title and its unit.
COURSE_AXES = {
    one.name: one
    for one in (
        Quantity("iteration", "iterations", ""),
        Quantity("evaluations", "evaluations of the loss", ""),
        Quantity("circuits", "circuits", ""),
        Quantity("shots", "shots", ""),
        Quantity("seconds", "time", "", "s"),
    )
}


def course_axes(quantity: str) -> tuple[str, ...]:
    """Return the axes along which a loss is known; none for what is no loss of a training."""
    if quantity == STEP_LOSS.name:
        return ("iteration",)
    return tuple(COURSE_AXES) if quantity in COURSE_QUANTITIES else ()


def quantity_of(name: str, reported: Iterable[str]) -> Quantity:
    """Return a quantity by its name.

    Parameters
    ----------
    name : str
        Metric, metric on the rows that were fitted (``accuracy_train``), cost, loss, or quantity
        that trainings report.
    reported : iterable of str
        Quantities that the study asks trainings to report.

    Raises
    ------
    SpecError
        If there is none of that name.

    Examples
    --------
    >>> quantity_of("gram_error", ["gram_error"]).title
    'gram error'
    """
    known = {
        **{one: Quantity(one, _words(one), f"training_{one}") for one in reported},
        **COURSE_QUANTITIES,
        **{
            cost.name: Quantity(cost.name, cost.title, cost.name, cost.unit) for cost in SHOWN_COSTS
        },
        **{m: Quantity(m, entry.title or _words(m), m) for m, entry in METRICS.items()},
    }
    if name in known:
        return known[name]
    fitted = known.get(name.removesuffix("_train"))
    if fitted is not None and fitted.name in METRICS:
        return Quantity(name, f"{fitted.title} on the rows that were fitted", name)
    hint = did_you_mean(name, known)
    raise SpecError(f"unknown quantity {name!r}{hint}; what trainings report stands under `report`")


def _words(name: str) -> str:
    return name.replace("_", " ")
