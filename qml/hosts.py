"""Who is at work: a process that is told from all others, on this host or on another.

A number alone names no process: it is used again on one host, and at once on two. A host here is a
name, a boot and a PID namespace, since processes can look at each other no further than that.
"""

from __future__ import annotations

import functools
import hashlib
import os
import platform
from dataclasses import dataclass
from pathlib import Path

import psutil

__all__ = ["Process", "is_alive", "this_process"]


@dataclass(frozen=True)
class Process:
    """A process of some host.

    Parameters
    ----------
    host : str
        Digits of the host: of its name, its boot and its PID namespace.
    pid : int
        Number of the process there.
    started : int
        Clock of the host when it started, which tells it from others of that number.
    """

    host: str
    pid: int
    started: int

    def __str__(self) -> str:
        return f"{self.host}-{self.pid}-{self.started}"


def this_process() -> Process:
    """Return the process that asks; a child that was forked is another one."""
    return _described(os.getpid())


@functools.lru_cache(maxsize=4)
def _described(pid: int) -> Process:
    return Process(_host(), pid, _started(pid) or 0)


def is_alive(process: Process) -> bool | None:
    """Return whether a process of this host is at work; None for one of another host.

    One that has ended and is not yet buried (a zombie) is not.
    """
    if process.host != _host():
        return None
    return _started(process.pid) == process.started


@functools.cache  # a namespace is left by a fork alone
def _host() -> str:
    parts = [platform.node(), _read("/proc/sys/kernel/random/boot_id"), _namespace()]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


def _namespace() -> str:
    try:
        return str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        return ""


def _started(pid: int) -> int | None:
    """Return the clock of a process's start; None if there is none at work."""
    stat = _read(f"/proc/{pid}/stat")
    if stat:
        state, *fields = stat.rpartition(") ")[2].split()
        return None if state in "ZXx" else int(fields[18])
    if Path("/proc/self/stat").exists():
        return None
    try:
        found = psutil.Process(pid)
        return None if found.status() == psutil.STATUS_ZOMBIE else round(found.create_time())
    except psutil.Error:
        return None


def _read(file: str) -> str:
    try:
        return Path(file).read_text("utf-8", errors="replace").strip()
    except OSError:
        return ""


os.register_at_fork(after_in_child=_host.cache_clear)
os.register_at_fork(after_in_child=_described.cache_clear)
