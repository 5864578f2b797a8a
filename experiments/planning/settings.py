"""Where a row stands: every setting of a data set, a model or a backend by its path."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from experiments.records import DatasetRow, ModelRow, Parameters, Step
from qml.errors import did_you_mean

__all__ = [
    "TRAINING_ROWS",
    "axis_problem",
    "dataset_settings",
    "is_number",
    "model_settings",
    "paths_of",
    "place_on",
    "row_problem",
]

TRAINING_ROWS = "n_train"  # an axis that is no setting: the rows that were trained on


def model_settings(row: ModelRow) -> Parameters:
    """Return the settings that a study names of a model and of its backend, by their paths.

    Of a component the name stands under the parameter's own path, the rest below it.
    """
    own = {name: value for name, value in row.parameters.items() if name != "backend"}
    found = dict(_flat(own))
    if row.backend is not None:
        at = {"backend": {"name": row.backend.kind, **row.backend.parameters}}
        found |= dict(_flat(at))
    return found | dict(_of_steps(row.preprocessing))


def dataset_settings(row: DatasetRow) -> Parameters:
    """Return the settings that a study names of a data set, by their paths.

    Those of a preprocessing step stand as in ``preprocessing.pca.n_components``.
    """
    return dict(_flat(row.spec.parameters)) | dict(_of_steps(row.spec.preprocessing))


def _of_steps(steps: Sequence[Step]) -> Iterator[tuple[str, Any]]:
    for step in steps:
        yield from _flat(step.parameters, f"preprocessing.{step.name}.")


def _flat(parameters: Parameters, prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in parameters.items():
        path = f"{prefix}{name}"
        if not isinstance(value, Mapping):
            yield path, value
            continue
        if "name" in value:
            yield path, value["name"]
        inner = {key: own for key, own in value.items() if key != "name"}
        yield from _flat(inner, f"{path}.")


def place_on(axis: str, dataset: DatasetRow, model: ModelRow) -> Any:
    """Return the value that a row has on an axis; None where it has none.

    What a model and a data set both name is the model's; ``dataset.`` before it asks for the data.
    """
    of_data = axis.removeprefix("dataset.")
    own = {} if of_data != axis else model_settings(model)
    return own[axis] if axis in own else dataset_settings(dataset).get(of_data)


def paths_of(datasets: Sequence[DatasetRow], models: Sequence[ModelRow]) -> set[str]:
    """Return the path of every setting that a row names."""
    of_rows = [*map(dataset_settings, datasets), *map(model_settings, models)]
    return {path for settings in of_rows for path in settings}


def axis_problem(axis: str, datasets: Sequence[DatasetRow], models: Sequence[ModelRow]) -> str:
    """Return why there is no numeric axis of that name; empty if there is.

    Parameters
    ----------
    axis : str
        Path of a setting, or the number of training rows.
    datasets, models : sequence of DatasetRow, of ModelRow
        Rows of the study's table.
    """
    if axis == TRAINING_ROWS:
        return ""
    of_data = axis.removeprefix("dataset.")
    settings = [dataset_settings(row) for row in datasets]
    if of_data == axis:
        settings += [model_settings(row) for row in models]
    values = [own[of_data] for own in settings if of_data in own]
    if any(is_number(value) for value in values):
        return ""
    if values:
        return f"an axis has numbers (got {values[0]!r})"
    known = {TRAINING_ROWS, *paths_of(datasets, models)}
    return f"no row of this study names {axis!r}{did_you_mean(axis, known)}"


def row_problem(name: str, rows: Sequence[DatasetRow] | Sequence[ModelRow]) -> str:
    """Return why no row has that label, and no entry that word; empty if one has."""
    known = [word for row in rows for word in (row.label, row.entry)]
    if name in known:
        return ""
    return f"no row of this study is called {name!r}{did_you_mean(name, known)}"


def is_number(value: Any) -> bool:
    """Return whether a value of a setting has a place on an axis."""
    return isinstance(value, int | float) and not isinstance(value, bool)
