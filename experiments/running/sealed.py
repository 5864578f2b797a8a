"""Files that say by themselves whether the disk has changed them: JSON with its own hash."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from experiments.records import SCHEMA, from_json, json_text, pretty_json
from qml.errors import StoreError

__all__ = [
    "Version",
    "check_schema",
    "checksum",
    "pretty",
    "sealed",
    "settled",
    "unsealed",
    "version_of",
]

Version = tuple[int, int, int]  # of a file: its place on the disk, its last change, its size
_TICK_NS = 100_000_000  # coarser than any file system's clock that has fractions of a second


def sealed(body: Mapping[str, object]) -> bytes:
    """Return a body as a file's content, its hash in front."""
    return pretty({"sha256": checksum(body), **body})


def unsealed(raw: bytes) -> dict[str, Any] | None:
    """Return the body that was sealed; None if it is none or not as it was."""
    try:
        body: dict[str, Any] = from_json(raw)
        intact = body.pop("sha256") == checksum(body)
    except (ValueError, KeyError, AttributeError, TypeError, RecursionError):
        return None
    return body if intact else None


def check_schema(folder: Path, body: Mapping[str, object] | None) -> None:
    """Refuse what another version has written, rather than read it wrongly."""
    found = SCHEMA if body is None else body.get("schema", 1)
    if found != SCHEMA:
        raise StoreError(
            f"{folder}: written by another version of the workbench (schema {found!r}, this one "
            f"reads {SCHEMA}); run the study into another folder with --out"
        )


def version_of(file: Path) -> Version:
    """Return what tells a file from the one that had its name before."""
    state = file.stat()
    return state.st_ino, state.st_mtime_ns, state.st_size


def settled(version: Version) -> bool:
    """Return whether the last change is so long ago that another would have another time."""
    _, changed_ns, _ = version
    return time.time_ns() - changed_ns > _TICK_NS


def checksum(body: Mapping[str, object]) -> str:
    """Return the hash of a body's one text."""
    return hashlib.sha256(json_text(body).encode()).hexdigest()


def pretty(value: Any) -> bytes:
    """Return plain values as JSON that a person can read."""
    return pretty_json(value).encode()
