"""Any feature map without its entangling gates: the control of that map."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qiskit.circuit import QuantumCircuit

from qml.circuits._disentangle import disentangled
from qml.circuits._resolve import resolve_trainable_map
from qml.errors import SpecError

__all__ = ["without_entanglement"]


def without_entanglement(n_features: int, of: str | Mapping[str, Any] = "zz") -> QuantumCircuit:
    """Return another feature map without its gates on two qubits or more, and all else as it was.

    If a model is no better than with this map, it owes nothing to entanglement.

    Parameters
    ----------
    n_features : int
        Number of features.
    of : str or mapping, default="zz"
        The other map, as ``feature_map`` names it.

    Returns
    -------
    QuantumCircuit
        The circuit, as wide as the other.

    Raises
    ------
    SpecError
        If a feature stood in removed gates alone: such a map has no twin.

    References
    ----------
    Bowles, Ahmed and Schuld, arXiv:2403.07059 (2024).

    Examples
    --------
    >>> without_entanglement(3, of={"name": "iqp", "reps": 2}).num_nonlocal_gates()
    0
    """
    whole = resolve_trainable_map(of, n_features)
    bare = disentangled(whole.circuit)
    if set(whole.inputs) - set(bare.parameters):
        name = of if isinstance(of, str) else of.get("name")
        raise SpecError(f"{name!r} encodes features by entangling gates alone", "of")
    return bare
