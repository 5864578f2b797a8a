"""What is submitted at once, where it is found again, and what comes back."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from qiskit.circuit import QuantumCircuit
from qiskit.quantum_info import SparsePauliOp

from qml.circuits import active_qubits, compacted, measured_qubits, without_readout
from qml.costs import Usage
from qml.engine import fingerprint

__all__ = ["Answer", "Batch"]

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Batch:
    """One submission: a transpiled circuit over rows of values.

    Parameters
    ----------
    circuit : QuantumCircuit
        Circuit in the machine's gates and on its qubits; measured, unless there are observables.
    values : ndarray of shape (rows, n_parameters)
        Rows of values, in ``circuit.parameters`` order.
    shots : int
        Measurements of every circuit.
    seed : int
        Seed of a simulator; on a machine it tells repetitions of the same question apart.
    observables : tuple of SparsePauliOp or None, default=None
        Observables on the machine's qubits; their expectation values are asked in place of
        outcomes.
    options : dict
        Options of the runtime, as plain values: treatment of errors, and time limits.
    expected : Usage or None, default=None
        Foreseen cost, for a budget; no part of the address. None is one circuit a row, and no time
        of the machine.
    """

    circuit: QuantumCircuit
    values: Values
    shots: int
    seed: int
    observables: tuple[SparsePauliOp, ...] | None = None
    options: dict[str, Any] = field(default_factory=dict)
    expected: Usage | None = None

    @property
    def kind(self) -> str:
        """Whether outcomes are asked (``"sampler"``) or expectation values (``"estimator"``)."""
        return "sampler" if self.observables is None else "estimator"

    @property
    def cost(self) -> Usage:
        """What the job will cost, as far as that is known before it ran."""
        if self.expected is not None:
            return self.expected
        rows = len(self.values)
        gates = rows * self.circuit.num_nonlocal_gates()
        return Usage.of_call(rows, self.shots, two_qubit_gates=gates)

    def address(self, machine: str, calibration: str) -> str:
        """Return the content address, 64 hexadecimal digits.

        Circuit, values, shots, seed, observables, options, machine and calibration decide it: by
        what they are, to the last bit, never by how they print.
        """
        digest = hashlib.sha256()
        for text in (
            machine,
            calibration,
            _circuit_identity(self.circuit),
            json.dumps(self.options, sort_keys=True),
            f"{self.shots},{self.seed},{self.values.shape}",
        ):
            digest.update(f"{text}\x1f".encode())
        digest.update(np.ascontiguousarray(self.values, dtype=np.float64).tobytes())
        for observable in self.observables or ():
            for label, coefficient in observable.to_list():
                digest.update(f"{label}*{complex(coefficient).real.hex()};".encode())
            digest.update(b"|")
        return digest.hexdigest()


@dataclass(frozen=True)
class Answer:
    """What a batch brought.

    Parameters
    ----------
    arrays : dict of str to ndarray
        ``outcomes``, one bit a qubit, shape (rows, shots, n_bits), the last bit of the register
        first; or ``values`` and ``errors``, shape (rows, n_observables).
    usage : Usage
        Cost of the batch. A machine tells what its service counts: executions, with what the
        runtime adds for its own mitigation, and seconds; the ledger adds what it asked for.
    """

    arrays: dict[str, NDArray[Any]]
    usage: Usage


def _circuit_identity(circuit: QuantumCircuit) -> str:
    """Return what the circuit does and where: gates and angles, physical qubits, the readout."""
    used = active_qubits(circuit)
    small = without_readout(compacted(circuit))
    # a parameter that cancelled is none of the small circuit's
    names = [parameter.name for parameter in circuit.parameters]
    kept = [names.index(parameter.name) for parameter in small.parameters]
    reads = measured_qubits(circuit)
    return json.dumps([used, reads, kept, circuit.num_qubits, fingerprint(small)])
