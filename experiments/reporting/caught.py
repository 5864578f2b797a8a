"""Warnings of other libraries: caught while a cell ran, kept in it, and counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from experiments.running.results import Results
from qml.texts import shortened

__all__ = ["Caught", "find", "in_short"]

_NAMED = 2  # texts that a line has room for
_LENGTH = 90  # of each


@dataclass(frozen=True)
class Caught:
    """A warning that cells of a run were given.

    Parameters
    ----------
    text : str
        Text of the warning.
    cells : int
        Number of the cells that were warned.
    models : tuple of str
        Models that they are of.
    """

    text: str
    cells: int
    models: tuple[str, ...]


def find(results: Results) -> list[Caught]:
    """Return the warnings of a run, the most frequent first."""
    where: dict[str, dict[str, None]] = {}
    keys: dict[str, set[str]] = {}
    for fit in results.fits:
        for text in () if fit.stored is None else fit.stored.record.warnings:
            where.setdefault(text, {})[fit.planned.model] = None
            keys.setdefault(text, set()).add(fit.planned.key)
    found = [Caught(text, len(keys[text]), tuple(models)) for text, models in where.items()]
    return sorted(found, key=lambda one: -one.cells)


def in_short(found: Sequence[Caught], folder: Path) -> str:
    """Return the most frequent warnings of a run in a line or two."""
    named = "; ".join(
        f"{shortened(one.text, _LENGTH)!r} in {one.cells:,} cell{'s'[: one.cells - 1]} of "
        f"{shortened(', '.join(one.models), _LENGTH)}"
        for one in found[:_NAMED]
    )
    more = f"; {len(found) - _NAMED:,} others" if len(found) > _NAMED else ""
    return f"Warnings were caught: {named}{more}; all are in {folder / 'report.html'}."
