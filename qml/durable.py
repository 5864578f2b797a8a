"""Files that are there whole or not at all, whatever kills the process or the power."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import time
from pathlib import Path

from qml.errors import DiskError
from qml.hosts import Process, is_alive, this_process

__all__ = ["publish_durably", "sweep", "write_durably"]

_TEMPORARY = re.compile(r"\..*\.([0-9a-f]{12})-(\d+)-(\d+)\.[0-9a-f]{8}\.tmp")
_A_DAY_S = 86_400.0
_ANCHORED: set[tuple[int, int]] = set()  # folders whose names are on the disk
_NOT_OURS = (errno.EACCES, errno.EPERM, errno.EINVAL, errno.ENOTSUP, errno.EROFS)
_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK)


def write_durably(file: Path, content: bytes) -> None:
    """Write the whole file or nothing: temporary name, fsync, replace, fsync of the folder.

    Raises
    ------
    DiskError
        If the disk is full or the folder cannot be written; nothing is left behind.
    """
    _write(file, content, first=False)


def publish_durably(file: Path, content: bytes) -> bool:
    """Write the whole file unless there is one: of several writers the first is right.

    Returns
    -------
    bool
        Truth of this being what stands there now; False if somebody else was faster.

    Raises
    ------
    DiskError
        If the disk is full or the folder cannot be written; nothing is left behind.
    """
    return _write(file, content, first=True)


def sweep(folder: Path) -> None:
    """Remove what dead writers left of files that they had begun.

    Those of this host at once; of others, whose processes cannot be seen from here, after a day.
    """
    for stray in folder.rglob(".*.tmp"):
        named = _TEMPORARY.fullmatch(stray.name)
        if named is None:
            continue
        writer = Process(named[1], int(named[2]), int(named[3]))
        with contextlib.suppress(OSError):  # somebody else was faster
            old = time.time() - stray.stat().st_mtime > _A_DAY_S
            if is_alive(writer) is False or (is_alive(writer) is None and old):
                stray.unlink()


def _write(file: Path, content: bytes, first: bool) -> bool:
    name = f".{file.name}.{this_process()}.{secrets.token_hex(4)}.tmp"
    temporary = file.with_name(name)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        mine = _given_name(temporary, file) if first else bool(temporary.replace(file))
        _flush(file.parent)
        _anchor(file.parent.absolute())
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise DiskError(f"{file}: cannot be written ({error.strerror})") from None
    return mine


def _flush(folder: Path) -> None:
    """Let the names in a folder outlive a power cut."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _anchor(folder: Path) -> None:
    """Let a folder itself outlive a power cut, and those that it lies in; each is asked once.

    Whoever made them may not have seen to that, and what lies in a folder without a name is lost.
    """
    while folder != folder.parent:
        found = folder.stat()
        identity = found.st_dev, found.st_ino
        if identity in _ANCHORED:
            return
        try:
            _flush(folder.parent)
        except OSError as error:
            if error.errno not in _NOT_OURS:
                raise
            return
        _ANCHORED.add(identity)
        folder = folder.parent


def _given_name(temporary: Path, file: Path) -> bool:
    """Give a file its name unless somebody has it; where names cannot be shared, by replacing."""
    try:
        os.link(temporary, file)
    except FileExistsError:
        temporary.unlink()
        return False
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        temporary.replace(file)
        return True
    temporary.unlink()
    return True
