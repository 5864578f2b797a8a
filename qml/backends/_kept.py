"""The ledger handed over with its backend, wherever the backend is made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from qml.backends._contract import Backend
from qml.backends._room import BACKENDS
from qml.jobs import Ledger

__all__ = ["Kept", "keep_jobs"]


class Kept(str):
    """A backend's short name that brings the ledger of its jobs.

    It is the name to everything that checks, compares, prints or stores one. A model that is cloned
    or copied, handed to threads or pickled for other processes takes the ledger along. A text that
    is made from the name does not: ``str(name)``, an f-string, an array of NumPy's texts, a lax
    model of pydantic, a file that was written and read. Nor does a name that comes later, by
    ``set_params(backend=...)``. Jobs of these are kept as if there had been no ledger, and its
    budget does not hold for them.

    Parameters
    ----------
    name : str
        Short name of a backend, as in `describe_backend`.
    ledger : Ledger
        Keeper of the jobs of every backend that is made from this name.

    Examples
    --------
    >>> from pathlib import Path
    >>> kept = Kept("ibm:fake_manila", Ledger(Path("jobs"), max_shots=1000))
    >>> kept, kept == "ibm:fake_manila", kept.ledger.max_shots
    ('ibm:fake_manila', True, 1000)
    """

    ledger: Ledger

    def __new__(cls, name: str, ledger: Ledger) -> Kept:
        kept = super().__new__(cls, name)
        kept.ledger = ledger
        return kept

    def __getnewargs__(self) -> tuple[Any, ...]:
        return str(self), self.ledger


def keep_jobs(estimator: Any, ledger: Ledger) -> None:
    """See to it that whatever an estimator asks of machines is kept in this ledger.

    Parameters
    ----------
    estimator : estimator or Pipeline
        Owner of a parameter ``backend``, itself or in its parts, or a search over one by
        ``param_grid`` or ``param_distributions``. A name gets the ledger; a `Backend` keeps its
        jobs there from now on.
    ledger : Ledger
        Keeper of their jobs.
    """
    for path, value in estimator.get_params().items():
        kept = value
        if _ends(path, "backend"):
            kept = _kept(value, ledger)
        elif _ends(path, "param_grid", "param_distributions"):
            kept = _kept_in_grid(value, ledger)
        if kept is not value:
            estimator.set_params(**{path: kept})


def _ends(path: str, *names: str) -> bool:
    return path.rpartition("__")[2] in names


def _kept(value: Any, ledger: Ledger) -> Any:
    """Return a name with the ledger; all else as it is, where a backend has it from now on."""
    if isinstance(value, Backend):
        value.keep_jobs(ledger)
    elif isinstance(value, str) and _submits(value):
        return Kept(value, ledger)
    return value


def _kept_in_grid(grid: Any, ledger: Ledger) -> Any:
    """Return a search's space, or its list of spaces, with the ledger in the names there."""
    if isinstance(grid, Mapping):
        return {
            path: [_kept(value, ledger) for value in values]
            if _ends(path, "backend") and isinstance(values, Sequence | np.ndarray)
            else values
            for path, values in grid.items()
        }
    return [_kept_in_grid(one, ledger) for one in grid] if isinstance(grid, list | tuple) else grid


def _submits(name: str) -> bool:
    """Return whether a name's kind submits jobs; one that is wrong is refused elsewhere."""
    kind = name.partition(":")[0].strip()
    return kind in BACKENDS.names() and bool(BACKENDS.load(kind).submits)
