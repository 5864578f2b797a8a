"""The ansatz W(θ) of Havlíček et al. (2019)."""

from __future__ import annotations

from typing import Literal

from pydantic import NonNegativeInt
from qiskit.circuit import QuantumCircuit
from qiskit.circuit.library import n_local

__all__ = ["havlicek"]

SEARCH_SPACE = {"depth": [1, 2, 3, 4]}


def havlicek(
    n_qubits: int,
    depth: NonNegativeInt = 4,
    entanglement: Literal["full", "linear", "reverse_linear", "circular"] = "linear",
) -> QuantumCircuit:
    r"""RY and RZ on every qubit, then `depth` times CZ on the pairs and RY, RZ again.

    It has :math:`2 n (\mathrm{depth} + 1)` parameters: 4 to 20 for the paper's two qubits and
    depths 0 to 4.

    Parameters
    ----------
    n_qubits : int
        Width of the circuit.
    depth : int, default=4
        Number of entangling layers, the paper's :math:`l`.
    entanglement : {"full", "linear", "reverse_linear", "circular"}, default="linear"
        Pairs that the CZ gates join; the paper's are the chip's edges.

    Returns
    -------
    QuantumCircuit
        :math:`2 n (\mathrm{depth} + 1)` weights.

    References
    ----------
    Havlíček et al., Nature 567, 209 (2019), doi:10.1038/s41586-019-0980-2.

    Examples
    --------
    >>> [havlicek(2, depth).num_parameters for depth in range(5)]
    [4, 8, 12, 16, 20]
    """
    return n_local(n_qubits, ["ry", "rz"], "cz", reps=depth, entanglement=entanglement)
