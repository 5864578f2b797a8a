"""RealAmplitudes: layers of RY between layers of CX."""

from __future__ import annotations

from typing import Literal

from pydantic import NonNegativeInt
from qiskit.circuit import QuantumCircuit, library

__all__ = ["real_amplitudes"]

SEARCH_SPACE = {"reps": [1, 2, 3, 4]}


def real_amplitudes(
    n_qubits: int,
    reps: NonNegativeInt = 3,
    entanglement: Literal["full", "linear", "reverse_linear", "circular"] = "reverse_linear",
) -> QuantumCircuit:
    r"""Layers of RY on every qubit between layers of CX; maps real states to real states.

    It has :math:`n (\mathrm{reps} + 1)` parameters.

    Parameters
    ----------
    n_qubits : int
        Width of the circuit.
    reps : int, default=3
        Number of entangling layers.
    entanglement : {"full", "linear", "reverse_linear", "circular"}, default="reverse_linear"
        Pairs that the CX gates join; Qiskit's default.

    Returns
    -------
    QuantumCircuit
        :math:`n (\mathrm{reps} + 1)` weights.

    Examples
    --------
    >>> real_amplitudes(4, reps=1).num_parameters
    8
    """
    return library.real_amplitudes(n_qubits, reps=reps, entanglement=entanglement)
