"""Twins without entanglement: of every feature map and every ansatz."""

from __future__ import annotations

import pytest
from qiskit.circuit import QuantumCircuit
from qiskit.quantum_info import Operator

from qml.circuits import (
    ANSATZES,
    FEATURE_MAPS,
    resolve_ansatz,
    resolve_feature_map,
    resolve_trainable_map,
)
from qml.errors import SpecError

MAPS = [n for n in FEATURE_MAPS.names() if n not in ("without_entanglement", "heisenberg")]


@pytest.mark.parametrize("name", MAPS)
def test_every_feature_map_has_a_twin_without_entanglement(name):
    whole = resolve_trainable_map(name, 4)
    twin = resolve_trainable_map({"name": "without_entanglement", "of": name}, 4)
    assert twin.circuit.num_nonlocal_gates() == 0
    assert len(twin.inputs) == 4
    assert twin.circuit.num_qubits == whole.circuit.num_qubits


def test_map_that_encodes_by_entangling_alone_has_none():
    with pytest.raises(SpecError, match="'heisenberg' encodes features by entangling gates alone"):
        resolve_trainable_map({"name": "without_entanglement", "of": "heisenberg"}, 4)


@pytest.mark.parametrize(
    "name", [name for name in ANSATZES.names() if name != "without_entanglement"]
)
def test_every_ansatz_has_a_twin_with_something_to_train(name):
    twin = resolve_ansatz({"name": "without_entanglement", "of": name}, 4)
    assert twin.num_nonlocal_gates() == 0
    assert twin.num_parameters > 0


def test_twin_of_the_zz_map_is_the_z_map():
    twin = resolve_feature_map({"name": "without_entanglement", "of": {"name": "zz"}}, 3)
    z = resolve_feature_map({"name": "z"}, 3)
    x = [0.3, 1.1, 2.0]
    assert Operator(twin.assign_parameters(x)).equiv(Operator(z.assign_parameters(x)))


def test_parities_within_parities_go_whole_and_other_gates_stay():
    circuit = QuantumCircuit(3)
    circuit.ry(0.4, 0)
    circuit.cx(0, 2)
    circuit.cx(1, 2)
    circuit.rz(0.7, 2)
    circuit.cx(1, 2)
    circuit.cx(0, 2)
    circuit.rx(0.2, 2)
    from qml.circuits._disentangle import disentangled

    assert [(i.operation.name, i.qubits[0]._index) for i in disentangled(circuit).data] == [
        ("ry", 0),
        ("rx", 2),
    ]
