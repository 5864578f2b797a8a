"""Qiskit's V2 primitives on the engine: drop-in for the reference ones, batch by batch.

`BatchedSampler` stands for `qiskit.primitives.StatevectorSampler` and `BatchedEstimator` for
`StatevectorEstimator`. Code that hands them one circuit with many parameter values, as
qiskit-machine-learning does, becomes faster by changing one line::

    from qml.engine import BatchedSampler

    vqc = VQC(feature_map=..., ansatz=..., sampler=BatchedSampler())   # was StatevectorSampler()
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from qiskit.circuit import ClassicalRegister
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

from qml.engine._memory import require_memory, require_states
from qml.engine._primitive_circuits import PrimitiveCircuit, RefusedCircuit, primitive_circuit
from qml.engine._projectors import expectations_of_terms
from qml.engine._simulation import statevectors
from qml.engine._streams import Seed, Streams
from qml.errors import SpecError

__all__ = ["BatchedEstimator", "BatchedSampler"]


class BatchedSampler(BaseSamplerV2):
    """Samples from the exact distribution, all values of an item at once.

    A circuit is made of gates, resets and final measurements. A reset goes on with a fresh qubit,
    so every shot meets its own reset: the distribution is that of the circuit.

    Parameters
    ----------
    default_shots : int, default=1024
        Number of shots where neither the item nor the call names one.
    seed : int, Generator, SeedSequence or None, default=None
        Root of the streams. Qiskit's reference restarts the same stream at every job and gives it
        to every item; here each item of each job has a stream of its own. A generator is drawn
        from at every job.

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
        self._streams = Streams(seed)

    @property
    def default_shots(self) -> int:
        """Shots where neither the item nor the call names a number."""
        return self._default_shots

    @property
    def seed(self) -> Seed:
        """Root of the streams, as it was given."""
        return self._streams.seed

    def run(
        self, pubs: Iterable[SamplerPubLike], *, shots: int | None = None
    ) -> PrimitiveJob[PrimitiveResult[SamplerPubResult]]:
        """Run every item.

        What the job meets, its `result` raises: a `SpecError` that is a `QiskitError` too if a
        circuit measures in the middle or branches, a `SpecError` if a value is not finite, a
        `ResourceError` if an item does not fit the memory.

        Parameters
        ----------
        pubs : iterable of SamplerPubLike
            Items, each a circuit, or (circuit, values), or (circuit, values, shots).
        shots : int or None, default=None
            Number of shots for items that name none.

        Raises
        ------
        ValueError, TypeError
            If an item is none, its values do not fit its parameters, or shots are no positive
            integer.
        """
        chosen = self._default_shots if shots is None else shots
        coerced = [SamplerPub.coerce(pub, chosen) for pub in pubs]
        if any(not pub.circuit.cregs for pub in coerced):
            warnings.warn(
                "a circuit has no classical register, so its result is empty; measure_all() "
                "measures into one",
                UserWarning,
                stacklevel=2,
            )
        return _submitted(_sample, "shots", coerced, self._streams.job(len(coerced)))


class BatchedEstimator(BaseEstimatorV2):
    """Exact expectation values, all values of an item at once, with normal noise if asked.

    A circuit is made of gates and resets; a reset goes on with a fresh qubit, so the values are
    those of the mixed state, not of one outcome. The letters of an observable may be projectors
    (``0``, ``1``, ``+``, ``-``, ``r``, ``l``).

    Parameters
    ----------
    default_precision : float, default=0.0
        Standard deviation of the noise where neither the item nor the call names one; 0 is exact.
        The results' ``stds`` are this deviation.
    seed : int, Generator, SeedSequence or None, default=None
        Root of the noise's streams, one an item and job. A generator is drawn from at every job.

    Examples
    --------
    >>> from qiskit.circuit import QuantumCircuit
    >>> result = BatchedEstimator().run([(QuantumCircuit(1), ["Z", "X"])]).result()
    >>> result[0].data.evs
    array([1., 0.])
    """

    def __init__(self, *, default_precision: float = 0.0, seed: Seed = None) -> None:
        self._default_precision = default_precision
        self._streams = Streams(seed)

    @property
    def default_precision(self) -> float:
        """Precision where neither the item nor the call names one."""
        return self._default_precision

    @property
    def seed(self) -> Seed:
        """Root of the streams, as it was given."""
        return self._streams.seed

    def run(
        self, pubs: Iterable[EstimatorPubLike], *, precision: float | None = None
    ) -> PrimitiveJob[PrimitiveResult[PubResult]]:
        """Run every item.

        What the job meets, its `result` raises: a `SpecError` that is a `QiskitError` too if a
        circuit measures or branches, a `SpecError` if a value is not finite, a `ResourceError` if
        an item does not fit the memory.

        Parameters
        ----------
        pubs : iterable of EstimatorPubLike
            Items, each (circuit, observables), or with values and precision.
        precision : float or None, default=None
            Standard deviation of the noise for items that name none.

        Raises
        ------
        ValueError, TypeError
            If an item is none, its parts do not fit each other, an observable is not Hermitian, or
            the precision is no finite number from 0.
        """
        chosen = self._default_precision if precision is None else precision
        coerced = [EstimatorPub.coerce(pub, chosen) for pub in pubs]
        for index, pub in enumerate(coerced):
            if pub.precision is not None and not math.isfinite(pub.precision):
                problem = f"got {pub.precision}, expected a finite number from 0"
                raise SpecError(problem, f"pubs[{index}].precision")
        return _submitted(_estimate, "precision", coerced, self._streams.job(len(coerced)))


def _submitted(
    one: Callable[[Any, np.random.Generator], Any],
    needed: str,
    pubs: list[Any],
    rngs: list[np.random.Generator],
) -> PrimitiveJob[Any]:
    """Return the job that runs the items; it starts at once, in a thread of its own.

    What every item needs beside its circuit, somebody must have named.
    """

    def work() -> PrimitiveResult[Any]:
        results = []
        for index, (pub, rng) in enumerate(zip(pubs, rngs, strict=True)):
            if getattr(pub, needed) is None:
                expected = f"expected a number, of the item, of run or default_{needed}"
                raise TypeError(f"pubs[{index}].{needed}: got None, {expected}")
            try:
                results.append(one(pub, rng))
            except SpecError as error:
                raise error.under(f"pubs[{index}]") from None
        return PrimitiveResult(results, metadata={"version": 2})

    job: PrimitiveJob[Any] = PrimitiveJob(work)
    job._submit()  # as Qiskit's own reference primitives start theirs
    return job


def _states(pub: SamplerPub | EstimatorPub, circuit: PrimitiveCircuit) -> NDArray[np.complex128]:
    """Return the item's states, one a set of values, shape (batch, 2**n_qubits)."""
    values = _flat_values(pub, circuit)
    if circuit.n_thrown:
        what = (
            f"{len(values)} states of {circuit.n_qubits} qubits and {circuit.n_thrown} more "
            f"for their resets"
        )
        require_states(circuit.gates.num_qubits, len(values), 2, what)
    try:
        return statevectors(circuit.gates, values)
    except SpecError as error:
        raise RefusedCircuit(error.problem, error.path) from None


def _flat_values(pub: SamplerPub | EstimatorPub, circuit: PrimitiveCircuit) -> NDArray[np.float64]:
    """Return the item's values, (batch, n_parameters), in the order of the gates' parameters."""
    given = list(pub.circuit.parameters)
    array: NDArray[np.float64] = pub.parameter_values.as_array(given)
    if not np.isfinite(array).all():
        *point, column = np.argwhere(~np.isfinite(array))[0].tolist()
        where = f" at {tuple(point)}" if point else ""
        raise SpecError(
            f"parameter {given[column].name} is {array[*point, column]}{where}, "
            f"its values must be finite"
        )
    flat = array.reshape(math.prod(pub.parameter_values.shape), len(given))
    place = {parameter: column for column, parameter in enumerate(given)}
    return flat[:, [place[parameter] for parameter in circuit.gates.parameters]]


def _sample(pub: SamplerPub, rng: np.random.Generator) -> SamplerPubResult:
    circuit = primitive_circuit(pub.circuit)
    states = _states(pub, circuit)
    split = (len(states), 1 << circuit.n_thrown, 1 << circuit.n_qubits)
    outcomes = _draw(states.reshape(split), pub.shots, rng)
    shape = pub.parameter_values.shape
    data = {
        register.name: _bit_array(outcomes, register, circuit, shape)
        for register in pub.circuit.cregs
    }
    return SamplerPubResult(
        DataBin(**data, shape=shape),
        metadata={"shots": pub.shots, "circuit_metadata": pub.circuit.metadata},
    )


def _draw(
    states: NDArray[np.complex128], shots: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Return outcomes, (batch, shots), of states of shape (batch, thrown, outcomes)."""
    batch, thrown, size = states.shape
    what = f"drawing {shots:,} shots from each of {batch} distributions"
    require_memory(8 * batch * (thrown * size + 3 * size + 3 * shots), what)
    exact = (states.real**2 + states.imag**2).sum(axis=1)
    counts = rng.multinomial(shots, exact / exact.sum(axis=1, keepdims=True))
    outcomes = np.empty((batch, shots), dtype=np.int64)
    every = np.arange(size)
    for row, row_counts in enumerate(counts):
        outcomes[row] = np.repeat(every, row_counts)
    return rng.permuted(outcomes, axis=1)  # shots come in no order


def _bit_array(
    outcomes: NDArray[np.int64],
    register: ClassicalRegister,
    circuit: PrimitiveCircuit,
    shape: tuple[int, ...],
) -> BitArray:
    n_bytes = -(-len(register) // 8)
    packed = np.zeros((*outcomes.shape, n_bytes), dtype=np.uint8)
    for place, bit in enumerate(register):
        if bit in circuit.reads:
            read = outcomes >> circuit.reads[bit] & 1
            packed[..., n_bytes - 1 - place // 8] |= (read << (place % 8)).astype(np.uint8)
    return BitArray(packed.reshape(*shape, outcomes.shape[1], n_bytes), len(register))


def _estimate(pub: EstimatorPub, rng: np.random.Generator) -> PubResult:
    circuit = primitive_circuit(pub.circuit)
    if circuit.reads:
        raise RefusedCircuit("the circuit measures; an estimator takes gates and resets alone")
    states = _states(pub, circuit)
    index = np.arange(len(states)).reshape(pub.parameter_values.shape)
    where, asked = np.broadcast_arrays(index, np.asarray(pub.observables))
    values = np.empty(where.size)
    for terms, places in _by_observable(asked):
        if not all(map(math.isfinite, terms.values())):
            raise SpecError(f"an observable's coefficients must be finite, got {terms}")
        rows, back = np.unique(where.ravel()[places], return_inverse=True)
        asked_of = states if len(rows) == len(states) else states[rows]
        values[places] = expectations_of_terms(asked_of, terms)[back]
    if pub.precision:
        values = rng.normal(values, pub.precision)
    return PubResult(
        DataBin(
            evs=values.reshape(where.shape),
            stds=np.full(where.shape, float(pub.precision)),
            shape=where.shape,
        ),
        metadata={
            "target_precision": pub.precision,
            "circuit_metadata": pub.circuit.metadata,
        },
    )


def _by_observable(asked: NDArray[Any]) -> Iterator[tuple[dict[str, float], list[int]]]:
    """Group the places, counted through the array, that ask for one and the same observable."""
    objects: dict[int, list[int]] = {}
    for place, terms in enumerate(asked.flat):
        objects.setdefault(id(terms), []).append(place)
    groups: dict[tuple[tuple[str, float], ...], list[int]] = {}
    for places in objects.values():
        content = tuple(sorted(asked.flat[places[0]].items()))
        groups.setdefault(content, []).extend(places)
    for content, places in groups.items():
        yield dict(content), places
