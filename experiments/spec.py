"""A study: what its file may say.

The structure (which keys, which types) is checked by pydantic, the meaning (names and parameters
of plug-ins) by the registry; either way each problem is one line with the file's line and the
field's path.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from experiments.cells import component, dataset_rows, expand_backends, expand_grid, model_rows
from experiments.evaluation.metrics import METRICS, check_metrics
from experiments.evaluation.splits import SplitKind
from experiments.evaluation.tuning import check_space, with_values
from experiments.registry import (
    DATASETS,
    MODELS,
    PREPROCESSING,
    build_estimator,
    check_component,
)
from experiments.yaml_source import YamlSource
from qml.backends import BACKENDS
from qml.errors import SpecError, did_you_mean

__all__ = ["StudySpec", "parse"]

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
Label = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f]+$")]
Component = str | dict[str, Any]
Names = Annotated[list[str], Field(min_length=1)]
Backends = str | dict[str, Any] | Annotated[list[str | dict[str, Any]], Field(min_length=1)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Tuning(_Section):
    """The search inside each training part: as many trials for every model."""

    trials: int = Field(default=20, ge=1)
    seconds: float | None = Field(default=None, gt=0)
    folds: int = Field(default=3, ge=2)
    metric: str | None = None
    untuned: bool = False


class Limits(_Section):
    """What a cell may take; more, and it is a row that says so."""

    seconds: float | None = Field(default=None, gt=0)
    memory_mib: int | None = Field(default=None, ge=1)


class Protocol(_Section):
    """Which rows are trained on and tested, and how much tuning there is: the same for all."""

    split: SplitKind = "stratified"
    folds: int = Field(default=5, ge=2)
    test_size: float = Field(default=0.2, gt=0, lt=1)
    repeats: int = Field(default=1, ge=1)
    train_sizes: list[Annotated[int, Field(ge=2)] | Annotated[float, Field(gt=0, le=1)]] = []
    seed: int = Field(default=0, ge=0)
    tuning: Tuning | None = None
    limits: Limits = Limits()


class Budget(_Section):
    """What a whole study may take of machines: nothing is submitted beyond it."""

    max_shots: int | None = Field(default=None, ge=1)
    max_qpu_seconds: float | None = Field(default=None, gt=0)


class Published(_Section):
    """A number that was printed elsewhere, to stand beside ours."""

    dataset: str
    model: str
    metric: str = "accuracy"
    value: float
    source: str


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
    """A model: on which backends and data sets, if not on all; what of it is tuned."""

    backend: Backends | None = None
    datasets: Names | None = None
    tune: bool = True
    search: dict[str, Any] | None = None


class StudySpec(_Section):
    """What a study file says."""

    name: Slug
    description: str = ""
    datasets: list[DatasetEntry] = Field(min_length=1)
    models: list[ModelEntry] = Field(min_length=1)
    backend: Backends = "exact"
    protocol: Protocol = Protocol()
    budget: Budget = Budget()
    metrics: list[str] = Field(default=["accuracy", "f1"], min_length=1)
    controls: bool = False
    rope: float = Field(default=0.01, ge=0)
    published: list[Published] = []
    report: list[str] = []


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
        section = _section_of(parts)
        problem = "unknown key" + did_you_mean(parts[-1], section.model_fields)
    elif detail["type"] == "missing":
        problem = "missing"
    else:
        parts = [part for part in parts if not (isinstance(part, str) and part in _UNION_TAGS)]
        problem = f"{detail['msg']} (got {_shortened(detail['input'])})"
    path = _join(parts)
    return f"{source.locate(path)}: {path}: {problem}"


def _section_of(parts: list[str | int]) -> type[_Section]:
    """Return the section that a key was looked for in."""
    sections: dict[str, type[_Section]] = {
        "protocol": Protocol,
        "tuning": Tuning,
        "limits": Limits,
        "budget": Budget,
        "published": Published,
    }
    owners = [part for part in parts[:-1] if isinstance(part, str)]
    return sections.get(owners[-1], StudySpec) if owners else StudySpec


# pydantic adds the tried type of a union to the path of its errors
_UNION_TAGS = frozenset(
    {"str", "list[str]", "dict[str,any]", "constrained-str", "constrained-int", "constrained-float"}
)


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
        yield from _backend_problems(model.backend, f"models[{i}].backend", spec)
        tuned = spec.protocol.tuning is not None
        yield from _search_problems(model, f"models[{i}]", tuned)
    yield from _backend_problems(spec.backend, "backend", spec)
    yield from _metric_problems(spec)


def _metric_problems(spec: StudySpec) -> Iterator[SpecError]:
    tuned_by = spec.protocol.tuning.metric if spec.protocol.tuning is not None else None
    for names, path in (
        (spec.metrics, "metrics"),
        ([tuned_by] if tuned_by is not None else [], "protocol.tuning.metric"),
    ):
        try:
            check_metrics(names)
        except SpecError as error:
            yield error.under("metrics") if path == "metrics" else SpecError(error.problem, path)
    for i, printed in enumerate(spec.published):
        if printed.metric not in METRICS:
            problem = f"unknown metric {printed.metric!r}{did_you_mean(printed.metric, METRICS)}"
            yield SpecError(problem, f"published[{i}].metric")


def _search_problems(model: ModelEntry, where: str, tuned: bool) -> Iterator[SpecError]:
    """Yield what is wrong with a search space of the study's own; every value of it is tried."""
    if model.search is None or model.name not in MODELS.names():
        return
    if not tuned:
        yield SpecError("nothing is tuned: the study has no protocol.tuning", f"{where}.search")
        return
    try:
        check_space(model.search)
        defaults = MODELS.load(model.name)().get_params(deep=False)
        parameters, _ = expand_grid(model.parameters)[0]
        for path, values in model.search.items():
            name, known = path.partition(".")[0], set(defaults) - {"random_state", "backend"}
            if name not in known:
                problem = f"nothing to tune of {model.name!r}{did_you_mean(name, known)}"
                raise SpecError(problem, path)
            for value in values if isinstance(values, list) else (values["low"], values["high"]):
                tried = with_values({**defaults, **parameters}, {path: value})[name]
                build_estimator(MODELS, model.name, {name: tried})
    except SpecError as error:
        yield error.under(f"{where}.search")


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


def _backend_problems(chosen: Any, where: str, spec: StudySpec) -> Iterator[SpecError]:
    listed = chosen if isinstance(chosen, list) else [] if chosen is None else [chosen]
    for j, one in enumerate(listed):
        path = f"{where}[{j}]" if isinstance(chosen, list) else where
        if isinstance(one, Mapping) and "kind" not in one and where == "backend":
            yield SpecError(f"missing: the kind{did_you_mean('', BACKENDS.names())}", path)
            continue
        if isinstance(one, Mapping):
            yield from (
                SpecError("an empty list gives no row", f"{path}.{key}")
                for key in _empty_grids(one)
            )
        seen = set()
        for named, _ in expand_backends(one, spec):
            try:
                check_component("backend", named)
            except SpecError as error:
                if error.problem not in seen:
                    seen.add(error.problem)
                    yield SpecError(error.problem, path)


def _repeated_labels(spec: StudySpec) -> Iterator[SpecError]:
    """Yield labels that two rows would share; only once every name is known to be right."""
    found = {
        "datasets": [row.label for row in dataset_rows(spec)],
        "models": [row.label for row in model_rows(spec)],
    }
    for section, labels in found.items():
        for label in sorted({label for label in labels if labels.count(label) > 1}):
            yield SpecError(f"two rows are called {label!r}; give each a label of its own", section)
    for i, printed in enumerate(spec.published):
        for key, known in (("dataset", found["datasets"]), ("model", found["models"])):
            name = getattr(printed, key)
            if name not in known:
                problem = f"no row of this study is called {name!r}{did_you_mean(name, known)}"
                yield SpecError(problem, f"published[{i}].{key}")
