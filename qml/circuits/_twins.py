"""The parts of a model without their entanglement, as a study would name them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qml.circuits._resolve import CircuitSpec, resolve_ansatz, resolve_trainable_map
from qml.errors import SpecError

__all__ = ["without_entanglement"]


def without_entanglement(
    n_features: int, feature_map: CircuitSpec, ansatz: CircuitSpec | None = None
) -> dict[str, Any] | None:
    """Return which parts of a model differ in its twin without entanglement, and how.

    Parameters
    ----------
    n_features : int
        Number of features, and of qubits.
    feature_map : str, mapping, QuantumCircuit or callable
        Encoding circuit; only one that is named has a twin.
    ansatz : str, mapping, QuantumCircuit, callable or None, default=None
        Trained circuit, if there is one; only one that is named has a twin.

    Returns
    -------
    dict or None
        Parts that differ, by parameter. None if no part that is named entangles, or if the map
        encodes by entangling alone.

    Examples
    --------
    >>> without_entanglement(3, "zz", "real_amplitudes")["ansatz"]
    {'name': 'without_entanglement', 'of': 'real_amplitudes'}
    >>> without_entanglement(3, "angle") is None
    True
    """
    twin = {}
    if isinstance(feature_map, str | Mapping):
        encoding = resolve_trainable_map(feature_map, n_features).circuit
        if encoding.num_nonlocal_gates():
            twin["feature_map"] = {"name": "without_entanglement", "of": feature_map}
    if (
        isinstance(ansatz, str | Mapping)
        and resolve_ansatz(ansatz, n_features).num_nonlocal_gates()
    ):
        twin["ansatz"] = {"name": "without_entanglement", "of": ansatz}
    try:
        if "feature_map" in twin:
            resolve_trainable_map(twin["feature_map"], n_features)
    except SpecError:  # it encodes by entangling alone
        return None
    return twin or None
