"""Strongly entangling layers: general rotations and rings of CX or CZ of growing range."""

from __future__ import annotations

from typing import Literal

from pydantic import PositiveInt
from qiskit.circuit import ParameterVector, QuantumCircuit

__all__ = ["strongly_entangling"]

SEARCH_SPACE = {"reps": [1, 2, 3, 4]}


def strongly_entangling(
    n_qubits: int, reps: PositiveInt = 2, entangler: Literal["cx", "cz"] = "cx"
) -> QuantumCircuit:
    r"""Turn every qubit by a general rotation, then join it by CX to one further round the ring.

    .. math:: W(\theta) = \prod_l \prod_i CX_{i,\,i+r_l} \bigotimes_i
        R_Z(\theta_{li3})R_Y(\theta_{li2})R_Z(\theta_{li1}),\qquad r_l = l \bmod (n-1) + 1

    PennyLane's ``StronglyEntanglingLayers``. With CZ in place of CX, two qubits are never joined:
    the ring's two CZ are on the same pair, and undo each other.

    Parameters
    ----------
    n_qubits : int
        Width of the circuit.
    reps : int, default=2
        Number of layers.
    entangler : {"cx", "cz"}, default="cx"
        Gate of the ring.

    Returns
    -------
    QuantumCircuit
        :math:`3n` weights a layer.

    References
    ----------
    Schuld, Bocharov, Svore and Wiebe, Phys. Rev. A 101, 032308 (2020),
    doi:10.1103/PhysRevA.101.032308.

    Examples
    --------
    >>> strongly_entangling(3, reps=2).num_parameters
    18
    """
    weights = iter(ParameterVector("θ", 3 * n_qubits * reps))
    circuit = QuantumCircuit(n_qubits)
    join = circuit.cx if entangler == "cx" else circuit.cz
    for layer in range(reps):
        for qubit in range(n_qubits):
            circuit.rz(next(weights), qubit)
            circuit.ry(next(weights), qubit)
            circuit.rz(next(weights), qubit)
        if n_qubits > 1:
            reach = layer % (n_qubits - 1) + 1
            for qubit in range(n_qubits):
                join(qubit, (qubit + reach) % n_qubits)
    return circuit
