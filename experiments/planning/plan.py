"""From a study to its cells: data sets are loaded and hashed, splits tried, controls named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from experiments.datasets import Dataset
from experiments.evaluation.metrics import METRICS, applies
from experiments.evaluation.splits import n_folds, split
from experiments.evaluation.tasks import check_model, task_of
from experiments.planning.building import load_dataset, make_step
from experiments.planning.controls import Control, controls_of
from experiments.planning.figures import figures_of
from experiments.planning.published import published_of
from experiments.planning.quantities import quantities_of
from experiments.planning.repeats import repeats_by_rule
from experiments.planning.rows import dataset_rows, model_rows
from experiments.planning.spec import StudySpec
from experiments.records import (
    Cell,
    DatasetRow,
    DatasetSpec,
    Declared,
    DuelSettings,
    ModelRow,
    ModelSpec,
    Multiverse,
    PlannedCell,
    Provenance,
    Split,
    SplitKind,
    Step,
    StoredPlan,
    TuningBudget,
    canonical_json,
)
from experiments.registry import MODELS
from qml.backends import calibrations_of
from qml.errors import DataError, SpecError

__all__ = ["Plan", "Planned", "expand"]

_TUNED_BY = {"classification": "accuracy", "regression": "r2"}  # where the study names no metric


@dataclass(frozen=True)
class Planned:
    """A cell and the rows of the table it belongs to.

    Parameters
    ----------
    cell : Cell
        Fit that is run.
    dataset, model : DatasetRow, ModelRow
        Rows of the table; of a control, those of the model that it is a control of.
    control : str, default=""
        Kind of the control; empty for the model itself.
    """

    cell: Cell
    dataset: DatasetRow
    model: ModelRow
    control: str = ""

    @property
    def place(self) -> PlannedCell:
        """What the stored plan says of it."""
        split = self.cell.split
        return PlannedCell(
            key=self.cell.key,
            dataset=self.dataset.label,
            model=self.model.label,
            repeat=split.repeat,
            fold=split.fold,
            train_size=split.train_size,
            control=self.control,
            draw=self.cell.dataset.draw,
            start=split.start,
        )


@dataclass(frozen=True)
class Plan:
    """A study, expanded.

    Parameters
    ----------
    spec : StudySpec
        Study that is expanded.
    datasets, models : tuple of DatasetRow, of ModelRow
        Rows of the table.
    cells : tuple of Planned
        All cells with their rows, in the table's order.
    provenance : mapping
        Origin of each data set, by the label of its row.
    repeats : mapping
        Repeats of the splits, by the label of the data set's row.
    multiverse : Multiverse or None, default=None
        Readings whose rows stand behind those of the study as it is written.
    """

    spec: StudySpec
    datasets: tuple[DatasetRow, ...]
    models: tuple[ModelRow, ...]
    cells: tuple[Planned, ...]
    provenance: Mapping[str, Provenance]
    repeats: Mapping[str, int]
    multiverse: Multiverse | None = None

    def __iter__(self) -> Iterator[Planned]:
        return iter(self.cells)

    def __len__(self) -> int:
        return len(self.cells)

    @property
    def by_key(self) -> dict[str, Cell]:
        """Each cell once, in the order in which they are met."""
        return {one.cell.key: one.cell for one in self.cells}

    def stored(self) -> StoredPlan:
        """Return the plan as the run's folder keeps it."""
        spec = self.spec
        return StoredPlan(
            name=spec.name,
            study=spec.model_dump(mode="json"),
            metrics=tuple(spec.metrics),
            report=tuple(spec.report),
            published=published_of(spec),
            duel=DuelSettings(
                tuple((first, second) for first, second in spec.duel.pairs),
                spec.duel.iterations,
                spec.duel.settings,
            ),
            datasets=self.datasets,
            models=self.models,
            cells=tuple(one.place for one in self.cells),
            provenance=self.provenance,
            ropes=_ropes(spec),
            compare=_declared(spec),
            repeats=self.repeats,
            multiverse=self.multiverse,
            figures=figures_of(spec, self.models),
        )


def _ropes(spec: StudySpec) -> dict[str, float]:
    """Return the regions of practical equivalence that the study names, by metric."""
    of_all = {} if "all" not in spec.rope else dict.fromkeys(METRICS, spec.rope["all"])
    return of_all | {metric: rope for metric, rope in spec.rope.items() if metric != "all"}


def _declared(spec: StudySpec) -> Declared:
    said = spec.compare
    if said.reference is not None:
        return Declared("reference", reference=said.reference)
    if said.pairs:
        return Declared("pairs", pairs=tuple((first, second) for first, second in said.pairs))
    return Declared(cast("Any", said.family))


def expand(spec: StudySpec) -> Plan:
    """Return the cells of a study as it is written, with their rows; data sets are loaded.

    Raises
    ------
    DataError
        If a data set cannot be had or cannot be split.
    """
    datasets, models = tuple(dataset_rows(spec)), tuple(model_rows(spec))
    cells: list[Planned] = []
    provenance = {}
    repeats = {}
    for row in datasets:
        chosen = [model for model in models if model.applies_to(row)]
        for draw in range(row.draws):
            drawn = replace(row, spec=replace(row.spec, draw=draw))
            data = load_dataset(drawn.spec, spec.protocol.seed)
            if draw == 0:
                repeats[row.label] = _repeats(spec, row, chosen, data)
                provenance[row.label] = _provenance(data)
            elif data.sha256 == provenance[row.label].sha256:
                problem = f"{row.label} is the same in every draw: draws are for generators"
                raise SpecError(problem, "datasets")
            places = _splits(spec, row, data, repeats[row.label])
            _check_data(spec, row, data, places)
            cells += _cells_on(spec, drawn, data, chosen, places)
    return Plan(spec, datasets, models, tuple(cells), provenance, repeats)


def _repeats(spec: StudySpec, row: DatasetRow, models: Sequence[ModelRow], data: Dataset) -> int:
    named = spec.protocol.repeats
    if row.spec.test_sets:
        return 1
    if named is None or spec.protocol.split == "predefined":
        return repeats_by_rule(spec.protocol, models, len(data.y))
    return named


def _cells_on(
    spec: StudySpec,
    row: DatasetRow,
    data: Dataset,
    models: Sequence[ModelRow],
    places: Sequence[Split],
) -> list[Planned]:
    """Return the cells on one data set, the controls after the models."""
    described = replace(row.spec, sha256=data.sha256)
    for model in models:
        _check_model(model, data, row)
    planned = [
        Planned(Cell(described, _model_spec(spec, model, data), place), row, model)
        for model in models
        for place in _with_starts(places, model, row, spec)
    ]
    if not spec.controls:
        return planned
    return planned + _controls(spec, row, described, data, models, places)


def _check_data(spec: StudySpec, row: DatasetRow, data: Dataset, places: Sequence[Split]) -> None:
    """Refuse a data set that cannot be split or scored."""
    try:
        for place in places:
            split(data, place)
    except DataError as error:
        raise DataError(f"{row.label}: {error}") from None
    _check_metrics(spec, data, row.label)


def _splits(spec: StudySpec, row: DatasetRow, data: Dataset, repeats: int) -> list[Split]:
    """Return every split of a data set, for each size of the training part."""
    protocol = spec.protocol
    kind: SplitKind = "fresh" if row.spec.test_sets else protocol.split
    first = Split(
        protocol.seed,
        repeat=0,
        fold=0,
        kind=kind,
        folds=protocol.folds if kind in ("stratified", "grouped") else None,
        test_size=protocol.test_size if kind == "hold_out" else None,
    )
    return [
        replace(first, repeat=repeat, fold=fold, train_size=size)
        for size in [_size(size) for size in protocol.train_sizes] or [None]
        for repeat in range(repeats)
        for fold in range(n_folds(data, kind, protocol.folds))
    ]


def _with_starts(
    places: Sequence[Split], model: ModelRow, row: DatasetRow, spec: StudySpec
) -> list[Split]:
    """Return the splits as often as the model is trained on each: once, if nothing is random."""
    draws = "random_state" in MODELS.load(model.name)().get_params(deep=False)
    starts = (row.seeds or spec.protocol.seeds) if draws else 1
    return [replace(place, start=start) for place in places for start in range(starts)]


def _size(size: int | float) -> int | float | None:
    """Return None for all training rows: the same cell with and without a learning curve."""
    return None if size == 1 else size


def _model_spec(spec: StudySpec, model: ModelRow, data: Dataset) -> ModelSpec:
    """Return what decides a model's results, its tuning included."""
    return ModelSpec(
        model.name,
        model.parameters,
        # another file under the same name is another noise
        calibrations_of(model.parameters.get("backend")),
        _tuning_budget(spec, model, data),
        # a control may run on no backend
        model.classify if "backend" in model.parameters else None,
        quantities_of(spec.report, model),
        model.preprocessing,
    )


def _tuning_budget(spec: StudySpec, model: ModelRow, data: Dataset) -> TuningBudget | None:
    tuning, task = spec.protocol.tuning, task_of(data.y)
    if tuning is None or model.search is None:
        return None
    named = tuning.metric is not None and applies(tuning.metric, task)
    metric = str(tuning.metric) if named else _TUNED_BY[task]
    return TuningBudget(tuning.trials, tuning.seconds, tuning.folds, metric, model.search)


def _controls(
    spec: StudySpec,
    row: DatasetRow,
    described: DatasetSpec,
    data: Dataset,
    models: Sequence[ModelRow],
    every: Sequence[Split],
) -> list[Planned]:
    """Return the controls of every quantum model, on whole training parts."""
    places = [place for place in every if place.train_size is None]
    planned = []
    found_before: dict[str, int] = {}
    for model in models:
        steps, n_features = row.spec.preprocessing + model.preprocessing, 0
        if model.backend is not None:
            if canonical_json(steps) not in found_before:
                found_before[canonical_json(steps)] = _features_after(steps, data, places[0])
            n_features = found_before[canonical_json(steps)]
        found: list[Control] = controls_of(model, n_features)
        for control in found:
            tested = replace(_model_spec(spec, control.row, data), report=())
            for place in _with_starts(places, control.row, row, spec):
                cell = Cell(described, tested, replace(place, permuted=control.permuted))
                planned.append(Planned(cell, row, model, control.kind))
    return planned


def _check_metrics(spec: StudySpec, data: Dataset, label: str) -> None:
    """Refuse a data set about which no metric of the study says anything."""
    task = task_of(data.y)
    if not any(applies(metric, task) for metric in spec.metrics):
        known = ", ".join(metric for metric in METRICS if applies(metric, task))
        problem = f"none is of {task}, which {label!r} asks for; there are {known}"
        raise SpecError(problem, "metrics")


def _check_model(model: ModelRow, data: Dataset, row: DatasetRow) -> None:
    try:
        check_model(MODELS.load(model.name)(), data.y, row.label)
    except SpecError as error:
        hint = "; name its data sets under `datasets`"
        raise SpecError(error.problem + hint, f"models: {model.label}") from None


def _provenance(data: Dataset) -> Provenance:
    features = data.X.shape[1] if data.X.ndim == 2 else None
    return Provenance(data.name, len(data.y), features, data.source, data.licence, data.sha256)


def _features_after(steps: Sequence[Step], data: Dataset, place: Split) -> int:
    """Return how many features a model sees; preprocessing is fitted to one training part."""
    train, _ = split(data, place)
    X: Any = data.X
    for step in steps:
        fitted = make_step(step).fit(X[train], data.y[train])
        X = fitted.transform(X)
    return int(X.shape[1]) if X.ndim == 2 else 0
