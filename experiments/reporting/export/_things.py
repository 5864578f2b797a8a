"""What a run and its data sets are in the words of schema.org."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TypeAlias

from experiments.running.results import Results

__all__ = ["Thing", "moment", "slug", "started_and_ended"]

#: A value of JSON-LD, as deep as it goes.
Value: TypeAlias = "str | int | float | bool | list[Value] | Mapping[str, Value] | None"
Thing: TypeAlias = dict[str, Value]


def slug(text: str) -> str:
    """Return a text as part of a name that every system and every address takes."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:60] or "unnamed"


def moment(seconds: float) -> str:
    """Return seconds since the epoch as a moment in ISO 8601."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def started_and_ended(results: Results) -> tuple[float, float] | None:
    """Return when the first and the last cell ended; None for a run that has none."""
    ends = [cell.record.finished_at_s for cell in results.cells.values()]
    return (min(ends), max(ends)) if ends else None
