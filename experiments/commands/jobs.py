"""What ``qml jobs`` and ``qml calibration`` do: a run's jobs on machines, looked after by hand."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from experiments.running.ledgers import JOBS_FOLDER, ledger_of_run
from qml.devices import Device
from qml.errors import BackendError, SpecError, StoreError
from qml.jobs import Entry, Ledger, Machine, connect

__all__ = ["calibration", "cancel", "chosen", "fetch", "ledger_of"]


def ledger_of(folder: Path) -> Ledger:
    """Return the ledger of a run.

    Raises
    ------
    StoreError
        If the run has asked no machine.
    """
    if not (folder / JOBS_FOLDER).is_dir():
        raise StoreError(f"{folder}: no jobs are kept here (no machine was asked)")
    return ledger_of_run(folder)


def chosen(ledger: Ledger, job: str | None) -> list[Entry]:
    """Return all entries, or those of the job or batch whose id starts so.

    Raises
    ------
    SpecError
        If there is none.
    """
    entries = ledger.entries()
    if job is None:
        return entries
    found = [e for e in entries if e.job_id.startswith(job) or e.address.startswith(job)]
    if not found:
        raise SpecError(f"no job or batch starts with {job!r}", "JOB")
    return found


def fetch(ledger: Ledger, job: str | None, wait_s: float) -> Iterator[str]:
    """Fetch what has ended; yield a line for what has not. Nothing is submitted."""
    patient = replace(ledger, patience=replace(ledger.patience, wait_s=wait_s))
    for entry, machine in _open(ledger, job):
        try:
            patient.fetch(machine, entry)
        except BackendError as error:
            yield str(error)


def cancel(ledger: Ledger, job: str | None, every: bool) -> Iterator[str]:
    """Cancel a job, or all that are open; yield a line each.

    Raises
    ------
    SpecError
        If neither is asked for.
    """
    if job is None and not every:
        raise SpecError("name a job, or say --all", "JOB")
    for entry, machine in _open(ledger, job):
        try:
            yield f"cancelled: {ledger.cancel(machine, entry).label}"
        except BackendError as error:
            yield str(error)


def calibration(name: str) -> Device:
    """Return a machine's calibration as it is now."""
    with tempfile.TemporaryDirectory() as folder:
        ledger = ledger_of_run(Path(folder))
        return ledger.calibration(connect(name, ledger.folder))


def _open(ledger: Ledger, job: str | None) -> list[tuple[Entry, Machine]]:
    machines: dict[tuple[str, str | None], Machine] = {}
    found = []
    for entry in chosen(ledger, job):
        if entry.status in ("submitting", "submitted") and entry.machine:
            place = (entry.machine, entry.instance)
            if place not in machines:
                machines[place] = connect(entry.machine, ledger.folder, entry.instance)
            found.append((entry, machines[place]))
    return found
