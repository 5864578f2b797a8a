"""Qiskit's V2 primitives on the engine: drop-in for the reference ones, batch by batch.

`BatchedSampler` stands for `qiskit.primitives.StatevectorSampler` and `BatchedEstimator` for
`StatevectorEstimator`. Code that hands them one circuit with many parameter values, as
qiskit-machine-learning does, becomes faster by changing one line::

    from qml.engine import BatchedSampler

    vqc = VQC(feature_map=..., ansatz=..., sampler=BatchedSampler())   # was StatevectorSampler()
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from qiskit.circuit import ClassicalRegister, QuantumCircuit
from qiskit.primitives import (
    BaseEstimatorV2,
    BaseSamplerV2,
    BitArray,
    DataBin,
    PrimitiveJob,
    PrimitiveResult,
    PubResult,
    SamplerPubResult,
)
from qiskit.primitives.containers.estimator_pub import EstimatorPub, EstimatorPubLike
from qiskit.primitives.containers.sampler_pub import SamplerPub, SamplerPubLike
from qiskit.quantum_info import SparsePauliOp

from qml.engine._gradients import expectations_of_states
from qml.engine._gradients import probabilities as outcome_probabilities
from qml.engine._simulation import statevectors
from qml.errors import SpecError

__all__ = ["BatchedEstimator", "BatchedSampler"]

Seed = int | np.random.SeedSequence | None


class _Seeds:
    """Independent streams: one a job, and of it one an item, none ever given twice."""

    def __init__(self, seed: Seed) -> None:
        self._root = (
            seed if isinstance(seed, np.random.SeedSequence) else np.random.SeedSequence(seed)
        )

    def job(self, n_items: int) -> list[np.random.SeedSequence]:
        [job] = self._root.spawn(1)
        return job.spawn(n_items)


class BatchedSampler(BaseSamplerV2):
    """Samples from the exact distribution, all values of an item at once.

    Parameters
    ----------
    default_shots : int, default=1024
        Number of shots where neither the item nor the call names one.
    seed : int, SeedSequence or None, default=None
        Root of the streams. Qiskit's reference restarts the same stream at every job and gives it
        to every item; here each item of each job has a stream of its own.

    Examples
    --------
    >>> from qiskit.circuit import QuantumCircuit
    >>> bell = QuantumCircuit(2)
    >>> _ = bell.h(0), bell.cx(0, 1), bell.measure_all()
    >>> counts = BatchedSampler(seed=1).run([bell], shots=100).result()[0].data.meas.get_counts()
    >>> sorted(counts)
    ['00', '11']
    """

    def __init__(self, *, default_shots: int = 1024, seed: Seed = None) -> None:
        self._default_shots = default_shots
        self._seeds = _Seeds(seed)

    @property
    def default_shots(self) -> int:
        """Shots where neither the item nor the call names a number."""
        return self._default_shots

    def run(
        self, pubs: Iterable[SamplerPubLike], *, shots: int | None = None
    ) -> PrimitiveJob[PrimitiveResult[SamplerPubResult]]:
        """Run every item.

        Parameters
        ----------
        pubs : iterable of SamplerPubLike
            Items, each a circuit, or (circuit, values), or (circuit, values, shots).
        shots : int or None, default=None
            Number of shots for items that name none.

        Raises
        ------
        SpecError
            If a circuit measures in the middle, resets or branches.
        """
        coerced = [SamplerPub.coerce(pub, shots or self._default_shots) for pub in pubs]
        prepared = [_read_out(pub.circuit) for pub in coerced]  # refusals come before the job
        seeds = self._seeds.job(len(coerced))

        def work() -> PrimitiveResult[SamplerPubResult]:
            results = [
                _sample(pub, bare, targets, np.random.default_rng(seed))
                for pub, (bare, targets), seed in zip(coerced, prepared, seeds, strict=True)
            ]
            return PrimitiveResult(results, metadata={"version": 2})

        return _submitted(work)


class BatchedEstimator(BaseEstimatorV2):
    """Exact expectation values, all values of an item at once, with normal noise if asked.

    Parameters
    ----------
    default_precision : float, default=0.0
        Standard deviation of the noise where neither the item nor the call names one; 0 is exact.
    seed : int, SeedSequence or None, default=None
        Root of the noise's streams, one an item and job.

    Examples
    --------
    >>> from qiskit.circuit import QuantumCircuit
    >>> result = BatchedEstimator().run([(QuantumCircuit(1), ["Z", "X"])]).result()
    >>> result[0].data.evs
    array([1., 0.])
    """

    def __init__(self, *, default_precision: float = 0.0, seed: Seed = None) -> None:
        self._default_precision = default_precision
        self._seeds = _Seeds(seed)

    @property
    def default_precision(self) -> float:
        """Precision where neither the item nor the call names one."""
        return self._default_precision

    def run(
        self, pubs: Iterable[EstimatorPubLike], *, precision: float | None = None
    ) -> PrimitiveJob[PrimitiveResult[PubResult]]:
        """Run every item.

        Parameters
        ----------
        pubs : iterable of EstimatorPubLike
            Items, each (circuit, observables), or with values and precision.
        precision : float or None, default=None
            Standard deviation of the noise for items that name none.
        """
        chosen = self._default_precision if precision is None else precision
        coerced = [EstimatorPub.coerce(pub, chosen) for pub in pubs]
        seeds = self._seeds.job(len(coerced))

        def work() -> PrimitiveResult[PubResult]:
            results = [
                _estimate(pub, np.random.default_rng(seed))
                for pub, seed in zip(coerced, seeds, strict=True)
            ]
            return PrimitiveResult(results, metadata={"version": 2})

        return _submitted(work)


def _submitted(work: Callable[[], Any]) -> PrimitiveJob[Any]:
    job: PrimitiveJob[Any] = PrimitiveJob(work)
    job._submit()  # as Qiskit's own reference primitives start theirs
    return job


Targets = dict[str, list[tuple[int, int]]]  # register to (its bit, the qubit that it reads)


def _read_out(circuit: QuantumCircuit) -> tuple[QuantumCircuit, Targets]:
    """Return the circuit without its final measurements, and what each register reads."""
    bare = QuantumCircuit(circuit.qubits, global_phase=circuit.global_phase)
    read: dict[Any, int] = {}
    measured: set[Any] = set()
    for instruction in circuit.data:
        if instruction.operation.name == "measure":
            [qubit], [clbit] = instruction.qubits, instruction.clbits
            read[clbit] = circuit.find_bit(qubit).index
            measured.add(qubit)
        elif instruction.operation.name == "barrier":
            continue
        elif measured & set(instruction.qubits) or instruction.clbits:
            name = instruction.operation.name
            raise SpecError(f"the circuit goes on with {name!r} after a measurement")
        else:
            bare.append(instruction)
    targets: Targets = {}
    for register in circuit.cregs:
        targets[register.name] = [(i, read[bit]) for i, bit in enumerate(register) if bit in read]
    return bare, targets


def _flat_values(pub: SamplerPub | EstimatorPub, circuit: QuantumCircuit) -> NDArray[np.float64]:
    """Return the item's values, shape (batch, n_parameters), in ``circuit.parameters`` order."""
    given = list(pub.circuit.parameters)
    size = int(np.prod(pub.parameter_values.shape))
    array = pub.parameter_values.as_array(given)
    flat = np.asarray(array, dtype=np.float64).reshape(size, len(given))
    return flat[:, [given.index(parameter) for parameter in circuit.parameters]]


def _sample(
    pub: SamplerPub, bare: QuantumCircuit, targets: Targets, rng: np.random.Generator
) -> SamplerPubResult:
    values = _flat_values(pub, bare)
    exact = outcome_probabilities(bare, values)
    counts = rng.multinomial(pub.shots, exact / exact.sum(axis=1, keepdims=True))
    outcomes = np.empty((len(values), pub.shots), dtype=np.int64)
    every = np.arange(exact.shape[1])
    for row, row_counts in enumerate(counts):
        outcomes[row] = np.repeat(every, row_counts)
    outcomes = rng.permuted(outcomes, axis=1)  # shots come in no order
    shape = pub.parameter_values.shape
    data = {
        register.name: _bit_array(outcomes, register, targets[register.name], shape)
        for register in pub.circuit.cregs
    }
    return SamplerPubResult(
        DataBin(**data, shape=shape),
        metadata={"shots": pub.shots, "circuit_metadata": pub.circuit.metadata},
    )


def _bit_array(
    outcomes: NDArray[np.int64],
    register: ClassicalRegister,
    reads: list[tuple[int, int]],
    shape: tuple[int, ...],
) -> BitArray:
    n_bytes = -(-len(register) // 8)
    packed = np.zeros((*outcomes.shape, n_bytes), dtype=np.uint8)
    for bit, qubit in reads:
        byte = n_bytes - 1 - bit // 8
        packed[..., byte] |= ((outcomes >> qubit & 1) << (bit % 8)).astype(np.uint8)
    return BitArray(packed.reshape(*shape, outcomes.shape[1], n_bytes), len(register))


def _estimate(pub: EstimatorPub, rng: np.random.Generator) -> PubResult:
    circuit = pub.circuit
    states = statevectors(circuit, _flat_values(pub, circuit))
    index = np.arange(len(states)).reshape(pub.parameter_values.shape)
    where, observables = np.broadcast_arrays(index, np.asarray(pub.observables))
    values = np.empty(where.shape)
    for place, rows in _by_observable(observables).items():
        operator = SparsePauliOp.from_list(list(dict(observables[place]).items()))
        wanted = np.array([where[row] for row in rows])
        found = expectations_of_states(states[wanted], [operator])[:, 0]
        for row, value in zip(rows, found, strict=True):
            values[row] = value
    if pub.precision:
        values = rng.normal(values, pub.precision)
    deviations = np.full(values.shape, pub.precision)
    return PubResult(
        DataBin(evs=values, stds=deviations, shape=values.shape),
        metadata={
            "target_precision": pub.precision,
            "circuit_metadata": circuit.metadata,
        },
    )


def _by_observable(
    observables: NDArray[Any],
) -> dict[tuple[int, ...], list[tuple[int, ...]]]:
    """Group the places that ask for one and the same observable, under the first of them."""
    first: dict[tuple[tuple[str, float], ...], tuple[int, ...]] = {}
    groups: dict[tuple[int, ...], list[tuple[int, ...]]] = {}
    for place in np.ndindex(observables.shape):
        content = tuple(sorted(dict(observables[place]).items()))
        groups.setdefault(first.setdefault(content, place), []).append(place)
    return groups
