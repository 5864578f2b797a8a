"""Limits of a cell: of time and memory, beyond which it is stopped, and of what it leaves behind.

Time is watched twice. An alarm inside the process ends Python code at once and costs nothing; the
supervisor of the parent process ends what does not listen, and what grows beyond its memory, by
killing the process that runs the cell.
"""

from __future__ import annotations

import contextlib
import io
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any, TextIO

import psutil

from experiments.records import Status

__all__ = ["LimitExceeded", "Supervisor", "interrupts", "left_as_found", "time_limit"]

_EVERY_S = 0.25  # how often the supervisor looks
_GRACE_S = 5.0  # what the alarm gets before the supervisor kills


class LimitExceeded(BaseException):
    """Time is up; no `Exception`, so that nobody's handler mistakes it for a model's failure."""


@contextlib.contextmanager
def time_limit(seconds: float | None) -> Iterator[None]:
    """Raise `LimitExceeded` in this block after so many seconds; in the main thread alone."""
    if seconds is None or threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(number: int, frame: FrameType | None) -> None:
        raise LimitExceeded

    before = signal.signal(signal.SIGALRM, ring)
    # again every second: foreign code may have swallowed the first
    signal.setitimer(signal.ITIMER_REAL, seconds, 1.0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextlib.contextmanager
def interrupts() -> Iterator[Callable[[], bool]]:
    """Tell in this block whether somebody has interrupted it: a model may say so, and lie."""
    seen = False

    def note(number: int, frame: FrameType | None) -> None:
        nonlocal seen
        seen = True
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield lambda: True  # as far as anybody can tell
        return
    before = signal.signal(signal.SIGINT, note)
    try:
        yield lambda: seen
    finally:
        signal.signal(signal.SIGINT, before)


@contextlib.contextmanager
def left_as_found() -> Iterator[None]:
    """Put back what foreign code may change of the process in this block: folder and streams.

    What it prints goes to standard error, where no table is; to close that is to close nothing.
    """
    folder, relay = Path.cwd(), _Relay(sys.stderr)
    with contextlib.redirect_stdout(relay), contextlib.redirect_stderr(relay):
        try:
            yield
        finally:
            os.chdir(folder)


class _Relay(io.TextIOBase):
    """A stream that passes on what is written to it, and ends without the other's end."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        return self._stream.write(text)

    def flush(self) -> None:
        self._stream.flush()


class Supervisor:
    """Watches the processes that run cells, from the process that started them.

    Parameters
    ----------
    running : callable
        Function that returns the cells at work: key, process number and since when, in seconds
        since the epoch.
    seconds, memory_mib : float or None
        Limits of a cell's time in seconds and of its process's memory in MiB; None is no limit.
    on_kill : callable
        Function that is called with key, status and reason before the process is killed.

    Examples
    --------
    >>> with Supervisor(lambda: [], 1.0, None, print):
    ...     pass
    """

    def __init__(
        self,
        running: Callable[[], list[tuple[str, int, float]]],
        seconds: float | None,
        memory_mib: float | None,
        on_kill: Callable[[str, Status, str], Any],
    ) -> None:
        self._running, self._on_kill = running, on_kill
        self._seconds, self._memory_mib = seconds, memory_mib
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Supervisor:
        if self._seconds is not None or self._memory_mib is not None:
            self._thread.start()
        return self

    def __exit__(self, *problem: object) -> None:
        self._done.set()
        if self._thread.is_alive():
            self._thread.join()

    def _watch(self) -> None:
        while not self._done.wait(_EVERY_S):
            for key, process, since_s in self._running():
                with contextlib.suppress(psutil.Error, OSError):
                    self._judge(key, psutil.Process(process), since_s)

    def _judge(self, key: str, process: psutil.Process, since_s: float) -> None:
        if process.pid == os.getpid() or os.getpid() not in [p.pid for p in process.parents()]:
            return  # another run's
        if self._memory_mib is not None:
            used_mib = process.memory_info().rss / 2**20
            if used_mib > self._memory_mib:
                reason = f"{used_mib:,.0f} MiB used, the limit is {self._memory_mib:,.0f} MiB"
                self._kill(key, "out_of_memory", reason, process)
        if self._seconds is not None and time.time() - since_s > self._seconds + _GRACE_S:
            self._kill(key, "timed_out", f"still at work after {self._seconds:g} s", process)

    def _kill(self, key: str, status: Status, reason: str, process: psutil.Process) -> None:
        self._on_kill(key, status, reason)
        process.kill()
