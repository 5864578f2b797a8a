"""Two-local circuits: layers of chosen rotations between layers of a chosen entangler."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, NonNegativeInt
from qiskit.circuit import ParameterVector, QuantumCircuit

from qml.circuits._entanglement import Entanglement, entangled_pairs

__all__ = ["two_local"]

SEARCH_SPACE = {"reps": [1, 2, 3, 4]}


def two_local(
    n_qubits: int,
    rotations: Annotated[str, Field(pattern=r"^r[xyz](,r[xyz])*$")] = "ry,rz",
    entangler: Literal["cx", "cz", "crx", "cry", "crz"] = "cz",
    entanglement: Entanglement = "full",
    reps: NonNegativeInt = 3,
) -> QuantumCircuit:
    r"""Rotations on every qubit, then `reps` times the entangler and rotations again.

    Parameters
    ----------
    n_qubits : int
        Width of the circuit.
    rotations : str, default="ry,rz"
        Rotations of every layer, in the order of time, separated by commas.
    entangler : {"cx", "cz", "crx", "cry", "crz"}, default="cz"
        Gate on every pair; the last three take a weight each.
    entanglement : str or list of pairs, default="full"
        Pairs that the entangler joins; see `qml.circuits.entangled_pairs`.
    reps : int, default=3
        Number of entangling layers.

    Returns
    -------
    QuantumCircuit
        A weight a rotation and qubit of each of `reps` + 1 layers, and those of the entanglers.

    Examples
    --------
    >>> two_local(3, rotations="ry", entangler="cx", reps=2).num_parameters
    9
    """
    pairs = entangled_pairs(entanglement, n_qubits)
    kinds = rotations.split(",")
    turning = entangler.startswith("cr")
    n_weights = (reps + 1) * len(kinds) * n_qubits + reps * len(pairs) * turning
    weights = iter(ParameterVector("θ", n_weights))
    circuit = QuantumCircuit(n_qubits)
    for layer in range(reps + 1):
        if layer:
            for pair in pairs:
                angle = [next(weights)] if turning else []
                getattr(circuit, entangler)(*angle, *pair)
        for kind in kinds:
            for qubit in range(n_qubits):
                getattr(circuit, kind)(next(weights), qubit)
    return circuit
