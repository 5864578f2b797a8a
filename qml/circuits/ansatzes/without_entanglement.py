"""Any ansatz without its entangling gates: the control of that ansatz."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qiskit.circuit import QuantumCircuit

from qml.circuits._disentangle import disentangled
from qml.circuits._resolve import resolve_ansatz

__all__ = ["without_entanglement"]


def without_entanglement(
    n_qubits: int, of: str | Mapping[str, Any] = "efficient_su2"
) -> QuantumCircuit:
    """Return another ansatz without its gates on two qubits or more, and all else as it was.

    Parameters
    ----------
    n_qubits : int
        Width of the circuit.
    of : str or mapping, default="efficient_su2"
        The other ansatz, as ``ansatz`` names it.

    Returns
    -------
    QuantumCircuit
        The circuit with the parameters that are left; those of removed gates alone are gone.

    References
    ----------
    Bowles, Ahmed and Schuld, arXiv:2403.07059 (2024).

    Examples
    --------
    >>> bare = without_entanglement(3, of={"name": "real_amplitudes", "reps": 1})
    >>> bare.num_nonlocal_gates(), bare.num_parameters
    (0, 6)
    """
    return disentangled(resolve_ansatz(of, n_qubits))
