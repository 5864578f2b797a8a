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
import warnings
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any, Literal, TypeVar

import yaml
from pydantic import TypeAdapter, ValidationError

from experiments.records import (
    SCHEMA,
    Code,
    Environment,
    StoredCell,
    StoredPlan,
    canonical_json,
    plain,
)
from experiments.running.plans import Plans
from experiments.running.results import Results
from experiments.running.sealed import (
    Version,
    check_schema,
    pretty,
    sealed,
    settled,
    unsealed,
    version_of,
)
from qml.durable import publish_durably, write_durably
from qml.errors import DiskError, StoreError

__all__ = ["Store"]

_KEY = re.compile(r"[0-9a-f]{64}")
Record = TypeVar("Record")
_CELLS, _ENVIRONMENTS = TypeAdapter(StoredCell), TypeAdapter(Environment)


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
        self.plans = Plans(folder)

    @contextlib.contextmanager
    def counting(self, keys: Collection[str]) -> Iterator[None]:
        """Say of a disk that does not let us write or read how many of these cells are saved.

        Raises
        ------
        DiskError
            In place of whatever the system says in this block, in one line.
        """
        try:
            yield
        except BrokenPipeError:  # of a terminal, and no disk's
            raise
        except OSError as error:
            if isinstance(error, StoreError) and not isinstance(error, DiskError):
                raise
            problem = str(error)
            if not isinstance(error, DiskError):
                problem = f"{error.filename or self.folder}: cannot be written ({error.strerror})"
            saved = len(set(self.stored_keys()) & set(keys))
            counted = f"{saved:,} of {len(keys):,} cells are saved"
            raise DiskError(f"{problem}; {counted}, the same command goes on") from None

    # -- the plans, the environments and the code

    def write_plan(self, plan: StoredPlan) -> None:
        """Keep what the latest run was asked for; earlier plans and their cells stay."""
        self.plans.write(plan)

    def read_plan(self, number: int | None = None) -> StoredPlan:
        """Return what the latest run was asked for, or an earlier one by its number.

        Raises
        ------
        StoreError
            If there is none, if it is damaged, or if another version wrote it.
        """
        return self.plans.read(number)

    def write_environment(self, environment: Environment) -> str:
        """Keep the environment once under its hash, and return the hash's first 12 digits."""
        name = _digits_of(environment)
        self._write_once(self.folder / "environments" / f"{name}.json", plain(environment))
        return name

    def environments(self) -> dict[str, Environment]:
        """Return what the cells were made in, by the digits that they name; damage is left out."""
        found = {}
        for file in sorted((self.folder / "environments").glob("*.json")):
            with contextlib.suppress(OSError, ValueError, RecursionError):
                known = _record(_ENVIRONMENTS, json.loads(file.read_text("utf-8")))
                if known is not None and _digits_of(known) == file.stem:
                    found[file.stem] = known
        return found

    def write_code(self, code: Code, name: str) -> None:
        """Keep what made some cells, once under its digits."""
        self._write_once(self.folder / "code" / f"{name}.json", plain(code))

    def _write_once(self, file: Path, body: Any) -> None:
        """Write what is named by its own digits, unless it is there as it should be."""
        content = pretty(body)
        if not file.is_file() or file.read_bytes() != content:
            write_durably(file, content)

    def codes(self) -> dict[str, Code]:
        """Return the code that made the cells, by the digits that they name; damage is left out."""
        found: dict[str, Code] = {}
        for file in sorted((self.folder / "code").glob("*.json")):
            with contextlib.suppress(OSError, ValueError, RecursionError):
                known = json.loads(file.read_text("utf-8"))
                if isinstance(known, dict) and _digits_of(known) == file.stem:
                    found[file.stem] = known
        return found

    def write_origin(self, plan: StoredPlan, lock: str) -> None:
        """Keep the study as a file that can be run, and the packages that it was run with."""
        write_durably(self.folder / "study.yaml", _study_text(plan))
        write_durably(self.folder / "requirements.txt", lock.encode())

    def origin(self) -> Literal["none", "own", "other"]:
        """Return whether ``study.yaml`` is there, and is a study of one of the run's plans."""
        try:
            text = (self.folder / "study.yaml").read_bytes()
        except FileNotFoundError:
            return "none"
        known = any(text == _study_text(one.plan) for one in self.plans.all())
        return "own" if known else "other"

    def mend_study(self) -> None:
        """Write ``study.yaml`` again, from the latest plan."""
        write_durably(self.folder / "study.yaml", _study_text(self.read_plan()))

    def was_finished(self, plan: StoredPlan) -> bool:
        """Whether a run of the plan has come to its end."""
        try:
            return (self.folder / "study.yaml").read_bytes() == _study_text(plan)
        except FileNotFoundError:
            return False

    # -- cells

    def put(self, key: str, cell: StoredCell) -> None:
        """Keep a finished cell; when this returns, it survives a power cut.

        If there is one already it stays: of two who ran the same cell the first is right.
        """
        body = {"schema": SCHEMA, "key": key, **plain(cell)}
        publish_durably(self._file(key), sealed(body))

    def get(self, key: str) -> StoredCell | None:
        """Return a finished cell, or None; a damaged file counts as none and is moved away."""
        file = self._file(key)
        try:
            version = version_of(file)
            known = self._read_cells.get(key)
            if known is not None and known[0] == version:
                return known[1]
            raw = file.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise DiskError(f"{file}: cannot be read ({error.strerror})") from None
        body = _verified(raw, key)
        if body is not None:
            check_schema(self.folder, body)
        cell = None if body is None else _record(_CELLS, body)
        if cell is None or cell.cell.key != key:  # what was asked says by itself where it belongs
            self._quarantine(file)
            return None
        if settled(version):
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

    def results(self, number: int | None = None) -> Results:
        """Return a plan, the latest if none is named, and of its cells those that are there."""
        plan = self.read_plan(number)
        cells = self.found(dict.fromkeys(one.key for one in plan.cells))
        return Results(plan, cells, self.environments(), self.codes())

    def found(self, keys: Iterable[str]) -> dict[str, StoredCell]:
        """Return those of the cells that are there, by key."""
        return {key: cell for key in keys if (cell := self.get(key)) is not None}

    def remove(self, key: str) -> None:
        """Forget a cell, so that it runs again."""
        self._file(key).unlink(missing_ok=True)

    def set_aside(self, key: str) -> None:
        """Move a cell into ``stale/``, so that it runs again and is not lost if that fails."""
        aside = self.folder / "stale" / f"{key}.json"
        aside.parent.mkdir(exist_ok=True)
        with contextlib.suppress(FileNotFoundError):  # another runner was faster
            self._file(key).replace(aside)

    def finished(self) -> set[str]:
        """Return the keys that need not run again.

        Raises
        ------
        StoreError
            If another version wrote the folder: nothing in it is finished for this one.
        """
        if self.plans.exist():
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


def _study_text(plan: StoredPlan) -> bytes:
    """Return a plan's study as a file that can be run."""
    text = yaml.safe_dump(dict(plan.study), sort_keys=False, allow_unicode=True)
    return str(text).encode()


def _digits_of(value: Any) -> str:
    """Return the digits under which a value is kept."""
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()[:12]


def _verified(raw: bytes, key: str) -> dict[str, Any] | None:
    body = unsealed(raw)
    return body if body is not None and body.pop("key", None) == key else None


def _record(adapter: TypeAdapter[Record], body: dict[str, Any]) -> Record | None:
    """Return the record that plain values describe; None if they describe none."""
    try:
        return adapter.validate_python(body)
    except ValidationError:
        return None
