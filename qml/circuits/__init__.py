"""Feature maps and ansatzes as Qiskit circuits, by name, and how the two become one model."""

from qml.circuits._compose import ModelCircuit, compose_model, overlap_circuit
from qml.circuits._entanglement import Entanglement, entangled_pairs
from qml.circuits._foreseen import check_gates, foreseen_size
from qml.circuits._gates import check_circuit, gates_only, plain
from qml.circuits._placed import (
    active_qubits,
    compacted,
    measured_qubits,
    without_readout,
)
from qml.circuits._resolve import (
    ANSATZES,
    FEATURE_MAPS,
    CircuitSpec,
    foreseen_width,
    resolve_ansatz,
    resolve_feature_map,
    resolve_trainable_map,
)
from qml.circuits._state_preparation import preparation_angles, state_preparation
from qml.circuits._twins import without_entanglement

__all__ = [
    "ANSATZES",
    "FEATURE_MAPS",
    "CircuitSpec",
    "Entanglement",
    "ModelCircuit",
    "active_qubits",
    "check_circuit",
    "check_gates",
    "compacted",
    "compose_model",
    "entangled_pairs",
    "foreseen_size",
    "foreseen_width",
    "gates_only",
    "measured_qubits",
    "overlap_circuit",
    "plain",
    "preparation_angles",
    "resolve_ansatz",
    "resolve_feature_map",
    "resolve_trainable_map",
    "state_preparation",
    "without_entanglement",
    "without_readout",
]
