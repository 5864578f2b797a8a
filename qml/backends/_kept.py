"""The ledger handed over with its backend, wherever the backend is made."""

from __future__ import annotations

from typing import Any

from qml.backends._contract import Backend
from qml.backends._room import BACKENDS
from qml.jobs import Ledger

__all__ = ["Kept", "keep_jobs"]


class Kept(str):
    """A backend's short name that brings the ledger of its jobs.

    It is the name to everything that checks, compares, prints or stores one. A model that copies
    it, hands it to threads or sends it to other processes takes the ledger along, so no job leaves
    the ledger's budget.

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
        Owner of a parameter ``backend``, itself or in its parts. A name gets the ledger; a
        `Backend` keeps its jobs there from now on.
    ledger : Ledger
        Keeper of their jobs.
    """
    for path, value in estimator.get_params().items():
        if path.rpartition("__")[2] != "backend":
            continue
        if isinstance(value, Backend):
            value.keep_jobs(ledger)
        elif isinstance(value, str) and _submits(value):
            estimator.set_params(**{path: Kept(value, ledger)})


def _submits(name: str) -> bool:
    """Return whether a name's kind submits jobs; one that is wrong is refused elsewhere."""
    kind = name.partition(":")[0].strip()
    return kind in BACKENDS.names() and bool(BACKENDS.load(kind).submits)
