"""What Aer and IBM machines share: outcomes come from a V2 sampler, one broadcast item a call."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from qiskit.circuit import QuantumCircuit
from qiskit.primitives import BitArray
from qiskit.transpiler import generate_preset_pass_manager

from qml.backends._contract import Backend, Estimate, Values, Workload
from qml.circuits import ModelCircuit
from qml.errors import BackendError

__all__ = ["SampledBackend"]

_KEPT_CIRCUITS = 8  # transpiled circuits; a model alternates between few
_REGISTER = "outcome"


@dataclass
class SampledBackend(Backend):
    """Base of the backends that measure.

    A circuit is measured first and transpiled once, so that the classical bits stay in the logical
    order whatever layout the transpiler chooses. Each job gets a seed of its own.
    """

    shots: int | None = 1024
    _transpiled: dict[int, tuple[QuantumCircuit, QuantumCircuit]] = field(
        default_factory=dict, init=False, repr=False
    )
    _jobs: int = field(default=0, init=False, repr=False)

    @property
    def state(self) -> dict[str, Any]:
        """Return the number of jobs, which seeds the next one."""
        return {"jobs": self._jobs}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on with the job after those."""
        self._jobs = int(state.get("jobs", 0))

    @abstractmethod
    def _target(self) -> Any:
        """Return the simulator or machine that circuits are transpiled for."""

    @abstractmethod
    def _sample(self, circuit: QuantumCircuit, values: Values, seed: int) -> BitArray:
        """Return the outcomes of the transpiled circuit, shape (batch,), and count the usage."""

    def run_probabilities(self, circuit: QuantumCircuit, values: Values) -> NDArray[np.float64]:
        bits = self._outcomes(circuit, values)
        weights = 1 << np.arange(bits.shape[-1])[::-1]
        outcomes = (bits * weights).sum(axis=-1)
        size = 1 << circuit.num_qubits
        offsets = outcomes + size * np.arange(len(values))[:, None]
        counts = np.bincount(offsets.ravel(), minlength=size * len(values))
        return np.asarray(counts.reshape(len(values), size) / bits.shape[1])

    def estimate(self, workload: Workload) -> Estimate:
        """Return the cost; a Gram matrix counts one circuit an entry."""
        circuits = workload.n_evaluations
        largest = workload.batch
        for rows, columns in workload.grams:
            entries = rows * columns if columns else rows * (rows - 1) // 2
            circuits += entries
            largest = max(largest, entries)
        shots = self.shots or 0
        return Estimate(circuits, circuits * shots, largest * shots * (workload.n_qubits + 16))

    def _overlaps(self, overlap: ModelCircuit, pairs: Values) -> NDArray[np.float64]:
        """Return the all-zeros frequencies without writing out the other 2**n - 1 outcomes."""
        bits = self._outcomes(overlap.circuit, pairs[:, overlap.columns])
        return np.asarray(1.0 - bits.any(axis=-1).mean(axis=-1))

    def _outcomes(self, circuit: QuantumCircuit, values: Values) -> NDArray[np.uint8]:
        """Return one bit a qubit, shape (batch, shots, n_qubits), most significant first."""
        seed = np.random.SeedSequence(self.random_state, spawn_key=(self._jobs,))
        self._jobs += 1
        sampled = self._sample(
            self._isa(circuit), np.asarray(values, float), int(seed.generate_state(1)[0] >> 1)
        )
        if len(values) == 1 and sampled.shape == ():  # a circuit without parameters
            sampled = sampled.reshape(1)
        expected = (len(values), self.shots, circuit.num_qubits)
        got = (*sampled.shape, sampled.num_shots, sampled.num_bits)
        if got != expected:
            raise BackendError(f"{self}: asked for outcomes of shape {expected}, got {got}")
        bits = np.unpackbits(sampled.array, axis=-1)
        return bits[..., bits.shape[-1] - sampled.num_bits :]

    def _count(self, circuit: QuantumCircuit, rows: int) -> None:
        """Count a call of so many rows of the transpiled circuit."""
        gates = rows * circuit.num_nonlocal_gates()
        self.usage.add(rows, rows * (self.shots or 0), two_qubit_gates=gates)

    def _isa(self, circuit: QuantumCircuit) -> QuantumCircuit:
        """Return the measured circuit in the target's gates; remembered by the circuit object."""
        kept = self._transpiled.get(id(circuit))
        if kept is not None and kept[0] is circuit:
            return kept[1]
        measured = _measure_all(circuit)
        manager = generate_preset_pass_manager(
            optimization_level=1, backend=self._target(), seed_transpiler=0
        )
        isa = manager.run(measured)
        while len(self._transpiled) >= _KEPT_CIRCUITS:
            self._transpiled.pop(next(iter(self._transpiled)))
        self._transpiled[id(circuit)] = (circuit, isa)
        return isa


def _measure_all(circuit: QuantumCircuit) -> QuantumCircuit:
    from qiskit.circuit import ClassicalRegister

    measured = circuit.copy()
    register = ClassicalRegister(circuit.num_qubits, _REGISTER)
    measured.add_register(register)
    measured.measure(measured.qubits, register)
    return measured


def read_outcomes(result: Any) -> BitArray:
    """Return the outcome register of a primitive result's only item."""
    bits: BitArray = getattr(result[0].data, _REGISTER)
    return bits
