"""Back from the engine's steps to Qiskit gates, every rotation with a parameter of its own."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from qiskit.circuit import QuantumCircuit

from qml.engine._program import Kind, Step

__all__ = ["append_step", "rotates"]

_ROTATIONS = (Kind.RX, Kind.RY, Kind.PARITY)


def rotates(step: Step) -> bool:
    """Whether the step is a rotation by an angle that depends on parameters."""
    return step.kind in _ROTATIONS and bool(step.column)


def append_step(circuit: QuantumCircuit, step: Step, angle: object) -> None:
    """Append a step as gates; a rotation turns by `angle`, whatever its own was."""
    kind, qubits = step.kind, step.qubits
    if step.matrix is not None:
        matrix: NDArray[np.complex128] = step.matrix
        circuit.unitary(matrix, list(qubits))
    elif kind is Kind.RX:
        circuit.rx(angle, *qubits)
    elif kind is Kind.RY:
        circuit.ry(angle, *qubits)
    elif kind is Kind.PARITY and len(qubits) == 2:
        circuit.rzz(angle, *qubits)
    elif kind is Kind.PARITY:  # gather the parity on the last qubit, turn it, and give it back
        *others, last = qubits
        for qubit in others:
            circuit.cx(qubit, last)
        circuit.rz(angle, last)
        for qubit in reversed(others):
            circuit.cx(qubit, last)
    else:
        gate = {Kind.H: circuit.h, Kind.X: circuit.x, Kind.CX: circuit.cx, Kind.SWAP: circuit.swap}
        gate[kind](*qubits)
