"""The store: one file a finished cell, written so that no crash can half-write it.

A file is written under a temporary name, flushed to the disk, given its name in one step, and the
folder is flushed too: whatever happens, a name stands for a whole file or for none. A checksum
inside finds what the disk did to it later; such a file is moved to ``quarantine/`` and its cell
runs again.

Here records become JSON and JSON becomes records; shared kernels and the ledger of jobs keep files
of their own. A file is read once: it is read again only when the disk says that it is another one.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import time
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from experiments.records import (
    SCHEMA,
    Code,
    Environment,
    StoredCell,
    StoredPlan,
    canonical_json,
    json_text,
    plain,
)
from experiments.running.results import Results
from qml.durable import publish_durably, write_durably
from qml.errors import StoreError

__all__ = ["Store"]

_TICK_NS = 100_000_000  # coarser than any file system's clock that has fractions of a second
_KEY = re.compile(r"[0-9a-f]{64}")
Version = tuple[int, int, int]  # of a file: its place on the disk, its last change, its size
Record = TypeVar("Record")
_CELLS, _PLANS = TypeAdapter(StoredCell), TypeAdapter(StoredPlan)
_ENVIRONMENTS = TypeAdapter(Environment)


class _DamagedError(StoreError):
    """The disk has changed a plan."""


class Store:
    """The folder of one run.

    Parameters
    ----------
    folder : Path
        Place of the files, such as ``results/<study>``; made when something is first written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._cells = folder / "cells"
        self._read_cells: dict[str, tuple[Version, StoredCell]] = {}
        self._read_plan: tuple[Version, StoredPlan] | None = None

    # -- the plan and the environments

    def write_plan(self, plan: StoredPlan) -> None:
        """Keep what the latest run was asked for; the cells of earlier plans stay."""
        try:
            known = self.read_plan() if self.has_plan() else None
        except _DamagedError:  # it is about to be whole again
            known = None
        if known is not None and known.name != plan.name:
            raise StoreError(
                f"{self.folder} holds the study {known.name!r}; "
                f"give {plan.name!r} another folder with --out"
            )
        if known != plan:
            write_durably(self._plan_file, _pretty({"schema": SCHEMA, **plain(plan)}))

    def has_plan(self) -> bool:
        """Whether a study was ever run here."""
        return self._plan_file.is_file()

    def read_plan(self) -> StoredPlan:
        """Return what the latest run was asked for.

        Raises
        ------
        StoreError
            If there is none, if it is damaged, or if another version wrote it.
        """
        file = self._plan_file
        try:
            version = _version(file)
            if self._read_plan is not None and self._read_plan[0] == version:
                return self._read_plan[1]
            body = json.loads(file.read_text("utf-8"))
        except OSError:
            raise StoreError(f"{self.folder}: no run is stored here (no plan.json)") from None
        except (ValueError, RecursionError):
            raise self._damaged_plan() from None
        if not isinstance(body, dict):
            raise self._damaged_plan()
        self._check_schema(body)
        plan = _record(_PLANS, body)
        if plan is None:
            raise self._damaged_plan()
        if _settled(version):
            self._read_plan = version, plan
        return plan

    @property
    def _plan_file(self) -> Path:
        return self.folder / "plan.json"

    def _damaged_plan(self) -> _DamagedError:
        return _DamagedError(
            f"{self._plan_file}: damaged; `qml run` the study again, finished cells are kept"
        )

    def _check_schema(self, body: dict[str, Any]) -> None:
        """Refuse what another version has written, rather than read it wrongly."""
        found = body.get("schema", 1)
        if found != SCHEMA:
            raise StoreError(
                f"{self.folder}: written by another version of the workbench (schema {found!r}, "
                f"this one reads {SCHEMA}); run the study into another folder with --out"
            )

    def write_environment(self, environment: Environment) -> str:
        """Keep the environment once under its hash, and return the hash's first 12 digits."""
        name = _digits_of(environment)
        file = self.folder / "environments" / f"{name}.json"
        if not file.is_file():
            write_durably(file, _pretty(plain(environment)))
        return name

    def environments(self) -> dict[str, Environment]:
        """Return what the cells were made in, by the digits that they name; damage is left out."""
        found = {}
        for file in sorted((self.folder / "environments").glob("*.json")):
            with contextlib.suppress(OSError, ValueError, RecursionError):
                known = _record(_ENVIRONMENTS, json.loads(file.read_text("utf-8")))
                if known is not None:
                    found[file.stem] = known
        return found

    def write_code(self, code: Code, name: str) -> None:
        """Keep what made some cells, once under its digits."""
        file = self.folder / "code" / f"{name}.json"
        if not file.is_file():
            write_durably(file, _pretty(plain(code)))

    def codes(self) -> dict[str, Code]:
        """Return the code that made the cells, by the digits that they name; damage is left out."""
        found: dict[str, Code] = {}
        for file in sorted((self.folder / "code").glob("*.json")):
            with contextlib.suppress(OSError, ValueError, RecursionError):
                known = json.loads(file.read_text("utf-8"))
                if isinstance(known, dict) and _digits_of(known) == file.stem:
                    found[file.stem] = known
        return found

    # -- cells

    def put(self, key: str, cell: StoredCell) -> None:
        """Keep a finished cell; when this returns, it survives a power cut.

        If there is one already it stays: of two who ran the same cell the first is right.
        """
        body = {"schema": SCHEMA, "key": key, **plain(cell)}
        publish_durably(self._file(key), _pretty({"sha256": _checksum(body), **body}))

    def get(self, key: str) -> StoredCell | None:
        """Return a finished cell, or None; a damaged file counts as none and is moved away."""
        file = self._file(key)
        try:
            version = _version(file)
            known = self._read_cells.get(key)
            if known is not None and known[0] == version:
                return known[1]
            raw = file.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StoreError(f"{file}: cannot be read ({error.strerror})") from None
        body = _verified(raw, key)
        if body is not None:
            self._check_schema(body)
        cell = None if body is None else _record(_CELLS, body)
        if cell is None:
            self._quarantine(file)
            return None
        if _settled(version):
            self._read_cells[key] = version, cell
        return cell

    def find(self, start: str) -> StoredCell:
        """Return the one cell whose key starts so.

        Raises
        ------
        StoreError
            If no cell's key or several cells' keys do.
        """
        matches = [key for key in self.stored_keys() if key.startswith(start)]
        if len(matches) != 1:
            raise StoreError(f"{self.folder}: {len(matches)} stored cells start with {start!r}")
        found = self.get(matches[0])
        if found is None:
            raise StoreError(f"{self.folder}: the cell {start!r} was damaged and moved away")
        return found

    def results(self) -> Results:
        """Return the plan, and of its cells those that are there."""
        plan = self.read_plan()
        cells = self.found(dict.fromkeys(one.key for one in plan.cells))
        return Results(plan, cells, self.environments(), self.codes())

    def found(self, keys: Iterable[str]) -> dict[str, StoredCell]:
        """Return those of the cells that are there, by key."""
        return {key: cell for key in keys if (cell := self.get(key)) is not None}

    def remove(self, key: str) -> None:
        """Forget a cell, so that it runs again."""
        self._file(key).unlink(missing_ok=True)

    def finished(self) -> set[str]:
        """Return the keys that need not run again.

        Raises
        ------
        StoreError
            If another version wrote the folder: nothing in it is finished for this one.
        """
        if self.has_plan():
            self.read_plan()
        return set(self.stored_keys())

    def stored_keys(self) -> list[str]:
        """Return the keys that have a file, sorted."""
        return sorted(file.stem for file in self._cells.glob("*.json") if _KEY.fullmatch(file.stem))

    def _file(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise StoreError(f"{key!r} is no cell key (64 hexadecimal digits)")
        return self._cells / f"{key}.json"

    def _quarantine(self, file: Path) -> None:
        target = self.folder / "quarantine" / file.name
        target.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileNotFoundError):  # another runner was faster
            file.replace(target)
        problem = f"{file.name} was damaged: moved to {target}, the cell runs again"
        warnings.warn(problem, stacklevel=3)


def _digits_of(value: Any) -> str:
    """Return the digits under which a value is kept."""
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()[:12]


def _version(file: Path) -> Version:
    """Return what tells a file from the one that had its name before."""
    state = file.stat()
    return state.st_ino, state.st_mtime_ns, state.st_size


def _settled(version: Version) -> bool:
    """Whether the file's last change is so long ago that another one would have another time."""
    _, changed_ns, _ = version
    return time.time_ns() - changed_ns > _TICK_NS


def _verified(raw: bytes, key: str) -> dict[str, Any] | None:
    try:
        body: dict[str, Any] = json.loads(raw)
        intact = body.pop("sha256") == _checksum(body) and body.pop("key") == key
    except (ValueError, KeyError, AttributeError, TypeError, RecursionError):
        return None
    return body if intact else None


def _checksum(body: dict[str, Any]) -> str:
    return hashlib.sha256(json_text(body).encode()).hexdigest()


def _record(adapter: TypeAdapter[Record], body: dict[str, Any]) -> Record | None:
    """Return the record that plain values describe; None if they describe none."""
    try:
        return adapter.validate_python(body)
    except ValidationError:
        return None


def _pretty(value: Any) -> bytes:
    return (json.dumps(value, indent=1, sort_keys=False, allow_nan=False) + "\n").encode()
