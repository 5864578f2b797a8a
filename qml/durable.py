"""Files that are there whole or not at all, whatever kills the process or the power."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from qml.errors import StoreError

__all__ = ["write_durably"]


def write_durably(file: Path, content: bytes) -> None:
    """Write the whole file or nothing: temporary name, fsync, replace, fsync of the folder.

    Raises
    ------
    StoreError
        If the disk is full or the folder cannot be written; nothing is left behind.
    """
    temporary = file.with_name(f".{file.name}.{os.getpid()}.tmp")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(file)
        folder = os.open(file.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise StoreError(f"{file}: cannot be written ({error.strerror})") from None
