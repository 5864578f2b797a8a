"""How large a study is, by its numbers alone: what cannot be is refused before it is built."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from experiments.planning.readings import possible
from experiments.planning.spec import ModelEntry, StudySpec
from qml.errors import SpecError

__all__ = ["size_problems"]

_MOST_CELLS = 1_000_000  # a plan is held in memory, a cell is a file
_MOST_FITS = 1_000_000_000
_BY_RULE = 50  # repeats, at most, where the study names none
_CONTROLS = 6  # rows of a quantum model, with its controls


def size_problems(spec: StudySpec) -> Iterator[SpecError]:
    """Yield what makes a study too large to be planned."""
    protocol = spec.protocol
    data = sum(
        _points(entry.parameters) * math.prod(map(_values, entry.preprocessing)) * entry.draws
        for entry in spec.datasets
    )
    models = sum(_points(entry.parameters) * _backends(entry, spec) for entry in spec.models)
    repeats = 1 if protocol.split == "predefined" else protocol.repeats or _BY_RULE
    splits = repeats * protocol.seeds * max(1, len(protocol.train_sizes))
    if protocol.split in ("stratified", "grouped"):
        splits *= protocol.folds
    tuning = protocol.tuning
    rows = models * (_CONTROLS if spec.controls else 1)
    cells = data * rows * splits * (2 if tuning is not None and tuning.untuned else 1)
    readings = 0 if spec.multiverse is None else spec.multiverse.sample or possible(spec.multiverse)
    if readings and cells * (1 + readings) > _MOST_CELLS:
        yield SpecError(
            f"up to {cells * (1 + readings):,} cells ({readings:,} readings of {cells:,}), allowed "
            f"are {_MOST_CELLS:,}; sample fewer readings",
            "multiverse",
        )
    if cells > _MOST_CELLS:
        yield SpecError(
            f"up to {cells:,} cells ({data:,} data sets, {rows:,} models, {splits:,} splits), "
            f"allowed are {_MOST_CELLS:,}",
            "protocol",
        )
    elif tuning is not None and cells * tuning.trials * tuning.folds > _MOST_FITS:
        yield SpecError(
            f"up to {cells * tuning.trials * tuning.folds:,} fits in {cells:,} cells, allowed are "
            f"{_MOST_FITS:,}",
            "protocol.tuning",
        )


def _points(parameters: Mapping[str, Any]) -> int:
    """Return how many combinations a grid has, without making them."""
    return math.prod(_values(value) for value in parameters.values())


def _values(value: Any) -> int:
    if isinstance(value, Mapping):
        return _points(value)
    if isinstance(value, list):
        return sum(_values(item) if isinstance(item, Mapping) else 1 for item in value)
    return 1


def _backends(entry: ModelEntry, spec: StudySpec) -> int:
    own = spec.backend if entry.backend is None else entry.backend
    return _values(own)
