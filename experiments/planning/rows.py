"""The rows of a study's table: each entry's grid, on each of its backends, tuned and not."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from experiments.planning.grid import BackendPoint, Point, expand_backends, expand_grid
from experiments.records import (
    Classification,
    Coordinate,
    DatasetRow,
    DatasetSpec,
    ModelRow,
    Parameters,
    Step,
    label_of,
)
from experiments.registry import MODELS, search_space

if TYPE_CHECKING:
    from experiments.planning.spec import ModelEntry, StudySpec

__all__ = ["dataset_rows", "model_rows", "step_of"]


def step_of(spec: str | Parameters) -> Step:
    """Return the name and the parameters of ``pca`` or ``{name: pca, n_components: 2}``."""
    if isinstance(spec, str):
        return Step(spec, {})
    parameters = dict(spec)
    return Step(parameters.pop("name", None), parameters)


def dataset_rows(spec: StudySpec) -> list[DatasetRow]:
    """Return the table's data sets, grids expanded."""
    rows = []
    for entry in spec.datasets:
        chains = itertools.product(*(_points_of(step_of(step)) for step in entry.preprocessing))
        for point, chain in itertools.product(expand_grid(entry.parameters), chains):
            title = entry.label or entry.name
            steps = tuple(step for step, _ in chain)
            coordinates = point.coordinates + tuple(place for _, own in chain for place in own)
            data = DatasetSpec(
                entry.name,
                point.parameters,
                steps,
                test_sets=entry.test_sets,
                test_rows=entry.test_rows,
            )
            rows.append(
                DatasetRow(
                    label_of(title, coordinates),
                    data,
                    title,
                    coordinates,
                    entry.family or "",
                    entry.draws,
                    entry.seeds,
                )
            )
    return rows


def _points_of(step: Step) -> list[tuple[Step, tuple[Coordinate, ...]]]:
    """Return a preprocessing step at every point of its grid, with its place there."""
    points = expand_grid({step.name: step.parameters})
    return [
        (
            Step(step.name, point.parameters[step.name]),
            tuple(replace(one, axis=f"preprocessing.{one.axis}") for one in point.coordinates),
        )
        for point in points
    ]


def model_rows(spec: StudySpec) -> list[ModelRow]:
    """Return the table's models: grids and backends expanded, tuned ones beside untuned ones."""
    return [row for entry in spec.models for row in _rows_of(entry, spec)]


def _rows_of(entry: ModelEntry, spec: StudySpec) -> list[ModelRow]:
    tuning = spec.protocol.tuning
    backends: list[BackendPoint | None] = [*_backends_of(entry, spec)]
    rows = []
    for point in expand_grid(entry.parameters):
        for backend in backends or [None]:
            row = _row(entry, point, backend, among=len(backends))
            row = replace(row, classify=_classification(entry, spec, row))
            if tuning is None or not entry.tune:
                rows.append(row)
                continue
            rows.append(row := _with_search(row, entry))
            if row.search is not None and tuning.untuned:
                rows.append(_untuned(row))
    return rows


def _backends_of(entry: ModelEntry, spec: StudySpec) -> list[BackendPoint]:
    """Return where the entry's models run; empty for classical ones."""
    if "backend" not in MODELS.load(entry.name)().get_params(deep=False):
        return []
    own = entry.backend
    return expand_backends(spec.backend if own is None else own, spec.backend)


def _row(entry: ModelEntry, point: Point, backend: BackendPoint | None, among: int) -> ModelRow:
    """Return one row; a backend is named in its label where there are several."""
    title = entry.label or entry.name
    label, parameters = label_of(title, point.coordinates), point.parameters
    places: tuple[Coordinate, ...] = ()
    if backend is not None:
        parameters, places = {**parameters, "backend": backend.name}, backend.coordinates
        if among > 1:
            label = f"{label} @ {backend.text or backend.name}"
    return ModelRow(
        label=label,
        name=entry.name,
        parameters=parameters,
        datasets=None if entry.datasets is None else tuple(entry.datasets),
        entry=title,
        coordinates=point.coordinates + places,
        backend=None if backend is None else backend.spec,
        preprocessing=tuple(step_of(step) for step in entry.preprocessing),
    )


def _classification(entry: ModelEntry, spec: StudySpec, row: ModelRow) -> Classification | None:
    """Return the entry's own, or the protocol's; None for what runs on no backend."""
    said = spec.protocol.classify if entry.classify is None else entry.classify
    return None if said is None or row.backend is None else Classification(said.shots, said.times)


def _with_search(row: ModelRow, entry: ModelEntry) -> ModelRow:
    return replace(row, search=_search(entry, row.parameters) or None)


def _untuned(row: ModelRow) -> ModelRow:
    return replace(row, label=f"{row.label}, untuned", search=None, untuned=True)


def _search(entry: ModelEntry, parameters: Parameters) -> Parameters:
    """Return what is tuned: what the study says, else the model's own space less what is named."""
    if entry.search is not None:
        return entry.search
    space = search_space(entry.name, parameters)
    return {path: values for path, values in space.items() if not _is_named(path, parameters)}


def _is_named(path: str, parameters: Parameters) -> bool:
    name, _, inner = path.partition(".")
    if name not in parameters or not inner:
        return name in parameters
    part = parameters[name]
    return isinstance(part, Mapping) and inner in part
