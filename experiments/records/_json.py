"""Records as plain values, and the one text of each."""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from typing import Any

__all__ = ["canonical_json", "from_json", "json_text", "plain", "pretty_json"]

_NOT_FINITE = "not finite"
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
    return _text(value, sort_keys=True, separators=(",", ":"))


def pretty_json(value: Any) -> str:
    """Return plain values as JSON that a person can read."""
    return _text(value, indent=1) + "\n"


def from_json(raw: str | bytes) -> Any:
    """Return the plain values of a JSON text that was written here.

    Examples
    --------
    >>> json_text([1.5, float("-inf")])
    '[1.5,{"not finite":"-inf"}]'
    >>> from_json(json_text([1.5, float("-inf")]))
    [1.5, -inf]
    """
    return json.loads(raw, object_hook=_number)


def _text(value: Any, **style: Any) -> str:
    try:
        return json.dumps(value, allow_nan=False, **style)
    except ValueError:  # JSON has no word for what is not finite
        return json.dumps(_spelled(value), allow_nan=False, **style)


def _spelled(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return {_NOT_FINITE: str(float(value))}
    if isinstance(value, Mapping):
        return {key: _spelled(own) for key, own in value.items()}
    return [_spelled(own) for own in value] if isinstance(value, list | tuple) else value


def _number(found: dict[str, Any]) -> Any:
    if found.keys() == {_NOT_FINITE} and found[_NOT_FINITE] in ("nan", "inf", "-inf"):
        return float(found[_NOT_FINITE])
    return found
