"""Rotations by the features on a ladder of CX gates."""

from __future__ import annotations

from qiskit.circuit import ParameterVector, QuantumCircuit

__all__ = ["ladder"]

EXAMPLES = ({}, {"reps": 1})


def ladder(n_features: int, reps: int = 2) -> QuantumCircuit:
    """Return RY rotations, each repetition followed by CX gates between neighbours.

    Parameters
    ----------
    n_features : int
        Number of features, and of qubits.
    reps : int, default=2
        Number of repetitions.
    """
    x, circuit = ParameterVector("x", n_features), QuantumCircuit(n_features)
    for _ in range(reps):
        for qubit in range(n_features):
            circuit.ry(x[qubit], qubit)
        for qubit in range(n_features - 1):
            circuit.cx(qubit, qubit + 1)
    return circuit
