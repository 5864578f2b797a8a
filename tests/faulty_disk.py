"""A disk on which the n-th call fails, or kills: what a run's files must survive.

Calls are counted that open, write, flush, name, link, remove or lock a file of one folder, or make
a folder in it, whichever process of a run makes them; of what only is read, no more than the
opening, and only where the trouble can befall it. The count is the length of a file to which each
call adds a byte: processes that were forked, and those that were started, share it.
"""

from __future__ import annotations

import builtins
import errno
import fcntl
import io
import os
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["TROUBLES", "Fault", "calls_in", "named_fault"]

TROUBLES = ("kill", "ENOSPC", "EIO", "ENOLCK", "short write")
_OF_READERS = ("kill", "EIO")
_NAMED = "QML_TEST_FAULT"  # for processes that a run starts


@dataclass(frozen=True)
class Fault:
    """The call that fails.

    Parameters
    ----------
    folder : Path
        Folder whose files are concerned.
    tally : Path
        File outside of it that counts the calls.
    trouble : str
        One of `TROUBLES`, or "" for none.
    number : int
        Number of the call, from 1; 0 is none.
    """

    folder: Path
    tally: Path
    trouble: str = ""
    number: int = 0

    @property
    def named(self) -> dict[str, str]:
        """Environment by which `named_fault` finds this fault."""
        return {_NAMED: "\n".join(map(str, (self.folder, self.tally, self.trouble, self.number)))}

    def strike(self) -> None:
        """Let the call fail in this process and in those that it forks."""
        _Breaker(self).install()


def named_fault() -> Fault | None:
    """Return the fault that the environment names."""
    if _NAMED not in os.environ:
        return None
    folder, tally, trouble, number = os.environ[_NAMED].split("\n")
    return Fault(Path(folder), Path(tally), trouble, int(number))


def calls_in(tally: Path) -> int:
    """Return the number of calls that were counted."""
    return tally.stat().st_size if tally.is_file() else 0


class _Breaker:
    """Counts calls and lets one of them fail."""

    def __init__(self, fault: Fault) -> None:
        self.fault, self.folder = fault, str(fault.folder)
        self._open = os.open

    def concerns(self, path: object) -> bool:
        """Return whether a call on this is counted."""
        if self.fault.trouble == "short write":
            return False  # it befalls what is written, see `_File`
        return self._is_inside(path)

    def _is_inside(self, path: object) -> bool:
        return isinstance(path, str | os.PathLike) and os.fspath(path).startswith(self.folder)

    def step(self) -> bool:
        """Count a call; return whether it is the one that writes half."""
        tally = self._open(self.fault.tally, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.write(tally, b".")
        number = os.lseek(tally, 0, os.SEEK_CUR)  # the end of this byte, whoever else writes
        os.close(tally)
        if number != self.fault.number:
            return False
        if self.fault.trouble == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if self.fault.trouble == "short write":
            return True
        code = getattr(errno, self.fault.trouble)
        raise OSError(code, os.strerror(code))

    def install(self) -> None:
        opened = io.open

        def open_(file: Any, mode: str = "r", *arguments: Any, **named: Any) -> Any:
            reads = mode in ("r", "rb")
            if self.concerns(file) and (not reads or self.fault.trouble in _OF_READERS):
                self.step()
            found = opened(file, mode, *arguments, **named)
            return _File(found, self) if self._is_inside(file) and not reads else found

        io.open = builtins.open = open_
        for name in ("open", "replace", "rename", "link", "unlink", "mkdir"):
            self._count(os, name, self.concerns)
        for owner, name in ((os, "fsync"), (fcntl, "flock")):
            self._count(owner, name, lambda file: self.concerns(_path_of(file)))

    def _count(self, owner: Any, name: str, concerns: Any) -> None:
        original = getattr(owner, name)

        def call(subject: Any, *arguments: Any, **named: Any) -> Any:
            if concerns(subject):
                self.step()
            return original(subject, *arguments, **named)

        setattr(owner, name, call)


def _path_of(file: Any) -> str:
    number = file if isinstance(file, int) else file.fileno()
    return str(Path(f"/proc/self/fd/{number}").readlink())


class _File:
    """An open file whose writes are counted."""

    def __init__(self, file: Any, breaker: _Breaker) -> None:
        self._file, self._breaker = file, breaker

    def write(self, content: Any) -> int:
        if self._breaker.step():
            self._file.write(content[: len(content) // 2])
            self._file.flush()
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return int(self._file.write(content))

    def __enter__(self) -> _File:
        self._file.__enter__()
        return self

    def __exit__(self, *problem: object) -> None:
        self._file.__exit__(*problem)

    def __iter__(self) -> Any:
        return iter(self._file)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)
