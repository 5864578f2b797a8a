"""The ledger: what was submitted, under which id, and what came back; nothing is paid for twice.

A batch has a content address. Before it is submitted its intent is written, with a tag that goes
along with the job; after that its id; after that its results; each durably before the next step. So
wherever a process dies, the next one knows what to do: take the results, fetch by id, or look for
the tag. Training asks the same questions in the same order when it is run again, and finds the
answers here: half-built matrices and optimizers go on where they stood.
"""

from __future__ import annotations

import contextlib
import fcntl
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from qml.devices import Device
from qml.durable import write_durably
from qml.errors import BackendError, DiskError, ResourceError
from qml.jobs._batch import Answer, Batch
from qml.jobs._entry import Ended, Entry, EntryFiles
from qml.jobs._machine import Machine, MachineError
from qml.jobs._patience import Patience

__all__ = ["Ledger"]


@dataclass
class Ledger:
    """The ledger in a folder.

    Parameters
    ----------
    folder : Path
        Folder of the ledger, made when something is first written.
    patience : Patience
        Patience with the service.
    max_shots : int or None, default=None
        Runs of circuits that all batches of the folder may take together.
    max_qpu_s : float or None, default=None
        Billed seconds that they may take, by the service's rule until it says how many they were.
    retry_before_s : float or None, default=None
        Moment (since the epoch) before which failed batches may be submitted again; None is none.
        What a user cancelled is never submitted again.
    """

    folder: Path
    patience: Patience = field(default_factory=Patience)
    max_shots: int | None = None
    max_qpu_s: float | None = None
    retry_before_s: float | None = None

    @property
    def _files(self) -> EntryFiles:
        return EntryFiles(self.folder)

    # -- what a backend asks

    def calibration(self, machine: Machine) -> Device:
        """Return the machine's calibration as it was when this ledger first met the machine.

        Circuits are transpiled for it, so that a run that goes on tomorrow asks the same questions
        as today and finds its answers. Removing the file takes the machine as it is now.
        """
        file = self.folder / "devices" / f"{machine.name}.json"
        with self._locked(f"device-{machine.name}"):
            if not file.is_file():
                device = self._patiently(machine.device, machine.name)
                write_durably(file, device.to_json().encode())
        return Device.load(file)

    def answers(self, machine: Machine, batches: Sequence[Batch], calibration: str) -> list[Answer]:
        """Return what each batch brings: from the ledger, from its job, or from a new job.

        All are submitted before the first is waited for.

        Raises
        ------
        BackendError
            One line, with the status for the record.
        ResourceError
            If a new job would go beyond `max_shots` or `max_qpu_s`; it is not submitted.
        """
        places = [batch.address(machine.name, calibration) for batch in batches]
        with contextlib.ExitStack() as locks:
            for address in sorted(set(places)):  # always in this order: two runs cannot block
                locks.enter_context(self._locked(address))
            for batch, address in zip(batches, places, strict=True):
                self._submitted(machine, batch, address)
            return [self._finished(machine, address) for address in places]

    # -- one batch

    def _submitted(self, machine: Machine, batch: Batch, address: str) -> None:
        """See to it that the batch's job has an id."""
        entry = self._files.read(address)
        if entry is not None:
            if entry.status in ("done", "submitted"):
                return
            if entry.status == "cancelled":
                raise _cancelled(entry)
            if entry.status == "failed" and not self._may_retry(entry):
                problem = f"{entry.machine}: {entry.label} failed: {entry.reason}"
                raise BackendError(problem, status=entry.ended_as)
            if entry.status == "submitting":
                # what it says besides may be damaged
                same = replace(
                    _entry_of(machine, batch, address),
                    submitted_at_s=entry.submitted_at_s,
                    earlier=entry.earlier,
                )
                found = self._found(machine, same, same.submitted_at_s)
                if found is not None:
                    self._files.write(found)
                    return
        self._submit(machine, batch, self._intent(machine, batch, address, entry))

    def _intent(self, machine: Machine, batch: Batch, address: str, known: Entry | None) -> Entry:
        """Write down what is going to be submitted, if there is money for it."""
        earlier = known.earlier if known is not None else ()
        if known is not None and known.job_id:
            earlier = (*earlier, known.job_id)
        entry = replace(_entry_of(machine, batch, address), earlier=earlier)
        with self._locked("budget"):
            self._check_budget(entry)
            self._files.write(entry)
        return entry

    def _submit(self, machine: Machine, batch: Batch, entry: Entry) -> None:
        trouble, reason = "", ""
        for _ in self.patience.pauses(self.patience.submit_s):
            if trouble == "unclear":  # the service may have taken the last try
                found = self._found(machine, entry, time.time())
                if found is not None:
                    self._files.write(found)
                    return
            try:
                job_id = machine.submit(batch, entry.tag)
            except MachineError as error:
                trouble, reason = error.trouble, error.reason
            else:
                self._files.write(replace(entry, status="submitted", job_id=job_id))
                return
            if trouble in ("refused", "bad answer"):
                self._files.write(
                    replace(entry, status="failed", reason=reason, ended_at_s=time.time())
                )
                raise BackendError(f"{machine.name}: not submitted: {reason}")
        raise BackendError(
            f"{machine.name}: not submitted after {self.patience.submit_s:g} s: {reason}; the same "
            "command tries again",
            status="timed_out",
            pending=True,
        )

    def _found(self, machine: Machine, entry: Entry, since_s: float) -> Entry | None:
        """Return the entry with the id of the job that carries its tag, if there is one.

        A service may list a job a little later than it takes it: one that was submitted a moment
        ago gets its time.
        """
        for _ in self.patience.pauses(self.patience.grace_s - (time.time() - since_s)):
            try:
                ids = [i for i in machine.find(entry.tag) if i not in entry.earlier]
            except MachineError as error:
                if error.trouble == "refused":
                    raise BackendError(f"{machine.name}: {error.reason}", pending=True) from None
                continue
            if ids:
                return replace(entry, status="submitted", job_id=ids[0])
        return None

    def _finished(self, machine: Machine, address: str) -> Answer:
        """Return the batch's results; wait for its job if it has not ended."""
        entry = self._files.read(address)
        if entry is None:
            raise BackendError(f"{machine.name}: batch {address[:12]} was never submitted")
        kept = self._files.kept(entry)
        if kept is not None:
            return kept
        self._wait(machine, entry)
        answer = self._fetch(machine, entry)
        sha256 = self._files.keep(entry, answer.arrays)
        usage = entry.usage.told_by(answer.usage)
        self._files.write(
            replace(entry, status="done", usage=usage, ended_at_s=time.time(), sha256=sha256)
        )
        return Answer(answer.arrays, usage.copy())

    def _wait(self, machine: Machine, entry: Entry) -> None:
        state, reason = None, ""
        for _ in self.patience.pauses(self.patience.wait_s):
            try:
                state = machine.state(entry.job_id)
            except MachineError as error:
                reason = f", {error.reason}"
                if error.trouble == "refused":
                    problem = f"{machine.name}: {entry.label}: {error.reason}"
                    raise BackendError(f"{problem}; its id is kept", pending=True) from None
                continue
            reason = ""
            if state.final:
                break
        if state is None or not state.final:
            how = "unknown" if state is None else f"still {state.status}"
            raise BackendError(
                f"{machine.name}: {entry.label} is {how} after {self.patience.wait_s:g} s{reason}; "
                "it goes on there, and the same command goes on waiting",
                status="timed_out",
                pending=True,
            )
        if state.status == "cancelled":
            ended = replace(entry, status="cancelled", ended_at_s=time.time())
            self._files.write(ended)
            raise _cancelled(ended)
        if state.status != "done":
            text = state.reason or "the service gives no reason"
            ended_as: Ended = "timed_out" if state.status == "ran too long" else "failed"
            ended_s = time.time()
            self._files.write(
                replace(entry, status="failed", reason=text, ended_as=ended_as, ended_at_s=ended_s)
            )
            problem = f"{machine.name}: {entry.label} {state.status}: {text}"
            raise BackendError(problem, status=ended_as)

    def _fetch(self, machine: Machine, entry: Entry) -> Answer:
        """Return what the job brought, if it is what was asked for."""
        reason = ""
        for _ in self.patience.pauses(self.patience.answer_s):
            try:
                answer = machine.result(entry.job_id, entry.kind)
            except MachineError as error:
                reason = error.reason
                if error.trouble == "refused":
                    break
                continue
            reason = _mismatch(answer, entry)
            if not reason:
                return answer
        raise BackendError(
            f"{machine.name}: {entry.label} is done, but {reason}; it is paid for and is not "
            "submitted again"
        )

    def _may_retry(self, entry: Entry) -> bool:
        return self.retry_before_s is not None and entry.ended_at_s < self.retry_before_s

    def _patiently(self, ask: Any, name: str) -> Any:
        reason = ""
        for _ in self.patience.pauses(self.patience.submit_s):
            try:
                return ask()
            except MachineError as error:
                reason = error.reason
                if error.trouble == "refused":
                    break
        raise BackendError(f"ibm:name={name}: {reason}")

    # -- what a person asks

    def entries(self) -> list[Entry]:
        """Return all batches, the first submitted first."""
        return self._files.all()

    def fetch(self, machine: Machine, entry: Entry) -> Answer:
        """Return an open batch's results, if its job has ended; nothing is submitted.

        Raises
        ------
        BackendError
            If it has not, was never taken, or has failed.
        """
        with self._locked(entry.address):
            if entry.status == "submitting":
                found = self._found(machine, entry, entry.submitted_at_s)
                if found is None:
                    raise BackendError(f"{machine.name}: {entry.label} was never taken")
                self._files.write(found)
            return self._finished(machine, entry.address)

    def cancel(self, machine: Machine, entry: Entry) -> Entry:
        """Cancel a batch's job; it will never be submitted again.

        Raises
        ------
        BackendError
            If it has ended, or the service does not cancel it.
        """
        if entry.status not in ("submitted", "submitting"):
            raise BackendError(f"{entry.label} has ended: {entry.status}")
        if entry.status == "submitting":
            entry = self._found(machine, entry, 0.0) or entry
        if entry.job_id:
            try:
                machine.cancel(entry.job_id)
            except MachineError as error:
                problem = f"{machine.name}: {entry.label}: {error.reason}"
                raise BackendError(problem) from None
        ended = replace(entry, status="cancelled", ended_at_s=time.time())
        self._files.write(ended)
        return ended

    def _check_budget(self, entry: Entry) -> None:
        if self.max_shots is None and self.max_qpu_s is None:
            return
        others = [e for e in self.entries() if e.address != entry.address]
        paid = [e for e in others if e.status in ("submitting", "submitted", "done")]
        for name, limit, unit in (
            ("executions", self.max_shots, "max_shots"),
            ("qpu_s", self.max_qpu_s, "max_qpu_seconds"),
        ):
            more = getattr(entry.usage, name)
            total = sum(getattr(e.usage, name) for e in paid) + more
            if limit is not None and total > limit:
                raise ResourceError(
                    f"{entry.machine}: {more:,.10g} more would make "
                    f"{total:,.10g} of the {limit:,.10g} that {unit} allows; nothing was submitted"
                )

    @contextlib.contextmanager
    def _locked(self, name: str) -> Iterator[None]:
        """Keep other processes out; the lock goes with this one, whatever kills it."""
        file = self.folder / "locks" / name
        with contextlib.ExitStack() as held:
            try:
                file.parent.mkdir(parents=True, exist_ok=True)
                lock = held.enter_context(file.open("w"))
                fcntl.flock(lock, fcntl.LOCK_EX)
            except OSError as error:
                raise DiskError(f"{file}: cannot be locked ({error.strerror})") from None
            yield


def _entry_of(machine: Machine, batch: Batch, address: str) -> Entry:
    rows = len(batch.values)
    columns = batch.circuit.num_clbits if batch.observables is None else len(batch.observables)
    return Entry(
        address,
        machine.name,
        batch.kind,
        rows,
        batch.shots,
        columns,
        usage=batch.cost,
        submitted_at_s=time.time(),
        instance=machine.instance,
    )


def _cancelled(entry: Entry) -> BackendError:
    return BackendError(
        f"{entry.machine}: {entry.label} was cancelled, and what was cancelled is not submitted "
        "again",
        status="cancelled",
    )


def _mismatch(answer: Answer, entry: Entry) -> str:
    """Return how an answer is not what was asked for; empty if it is."""
    for name, array in answer.arrays.items():
        rows, columns = array.shape[0], array.shape[-1]
        if array.ndim < 2 or (rows, columns) != (entry.rows, entry.columns):
            return f"{entry.rows} x {entry.columns} results were asked for, it has {array.shape}"
        if name == "outcomes" and array.shape[1] < entry.shots:
            return f"{entry.shots} shots were asked for, it has {array.shape[1]}"
        if name == "values" and not np.isfinite(array).all():
            row = int(np.argwhere(~np.isfinite(array))[0][0])
            return f"row {row} of its values is no number"
    return ""
