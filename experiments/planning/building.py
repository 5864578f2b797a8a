"""From records to things that run: a data set, an unfitted pipeline."""

from __future__ import annotations

import functools
import inspect
import json
import math
from collections.abc import Sequence
from typing import Any

from sklearn.pipeline import Pipeline

from experiments.datasets import Dataset, with_test_sets
from experiments.records import Cell, DatasetSpec, Parameters, Step, canonical_json
from experiments.registry import DATASETS, MODELS, PREPROCESSING, build_estimator
from experiments.seeds import child_seed
from qml.backends import Backend, resolve_backend, with_shots
from qml.engine import require_memory
from qml.errors import DataError, ResourceError, WorkbenchError, reason_of
from qml.texts import shown

__all__ = ["answering_backends", "load_dataset", "make_pipeline", "make_step"]


def load_dataset(spec: DatasetSpec, seed: int) -> Dataset:
    """Return a data set, drawn or read; the few that were asked for last are kept.

    Parameters
    ----------
    spec : DatasetSpec
        Name and parameters, draw and test sets; preprocessing and hash play no part.
    seed : int
        Seed of the study.
    """
    place = canonical_json({"name": spec.name, "parameters": spec.parameters})
    _check_size(spec)
    if spec.draw:
        seed = child_seed(seed, "draw", spec.draw)
    drawn_by = child_seed(seed, "dataset", place)
    parameters = canonical_json(spec.parameters)
    return _loaded(spec.name, parameters, drawn_by, spec.test_sets, spec.test_rows)


def _check_size(spec: DatasetSpec) -> None:
    """Refuse generated data that would not fit, before they are drawn.

    The two largest of a generator's integers stand for rows and columns, whatever they are called;
    seeds and the numbers of catalogues are no sizes.
    """
    signature = inspect.signature(DATASETS.load(spec.name)).parameters
    sizes = [
        spec.parameters.get(name, parameter.default)
        for name, parameter in signature.items()
        if not name.endswith(("seed", "random_state", "_id"))
    ]
    numbers = sorted((size for size in sizes if type(size) is int), reverse=True)[:2]
    if numbers:
        numbers[0] += spec.test_sets * (spec.test_rows or numbers[0])
    what = " x ".join(f"{number:,}" for number in numbers)
    require_memory(8 * math.prod(numbers), f"the data set {spec.name!r}, {what} numbers,")


@functools.lru_cache(maxsize=4)
def _loaded(
    name: str, parameters: str, seed: int, test_sets: int, test_rows: int | None
) -> Dataset:
    data = _made(name, json.loads(parameters), seed)
    return with_test_sets(data, test_sets, test_rows, seed) if test_sets else data


def _made(name: str, parameters: Parameters, seed: int) -> Dataset:
    make = DATASETS.bind_named(name, parameters)
    try:
        data = make(random_state=seed)
    except WorkbenchError:
        raise
    except MemoryError as error:
        raise ResourceError(f"{name}: {reason_of(error)}") from None
    except (Exception, SystemExit) as error:  # somebody's function, which may as well exit
        raise DataError(f"{name}: cannot be made: {reason_of(error)}") from None
    if not isinstance(data, Dataset):
        raise DataError(f"{name}: gives {shown(data)}, expected a Dataset")
    return data


def make_step(step: Step, seed: int = 0) -> Any:
    """Return one preprocessing step, unfitted."""
    return build_estimator(PREPROCESSING, step.name, step.parameters, seed)


def make_pipeline(cell: Cell) -> Pipeline:
    """Return the cell's preprocessing, the model's own last, and its model, unfitted.

    The model's seed depends on the draw of the data, the split and the number of the start alone:
    models that start at random start at the same place, so that two optimizers are compared from
    the same start.
    """
    seed = _seed(cell, "model")
    steps: Sequence[tuple[str, Any]] = [
        (f"{i}_{step.name}", make_step(step, seed)) for i, step in enumerate(cell.preprocessing)
    ]
    model = build_estimator(MODELS, cell.model.name, cell.model.parameters, seed)
    return Pipeline([*steps, ("model", model)])


def answering_backends(cell: Cell, backend: str) -> list[Backend]:
    """Return the backends that classify the test rows, one a time; none if training's own does.

    Parameters
    ----------
    cell : Cell
        Cell whose model says how test rows are classified.
    backend : str
        Short name of the model's backend, with the ledger of its jobs if it has one.
    """
    asked = cell.model.classify
    if asked is None:
        return []
    name = backend if asked.shots is None else with_shots(backend, asked.shots)
    times = range(asked.times)
    return [resolve_backend(name, _seed(cell, "classify", time)) for time in times]


def _seed(cell: Cell, *place: object) -> int:
    """Return a seed that depends on the draw of the data, the split and the start alone."""
    split, draw = cell.split, cell.dataset.draw
    root = child_seed(split.seed, "draw", draw) if draw else split.seed
    again = ("start", split.start) if split.start else ()
    what, *further = place
    return child_seed(root, what, split.repeat, split.fold, *further, *again)
