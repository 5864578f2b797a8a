"""The store: one file a finished cell, written so that no crash can half-write it.

A file is written under a temporary name, flushed to the disk, given its name in one step, and the
folder is flushed too: whatever happens, a name stands for a whole file or for none. A checksum
inside finds what the disk did to it later; such a file is moved to ``quarantine/`` and its cell
runs again.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from experiments.cells import SCHEMA, canonical_json
from qml.durable import write_durably
from qml.errors import StoreError

__all__ = ["Store"]

_KEY = re.compile(r"[0-9a-f]{64}")


class Store:
    """The folder of one run.

    Parameters
    ----------
    folder : Path
        ``results/<study>``; made when something is first written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._cells = folder / "cells"
        self._running = folder / "running"

    # -- the plan and the environments

    def write_plan(self, plan: dict[str, Any]) -> None:
        """Keep what the latest run was asked for; the cells of earlier plans stay."""
        known = self.read_plan() if self.has_plan() else None
        if known is not None and known["study"]["name"] != plan["study"]["name"]:
            raise StoreError(
                f"{self.folder} holds the study {known['study']['name']!r}; "
                f"give {plan['study']['name']!r} another folder with --out"
            )
        write_durably(self.folder / "plan.json", _pretty(plan))

    def has_plan(self) -> bool:
        """Whether a study was ever run here."""
        return (self.folder / "plan.json").is_file()

    def read_plan(self) -> dict[str, Any]:
        """Return what the latest run was asked for."""
        file = self.folder / "plan.json"
        try:
            plan: dict[str, Any] = json.loads(file.read_text("utf-8"))
            plan["study"]["name"], plan["cells"], plan["metrics"]
        except OSError:
            raise StoreError(f"{self.folder}: no run is stored here (no plan.json)") from None
        except (ValueError, KeyError, TypeError):
            raise StoreError(
                f"{file}: damaged; `qml run` the study again, finished cells are kept"
            ) from None
        return plan

    def write_environment(self, environment: dict[str, Any]) -> str:
        """Keep the environment once under its hash, and return the hash's first 12 digits."""
        name = hashlib.sha256(canonical_json(environment).encode()).hexdigest()[:12]
        file = self.folder / "environments" / f"{name}.json"
        if not file.is_file():
            write_durably(file, _pretty(environment))
        return name

    # -- cells

    def put(self, key: str, content: dict[str, Any]) -> None:
        """Keep a finished cell; when this returns, it survives a power cut."""
        body = {"schema": SCHEMA, "key": key, **content}
        checksum = hashlib.sha256(canonical_json(body).encode()).hexdigest()
        write_durably(self._file(key), _pretty({"sha256": checksum, **body}))

    def get(self, key: str) -> dict[str, Any] | None:
        """Return a finished cell, or None; a damaged file counts as none and is moved away."""
        file = self._file(key)
        try:
            raw = file.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StoreError(f"{file}: cannot be read ({error.strerror})") from None
        content = _verified(raw, key)
        if content is None:
            self._quarantine(file)
        return content

    def remove(self, key: str) -> None:
        """Forget a cell, so that it runs again."""
        self._file(key).unlink(missing_ok=True)

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

    # -- who is at work

    @contextlib.contextmanager
    def working_on(self, key: str) -> Iterator[None]:
        """Leave a mark while a cell runs: if it is found later, its process died in the cell."""
        mark = self._running / f"{key}.{os.getpid()}"
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.touch()
        try:
            yield
        finally:
            mark.unlink(missing_ok=True)

    def at_work(self) -> list[tuple[str, int, float]]:
        """Return the cells that are marked as running: key, process, and since when (epoch)."""
        found = []
        for mark in self._running.glob("*.[0-9]*"):
            key, _, process = mark.name.partition(".")
            with contextlib.suppress(FileNotFoundError):  # it has just finished
                found.append((key, int(process), mark.stat().st_mtime))
        return found

    def suspects(self) -> set[str]:
        """Return the cells in which a process died twice; clear the marks and files of the dead.

        Once may be anybody's kill; at the second death the cell itself is suspected.
        """
        twice = set()
        for key, process, _ in self.at_work():
            if _alive(process):
                continue
            (self._running / f"{key}.{process}").unlink(missing_ok=True)
            once = self._running / f"{key}.died"
            if once.exists():
                twice.add(key)
            once.touch()
        for once in self._running.glob("*.died"):
            if self._file(once.stem).exists():  # it finished all the same
                self.forgive(once.stem)
                twice.discard(once.stem)
        for stray in self.folder.rglob(".*.tmp"):
            if not _alive(int(stray.name.split(".")[-2])):
                stray.unlink(missing_ok=True)
        return twice

    def forgive(self, key: str) -> None:
        """Forget the cell's deaths: it is finished."""
        (self._running / f"{key}.died").unlink(missing_ok=True)


def _verified(raw: bytes, key: str) -> dict[str, Any] | None:
    try:
        body = json.loads(raw)
        checksum = body.pop("sha256")
        same = checksum == hashlib.sha256(canonical_json(body).encode()).hexdigest()
    except (ValueError, KeyError, AttributeError, TypeError, RecursionError):
        return None
    intact = same and body.get("key") == key and body.get("schema") == SCHEMA
    return body if intact else None


def _pretty(value: Any) -> bytes:
    return (json.dumps(value, indent=1, sort_keys=False, allow_nan=False) + "\n").encode()


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
