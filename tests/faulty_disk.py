"""A disk on which the n-th call fails, or kills: what a run's files must survive.

Calls are counted that open, write, flush, name, link, remove or lock a file of one folder, or make
a folder in it; the process is one that a test has forked.
"""

from __future__ import annotations

import builtins
import errno
import fcntl
import io
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

__all__ = ["TROUBLES", "break_at"]

TROUBLES = ("kill", "ENOSPC", "EIO", "ENOLCK", "short write")


class _Counter:
    """Counts calls and lets one of them fail."""

    def __init__(self, folder: Path, trouble: str, fails_at: int) -> None:
        self.folder, self.trouble, self.fails_at = str(folder), trouble, fails_at
        self.calls = 0

    def concerns(self, path: object) -> bool:
        return isinstance(path, str | os.PathLike) and os.fspath(path).startswith(self.folder)

    def step(self) -> bool:
        """Count a call; return whether it is the one that writes half."""
        self.calls += 1
        if self.calls != self.fails_at:
            return False
        if self.trouble == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if self.trouble == "short write":
            return True
        number = getattr(errno, self.trouble)
        raise OSError(number, os.strerror(number))


class _File:
    """An open file whose writes are counted."""

    def __init__(self, file: Any, counter: _Counter) -> None:
        self._file, self._counter = file, counter

    def write(self, content: Any) -> int:
        if self._counter.step():
            self._file.write(content[: len(content) // 2])
            self._file.flush()
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return int(self._file.write(content))

    def __enter__(self) -> _File:
        self._file.__enter__()
        return self

    def __exit__(self, *problem: object) -> None:
        self._file.__exit__(*problem)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def break_at(folder: Path, trouble: str, fails_at: int) -> Callable[[], int]:
    """Let the n-th call on a folder fail; return what tells how many there were.

    Parameters
    ----------
    folder : Path
        Folder whose files are concerned.
    trouble : str
        One of `TROUBLES`.
    fails_at : int
        Number of the call, from 1; 0 is none.
    """
    counter = _Counter(folder, trouble, fails_at)

    def counted(owner: Any, name: str, concerns: Callable[..., bool]) -> None:
        original = getattr(owner, name)

        def call(*arguments: Any, **named: Any) -> Any:
            if concerns(*arguments) and counter.step():
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return original(*arguments, **named)

        setattr(owner, name, call)

    opened = io.open

    def open_(file: Any, mode: str = "r", *arguments: Any, **named: Any) -> Any:
        if not counter.concerns(file) or mode in ("r", "rb"):
            return opened(file, mode, *arguments, **named)
        if counter.step():
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return _File(opened(file, mode, *arguments, **named), counter)

    io.open = builtins.open = open_
    for name in ("replace", "rename", "link", "unlink", "mkdir"):
        counted(os, name, lambda path, *rest: counter.concerns(path))
    counted(os, "fsync", lambda file: True)
    counted(fcntl, "flock", lambda *rest: True)
    return lambda: counter.calls
