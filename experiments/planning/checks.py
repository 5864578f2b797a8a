"""What a study means: names and parameters of plug-ins, data sets that models ask for, labels."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from experiments.evaluation.declared import FAMILIES
from experiments.evaluation.metrics import METRICS, check_metrics
from experiments.evaluation.proposals import read_space
from experiments.evaluation.tuning import with_values
from experiments.planning.figures import figure_problems
from experiments.planning.grid import empty_lists, expand_backends, expand_grid
from experiments.planning.multiverse_checks import multiverse_problems
from experiments.planning.problems import told
from experiments.planning.published import published_problems
from experiments.planning.quantities import report_problems
from experiments.planning.rows import dataset_rows, model_rows, step_of
from experiments.planning.sizes import size_problems
from experiments.planning.spec import (
    Classify,
    Entry,
    ModelEntry,
    StudySpec,
    structure,
)
from experiments.planning.yaml_source import YamlSource
from experiments.records import DatasetRow, ModelRow, Parameters, Step
from experiments.registry import (
    DATASETS,
    MODELS,
    PREPROCESSING,
    build_estimator,
    check_component,
)
from qml.backends import BACKENDS, resolve_backend, with_shots
from qml.errors import SpecError, did_you_mean
from qml.optimizers import OPTIMIZERS
from qml.texts import shown

__all__ = ["parse"]

_LARGEST = 10**18


def parse(source: YamlSource) -> StudySpec:
    """Return the study that the file describes.

    Raises
    ------
    SpecError
        One line a problem, each ``file:line: path: problem``.
    """
    try:
        spec = structure(source)
        found = _problems(spec)
        if not found and spec.multiverse is not None:
            found = list(multiverse_problems(spec, spec.multiverse, parse))
    except RecursionError:  # from Python: a file's depth is looked at as it is read
        raise SpecError(f"{source.name}: too deeply nested values") from None
    if found:
        raise told(source, found)
    return spec


def _problems(spec: StudySpec) -> list[SpecError]:
    """Return what is wrong first: sizes, then meaning, then labels."""
    return list(size_problems(spec)) or list(_meaning_problems(spec)) or list(_label_problems(spec))


def _meaning_problems(spec: StudySpec) -> Iterator[SpecError]:
    """Yield what is wrong with names and parameters, each with its path."""
    of_data = list(_data_problems(spec))
    yield from of_data
    known = {d.name for d in spec.datasets}
    if not of_data:  # else there are no rows yet that a model could name
        known |= {word for row in dataset_rows(spec) for word in (row.label, row.entry)}
    for i, model in enumerate(spec.models):
        own = list(
            _problems_of(f"models[{i}]", model, lambda name, p: build_estimator(MODELS, name, p))
        )
        yield from own
        yield from _step_problems(model, f"models[{i}]")
        for j, name in enumerate(model.datasets or []):
            if not of_data and name not in known:
                problem = f"no data set of this study is called {name!r}{did_you_mean(name, known)}"
                yield SpecError(problem, f"models[{i}].datasets[{j}]")
        yield from _backend_problems(model.backend, f"models[{i}].backend", spec)
        tuned = spec.protocol.tuning is not None
        if not own:  # else each of them would be met again at every value that is tried
            yield from _search_problems(model, f"models[{i}]", tuned)
    yield from _backend_problems(spec.backend, "backend", spec)
    yield from _test_set_problems(spec)
    yield from _classify_problems(spec)
    sizes = spec.protocol.train_sizes
    if spec.controls and sizes and 1.0 not in sizes:
        yield SpecError("controls need whole training parts; add 1.0", "protocol.train_sizes")
    yield from _metric_problems(spec)
    yield from _comparison_problems(spec)
    yield from _duel_problems(spec)


def _data_problems(spec: StudySpec) -> Iterator[SpecError]:
    """Yield what is wrong with data sets and their preprocessing."""
    for i, dataset in enumerate(spec.datasets):
        yield from _problems_of(f"datasets[{i}]", dataset, DATASETS.bind_named)
        for j, step in enumerate(dataset.preprocessing):
            where = f"datasets[{i}].preprocessing[{j}]"
            yield from _problems_of(
                where, step_of(step), lambda name, p: build_estimator(PREPROCESSING, name, p)
            )


def _step_problems(entry: ModelEntry, where: str) -> Iterator[SpecError]:
    """Yield what is wrong with a model's own preprocessing."""
    for j, step in enumerate(entry.preprocessing):
        try:
            named = step_of(step)
            build_estimator(PREPROCESSING, named.name, named.parameters)
        except SpecError as error:
            yield error.under(f"{where}.preprocessing[{j}]")


def _test_set_problems(spec: StudySpec) -> Iterator[SpecError]:
    """Yield sizes of test sets that there are not, and divisions where nothing is divided."""
    for i, dataset in enumerate(spec.datasets):
        if dataset.test_rows is not None and not dataset.test_sets:
            problem = "the size of test sets, of which there are none: add `test_sets`"
            yield SpecError(problem, f"datasets[{i}].test_rows")
    if all(dataset.test_sets for dataset in spec.datasets):
        for name in ("split", "folds", "test_size", "repeats"):
            if name in spec.protocol.model_fields_set:
                problem = "every data set has fresh test sets, so no rows are divided; draw more"
                yield SpecError(f"{problem} data with `draws`", f"protocol.{name}")


def _classify_problems(spec: StudySpec) -> Iterator[SpecError]:
    """Yield classifications apart from training that nothing measures, each once."""
    found: dict[tuple[str, str], None] = {}
    for i, model in enumerate(spec.models):
        if model.name not in MODELS.names():
            continue
        quantum = "backend" in MODELS.load(model.name)().get_params(deep=False)
        said, path = model.classify, f"models[{i}].classify"
        if said is None and quantum:
            said, path = spec.protocol.classify, "protocol.classify"
        if said is None:
            continue
        chosen = spec.backend if model.backend is None else model.backend
        problems = [f"{model.name} runs no circuits, so nothing of it is measured"]
        if quantum:
            points = dict.fromkeys(point.name for point in expand_backends(chosen, spec.backend))
            problems = [_unmeasured(name, said) for name in points]
        found |= dict.fromkeys((problem, path) for problem in problems if problem)
    yield from (SpecError(problem, path) for problem, path in found)


def _unmeasured(backend: str, said: Classify) -> str:
    """Return why a backend measures no test rows so; nothing where it does, or is wrong itself."""
    try:
        resolve_backend(backend)
    except SpecError:
        return ""
    try:
        name = backend if said.shots is None else with_shots(backend, said.shots)
        measured = resolve_backend(name).shots is not None
    except SpecError as error:
        return error.problem
    return "" if measured else f"{backend!r} has no shots, so every answer is the same; name shots"


def _comparison_problems(spec: StudySpec) -> Iterator[SpecError]:
    """Yield what is wrong with the comparisons that are declared, and with their ropes."""
    said = spec.compare
    if said.family not in FAMILIES:
        known = ", ".join(FAMILIES)
        problem = f"unknown family {said.family!r}{did_you_mean(said.family, FAMILIES)}"
        yield SpecError(f"{problem}; there are {known}, reference: MODEL and pairs", "compare")
    if said.reference is not None and said.pairs:
        yield SpecError("reference and pairs are two answers to one question", "compare")
    if said.family == "controls" and not spec.controls:
        yield SpecError("there are none: add `controls: true`", "compare")
    for metric in spec.rope:
        if metric not in METRICS and metric != "all":
            problem = f"unknown metric{did_you_mean(metric, METRICS)}"
            yield SpecError(problem, f"rope.{metric}")


def _compared_problems(spec: StudySpec, models: list[str]) -> Iterator[SpecError]:
    """Yield models that are to be compared and are no rows of the table."""
    named = {
        f"pairs[{i}][{j}]": m
        for i, pair in enumerate(spec.compare.pairs)
        for j, m in enumerate(pair)
    }
    if spec.compare.reference is not None:
        named["reference"] = spec.compare.reference
    for place, name in named.items():
        if name not in models:
            problem = f"no model of this study is called {name!r}{did_you_mean(name, models)}"
            yield SpecError(problem, f"compare.{place}")
    for i, (first, second) in enumerate(spec.compare.pairs):
        if first == second:
            yield SpecError(f"{first!r} beside itself", f"compare.pairs[{i}]")


def _duel_problems(spec: StudySpec) -> Iterator[SpecError]:
    for i, pair in enumerate(spec.duel.pairs):
        for j, name in enumerate(pair):
            if name not in OPTIMIZERS.names():
                problem = f"unknown optimizer {name!r}{did_you_mean(name, OPTIMIZERS.names())}"
                yield SpecError(problem, f"duel.pairs[{i}][{j}]")


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


def _search_problems(model: ModelEntry, where: str, tuned: bool) -> Iterator[SpecError]:
    """Yield what is wrong with a search space of the study's own; every value of it is tried."""
    if model.search is None or model.name not in MODELS.names():
        return
    if not tuned:
        yield SpecError("nothing is tuned: the study has no protocol.tuning", f"{where}.search")
        return
    infinite = list(_finite_problems(model.search, f"{where}.search"))
    yield from infinite
    if infinite:  # there is no range of such ends
        return
    try:
        space = read_space(model.search)
        defaults = MODELS.load(model.name)().get_params(deep=False)
        named = {**defaults, **expand_grid(model.parameters)[0].parameters}
        for path, values in space.items():
            name, known = path.partition(".")[0], set(defaults) - {"random_state", "backend"}
            if name not in known:
                problem = f"nothing to tune of {model.name!r}{did_you_mean(name, known)}"
                raise SpecError(problem, path)
            for value in values.samples:
                tried = with_values(named, {path: value})[name]
                build_estimator(MODELS, model.name, {name: tried})
    except SpecError as error:
        yield error.under(f"{where}.search")


def _problems_of(
    where: str, entry: Entry | Step, build: Callable[[str, Parameters], object]
) -> Iterator[SpecError]:
    seen = set()
    for path in empty_lists(entry.parameters):
        yield SpecError("an empty list gives no row", f"{where}.{path}")
    yield from _finite_problems(entry.parameters, where)
    for point in expand_grid(entry.parameters):
        try:
            build(entry.name, point.parameters)
        except SpecError as error:
            if str(error) not in seen:
                seen.add(str(error))
                yield error.under(where)


def _finite_problems(value: Any, path: str) -> Iterator[SpecError]:
    """Yield what is wrong with every number that is none, or that no array holds."""
    if isinstance(value, float) and not math.isfinite(value):
        yield SpecError(f"must be a finite number (got {value})", path)
    elif isinstance(value, int) and abs(value) >= _LARGEST:
        yield SpecError(f"must be a whole number of at most 18 digits (got {shown(value)})", path)
    elif isinstance(value, Mapping):
        for key, own in value.items():
            yield from _finite_problems(own, f"{path}.{key}")
    elif isinstance(value, list):
        for place, own in enumerate(value):
            yield from _finite_problems(own, f"{path}[{place}]")


def _backend_problems(chosen: Any, where: str, spec: StudySpec) -> Iterator[SpecError]:
    listed = chosen if isinstance(chosen, list) else [] if chosen is None else [chosen]
    for j, one in enumerate(listed):
        path = f"{where}[{j}]" if isinstance(chosen, list) else where
        if isinstance(one, Mapping) and "kind" not in one and where == "backend":
            yield SpecError(f"missing: the kind{did_you_mean('', BACKENDS.names())}", path)
            continue
        if isinstance(one, Mapping):
            yield from (
                SpecError("an empty list gives no row", f"{path}.{key}") for key in empty_lists(one)
            )
        seen = set()
        for point in expand_backends(one, spec.backend):
            try:
                check_component("backend", point.name)
            except SpecError as error:
                if error.problem not in seen:
                    seen.add(error.problem)
                    yield SpecError(error.problem, path)


def _label_problems(spec: StudySpec) -> Iterator[SpecError]:
    """Yield labels that two rows would share; only once every name is known to be right."""
    datasets, models = dataset_rows(spec), model_rows(spec)
    shared = {"datasets": _twice(datasets), "models": set[str]()}
    for dataset in datasets:  # on other data sets a model of the same name has other settings
        shared["models"] |= _twice([model for model in models if model.applies_to(dataset)])
    for section, labels in shared.items():
        for label in sorted(labels):
            yield SpecError(f"two rows are called {label!r}; give each a label of its own", section)
    yield from published_problems(spec, datasets, models)
    yield from report_problems(spec)
    yield from figure_problems(spec, datasets, models)
    yield from _compared_problems(spec, [row.label for row in models])


def _twice(rows: Sequence[DatasetRow] | Sequence[ModelRow]) -> set[str]:
    """Return the labels that several rows have."""
    counts = Counter(row.label for row in rows)
    return {label for label, n in counts.items() if n > 1}
