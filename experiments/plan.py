"""From a study to its cells: data sets are loaded and hashed, splits tried, controls named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from experiments.cells import (
    Cell,
    DatasetRow,
    ModelRow,
    canonical_json,
    dataset_rows,
    model_rows,
)
from experiments.controls import Control, controls_of
from experiments.evaluation.metrics import METRICS, applies
from experiments.evaluation.splits import n_folds, split
from experiments.evaluation.tasks import check_model, task_of
from experiments.registry import MODELS, PREPROCESSING, build_estimator
from experiments.runner import load_dataset
from experiments.spec import StudySpec
from qml.backends import calibrations_of
from qml.errors import DataError, SpecError

__all__ = ["PlannedCell", "plan_cells", "provenance"]


@dataclass(frozen=True)
class PlannedCell:
    """A cell and the rows of the table it belongs to.

    Parameters
    ----------
    cell : Cell
        What is run.
    dataset, model : DatasetRow, ModelRow
        The rows; of a control, the model that it is a control of.
    train_size : int, float or None, default=None
        Of a learning curve; None is all training rows.
    control : str, default=""
        Kind of the control; empty for the model itself.
    """

    cell: Cell
    dataset: DatasetRow
    model: ModelRow
    train_size: int | float | None = None
    control: str = ""


def plan_cells(spec: StudySpec) -> list[PlannedCell]:
    """Return every cell with its rows, in the table's order; data sets are loaded and hashed.

    Raises
    ------
    DataError
        If a data set cannot be had or cannot be split.
    """
    models = model_rows(spec)
    planned = []
    for row in dataset_rows(spec):
        data = _dataset(spec, row)
        described = {**row.described, "sha256": data.sha256}
        chosen = [model for model in models if model.applies_to(row)]
        for model in chosen:
            _check_model(model, data.y, row.label)
        for model in chosen:
            for split_, size in _splits(spec, data):
                cell = Cell(described, _described(spec, model, data), split_)
                planned.append(PlannedCell(cell, row, model, size))
        if spec.controls:
            planned += _controls(spec, row, described, data, chosen)
    return planned


def _dataset(spec: StudySpec, row: DatasetRow) -> Any:
    """Return the data set; refuse what cannot be split or scored."""
    data = load_dataset(canonical_json(row.described), spec.protocol.seed)
    try:
        for described, _ in _splits(spec, data):
            split(data, described)
    except DataError as error:
        raise DataError(f"{row.label}: {error}") from None
    _check_metrics(spec, data.y, row.label)
    return data


def _splits(spec: StudySpec, data: Any) -> list[tuple[dict[str, Any], int | float | None]]:
    """Return every split of a data set, for each size of the training part."""
    protocol, found = spec.protocol, []
    kind = protocol.split
    common: dict[str, Any] = {"seed": protocol.seed}
    if kind in ("stratified", "grouped"):
        common["folds"] = protocol.folds
    if kind == "hold_out":
        common["test_size"] = protocol.test_size
    if kind != "stratified":  # not named, so that earlier results keep their keys
        common["kind"] = kind
    repeats = 1 if kind == "predefined" else protocol.repeats
    sizes: list[int | float | None] = [*protocol.train_sizes] or [None]
    for size in sizes:
        part = {} if size in (None, 1.0) and not isinstance(size, int) else {"train_size": size}
        for repeat in range(repeats):
            for fold in range(n_folds(data, kind, protocol.folds)):
                place = {"repeat": repeat, "fold": fold}
                found.append(({**common, **place, **part}, size if part else None))
    return found


def _described(spec: StudySpec, model: ModelRow, data: Any) -> dict[str, Any]:
    """Return what decides a model's results, its tuning included."""
    described: dict[str, Any] = {"name": model.name, "parameters": model.parameters}
    calibrations = calibrations_of(model.parameters.get("backend"))
    if calibrations:  # another file under the same name is another noise
        described["calibrations"] = calibrations
    tuning = spec.protocol.tuning
    if tuning is not None and model.search is not None:
        by_task = {"classification": "accuracy", "regression": "r2"}
        task, metric = task_of(data.y), tuning.metric
        described["tuning"] = {
            "trials": tuning.trials,
            "seconds": tuning.seconds,
            "folds": tuning.folds,
            "metric": metric if metric is not None and applies(metric, task) else by_task[task],
            "space": model.search,
        }
    return described


def _controls(
    spec: StudySpec, row: DatasetRow, described: dict[str, Any], data: Any, models: list[ModelRow]
) -> list[PlannedCell]:
    """Return the controls of every quantum model, on whole training parts."""
    splits = [(split_, size) for split_, size in _splits(spec, data) if size is None]
    if not splits:
        raise SpecError("controls need whole training parts; add 1.0", "protocol.train_sizes")
    planned, n_features = [], 0
    for model in models:
        if "backend" in model.parameters and not n_features:
            n_features = _features_after(row, data, splits[0][0])
        found: list[Control] = controls_of(model, n_features)
        for control in found:
            permuted = {"permuted": True} if control.permuted else {}
            for split_, _ in splits:
                cell = Cell(described, _described(spec, control.row, data), {**split_, **permuted})
                planned.append(PlannedCell(cell, row, model, None, control.kind))
    return planned


def _check_metrics(spec: StudySpec, y: Any, dataset: str) -> None:
    """Refuse a data set about which no metric of the study says anything."""
    task = task_of(y)
    if not any(applies(metric, task) for metric in spec.metrics):
        known = ", ".join(metric for metric in METRICS if applies(metric, task))
        problem = f"none is of {task}, which {dataset!r} asks for; there are {known}"
        raise SpecError(problem, "metrics")


def _check_model(model: ModelRow, y: Any, dataset: str) -> None:
    try:
        check_model(MODELS.load(model.name)(), y, dataset)
    except SpecError as error:
        hint = "; name its data sets under `datasets`"
        raise SpecError(error.problem + hint, f"models: {model.label}") from None


def provenance(spec: StudySpec, planned: list[PlannedCell]) -> dict[str, dict[str, Any]]:
    """Return where each data set comes from, by the label of its row."""
    found = {}
    for row, sha256 in {
        item.dataset.label: (item.dataset, item.cell.dataset["sha256"]) for item in planned
    }.values():
        data = load_dataset(canonical_json(row.described), spec.protocol.seed)
        found[row.label] = {
            "name": data.name,
            "rows": len(data.y),
            "features": data.X.shape[1] if data.X.ndim == 2 else None,
            "source": data.source,
            "licence": data.licence,
            "sha256": sha256,
        }
    return found


def _features_after(row: DatasetRow, data: Any, split_: dict[str, Any]) -> int:
    """Return how many features a model sees; preprocessing is fitted to one training part."""
    train, _ = split(data, split_)
    steps = [
        build_estimator(PREPROCESSING, step["name"], step["parameters"])
        for step in row.preprocessing
    ]
    X = data.X
    for step in steps:
        X = step.fit(X[train], data.y[train]).transform(X)
    return int(X.shape[1]) if X.ndim == 2 else 0
