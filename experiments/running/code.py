"""Which code made a result: the plug-ins that a cell names, and what they import of ours.

A result is told from another by what was asked (its key); what answered stands beside it, and is
compared when results are read. Comments, docstrings and formatting are no code.
"""

from __future__ import annotations

import ast
import contextlib
import functools
import hashlib
import importlib
import importlib.util
import inspect
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from experiments.planning.rows import step_of
from experiments.records import Cell, Code, Environment, Step, StoredCell, canonical_json
from experiments.registry import COMPONENTS, DATASETS, MODELS, PREPROCESSING, QUANTITIES
from experiments.running.results import Results
from qml.backends import BACKENDS, describe_backend
from qml.devices import DEVICES
from qml.errors import SpecError, reason_of
from qml.registry import Room

__all__ = ["changes", "code_name", "code_of", "loaded_code", "versions_of"]

_OURS = ("qml", "classical", "experiments")
_ALWAYS = ("experiments.evaluation.protocol", "experiments.evaluation.splits")
_ROOMS: dict[str, Room[Any]] = {**COMPONENTS, "backend": BACKENDS, "noise": DEVICES}
_COMPUTING = (
    "numpy",
    "scipy",
    "scikit-learn",
    "qiskit",
    "qiskit-aer",
    "pennylane",
    "numba",
    "optuna",
    "lightgbm",
    "xgboost-cpu",
)


def code_of(cell: Cell) -> Code:
    """Return the digits of every module that has a part in a cell's numbers, by its name."""
    return _code_of(canonical_json(cell.model), canonical_json(cell.dataset))


def loaded_code(cell: Cell) -> Code:
    """Return the digits of a cell's code as this process has it: all of it is imported first.

    What is changed on the disk afterwards changes nothing here.
    """
    return _loaded_code(canonical_json(cell.model), canonical_json(cell.dataset))


@functools.lru_cache(maxsize=4096)
def _loaded_code(model: str, dataset: str) -> Code:
    code = _code_of(model, dataset)
    for module in code:
        with contextlib.suppress(ImportError):  # what it lacks is said by who needs it
            importlib.import_module(module)
    return code


def code_name(code: Code) -> str:
    """Return the digits under which a cell's code is kept."""
    return hashlib.sha256(canonical_json(code).encode()).hexdigest()[:12]


def versions_of(environment: Environment) -> dict[str, str | None]:
    """Return the versions of the packages that compute."""
    return {package: environment.packages.get(package) for package in _COMPUTING}


def changes(stored: StoredCell, results: Results, now: Environment) -> tuple[str, ...] | None:
    """Return what has changed since a result was made; None if it was made by what is here.

    Modules of ours by name, packages with both versions; empty where it is not known what it was.
    What is no longer here is said in the words of who looked for it.
    """
    try:
        code = code_of(stored.cell)
    except SpecError as error:
        return (error.problem,)
    then = results.environments.get(stored.record.environment)
    versions = versions_of(now)
    before = versions if then is None else versions_of(then)
    other = {name: was for name, was in before.items() if was != versions[name]}
    found = [f"{name} {was} (now {versions[name]})" for name, was in other.items()]
    if stored.code != code_name(code):
        known = results.codes.get(stored.code or "", {})
        if not known:
            return tuple(found)
        names = known.keys() | code.keys()
        found = sorted(name for name in names if known.get(name) != code.get(name)) + found
    elif not found:
        return None
    return tuple(found)


@functools.lru_cache(maxsize=4096)
def _code_of(model: str, dataset: str) -> Code:
    asked, data = json.loads(model), json.loads(dataset)
    named = [(MODELS, asked), (DATASETS, data)]
    steps = data.get("preprocessing", []) + asked.get("preprocessing", [])
    named += [(PREPROCESSING, step) for step in steps]
    roots = set(_ALWAYS)
    for room, spec in named:
        roots.update(_plugins(room, spec["name"], spec.get("parameters", {})))
    roots.update(QUANTITIES.module(name).__name__ for name in asked.get("report", ()))
    if asked.get("tuning"):
        roots.add("experiments.evaluation.tuning")
    return {name: _digits(name) for name in sorted(_with_imports(roots))}


def _plugins(room: Room[Any], name: str, parameters: Mapping[str, Any]) -> Iterator[str]:
    """Yield the modules of a plug-in and of all that its parameters and defaults name."""
    yield room.module(name).__name__
    own = _defaults(room.load(name)) | dict(parameters)
    for parameter, value in own.items():
        yield from _components(parameter, value)


def _components(parameter: str, value: Any) -> Iterator[str]:
    room = _ROOMS.get(parameter)
    for named in value if isinstance(value, list | tuple) else [value]:
        if room is None or not isinstance(named, str | Mapping):
            continue
        if room is BACKENDS:
            given = describe_backend(named)
            step = Step(given.pop("kind"), given)
        else:
            step = step_of(named)
        if step.name in room.names():  # else an object's description, or a saved calibration
            yield from _plugins(room, step.name, step.parameters)


def _defaults(plugin: Callable[..., object]) -> dict[str, Any]:
    parameters = inspect.signature(plugin).parameters.values()
    return {one.name: one.default for one in parameters if one.default is not one.empty}


def _with_imports(roots: Iterable[str]) -> set[str]:
    """Return our modules that these import, directly or not."""
    found: set[str] = set()
    open_ = list(roots)
    while open_:
        name = open_.pop()
        if name not in found and _file(name) is not None:
            found.add(name)
            open_ += _imported(name)
    return found


@functools.cache
def _imported(module: str) -> frozenset[str]:
    """Return our modules that a module names in an import, wherever it stands."""
    names: set[str] = set()
    for node in ast.walk(_tree(module)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return frozenset(name for name in names if name.partition(".")[0] in _OURS)


@functools.cache
def _digits(module: str) -> str:
    """Return digits of a module's code: of its syntax tree without docstrings."""
    tree = _tree(module)
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            node.body = [line for line in node.body if not _is_text(line)] or [ast.Pass()]
    return hashlib.sha256(ast.dump(tree).encode()).hexdigest()[:12]


def _is_text(line: ast.stmt) -> bool:
    alone = isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant)
    return alone and isinstance(line.value.value, str)  # type: ignore[attr-defined]


def _tree(module: str) -> ast.Module:
    file = _file(module)
    try:
        return ast.parse("" if file is None else file.read_bytes())
    except (SyntaxError, ValueError) as error:
        raise SpecError(f"{module} cannot be read: {reason_of(error)}") from None


@functools.cache
def _file(module: str) -> Path | None:
    try:
        spec = importlib.util.find_spec(module)
    except (ImportError, ValueError):  # a name of a module, and no module
        return None
    origin = None if spec is None else spec.origin
    return Path(origin) if origin is not None and origin.endswith(".py") else None
