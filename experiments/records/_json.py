"""Records as plain values, and the one text of each."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from typing import Any

__all__ = ["canonical_json", "json_text", "plain"]

_SCALARS = frozenset({str, int, float, bool, type(None)})


def plain(value: Any) -> Any:
    """Return a value as JSON has it; of records, the fields that are not at their defaults.

    Examples
    --------
    >>> from experiments.records import Split
    >>> plain(Split(seed=1, repeat=0, fold=2, folds=5))
    {'seed': 1, 'repeat': 0, 'fold': 2, 'folds': 5}
    """
    if isinstance(value, list | tuple):  # of thousands of numbers, so each is looked at once
        return [own if type(own) in _SCALARS else plain(own) for own in value]
    if isinstance(value, Mapping):
        return {key: plain(own) for key, own in value.items()}
    if not is_dataclass(value) or isinstance(value, type):
        return value
    named = ((name, getattr(value, name), default) for name, default in _defaults(type(value)))
    return {name: plain(own) for name, own, default in named if own != default}


@functools.cache
def _defaults(record: type[Any]) -> tuple[tuple[str, Any], ...]:
    """Return a record's fields with their defaults."""
    return tuple(
        (f.name, f.default if f.default_factory is MISSING else f.default_factory())
        for f in fields(record)
    )


def canonical_json(value: Any) -> str:
    """Return the one JSON text of a value: sorted keys, no spaces, full float precision."""
    return json_text(plain(value))


def json_text(value: Any) -> str:
    """Return the one JSON text of a value that is plain already."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
