"""A training on tape: every answer of the backend is written down, so that none is paid twice.

An optimizer is a deterministic function of its seed and of the answers it gets. So its state needs
no saving: played the same answers again, it is where it was, SciPy's as well as our own. What is
saved is what was expensive.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qml.costs import Usage
from qml.errors import StoreError
from qml.variational._questions import Question

__all__ = ["Answered", "Tape"]

Values = NDArray[np.float64]
_FORMAT = 4  # of the lines; a tape of another one cannot be played


@dataclass(frozen=True)
class Answered:
    """An answer of the backend, with all that asking for it has changed.

    Parameters
    ----------
    answer : list of float
        Numbers that the optimizer got.
    usage : Usage
        Cost of the answer.
    state : dict
        Place of the backend's streams of random numbers after it, as plain values.
    seconds : float
        Time since its run began.
    run : int, default=0
        Number of the run that asked, among the restarts.
    """

    answer: list[float]
    usage: Usage
    state: dict[str, Any]
    seconds: float
    run: int = 0


class Tape:
    """The answers of one training, a line each.

    Parameters
    ----------
    file : str or Path
        File of the tape; it is made, or read and continued.
    content : str
        Hash of all that the answers depend on.

    Raises
    ------
    StoreError
        If the file is another training's, in use by another process, or cannot be written.
    """

    def __init__(self, file: str | Path, content: str) -> None:
        self._file = Path(file)
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            self._stream = self._file.open("a+b")
        except OSError as error:
            raise StoreError(f"checkpoint {self._file}: {error.strerror}") from None
        try:
            fcntl.flock(self._stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._stream.close()
            raise StoreError(f"checkpoint {self._file}: another process is writing it") from None
        try:
            self._lines = self._read(content)
        except StoreError:
            self._stream.close()
            raise
        self._next = 0

    def _read(self, content: str) -> list[dict[str, Any]]:
        """Return the whole lines; a last one that a crash cut off is removed."""
        self._stream.seek(0)
        text = self._stream.read()
        whole = text[: text.rfind(b"\n") + 1]
        if len(whole) < len(text):
            self._stream.truncate(len(whole))
        try:
            lines = [json.loads(line) for line in whole.splitlines()]
            known = (lines[0]["training"], lines[0].get("format")) if lines else None
        except (ValueError, KeyError, TypeError):
            raise StoreError(f"checkpoint {self._file}: is no checkpoint") from None
        if known is None:
            self._write({"training": content, "format": _FORMAT})
        elif known[1] != _FORMAT:
            raise StoreError(
                f"checkpoint {self._file}: was written by another version of this package; give "
                "another file"
            )
        elif known[0] != content:
            raise StoreError(
                f"checkpoint {self._file}: belongs to another training (data, circuit, start, "
                "optimizer, loss, backend or seed differ); give another file"
            )
        return lines[1:]

    @property
    def playing(self) -> bool:
        """Whether the next answer is on the tape."""
        return self._next < len(self._lines)

    def ended(self, run: int) -> bool:
        """Whether the tape goes on with a later run: this one asked for more than its budget."""
        return self.playing and bool(self._lines[self._next]["run"] > run)

    def play(self, question: Question, *points: Values) -> Answered:
        """Return the next answer, which must be that to this question."""
        line = dict(self._lines[self._next])
        if line.pop("of") != _digest(question, *points):
            raise StoreError(
                f"checkpoint {self._file}: line {self._next + 2} answers another question; the "
                "optimizer's code has changed since"
            )
        self._next += 1
        return Answered(**{**line, "usage": Usage.of(line["usage"])})

    def record(self, answered: Answered, question: Question, *points: Values) -> None:
        """Write an answer down; it is the system's before this returns."""
        self._write({"of": _digest(question, *points), **asdict(answered)})

    def _write(self, line: dict[str, Any]) -> None:
        try:
            self._stream.write(json.dumps(line, separators=(",", ":")).encode() + b"\n")
            self._stream.flush()
        except OSError as error:
            raise StoreError(f"checkpoint {self._file}: {error.strerror}") from None

    def close(self) -> None:
        """Give the file back."""
        self._stream.close()


def _digest(question: Question, *points: Values) -> str:
    content = question.name.encode() + b"".join(
        np.ascontiguousarray(point).tobytes() for point in points
    )
    return hashlib.sha256(content).hexdigest()[:16]
