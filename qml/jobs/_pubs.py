"""Between batches and the runtime package's client-side primitives."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qml.costs import Usage
from qml.jobs._batch import Answer, Batch
from qml.jobs._machine import MachineError

__all__ = ["answer_of", "start"]


def start(mode: Any, batch: Batch, tag: str, seeded: bool) -> Any:
    """Hand a batch to the sampler or the estimator and return the job.

    It is one broadcast item, or where no parameter is left an item a row: what broadcasts over
    nothing runs once.

    Parameters
    ----------
    mode : IBMBackend, Session, Batch or a snapshot
        Place that the job is submitted to.
    batch : Batch
        Circuit and values that are asked about.
    tag : str
        Tag by which the job is found again.
    seeded : bool
        True for a simulator, which has a seed.
    """
    from qiskit_ibm_runtime.executor_estimator import Estimator
    from qiskit_ibm_runtime.executor_sampler import Sampler

    options = {**batch.options, "environment": {"job_tags": [tag]}}
    if seeded:
        options["simulator"] = {"seed_simulator": batch.seed}
    open_angles, n_rows = batch.circuit.num_parameters > 0, len(batch.values)
    items: list[tuple[Any, ...]]
    if batch.observables is None:
        sampler = Sampler(mode=mode, options=options)
        items = [(batch.circuit, batch.values)] if open_angles else [(batch.circuit,)] * n_rows
        return sampler.run(items, shots=batch.shots)
    estimator = Estimator(mode=mode, options={**options, "default_shots": batch.shots})
    asked = (batch.circuit, list(batch.observables))
    # each row with each observable
    items = [(*asked, batch.values[:, None, :])] if open_angles else [asked] * n_rows
    return estimator.run(items)


def answer_of(job: Any, kind: str, qpu_s: float = 0.0, queue_s: float = 0.0) -> Answer:
    """Return what a finished job brought.

    Raises
    ------
    MachineError
        If it cannot be read as what was asked for.
    """
    result = job.result()
    try:
        if kind == "estimator":
            arrays = {
                "values": _stacked([item.data.evs for item in result], ndim=2),
                "errors": _stacked([item.data.stds for item in result], ndim=2),
            }
            asked = 0
        else:
            arrays = {"outcomes": _stacked([_bits(item) for item in result], ndim=3)}
            asked = math.prod(arrays["outcomes"].shape[:2])
    except (TypeError, ValueError, AttributeError, KeyError):
        raise MachineError(
            "bad answer", "the job's result is no result of what was asked"
        ) from None
    usage = Usage(executions=_executions(job) or asked, qpu_s=qpu_s, queue_s=queue_s)
    return Answer(arrays, usage)


def _bits(item: Any) -> NDArray[np.uint8]:
    register = next(iter(item.data.values()))
    return np.asarray(np.unpackbits(register.array, axis=-1)[..., -register.num_bits :])


def _stacked(parts: list[Any], ndim: int) -> NDArray[Any]:
    """Return the items' rows; an item without parameters is a row without an axis of its own."""
    arrays = [np.asarray(part) for part in parts]
    return np.concatenate([array if array.ndim == ndim else array[None] for array in arrays])


def _executions(job: Any) -> int:
    """Return the runs of a circuit that the submitted program asks for; 0 if it does not say."""
    try:
        program = job.inputs
        if not isinstance(program, dict):
            runs: int = sum(math.prod(item.shape) for item in program.items)
            return int(program.shots) * runs
        program = program["quantum_program"]
        return int(program["shots"]) * sum(_runs(item) for item in program["items"])
    except Exception:  # the result is there; a count that the service does not give is no reason
        return 0


def _runs(item: dict[str, Any]) -> int:
    """Return how many times an item's circuit is bound: over its arguments and repetitions."""
    arguments = item.get("circuit_arguments", {}).get("shape", [1])[:-1]
    return int(math.prod(np.broadcast_shapes(tuple(item["shape"]), tuple(arguments))))
