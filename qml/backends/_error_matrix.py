"""An error of Aer's as a real matrix on Pauli coordinates."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qml.engine import pauli_matrix

__all__ = ["error_matrix"]

Values = NDArray[np.float64]


def error_matrix(error: Any) -> Values:
    """Return an error's real matrix on Pauli coordinates, the first qubit the least significant.

    An error is a mixture of circuits. Qiskit's own conversion takes 20 ms each, a few of them more
    than all the rest of a noisy Gram matrix; nearly all these circuits are of Paulis and of steps
    on single qubits, so theirs are products. Errors that are written by Pauli generators are few
    and left to Qiskit.

    Parameters
    ----------
    error : QuantumError or PauliLindbladError
        Error of `qiskit_aer.noise`.
    """
    if not hasattr(error, "circuits"):
        return pauli_matrix(error)
    total: Values = np.zeros((4**error.num_qubits,) * 2)
    term: Values
    for circuit, probability in zip(error.circuits, error.probabilities, strict=True):
        steps = [step for step in circuit.data if step.operation.name not in ("barrier", "delay")]
        if any(len(step.qubits) > 1 and step.operation.name != "pauli" for step in steps):
            term = pauli_matrix(circuit)
        else:
            singles = [np.eye(4) for _ in range(error.num_qubits)]
            for step in steps:
                for qubit, matrix in zip(step.qubits, _step_matrices(step.operation), strict=True):
                    place = circuit.find_bit(qubit).index
                    singles[place] = matrix @ singles[place]
            term = np.ones((1, 1))
            for single in reversed(singles):
                term = np.asarray(np.kron(term, single))
        total += probability * term
    return total


def _step_matrices(operation: Any) -> list[Values]:
    """Return what one step of an error does to each of its qubits."""
    if operation.name == "pauli":
        letters = str(operation.params[0])
        return [_known_step(letter, ()) for letter in reversed(letters)]
    if operation.name not in ("id", "kraus", "reset"):
        return [pauli_matrix(operation)]
    parts = [np.asarray(part, dtype=np.complex128).tobytes() for part in operation.params]
    return [_known_step(operation.name, tuple(parts))]


@functools.lru_cache(maxsize=1024)
def _known_step(label: str, kraus: tuple[bytes, ...]) -> Values:
    from qiskit.quantum_info import Kraus, Pauli, SuperOp

    if label == "kraus":
        matrices = [np.frombuffer(part, dtype=np.complex128).reshape(2, 2) for part in kraus]
        return pauli_matrix(Kraus(matrices))
    if label == "reset":
        return pauli_matrix(Kraus([np.diag([1.0, 0.0]), np.array([[0.0, 1.0], [0.0, 0.0]])]))
    return pauli_matrix(SuperOp(Pauli("I" if label == "id" else label)))
