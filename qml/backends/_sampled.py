"""What Aer and IBM machines share: outcomes come from a V2 sampler, one broadcast item a call."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from qiskit.circuit import QuantumCircuit

from qml.backends._contract import Values
from qml.backends._transpiled import TranspiledBackend
from qml.costs import Workload
from qml.errors import BackendError

__all__ = ["SampledBackend"]


@dataclass
class SampledBackend(TranspiledBackend):
    """Base of the backends that measure. Each job gets a seed of its own."""

    shots: int | None = 1024
    _jobs: int = field(default=0, init=False, repr=False)

    @property
    def state(self) -> dict[str, Any]:
        """Return the number of jobs besides, which seeds the next one."""
        return {**super().state, "jobs": self._jobs}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on with the job after those."""
        super().restore(state)
        self._jobs = int(state.get("jobs", 0))

    @abstractmethod
    def _sample(
        self, isa: QuantumCircuit, values: Values, seed: int, stretch: float
    ) -> NDArray[np.uint8]:
        """Return the transpiled circuit's outcomes, as `_outcomes` does, and count the usage."""

    def _frequencies(self, isa: QuantumCircuit, values: Values, stretch: float) -> Values:
        bits = self._outcomes(isa, values, stretch)
        weights = 1 << np.arange(bits.shape[-1])[::-1]
        outcomes = (bits * weights).sum(axis=-1)
        size = 1 << bits.shape[-1]
        offsets = outcomes + size * np.arange(len(values))[:, None]
        counts = np.bincount(offsets.ravel(), minlength=size * len(values))
        return np.asarray(counts.reshape(len(values), size) / bits.shape[1])

    def _zeros(self, isa: QuantumCircuit, values: Values, stretch: float) -> Values:
        """Return the all-zeros frequencies without writing out the other 2**n - 1 outcomes."""
        if self._mitigation.readout == "full":
            return super()._zeros(isa, values, stretch)
        bits = self._outcomes(isa, values, stretch)
        if not self._mitigation.inverts:
            return np.asarray(1.0 - bits.any(axis=-1).mean(axis=-1))
        # the inverse is a product over bits, and so is its first row
        first_rows = [np.linalg.inv(matrix)[0] for matrix in reversed(self._assignments(isa))]
        factors = np.stack([row[bits[..., k]] for k, row in enumerate(first_rows)])
        return np.asarray(factors.prod(axis=0).mean(axis=-1))

    def least_bytes(self, n_qubits: int) -> int:
        """Return the bytes of the outcomes as they are read, a bit each."""
        return (self.shots or 0) * (n_qubits + 16)

    def _memory(self, workload: Workload, largest: int) -> int:
        return largest * (self.shots or 0) * (workload.n_qubits + 16)

    def _outcomes(self, isa: QuantumCircuit, values: Values, stretch: float) -> NDArray[np.uint8]:
        """Return one bit a qubit, shape (batch, shots, n_bits), most significant first."""
        if not len(values):
            return np.empty((0, self.shots or 0, isa.num_clbits), dtype=np.uint8)
        bits = self._sample(isa, values, self._next_seed(), stretch)
        expected, got = (len(values), isa.num_clbits), (bits.shape[0], bits.shape[-1])
        if got != expected or bits.shape[1] < (self.shots or 0):
            shape = (len(values), self.shots, isa.num_clbits)
            raise BackendError(
                f"{self.called}: asked for outcomes of shape {shape}, got {bits.shape}"
            )
        return bits

    def _next_seed(self) -> int:
        """Return the seed of the next job, which no other job has."""
        seed = np.random.SeedSequence(self.random_state, spawn_key=(self._jobs,))
        self._jobs += 1
        return int(seed.generate_state(1)[0] >> 1)
