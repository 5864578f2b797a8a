"""What the ledger asks of a machine, and the ways in which a machine fails."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Literal

from qml.devices import Device
from qml.jobs._batch import Answer, Batch

__all__ = ["JobState", "Machine", "MachineError", "Trouble"]

Trouble = Literal["refused", "busy", "unclear", "bad answer"]


class MachineError(Exception):
    """A call to a machine's service failed.

    Parameters
    ----------
    trouble : {"refused", "busy", "unclear", "bad answer"}
        Kind of failure, in this order: asking again will not help; the service did not take it and
        may later; nobody knows whether the service took it; it answered with what cannot be read.
    reason : str
        Reason in words of our own: the service's may carry a token.
    """

    def __init__(self, trouble: Trouble, reason: str) -> None:
        super().__init__(reason)
        self.trouble, self.reason = trouble, reason


@dataclass(frozen=True)
class JobState:
    """How a job stands.

    Parameters
    ----------
    status : {"queued", "running", "done", "failed", "cancelled", "ran too long"}
        State of the job, of which the last four are final.
    reason : str, default=""
        Reason of a failure.
    """

    status: Literal["queued", "running", "done", "failed", "cancelled", "ran too long"]
    reason: str = ""

    @property
    def final(self) -> bool:
        """Whether nothing will change any more."""
        return self.status not in ("queued", "running")


class Machine(ABC):
    """A machine behind a service. Every method may raise `MachineError`.

    Parameters
    ----------
    name : str
        Name that the service calls it by.
    instance : str or None
        Instance of the account.
    """

    name: str
    instance: str | None = None

    @abstractmethod
    def device(self) -> Device:
        """Return its calibration as it is now."""

    @abstractmethod
    def submit(self, batch: Batch, tag: str) -> str:
        """Hand a batch over and return the job's id."""

    @abstractmethod
    def find(self, tag: str) -> list[str]:
        """Return the ids of all jobs with a tag, the first submitted first."""

    @abstractmethod
    def state(self, job_id: str) -> JobState:
        """Return how a job stands."""

    @abstractmethod
    def result(self, job_id: str, kind: str) -> Answer:
        """Return what a finished job brought."""

    @abstractmethod
    def cancel(self, job_id: str) -> None:
        """Cancel a job."""

    def close(self) -> None:  # noqa: B027  # a session to close is the exception
        """Let go of what was opened."""
