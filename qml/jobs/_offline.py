"""A machine's snapshot behind a service of files: jobs outlive the process that submitted them.

A job is a file; it is run, with the snapshot's noise and by the runtime package's local mode, when
its result is first asked for. So what survives a crash of a study on a real machine can be
rehearsed without one.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import time
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from qiskit import qpy
from qiskit.quantum_info import SparsePauliOp

from qml.circuits import active_qubits, compacted
from qml.costs import Usage
from qml.devices import Device, part_of_snapshot, resolve_device
from qml.durable import write_durably
from qml.jobs._batch import Answer, Batch
from qml.jobs._machine import JobState, Machine, MachineError
from qml.jobs._pubs import answer_of, start

__all__ = ["OfflineMachine"]


class OfflineMachine(Machine):
    """The snapshot of a machine.

    Parameters
    ----------
    name : str
        Name of the snapshot, such as ``"fake_torino"``.
    folder : Path
        Folder in which the queue is kept.
    """

    def __init__(self, name: str, folder: Path) -> None:
        self.name, self._folder = name, folder

    def device(self) -> Device:
        return resolve_device(self.name)

    def submit(self, batch: Batch, tag: str) -> str:
        circuit = io.BytesIO()
        qpy.dump(batch.circuit, circuit)
        arrays: dict[str, Any] = {
            "circuit": np.frombuffer(circuit.getvalue(), dtype=np.uint8),
            "values": batch.values,
        }
        described = {
            "tag": tag,
            "submitted_at_s": time.time(),
            "shots": batch.shots,
            "seed": batch.seed,
            "options": batch.options,
            "observables": _plain(batch.observables),
        }
        buffer = io.BytesIO()
        np.savez(buffer, described=np.array(json.dumps(described)), **arrays)
        content = buffer.getvalue()
        job_id = hashlib.sha256(f"{time.time_ns()},{os.getpid()},{tag}".encode()).hexdigest()[:20]
        write_durably(self._folder / f"{job_id}.npz", content)
        return job_id

    def find(self, tag: str) -> list[str]:
        found = []
        for file in self._folder.glob("*.npz"):
            described, _ = self._read(file.stem)
            if described["tag"] == tag:
                found.append((described["submitted_at_s"], file.stem))
        return [job_id for _, job_id in sorted(found)]

    def state(self, job_id: str) -> JobState:
        if not (self._folder / f"{job_id}.npz").is_file():
            raise MachineError("refused", f"no job {job_id} is in the queue of {self.name}")
        cancelled = (self._folder / f"{job_id}.cancelled").exists()
        return JobState("cancelled" if cancelled else "done")

    def cancel(self, job_id: str) -> None:
        self.state(job_id)
        (self._folder / f"{job_id}.cancelled").touch()

    def result(self, job_id: str, kind: str) -> Answer:
        described, arrays = self._read(job_id)
        [circuit] = qpy.load(io.BytesIO(arrays["circuit"].tobytes()))
        batch = Batch(
            circuit,
            arrays["values"],
            described["shots"],
            described["seed"],
            _observables(described["observables"]),
            described["options"],
        )
        batch, places = _on_its_qubits(batch)
        with warnings.catch_warnings():  # what the local mode leaves out is said in the docs
            warnings.simplefilter("ignore")
            try:
                device = part_of_snapshot(self.name, places)
                jobs = [start(device, one, described["tag"], seeded=True) for one in _apart(batch)]
                return _together([answer_of(job, kind) for job in jobs])
            except MachineError:
                raise
            except Exception as error:  # foreign code
                reason = f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
        raise MachineError("bad answer", f"the local mode fails: {reason}")

    def _read(self, job_id: str) -> tuple[dict[str, Any], dict[str, Any]]:
        try:
            with np.load(self._folder / f"{job_id}.npz", allow_pickle=False) as file:
                described = json.loads(str(file["described"]))
                return described, {"circuit": file["circuit"], "values": file["values"]}
        except (OSError, ValueError, KeyError):
            raise MachineError("refused", f"job {job_id}: its file is damaged") from None


def _apart(batch: Batch) -> list[Batch]:
    """Return batches whose rows have draws of their own.

    The local mode runs every item with the same seed, so rows without parameters, which are items,
    become batches.
    """
    if batch.circuit.num_parameters or len(batch.values) == 1:
        return [batch]
    return [
        replace(
            batch,
            values=batch.values[row : row + 1],
            seed=int(np.random.SeedSequence((batch.seed, row)).generate_state(1)[0] >> 1),
        )
        for row in range(len(batch.values))
    ]


def _together(answers: list[Answer]) -> Answer:
    arrays = {
        name: np.concatenate([one.arrays[name] for one in answers]) for name in answers[0].arrays
    }
    return Answer(arrays, sum((one.usage for one in answers), Usage()))


def _plain(observables: tuple[SparsePauliOp, ...] | None) -> Any:
    if observables is None:
        return None
    return [
        [[label, complex(coefficient).real] for label, coefficient in one.to_list()]
        for one in observables
    ]


def _observables(terms: Any) -> tuple[SparsePauliOp, ...] | None:
    if terms is None:
        return None
    return tuple(SparsePauliOp.from_list([tuple(term) for term in one]) for one in terms)


def _on_its_qubits(batch: Batch) -> tuple[Batch, frozenset[int]]:
    """Return the batch on the qubits that it touches, and which these are."""
    places = set(active_qubits(batch.circuit))
    terms = [one.to_sparse_list() for one in batch.observables or ()]
    places |= {qubit for one in terms for _, qubits, _ in one for qubit in qubits}
    places = places or {0}
    number = {place: i for i, place in enumerate(sorted(places))}
    observables = None
    if batch.observables is not None:
        moved = (
            [(letters, [number[q] for q in qubits], weight) for letters, qubits, weight in one]
            for one in terms
        )
        observables = tuple(SparsePauliOp.from_sparse_list(one, len(places)) for one in moved)
    small = compacted(batch.circuit, places)
    return replace(batch, circuit=small, observables=observables), frozenset(places)
