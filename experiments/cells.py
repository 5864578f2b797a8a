"""What a study expands to: the rows of its table, and the cells, each one fit on one split."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from experiments.registry import MODELS, search_space

if TYPE_CHECKING:
    from experiments.spec import ModelEntry, StudySpec

__all__ = [
    "SCHEMA",
    "Cell",
    "DatasetRow",
    "ModelRow",
    "canonical_json",
    "component",
    "component_names",
    "dataset_rows",
    "expand_backends",
    "expand_grid",
    "model_rows",
]

SCHEMA = 1


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
    """One model of the table: a plug-in with plain parameters, its backend among them.

    `search` is what is tuned of it; None if nothing is.
    """

    label: str
    name: str
    parameters: dict[str, Any]
    datasets: tuple[str, ...] | None
    search: dict[str, Any] | None = None

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
    split: dict[str, Any]

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


def component(spec: str | dict[str, Any]) -> tuple[Any, dict[str, Any]]:
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
            label = _label(entry.label or entry.name, text)
            rows.append(DatasetRow(label, entry.name, parameters, tuple(steps)))
    return rows


def model_rows(spec: StudySpec) -> list[ModelRow]:
    """Return the table's models: grids and backends expanded, tuned ones beside untuned ones."""
    rows = []
    tuning = spec.protocol.tuning
    for entry in spec.models:
        datasets = tuple(entry.datasets) if entry.datasets is not None else None
        for label, parameters in _variants(entry, spec):
            search = None
            if tuning is not None and entry.tune:
                search = _search(entry, parameters) or None
            rows.append(ModelRow(label, entry.name, parameters, datasets, search))
            if search is not None and tuning is not None and tuning.untuned:
                rows.append(ModelRow(f"{label}, untuned", entry.name, parameters, datasets))
    return rows


def _variants(entry: ModelEntry, spec: StudySpec) -> list[tuple[str, dict[str, Any]]]:
    """Return label and parameters of every point of an entry's grid, on each of its backends."""
    backends: list[tuple[str, str]] = []
    if "backend" in MODELS.load(entry.name)().get_params(deep=False):
        backends = expand_backends(spec.backend if entry.backend is None else entry.backend, spec)
    variants = []
    for parameters, text in expand_grid(entry.parameters):
        label = _label(entry.label or entry.name, text)
        if not backends:
            variants.append((label, parameters))
        for backend, apart in backends:
            named = label if len(backends) == 1 else f"{label} @ {apart or backend}"
            variants.append((named, {**parameters, "backend": backend}))
    return variants


def expand_backends(
    chosen: str | Mapping[str, Any] | Sequence[Any], study: StudySpec | None = None
) -> list[tuple[str, str]]:
    """Return every backend that a study names, each with the text that tells it apart.

    A mapping is a grid, as everywhere; a value of None is the backend's default. One without
    ``kind`` adds its options to each of the study's own backends.

    Examples
    --------
    >>> expand_backends({"kind": "aer", "noise": "fake_manila", "shots": [100, 1000]})[1]
    ('aer:noise=fake_manila,shots=1000', 'shots=1000')
    >>> expand_backends("exact")
    [('exact', '')]
    """
    if isinstance(chosen, str):
        return [(chosen, "")]
    if not isinstance(chosen, Mapping):
        return [found for one in chosen for found in expand_backends(one, study)]
    described = dict(chosen)
    owners = [(str(described.pop("kind")), "")] if "kind" in described else []
    if not owners and study is not None:
        owners = expand_backends(study.backend)
    found = []
    for owner, of_owner in owners:
        for parameters, text in expand_grid(described):
            items = [_backend_item(k, v) for k, v in parameters.items() if v is not None]
            apart = ", ".join(filter(None, (of_owner, text.replace("shots=None", "exact"))))
            between = "," if ":" in owner else ":"
            found.append((f"{owner}{between if items else ''}{','.join(items)}", apart))
    return found


def _backend_item(key: str, value: Any) -> str:
    """Return ``key=value`` as a backend's short name has it."""
    if isinstance(value, Mapping):
        inner = dict(value)
        named = [f"{key}={inner.pop('name', '')}"]
        return ",".join([*named, *(f"{key}.{part}={text}" for part, text in inner.items())])
    if isinstance(value, bool):
        return f"{key}={str(value).lower()}"
    return f"{key}={value}".replace(" ", "") if isinstance(value, list) else f"{key}={value}"


def _search(entry: ModelEntry, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is tuned: what the study says, else the model's own space less what is named."""
    if entry.search is not None:
        return dict(entry.search)
    return {
        path: values
        for path, values in search_space(entry.name).items()
        if not _is_named(path, parameters)
    }


def _is_named(path: str, parameters: Mapping[str, Any]) -> bool:
    name, _, inner = path.partition(".")
    if name not in parameters or not inner:
        return name in parameters
    part = parameters[name]
    return isinstance(part, Mapping) and inner in part


def _label(name: str, grid_text: str) -> str:
    return f"{name} [{grid_text}]" if grid_text else name
