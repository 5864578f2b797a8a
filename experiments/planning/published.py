"""What a study says was printed elsewhere: as records, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from experiments.evaluation.quantities import COURSE_AXES, course_axes, quantity_of
from experiments.planning.settings import axis_problem, row_problem
from experiments.planning.spec import StudySpec
from experiments.records import DatasetRow, ModelRow, Published
from qml.errors import SpecError

__all__ = ["published_of", "published_problems"]


def published_of(spec: StudySpec) -> tuple[Published, ...]:
    """Return what was printed elsewhere as records."""
    return tuple(
        Published(
            printed.dataset,
            printed.model,
            printed.quantity,
            printed.source,
            value=printed.value,
            low=printed.at_least if printed.range is None else printed.range[0],
            high=printed.at_most if printed.range is None else printed.range[1],
            text=printed.text or "",
            over=printed.over or "",
            curve=tuple((x, y) for x, y in printed.curve or ()),
        )
        for printed in spec.published
    )


def published_problems(
    spec: StudySpec, datasets: Sequence[DatasetRow], models: Sequence[ModelRow]
) -> Iterator[SpecError]:
    """Yield what is wrong with it: rows and quantities that are not there, axes that lead nowhere.

    Parameters
    ----------
    spec : StudySpec
        Study whose structure is right.
    datasets, models : sequence of DatasetRow, of ModelRow
        Rows of the study's table.
    """
    for i, printed in enumerate(spec.published):
        where = f"published[{i}]"
        for key, name, rows in (
            ("dataset", printed.dataset, datasets),
            ("model", printed.model, models),
        ):
            if problem := row_problem(name, rows):
                yield SpecError(problem, f"{where}.{key}")
        try:
            quantity_of(printed.quantity, spec.report)
        except SpecError as error:
            yield SpecError(error.problem, f"{where}.quantity")
            continue
        along = printed.over in COURSE_AXES
        axes = course_axes(printed.quantity)
        if axes and printed.curve is not None and printed.over not in axes:
            problem = f"{printed.quantity!r} is over {', '.join(axes)} (got {printed.over!r})"
            yield SpecError(problem, f"{where}.over")
        elif printed.over is not None and not along:
            problem = axis_problem(printed.over, datasets, models)
            if problem:
                yield SpecError(problem, f"{where}.over")
