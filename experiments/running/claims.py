"""Who works on which cell: several runs on one folder, of one host or of many.

A cell is claimed by a file that can be created once. Its owner is a process, and the owner's driver
lets a counter beat in a file of its own. Of this host a process is dead when it is gone; of another
host, of which nothing can be seen, when its driver's counter has stood still for as long as six
beats, by the clock of the one who looks. A dead claim stays where it is and the next one has the
next number, so that two who find it dead cannot both take it over; and it counts: a cell at whose
side two processes died is suspected of having killed them.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import platform
import re
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from qml.errors import SpecError
from qml.hosts import Process, is_alive, this_process

__all__ = ["Claim", "Claims", "Heartbeat", "beat_seconds"]

_NAME = re.compile(r"([0-9a-f]{64})\.(\d{1,6})")
_DRIVER = re.compile(r"([0-9a-f]{12})-(\d+)-(\d+)")  # as a process is written
_BEAT = "QML_BEAT_SECONDS"
_DAY_S = 86_400.0
_MISSED = 6  # beats, after which a driver counts as dead


def beat_seconds() -> float:
    """Return the seconds between two beats; ``QML_BEAT_SECONDS`` in the environment, or 5.

    Raises
    ------
    SpecError
        If the environment names no positive number.
    """
    named = os.environ.get(_BEAT, "5")
    try:
        seconds = float(named)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < math.inf:
        raise SpecError(f"{_BEAT}: got {named!r}, allowed is a number of seconds above 0")
    return seconds


@dataclass(frozen=True)
class Claim:
    """A cell at work.

    Parameters
    ----------
    key : str
        Key of the cell.
    number : int
        Number of the claim; one more than those that died at the cell before.
    owner, driver : Process or None
        Process that runs the cell and the one that started it; None in a file that its writer
        never finished.
    host : str
        Name of the host, for people.
    since_s : float
        Start of the work, in seconds since the epoch by that host's clock.
    """

    key: str
    number: int
    owner: Process | None
    driver: Process | None
    host: str
    since_s: float

    def __str__(self) -> str:
        pid = "?" if self.owner is None else self.owner.pid
        return f"process {pid} on {self.host or '?'}"


class Claims:
    """The claims on the cells of a run.

    Parameters
    ----------
    folder : Path
        Folder of the run.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "running"
        self._beats: dict[Process | str, tuple[str, float]] = {}

    @contextlib.contextmanager
    def taken(self, key: str, number: int, driver: Process) -> Iterator[bool]:
        """Claim a cell while the block runs; False if somebody else has it.

        Parameters
        ----------
        key : str
            Key of the cell.
        number : int
            One more than the claims on it that are dead.
        driver : Process
            Process whose heartbeat stands for this one.
        """
        file = self._folder / f"{key}.{number}"
        said = {
            "owner": asdict(this_process()),
            "driver": asdict(driver),
            "host": platform.node(),
            "since_s": round(time.time(), 3),
        }
        self._folder.mkdir(parents=True, exist_ok=True)
        try:
            with file.open("x", encoding="utf-8") as stream:
                stream.write(json.dumps(said))
        except FileExistsError:
            yield False
            return
        try:
            yield True
        finally:
            file.unlink(missing_ok=True)

    def release(self, key: str) -> None:
        """Forget all claims on a cell: it is finished."""
        for file in sorted(self._folder.glob(f"{key}.*")):
            file.unlink(missing_ok=True)

    def all(self) -> list[Claim]:
        """Return the claims that there are, dead ones too, by key and number."""
        found = []
        for file in self._folder.glob("*.[0-9]*"):
            named = _NAME.fullmatch(file.name)
            if named is not None:
                with contextlib.suppress(FileNotFoundError):  # it has just finished
                    found.append(_read(file, named[1], int(named[2])))
        return sorted(found, key=lambda one: (one.key, one.number))

    def is_dead(self, claim: Claim) -> bool:
        """Return whether nobody works on it any more; of other hosts after some looks alone."""
        if claim.owner is not None and is_alive(claim.owner) is not None:
            return not is_alive(claim.owner)
        beating = claim.driver or f"{claim.key}.{claim.number}"
        with contextlib.suppress(OSError):
            beat = (self._folder / f"{beating}.beat").read_text("utf-8")
            return self._stands_still(beating, beat)
        return self._stands_still(beating, "")

    def _stands_still(self, driver: Process | str, beat: str) -> bool:
        now = time.monotonic()
        known = self._beats.get(driver)
        if known is None or known[0] != beat:
            self._beats[driver] = beat, now
            return False
        return now - known[1] > _MISSED * beat_seconds()

    def standing(self) -> tuple[dict[str, int], dict[str, Claim]]:
        """Return how many died at each cell, and the claims of those who are at work."""
        deaths: dict[str, int] = {}
        busy: dict[str, Claim] = {}
        for claim in self.all():
            if self.is_dead(claim):
                deaths[claim.key] = max(claim.number, deaths.get(claim.key, 0))
            else:
                busy[claim.key] = claim
        return deaths, busy

    def drivers(self) -> list[str]:
        """Return words for the runs that are at work; of other hosts those of the last day."""
        found = []
        for file in sorted(self._folder.glob("*.beat")):
            named = _DRIVER.fullmatch(file.stem)
            if named is None:
                continue
            alive = is_alive(Process(named[1], int(named[2]), int(named[3])))
            with contextlib.suppress(FileNotFoundError):  # it has just ended
                if alive is None:
                    alive = time.time() - file.stat().st_mtime < _DAY_S
                if alive:
                    found.append(f"process {named[2]} of host {named[1]}")
        return found

    def at_work_here(self) -> list[tuple[str, int, float]]:
        """Return the cells at work on this host: key, process number, and since when (epoch)."""
        return [
            (claim.key, claim.owner.pid, claim.since_s)
            for claim in self.all()
            if claim.owner is not None and is_alive(claim.owner)
        ]


def _read(file: Path, key: str, number: int) -> Claim:
    try:
        said: Mapping[str, object] = json.loads(file.read_text("utf-8"))
        owner, driver = (Process(**said[name]) for name in ("owner", "driver"))  # type: ignore[arg-type]
        return Claim(key, number, owner, driver, str(said["host"]), float(str(said["since_s"])))
    except (ValueError, KeyError, TypeError):  # begun, and not yet or never finished
        return Claim(key, number, None, None, "", file.stat().st_mtime)


class Heartbeat:
    """Beats while a driver is at work, so that other hosts see that it is.

    Parameters
    ----------
    folder : Path
        Folder of the run.
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / "running" / f"{this_process()}.beat"
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True)

    def __enter__(self) -> Heartbeat:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        self._bury()
        self._write(0)
        self._thread.start()
        return self

    def __exit__(self, *problem: object) -> None:
        self._done.set()
        self._thread.join()
        with contextlib.suppress(OSError):
            self._file.unlink()

    def _beat(self) -> None:
        count = 0
        while not self._done.wait(beat_seconds()):
            count += 1
            self._write(count)

    def _bury(self) -> None:
        """Remove the counters of drivers of this host that are gone."""
        for file in self._file.parent.glob("*.beat"):
            named = _DRIVER.fullmatch(file.stem)
            if (
                named is not None
                and is_alive(Process(named[1], int(named[2]), int(named[3]))) is False
            ):
                file.unlink(missing_ok=True)

    def _write(self, count: int) -> None:
        with contextlib.suppress(OSError):  # a disk that is full today may not be tomorrow
            self._file.write_text(str(count), encoding="utf-8")
