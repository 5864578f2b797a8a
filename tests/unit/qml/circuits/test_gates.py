"""Circuits as users hand them over: gates alone, or one line."""

from __future__ import annotations

import numpy as np
import pytest
from qiskit.circuit import (
    AnnotatedOperation,
    ControlModifier,
    InverseModifier,
    Parameter,
    PowerModifier,
    QuantumCircuit,
)
from qiskit.circuit.library import HGate, RXGate, SGate, UGate, XGate, zz_feature_map
from qiskit.quantum_info import Operator, Statevector, random_clifford, random_statevector

from qml.circuits import gates_only, overlap_circuit
from qml.engine import statevectors
from qml.errors import SpecError

a, b = Parameter("a"), Parameter("b")


def measured():
    circuit = zz_feature_map(2)
    circuit.measure_all()
    return circuit


def resetting():
    circuit = QuantumCircuit(2)
    circuit.ry(a, 0)
    circuit.reset(0)
    return circuit


def resetting_inside():
    circuit = QuantumCircuit(2)
    circuit.h(1)
    circuit.append(resetting().to_instruction(), [1, 0])
    return circuit


def branching():
    circuit = QuantumCircuit(1, 1)
    with circuit.if_test((circuit.clbits[0], True)):
        circuit.x(0)
    return circuit


@pytest.mark.parametrize(
    "make, words",
    [
        (measured, "the circuit holds a 'measure', which is no gate .*remove_final_measurements"),
        (resetting, r"the circuit holds a 'reset' of a qubit that was acted on"),
        (resetting_inside, "the circuit holds a 'reset'"),
        (branching, "the circuit holds 'if_else', which is no gate"),
    ],
)
def test_what_is_no_gate_is_named_in_one_line(make, words):
    circuit = make()
    states = lambda found: statevectors(found, np.zeros((1, circuit.num_parameters)))
    for read in (gates_only, overlap_circuit, states):
        with pytest.raises(SpecError, match=words) as caught:
            read(circuit)
        assert "\n" not in str(caught.value)


def test_circuits_of_gates_stay_the_same_object():
    circuit = zz_feature_map(3)
    assert gates_only(circuit) is circuit


def test_registers_that_read_nothing_go():
    circuit = QuantumCircuit(2, 2)
    circuit.h(0)
    found = gates_only(circuit)
    assert (found.num_qubits, found.num_clbits) == (2, 0)


def test_initialisations_prepare_their_states_and_have_overlaps():
    state = random_statevector(4, seed=2)
    circuit = QuantumCircuit(3)
    circuit.initialize(state, [0, 2])
    circuit.ry(a, 1)
    wanted = Statevector.from_int(0, 8).evolve(gates_only(circuit).assign_parameters([0.4]))
    found = statevectors(circuit, [[0.4]])[0]
    np.testing.assert_allclose(found, wanted.data, atol=1e-12)
    np.testing.assert_allclose(wanted.probabilities([0, 2]), np.abs(state.data) ** 2, atol=1e-12)
    overlap = overlap_circuit(circuit)
    row = np.array([[0.4, 1.1]])[:, overlap.columns]
    zeros = np.abs(statevectors(overlap.circuit, row)[0, 0]) ** 2
    assert zeros == pytest.approx(np.cos((1.1 - 0.4) / 2) ** 2, abs=1e-12)


ANNOTATED = {
    "controlled rotation": (AnnotatedOperation(RXGate(a), ControlModifier(1)), 2),
    "controlled twice": (RXGate(2 * a).control(2, annotated=True), 3),
    "controlled by 0": (AnnotatedOperation(HGate(), ControlModifier(2, ctrl_state=1)), 3),
    "inverse": (AnnotatedOperation(UGate(a, b, 0.3), InverseModifier()), 1),
    "power": (AnnotatedOperation(SGate(), PowerModifier(0.5)), 1),
    "inverse of controlled": (
        AnnotatedOperation(RXGate(a), [ControlModifier(1), InverseModifier()]),
        2,
    ),
    "nested": (
        AnnotatedOperation(AnnotatedOperation(XGate(), PowerModifier(0.25)), ControlModifier(1)),
        2,
    ),
    "Clifford": (random_clifford(3, seed=4), 3),
}


@pytest.mark.parametrize("operation, n_qubits", ANNOTATED.values(), ids=ANNOTATED)
def test_annotated_operations_are_what_qiskit_makes_of_them(operation, n_qubits):
    circuit = QuantumCircuit(n_qubits)
    for qubit in range(n_qubits):
        circuit.ry(0.4 + qubit, qubit)
    circuit.append(operation, range(n_qubits))
    row = [0.7, -1.2][: circuit.num_parameters]
    [found] = statevectors(circuit, [row])
    wanted = Operator(circuit.assign_parameters(row)).data[:, 0]
    np.testing.assert_allclose(found, wanted, atol=1e-12)
