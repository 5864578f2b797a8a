"""A study: what its file may say, and the cells it expands to.

The structure (which keys, which types) is checked by pydantic, the meaning (names and parameters
of plug-ins) by the registry; either way each problem is one line with the file's line and the
field's path.
"""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from experiments.evaluation.metrics import check_metrics
from experiments.registry import (
    DATASETS,
    MODELS,
    PREPROCESSING,
    build_estimator,
    check_component,
)
from experiments.yaml_source import YamlSource
from qml.errors import SpecError, did_you_mean

__all__ = [
    "Cell",
    "DatasetRow",
    "ModelRow",
    "StudySpec",
    "canonical_json",
    "component_names",
    "expand_grid",
    "parse",
]

SCHEMA = 1

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
Label = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f]+$")]
Component = str | dict[str, Any]
Names = Annotated[list[str], Field(min_length=1)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Protocol(_Section):
    """Repeated stratified k-fold; the same splits for every model."""

    folds: int = Field(default=5, ge=2)
    repeats: int = Field(default=1, ge=1)
    seed: int = Field(default=0, ge=0)


class _Entry(BaseModel):
    """A plug-in by name; every key that is not declared here is a parameter of it."""

    model_config = ConfigDict(extra="allow", frozen=True, strict=True)

    name: str
    label: Label | None = None

    @property
    def parameters(self) -> dict[str, Any]:
        """The plug-in's parameters; a list of values is a grid."""
        return dict(self.model_extra or {})


class DatasetEntry(_Entry):
    """A data set, and what is fitted to its training rows before the model."""

    preprocessing: list[Component] = []


class ModelEntry(_Entry):
    """A model: on which backends and data sets, if not on all."""

    backend: str | Names | None = None
    datasets: Names | None = None


class StudySpec(_Section):
    """What a study file says."""

    name: Slug
    description: str = ""
    datasets: list[DatasetEntry] = Field(min_length=1)
    models: list[ModelEntry] = Field(min_length=1)
    backend: str | Names = "exact"
    protocol: Protocol = Protocol()
    metrics: list[str] = Field(default=["accuracy", "f1"], min_length=1)


@dataclass(frozen=True)
class DatasetRow:
    """One data set of the table: a plug-in with plain parameters and its preprocessing."""

    label: str
    name: str
    parameters: dict[str, Any]
    preprocessing: tuple[dict[str, Any], ...]

    @property
    def described(self) -> dict[str, Any]:
        """What decides its data, as plain values."""
        return {
            "name": self.name,
            "parameters": self.parameters,
            "preprocessing": list(self.preprocessing),
        }


@dataclass(frozen=True)
class ModelRow:
    """One model of the table: a plug-in with plain parameters, its backend among them."""

    label: str
    name: str
    parameters: dict[str, Any]
    datasets: tuple[str, ...] | None

    def applies_to(self, dataset: DatasetRow) -> bool:
        """Whether the study asks for this model on that data set."""
        return (
            self.datasets is None or dataset.label in self.datasets or dataset.name in self.datasets
        )


@dataclass(frozen=True)
class Cell:
    """One fit on one split, and all that decides its result.

    Labels are not part of it: a row that is renamed keeps its cells.
    """

    dataset: dict[str, Any]
    model: dict[str, Any]
    split: dict[str, int]

    def content(self) -> dict[str, Any]:
        """Return what the key is the hash of."""
        return {
            "schema": SCHEMA,
            "dataset": self.dataset,
            "model": self.model,
            "split": self.split,
        }

    @property
    def key(self) -> str:
        """SHA-256 of the canonical JSON of the content."""
        return hashlib.sha256(canonical_json(self.content()).encode()).hexdigest()


def canonical_json(value: Any) -> str:
    """Return the one JSON text of a value: sorted keys, no spaces, full float precision."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def parse(source: YamlSource) -> StudySpec:
    """Return the study that the file describes.

    Raises
    ------
    SpecError
        One line a problem, each ``file:line: path: problem``.
    """
    data = _with_names(source.data)
    if not isinstance(data, dict):
        raise SpecError(f"{source.name}: a study is a mapping with name, datasets and models")
    try:
        spec = StudySpec.model_validate(data)
    except ValidationError as error:
        lines = [_structure_line(source, detail) for detail in error.errors(include_url=False)]
        raise SpecError("\n".join(dict.fromkeys(lines))) from None
    found = list(_meaning_problems(spec)) or list(_repeated_labels(spec))
    problems = [f"{source.locate(error.path)}: {error}" for error in found]
    if problems:
        raise SpecError("\n".join(problems))
    return spec


def _with_names(data: Any) -> Any:
    """Read ``- svc`` as ``- name: svc``."""
    if not isinstance(data, dict):
        return data
    return {
        key: [{"name": item} if isinstance(item, str) else item for item in value]
        if key in ("datasets", "models") and isinstance(value, list)
        else value
        for key, value in data.items()
    }


def _structure_line(source: YamlSource, detail: Any) -> str:
    parts = list(detail["loc"])
    if detail["type"] == "extra_forbidden":
        section = Protocol if parts[0] == "protocol" else StudySpec
        problem = "unknown key" + did_you_mean(parts[-1], section.model_fields)
    elif detail["type"] == "missing":
        problem = "missing"
    else:
        parts = [part for part in parts if not (isinstance(part, str) and part in _UNION_TAGS)]
        problem = f"{detail['msg']} (got {_shortened(detail['input'])})"
    path = _join(parts)
    return f"{source.locate(path)}: {path}: {problem}"


# pydantic adds the tried type of a union to the path of its errors
_UNION_TAGS = frozenset({"str", "list[str]", "dict[str,any]", "constrained-str"})


def _join(parts: list[str | int]) -> str:
    path = ""
    for part in parts:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else part
    return path


def _shortened(value: object) -> str:
    text = " ".join(repr(value).split())
    return text if len(text) <= 60 else f"{text[:57]}..."


def _meaning_problems(spec: StudySpec) -> Iterator[SpecError]:
    """Yield what is wrong with names and parameters, each with its path."""
    for i, dataset in enumerate(spec.datasets):
        yield from _problems_of(f"datasets[{i}]", dataset, DATASETS.bind_named)
        for j, step in enumerate(dataset.preprocessing):
            try:
                name, parameters = component(step)
                build_estimator(PREPROCESSING, name, parameters)
            except SpecError as error:
                yield error.under(f"datasets[{i}].preprocessing[{j}]")
    known = {entry.label or entry.name for entry in spec.datasets} | {d.name for d in spec.datasets}
    for i, model in enumerate(spec.models):
        yield from _problems_of(
            f"models[{i}]", model, lambda name, p: build_estimator(MODELS, name, p)
        )
        for j, name in enumerate(model.datasets or []):
            if name not in known:
                problem = f"no data set of this study is called {name!r}{did_you_mean(name, known)}"
                yield SpecError(problem, f"models[{i}].datasets[{j}]")
        yield from _backend_problems(model.backend, f"models[{i}].backend")
    yield from _backend_problems(spec.backend, "backend")
    try:
        check_metrics(spec.metrics)
    except SpecError as error:
        yield error.under("metrics")


def _problems_of(
    where: str, entry: _Entry, build: Callable[[str, dict[str, Any]], object]
) -> Iterator[SpecError]:
    seen = set()
    for path in _empty_grids(entry.parameters):
        yield SpecError("an empty list gives no row", f"{where}.{path}")
    for parameters, _ in expand_grid(entry.parameters):
        try:
            build(entry.name, parameters)
        except SpecError as error:
            if str(error) not in seen:
                seen.add(str(error))
                yield error.under(where)


def _empty_grids(parameters: Mapping[str, Any]) -> Iterator[str]:
    for key, value in parameters.items():
        if value == []:
            yield key
        elif isinstance(value, Mapping):
            yield from (f"{key}.{path}" for path in _empty_grids(value))


def _backend_problems(backend: str | list[str] | None, where: str) -> Iterator[SpecError]:
    for j, spec in enumerate([backend] if isinstance(backend, str) else backend or []):
        try:
            check_component("backend", spec)
        except SpecError as error:
            yield SpecError(error.problem, where if isinstance(backend, str) else f"{where}[{j}]")


def _repeated_labels(spec: StudySpec) -> Iterator[SpecError]:
    """Yield labels that two rows would share; only once every name is known to be right."""
    for section, rows in (("datasets", dataset_rows(spec)), ("models", model_rows(spec))):
        labels = [row.label for row in rows]
        for label in sorted({label for label in labels if labels.count(label) > 1}):
            yield SpecError(f"two rows are called {label!r}; give each a label of its own", section)


def component(spec: Component) -> tuple[Any, dict[str, Any]]:
    """Return the name and the parameters of ``pca`` or ``{name: pca, n_components: 2}``."""
    if isinstance(spec, str):
        return spec, {}
    parameters = dict(spec)
    return parameters.pop("name", None), parameters


def expand_grid(parameters: Mapping[str, Any]) -> list[tuple[dict[str, Any], str]]:
    """Return every combination of listed values, each with the text that tells it apart.

    A list is a grid, also inside a component; a list of lists gives lists as values.

    Examples
    --------
    >>> expand_grid({"C": [1, 10], "optimizer": {"name": "cobyla", "maxiter": [5]}})[1]
    ({'C': 10, 'optimizer': {'name': 'cobyla', 'maxiter': 5}}, 'C=10')
    """
    axes = []
    for key, value in parameters.items():
        if isinstance(value, list):
            texts = component_names(value)
            options = [
                (item, f"{key}={text}" if len(value) > 1 else "")
                for item, text in zip(value, texts, strict=True)
            ]
        elif isinstance(value, Mapping):
            options = [
                (inner, ", ".join(f"{key}.{part}" for part in text.split(", ") if part))
                for inner, text in expand_grid(value)
            ]
        else:
            options = [(value, "")]
        axes.append([(key, item, text) for item, text in options])
    return [
        (
            {key: item for key, item, _ in combination},
            ", ".join(text for _, _, text in combination if text),
        )
        for combination in itertools.product(*axes)
    ]


def component_names(specs: Sequence[Any]) -> list[str]:
    """Return what tells the values of a grid apart: for components the name, and what differs.

    Examples
    --------
    >>> component_names(["cobyla", {"name": "spsa", "maxiter": 9}])
    ['cobyla', 'spsa']
    >>> component_names([{"name": "spsa", "a": 4.0, "c": 0.1}, {"name": "spsa", "c": 0.1}])
    ['spsa (a=4.0)', 'spsa']
    """
    parts = [dict(spec) if isinstance(spec, Mapping) else {"name": spec} for spec in specs]
    names = []
    for part in parts:
        if "name" not in part:
            names.append(str(part))
            continue
        namesakes = [other for other in parts if other.get("name") == part["name"]]
        settings = "; ".join(  # no comma: it stands between the axes of a grid
            f"{key}={value}"
            for key, value in part.items()
            if any(other.get(key) != value for other in namesakes)
        )
        name = str(part["name"])
        names.append(f"{name} ({settings})" if settings else name)
    return names


def dataset_rows(spec: StudySpec) -> list[DatasetRow]:
    """Return the table's data sets, grids expanded."""
    rows = []
    for entry in spec.datasets:
        steps = []
        for step in entry.preprocessing:
            name, parameters = component(step)
            steps.append({"name": name, "parameters": parameters})
        for parameters, text in expand_grid(entry.parameters):
            label = _label(entry, text)
            rows.append(DatasetRow(label, entry.name, parameters, tuple(steps)))
    return rows


def model_rows(spec: StudySpec) -> list[ModelRow]:
    """Return the table's models, grids and backends expanded."""
    rows = []
    for entry in spec.models:
        takes_backend = "backend" in MODELS.load(entry.name)().get_params(deep=False)
        backends: list[str] = []
        if takes_backend:
            chosen = entry.backend if entry.backend is not None else spec.backend
            backends = [chosen] if isinstance(chosen, str) else list(chosen)
        datasets = tuple(entry.datasets) if entry.datasets is not None else None
        for parameters, text in expand_grid(entry.parameters):
            label = _label(entry, text)
            if not takes_backend:
                rows.append(ModelRow(label, entry.name, parameters, datasets))
            for backend in backends:
                named = label if len(backends) == 1 else f"{label} @ {backend}"
                rows.append(
                    ModelRow(named, entry.name, {**parameters, "backend": backend}, datasets)
                )
    return rows


def _label(entry: _Entry, grid_text: str) -> str:
    label = entry.label or entry.name
    return f"{label} [{grid_text}]" if grid_text else label
