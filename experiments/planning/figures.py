"""The figures of a study: those that it names or those of its kind, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from experiments.evaluation.metrics import METRICS
from experiments.evaluation.quantities import COURSE_AXES, course_axes, quantity_of
from experiments.planning.settings import (
    TRAINING_ROWS,
    axis_problem,
    model_settings,
    paths_of,
    row_problem,
)
from experiments.planning.spec import Figure, StudySpec
from experiments.records import DatasetRow, FigureSettings, ModelRow
from qml.errors import SpecError, did_you_mean

__all__ = ["KEYS", "figure_problems", "figures_of"]

KEYS = ("model", "dataset", TRAINING_ROWS)  # what tells lines and panels apart besides settings
_NOISE = "backend.noise_scale"
_GRAM_ERROR = "gram_error"


def figures_of(spec: StudySpec, models: Sequence[ModelRow]) -> tuple[FigureSettings, ...]:
    """Return the figures that are drawn of a study.

    A study that names none has those of its kind: over several numbers of training rows, and over
    several strengths of noise.

    Parameters
    ----------
    spec : StudySpec
        Study whose names are right.
    models : sequence of ModelRow
        Rows of the study's table.
    """
    if spec.figures is not None:
        return tuple(_settings(one, spec) for one in spec.figures)
    found, first = [], spec.metrics[0]
    if len(set(spec.protocol.train_sizes)) > 1:
        found.append(FigureSettings("learning-curves", TRAINING_ROWS, (first,), log=("x",)))
    strengths = {model_settings(row).get(_NOISE) for row in models} - {None}
    if len(strengths) > 1:
        shown = (first, _GRAM_ERROR) if _GRAM_ERROR in spec.report else (first,)
        found.append(FigureSettings("noise-curves", _NOISE, shown))
    return tuple(found)


def _settings(one: Figure, spec: StudySpec) -> FigureSettings:
    return FigureSettings(
        one.name,
        one.over,
        tuple(one.quantity or spec.metrics[:1]),
        one.title or "",
        tuple(one.by),
        tuple(one.panels),
        one.controls,
        tuple(one.log),
        None if one.datasets is None else tuple(one.datasets),
        None if one.models is None else tuple(one.models),
        tuple(one.levels),
    )


def figure_problems(
    spec: StudySpec, datasets: Sequence[DatasetRow], models: Sequence[ModelRow]
) -> Iterator[SpecError]:
    """Yield what is wrong with figures: quantities, axes, settings and rows that are not there.

    Parameters
    ----------
    spec : StudySpec
        Study whose structure is right.
    datasets, models : sequence of DatasetRow, of ModelRow
        Rows of the study's table.
    """
    names = [one.name for one in spec.figures or ()]
    for i, one in enumerate(spec.figures or ()):
        where, said = f"figures[{i}]", _settings(one, spec)
        if names.index(one.name) < i:
            yield SpecError(f"two figures are called {one.name!r}", f"{where}.name")
        if one.controls and not spec.controls:
            yield SpecError("there are none: add `controls: true`", f"{where}.controls")
        yield from _axis_problems(said, spec, datasets, models, where)
        paths = {*KEYS, *paths_of(datasets, models)}
        for key, parts in (("by", said.by), ("panels", said.panels)):
            for part in parts:
                if part not in paths:
                    problem = f"no row of this study names {part!r}{did_you_mean(part, paths)}"
                    yield SpecError(problem, f"{where}.{key}")
        yield from _row_problems(said, datasets, models, where)


def _row_problems(
    said: FigureSettings, datasets: Sequence[DatasetRow], models: Sequence[ModelRow], where: str
) -> Iterator[SpecError]:
    """Yield rows and entries that are to be drawn and are not there."""
    for key, chosen, rows in (
        ("datasets", said.datasets, datasets),
        ("models", said.models, models),
        ("levels", said.levels, models),
    ):
        for problem in (row_problem(name, rows) for name in chosen or ()):
            if problem:
                yield SpecError(problem, f"{where}.{key}")
    if said.levels and said.over in COURSE_AXES:
        yield SpecError("a course has no levels", f"{where}.levels")


def _axis_problems(
    said: FigureSettings,
    spec: StudySpec,
    datasets: Sequence[DatasetRow],
    models: Sequence[ModelRow],
    where: str,
) -> Iterator[SpecError]:
    """Yield what is wrong with the quantities and the axis, and with the two together."""
    along = said.over in COURSE_AXES
    for name in said.quantities:
        try:
            quantity_of(name, spec.report)
        except SpecError as error:
            yield SpecError(error.problem, f"{where}.quantity")
            continue
        if (axes := course_axes(name)) and said.over not in axes:
            problem = f"{name!r} is over {', '.join(axes)} (got {said.over!r})"
            yield SpecError(problem, f"{where}.over")
        elif along and not axes and name not in METRICS:
            problem = f"not known along a training (got {name!r}); a loss or a metric is"
            yield SpecError(problem, f"{where}.quantity")
    if not along and (problem := axis_problem(said.over, datasets, models)):
        yield SpecError(problem, f"{where}.over")
