"""Records as plain values, and the one text of each."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from typing import Any

__all__ = ["canonical_json", "plain"]


def plain(value: Any) -> Any:
    """Return a value as JSON has it; of records, the fields that are not at their defaults.

    Examples
    --------
    >>> from experiments.records import Split
    >>> plain(Split(seed=1, repeat=0, fold=2, folds=5))
    {'seed': 1, 'repeat': 0, 'fold': 2, 'folds': 5}
    """
    if is_dataclass(value) and not isinstance(value, type):
        named = ((f, getattr(value, f.name)) for f in fields(value))
        return {f.name: plain(own) for f, own in named if own != _default(f)}
    if isinstance(value, Mapping):
        return {key: plain(own) for key, own in value.items()}
    return [plain(own) for own in value] if isinstance(value, list | tuple) else value


def _default(of: Any) -> Any:
    return of.default if of.default_factory is MISSING else of.default_factory()


def canonical_json(value: Any) -> str:
    """Return the one JSON text of a value: sorted keys, no spaces, full float precision."""
    return json.dumps(plain(value), sort_keys=True, separators=(",", ":"), allow_nan=False)
