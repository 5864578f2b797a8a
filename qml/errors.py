"""The five errors a user can meet, each one clear line.

Every message says where, what, what was got and what is allowed. The command line prints the line
and leaves the traceback away; from Python they are ordinary exceptions.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any, Literal, Self

from qml.texts import shortened, shown, visible

__all__ = [
    "BackendError",
    "DataError",
    "ResourceError",
    "SpecError",
    "StoreError",
    "WorkbenchError",
    "did_you_mean",
    "reason_of",
]


_MOST_LISTED = 20
_LONGEST_LINE = 500


class WorkbenchError(Exception):
    """Base of the five; catch it to catch them all.

    Whatever a user's file or name has put into it, what it says is visible and not long: a line
    for each problem, of at most 500 characters, and at most twenty of them.
    """

    def __str__(self) -> str:
        return _told(super().__str__())


def _told(text: str) -> str:
    lines = text.split("\n")
    more = len(lines) - _MOST_LISTED
    told = [shortened(visible(line), _LONGEST_LINE) for line in lines[:_MOST_LISTED]]
    return "\n".join([*told, f"and {more:,} more"] if more > 0 else told)


class SpecError(WorkbenchError, ValueError):
    """A study, a name or a parameter is wrong.

    Parameters
    ----------
    problem : str
        Words for what is wrong, what was got, what is allowed.
    path : str, default=""
        Field that is wrong, as in ``models[2].optimizer.name``.
    """

    def __init__(self, problem: str, path: str = "") -> None:
        super().__init__(problem, path)
        self.problem = problem
        self.path = path

    def __str__(self) -> str:
        return _told(f"{self.path}: {self.problem}" if self.path else self.problem)

    def under(self, prefix: str) -> Self:
        """Return the same error seen from one level further out.

        >>> str(SpecError("unknown optimizer 'x'", "name").under("models[2].optimizer"))
        "models[2].optimizer.name: unknown optimizer 'x'"
        """
        joint = "." if self.path and not self.path.startswith("[") else ""
        return type(self)(self.problem, f"{prefix}{joint}{self.path}")


class DataError(WorkbenchError, ValueError):
    """A data set cannot be used as it is; the message names it and the column."""


class ResourceError(WorkbenchError, MemoryError):
    """The work does not fit the memory or the budget; raised before anything is allocated."""


class BackendError(WorkbenchError, RuntimeError):
    """A simulator or a machine could not run the circuits.

    Parameters
    ----------
    problem : str
        Words for what went wrong, and what that means for what was submitted.
    status : {"failed", "timed_out", "cancelled"}, default="failed"
        Status of a cell that ends with this error.
    pending : bool, default=False
        True where asking again goes on where this ended: a job waits elsewhere, or a service may
        soon answer.
    """

    def __init__(
        self,
        problem: str,
        status: Literal["failed", "timed_out", "cancelled"] = "failed",
        pending: bool = False,
    ) -> None:
        super().__init__(problem)
        self.status, self.pending = status, pending

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (str(self), self.status, self.pending)


class StoreError(WorkbenchError, OSError):
    """Results could not be written or read."""


class DiskError(StoreError):
    """The disk is full, or does not let us write, read or lock."""


def reason_of(error: BaseException, most: int = 500) -> str:
    """Return an error of any kind as a row of the table says it: one visible line, not too long.

    Examples
    --------
    >>> reason_of(ZeroDivisionError("division by zero"))
    'ZeroDivisionError: division by zero'
    """
    try:
        text = str(error)
    except Exception:  # somebody's own error, which may raise one
        text = "(it cannot say what)"
    said = shown(text, most)
    return said if isinstance(error, WorkbenchError) else f"{type(error).__name__}: {said}"


def did_you_mean(name: object, allowed: Iterable[str]) -> str:
    """Return the tail of an error line: the nearest valid name, or all of them.

    Parameters
    ----------
    name : object
        Name that the user wrote.
    allowed : iterable of str
        Names that would have been right.

    Returns
    -------
    str
        The tail, ``" (did you mean 'cobyla'?)"``, or ``" (allowed: a, b)"`` where nothing is near;
        of many, the first twenty.

    Examples
    --------
    >>> did_you_mean("cobila", ["aqgd", "cobyla"])
    " (did you mean 'cobyla'?)"
    >>> did_you_mean("zzz", ["aqgd", "cobyla"])
    ' (allowed: aqgd, cobyla)'
    """
    names = sorted(str(option) for option in allowed)
    nearest = get_close_matches(str(name), names, n=1, cutoff=0.6)
    if nearest:
        return f" (did you mean {nearest[0]!r}?)"
    if not names:
        return " (none is allowed here)"
    more = f", and {len(names) - _MOST_LISTED} more" if len(names) > _MOST_LISTED else ""
    return f" (allowed: {', '.join(names[:_MOST_LISTED])}{more})"
