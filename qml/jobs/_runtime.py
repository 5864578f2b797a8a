"""A machine of IBM Quantum, through the runtime package and an account that it knows.

The workbench takes no token and stores none. The package's errors can carry it, in their text, in
their context and in the locals of their frames; so every one is turned into words of our own before
it leaves this file.
"""

from __future__ import annotations

import contextlib
import os
import re
import weakref
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, Literal, TypeVar

from qml.devices import Device
from qml.jobs._batch import Answer, Batch
from qml.jobs._machine import JobState, Machine, MachineError, Trouble
from qml.jobs._pubs import answer_of, start
from qml.jobs._secrets import scrub_logs, without_secrets

__all__ = ["RuntimeMachine"]

Found = TypeVar("Found")
_RAN_TOO_LONG = 1305  # the service's code
_LIKE_A_SECRET = re.compile(r"[A-Za-z0-9_\-+/=.]{20,}")
_LONGEST_REASON = 200


class RuntimeMachine(Machine):
    """A machine that an account may use.

    Parameters
    ----------
    name : str
        Name of the machine, such as ``"ibm_torino"``.
    instance : str or None
        Instance of the service; None is the account's own choice.
    mode : {"job", "batch", "session"}
        Grouping of the jobs. A batch or session is opened with the first job.
    """

    def __init__(
        self, name: str, instance: str | None, mode: Literal["job", "batch", "session"]
    ) -> None:
        self.name, self.instance, self._grouped = name, instance, mode
        self._service: Any = None
        self._backend: Any = None
        self._open: Any = None
        self._closing: Any = None
        self._jobs: dict[str, Any] = {}

    def device(self) -> Device:
        def ask() -> Device:
            backend = self._connected()
            properties = backend.properties()
            taken_at = str(getattr(properties, "last_update_date", "") or "")
            return Device.from_target(self.name, backend.target, taken_at)

        return self._told(ask)

    def submit(self, batch: Batch, tag: str) -> str:
        def ask() -> str:
            job = start(self._place(), batch, tag, seeded=False)
            self._jobs[job.job_id()] = job
            return str(job.job_id())

        return self._told(ask)

    def find(self, tag: str) -> list[str]:
        def ask() -> list[str]:
            self._connected()
            jobs = self._service.jobs(
                limit=None, backend_name=self.name, job_tags=[tag], descending=False
            )
            return [str(job.job_id()) for job in jobs]

        return self._told(ask)

    def state(self, job_id: str) -> JobState:
        def ask() -> JobState:
            job = self._job(job_id)
            status = str(job.status())
            if status in ("DONE", "CANCELLED"):
                return JobState("done" if status == "DONE" else "cancelled")
            if status == "ERROR":
                text = str(job.error_message() or "")
                if str(_RAN_TOO_LONG) in text or "maximum execution time" in text:
                    return JobState("ran too long", "it ran longer than max_execution_time")
                return JobState("failed", self._scrubbed(text.partition("has failed:")[2] or text))
            return JobState("running" if status == "RUNNING" else "queued")

        return self._told(ask)

    def result(self, job_id: str, kind: str) -> Answer:
        def ask() -> Answer:
            job = self._job(job_id)
            return answer_of(job, kind, *_times(job))

        return self._told(ask, fetching=True)

    def cancel(self, job_id: str) -> None:
        self._told(lambda: self._job(job_id).cancel())

    def close(self) -> None:
        if self._closing is not None:
            self._open = None
            self._told(self._closing)

    def _connected(self) -> Any:
        if self._backend is None:
            from qiskit_ibm_runtime import QiskitRuntimeService

            scrub_logs(_known_tokens)
            chosen = {} if self.instance is None else {"instance": self.instance}
            self._service = QiskitRuntimeService(**chosen)
            self._backend = self._service.backend(self.name)
        return self._backend

    def _place(self) -> Any:
        """Return what jobs are submitted to: the backend, or a batch or session on it."""
        backend = self._connected()
        if self._grouped == "job":
            return backend
        if self._open is None:
            import qiskit_ibm_runtime

            group = {"batch": qiskit_ibm_runtime.Batch, "session": qiskit_ibm_runtime.Session}
            self._open = group[self._grouped](backend=backend)
            # one that is left open is billed: it goes with this object or with the process
            self._closing = weakref.finalize(self, _close_quietly, self._open)
        return self._open

    def _job(self, job_id: str) -> Any:
        if job_id not in self._jobs:
            self._connected()
            self._jobs[job_id] = self._service.job(job_id)
        return self._jobs[job_id]

    def _told(self, ask: Callable[[], Found], fetching: bool = False) -> Found:
        """Return what the package answers; its errors end here, with all that hangs on them."""
        try:
            return ask()
        except MachineError:
            raise
        except Exception as error:  # anything: it is foreign code, over a network
            trouble, reason = self._judged(error, fetching)
        raise MachineError(trouble, reason)  # outside: no context, no cause

    def _judged(self, error: BaseException, fetching: bool) -> tuple[Trouble, str]:
        kind = type(error).__name__
        code = next((c for c in map(_status_code, _chain(error)) if c is not None), None)
        if code is not None:
            return _of_status(code)
        if any(_is_of_the_network(one) for one in _chain(error)):
            return "unclear", f"no answer from the service ({kind})"
        if self._backend is None:
            return "refused", (
                f"no connection ({kind}); save an account with the runtime package or set "
                "QISKIT_IBM_TOKEN, and check the machine's name"
            )
        if fetching:
            return "bad answer", f"the job's result cannot be read ({kind})"
        return "refused", f"{kind}: {self._scrubbed(str(error))}"

    def _scrubbed(self, text: str) -> str:
        """Return foreign text on one line, without anything that is or could be a token."""
        line = without_secrets(" ".join(text.split()), _known_tokens())
        return _LIKE_A_SECRET.sub("***", line)[:_LONGEST_REASON]


def _of_status(code: int) -> tuple[Trouble, str]:
    """Return what an HTTP status means for a job."""
    known: dict[int, tuple[Trouble, str]] = {
        401: ("refused", "not authorised (401): check the account's token and instance"),
        403: ("refused", "not authorised (403): check the account's token and instance"),
        404: ("refused", "not found (404)"),
        429: ("busy", "too many requests (429)"),
    }
    if code in known:
        return known[code]
    if code >= 500:
        return "unclear", f"the service failed ({code})"
    return "refused", f"the service refused the request ({code})"


def _close_quietly(opened: Any) -> None:
    with contextlib.suppress(Exception):  # the service closes it too, only later
        opened.close()


def _known_tokens() -> list[str]:
    """Return every token that the package could use here: of the environment, and saved ones."""
    from qiskit_ibm_runtime import QiskitRuntimeService

    tokens = [os.environ.get("QISKIT_IBM_TOKEN", "")]
    with contextlib.suppress(Exception):  # a damaged file of accounts: there is none to know
        accounts = QiskitRuntimeService.saved_accounts().values()
        tokens += [str(account.get("token", "")) for account in accounts]
    return [token for token in tokens if token]


def _times(job: Any) -> tuple[float, float]:
    """Return billed and queued seconds, as far as the service says."""
    try:
        metrics = job.metrics()
        stamps = metrics.get("timestamps") or {}
        created, running = stamps.get("created"), stamps.get("running")
        queued_s = 0.0
        if created and running:
            start, end = (datetime.fromisoformat(stamp) for stamp in (created, running))
            queued_s = (end - start).total_seconds()
        billed_s = float((metrics.get("usage") or {}).get("qpu_charge_time_seconds") or 0.0)
    except Exception:  # the result is there; times that the service does not give are no reason
        return 0.0, 0.0
    return billed_s, max(0.0, queued_s)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and those that led to it, also where ``from None`` hides them."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = current.__cause__ or current.__context__


def _status_code(error: BaseException) -> int | None:
    for holder in (error, getattr(error, "response", None)):
        code = getattr(holder, "status_code", None) or getattr(holder, "code", None)
        if isinstance(code, int) and 400 <= code < 600:
            return code
    return None


def _is_of_the_network(error: BaseException) -> bool:
    names = {one.__name__ for one in type(error).__mro__}
    return isinstance(error, ConnectionError | TimeoutError) or bool(
        names & {"RequestException", "HTTPError", "RequestsApiError"}
    )
