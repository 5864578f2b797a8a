"""A brick wall of CZ gates between trained rotations."""

from __future__ import annotations

from qiskit.circuit import ParameterVector, QuantumCircuit

__all__ = ["brick_wall"]


def brick_wall(n_qubits: int, reps: int = 2) -> QuantumCircuit:
    """Return RY rotations, and CZ gates that begin at even and odd qubits in turn.

    Parameters
    ----------
    n_qubits : int
        Width of the wall.
    reps : int, default=2
        Number of courses.
    """
    weights, circuit = ParameterVector("θ", n_qubits * (reps + 1)), QuantumCircuit(n_qubits)
    for course in range(reps + 1):
        for qubit in range(n_qubits):
            circuit.ry(weights[course * n_qubits + qubit], qubit)
        for qubit in range(course % 2, n_qubits - 1 if course < reps else 0, 2):
            circuit.cz(qubit, qubit + 1)
    return circuit
