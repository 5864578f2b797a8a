"""EfficientSU2: the ansatz of Joshi et al. (2021)."""

from __future__ import annotations

from typing import Literal

from pydantic import NonNegativeInt
from qiskit.circuit import QuantumCircuit, library

__all__ = ["efficient_su2"]

SEARCH_SPACE = {"reps": [1, 2, 3, 4]}


def efficient_su2(
    n_qubits: int,
    reps: NonNegativeInt = 3,
    entanglement: Literal["full", "linear", "reverse_linear", "circular"] = "reverse_linear",
) -> QuantumCircuit:
    r"""Layers of RY and RZ on every qubit between layers of CX.

    It has :math:`2 n (\mathrm{reps} + 1)` parameters. The last RZ layer commutes with every
    observable diagonal in Z, so those :math:`n` parameters have gradient zero by construction.

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
        :math:`2 n (\mathrm{reps} + 1)` weights.

    References
    ----------
    Kandala et al., Nature 549, 242 (2017), doi:10.1038/nature23879.

    Examples
    --------
    >>> efficient_su2(5).num_parameters
    40
    """
    return library.efficient_su2(n_qubits, reps=reps, entanglement=entanglement)
