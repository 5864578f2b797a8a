"""The plans of a run: what it was asked for last, and before.

Editing a study and running it again is another plan in the same folder. Plans are numbered from 1
and never change; ``plan.json`` holds the one that was asked for last. A cell is any plan's that
names its key, so what is asked for again costs nothing and earlier tables can be had again.
"""

from __future__ import annotations

import json
import re
import time
import warnings
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from experiments.records import SCHEMA, StoredPlan, plain
from experiments.running.sealed import (
    Version,
    check_schema,
    sealed,
    settled,
    unsealed,
    version_of,
)
from qml.durable import publish_durably, write_durably
from qml.errors import DiskError, StoreError

__all__ = ["DatedPlan", "Plans", "folder_and_number"]

_NUMBER = re.compile(r"[1-9][0-9]{0,5}")
_NUMBERED = re.compile(rf"(.+)@({_NUMBER.pattern})")
_PLANS = TypeAdapter(StoredPlan)


@dataclass(frozen=True)
class DatedPlan:
    """A plan of a run.

    Parameters
    ----------
    number : int
        Number among the run's plans, from 1.
    planned_at_s : float
        Moment when it was first asked for, in seconds since the epoch.
    plan : StoredPlan
        Rows of the table and all cells.
    """

    number: int
    planned_at_s: float
    plan: StoredPlan


def folder_and_number(run: str | Path) -> tuple[Path, int | None]:
    """Return the folder of a run, and the number of the plan if it is one of its earlier ones.

    Parameters
    ----------
    run : str or Path
        Folder, or name of a study run into ``results/``; with ``@2`` behind it the second plan.
    """
    number = None
    named = _NUMBERED.fullmatch(str(run))
    if named is not None and not Path(run).is_dir():
        run, number = named[1], int(named[2])
    folder, known = Path(run), Path("results") / run
    return (known if not folder.is_dir() and known.is_dir() else folder), number


class Plans:
    """The plans in one folder.

    Parameters
    ----------
    folder : Path
        Folder of the run.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = folder / "plan.json"
        self._earlier = folder / "plans"
        self._known: dict[Path, tuple[Version, DatedPlan]] = {}

    def exist(self) -> bool:
        """Whether a study was ever run here."""
        return self._file.is_file() or bool(self._files())

    def write(self, plan: StoredPlan) -> None:
        """Keep what the latest run was asked for; what others were asked for stays."""
        known = self._read(self._file)
        before = known or next(iter(self.all()), None)
        if before is not None and before.plan.name != plan.name:
            raise StoreError(
                f"{self._folder} holds the study {before.plan.name!r}; "
                f"give {plan.name!r} another folder with --out"
            )
        if known is None or known.plan != plan:
            same = next((one for one in self.all() if one.plan == plan), None)
            write_durably(self._file, _content(self._numbered(plan) if same is None else same))

    def _numbered(self, plan: StoredPlan) -> DatedPlan:
        """Return the plan under the next number that nobody else takes."""
        while True:
            # a damaged plan has its number all the same
            number = max((int(file.stem) for file in self._files()), default=0) + 1
            dated = DatedPlan(number, round(time.time(), 3), plan)
            if publish_durably(self._earlier / f"{number}.json", _content(dated)):
                return dated

    def read(self, number: int | None = None) -> StoredPlan:
        """Return a plan, the latest if none is named.

        Raises
        ------
        StoreError
            If there is none, if it is damaged, or if another version wrote it.
        """
        if number is None:
            dated = self._latest()
            if dated is None:
                raise StoreError(
                    f"{self._file}: damaged; `qml run` the study again, finished cells are kept"
                )
            return dated.plan
        dated = self._read(self._earlier / f"{number}.json")
        if dated is None:
            if not self.exist():
                raise StoreError(f"{self._folder}: no run is stored here (no plan.json)")
            there = ", ".join(f"@{one.number}" for one in self.all()) or "none"
            raise StoreError(f"{self._folder}: no plan @{number}; there are {there}")
        return dated.plan

    def all(self) -> list[DatedPlan]:
        """Return the plans that are sound, in the order in which they were first asked for."""
        return [dated for file in self._files() if (dated := self._read(file)) is not None]

    def _files(self) -> list[Path]:
        files = [file for file in self._earlier.glob("*.json") if _NUMBER.fullmatch(file.stem)]
        return sorted(files, key=lambda file: int(file.stem))

    def damaged(self) -> list[Path]:
        """Return the files of plans that the disk has changed, or that are gone."""
        latest = self._read(self._file)
        files = [self._file, *self._files()] if self.exist() else []
        if latest is not None:
            files.append(self._earlier / f"{latest.number}.json")
        return [file for file in dict.fromkeys(files) if self._read(file) is None]

    def mend(self, file: Path) -> bool:
        """Write a plan again that the disk has changed, where it stands elsewhere; say whether."""
        if file == self._file:
            sound = self.all()
            if sound:
                write_durably(file, _content(sound[-1]))
            return bool(sound)
        latest = self._read(self._file)
        if latest is None or file.name != f"{latest.number}.json":
            return False
        file.parent.mkdir(exist_ok=True)
        write_durably(file, _content(latest))
        return True

    def _latest(self) -> DatedPlan | None:
        """Return the plan of the latest run; if the disk changed it, the newest that is sound."""
        if not self.exist():
            raise StoreError(f"{self._folder}: no run is stored here (no plan.json)")
        found, others = self._read(self._file), self.all()
        if found is None and others:
            found = others[-1]
            state = "damaged" if self._file.is_file() else "gone"
            warnings.warn(
                f"{self._file} was {state}: read plan @{found.number} in its place", stacklevel=3
            )
        return found

    def _read(self, file: Path) -> DatedPlan | None:
        try:
            version = version_of(file)
            if file in self._known and self._known[file][0] == version:
                return self._known[file][1]
            raw = file.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise DiskError(f"{file}: cannot be read ({error.strerror})") from None
        body = unsealed(raw)
        check_schema(self._folder, body if body is not None else _unchecked(raw))
        if body is None:
            return None
        try:
            own = int(body.pop("number")), float(body.pop("planned_at_s"))
            dated = DatedPlan(*own, _PLANS.validate_python(body))
        except (KeyError, ValidationError):
            return None
        if settled(version):
            self._known[file] = version, dated
        return dated


def _unchecked(raw: bytes) -> dict[str, object] | None:
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None


def _content(dated: DatedPlan) -> bytes:
    own = {"number": dated.number, "planned_at_s": dated.planned_at_s}
    return sealed({"schema": SCHEMA, **own, **plain(dated.plan)})
