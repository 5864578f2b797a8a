"""Operations of every kind against the circuit that Qiskit binds, or one line."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from qiskit import transpile
from qiskit.circuit import (
    AnnotatedOperation,
    ControlModifier,
    Gate,
    InverseModifier,
    Parameter,
    PowerModifier,
    QuantumCircuit,
)
from qiskit.circuit.library import (
    CCXGate,
    CPhaseGate,
    CRXGate,
    CRZGate,
    CXGate,
    CZGate,
    DiagonalGate,
    HamiltonianGate,
    Initialize,
    Isometry,
    LinearFunction,
    MCMTGate,
    MCPhaseGate,
    MCXGate,
    PauliEvolutionGate,
    PauliGate,
    PermutationGate,
    PhaseGate,
    QFTGate,
    RXGate,
    RXXGate,
    RYGate,
    RZGate,
    SGate,
    StatePreparation,
    SwapGate,
    UCGate,
    UGate,
    UnitaryGate,
    XGate,
    zz_feature_map,
)
from qiskit.quantum_info import (
    Clifford,
    Operator,
    Pauli,
    SparsePauliOp,
    Statevector,
    random_clifford,
    random_unitary,
)

from qml.circuits import overlap_circuit
from qml.engine import fingerprint, lower, statevectors
from qml.errors import SpecError

A, B = Parameter("a"), Parameter("b")
COMMUTING, OTHERS = SparsePauliOp(["ZZ", "XX"]), SparsePauliOp(["ZI", "XX"])
NAMED = {"ctrl": ControlModifier(1), "inverse": InverseModifier(), "square": PowerModifier(2)}


def annotated(base, *modifiers):
    return AnnotatedOperation(base, list(modifiers))


with warnings.catch_warnings():  # Qiskit's gates hand on an argument that Qiskit deprecates
    warnings.simplefilter("ignore", DeprecationWarning)
    OPERATIONS = {
        "inverse": annotated(RXGate(A), InverseModifier()),
        "controlled": annotated(RXGate(A), ControlModifier(1)),
        "controlled, fixed": annotated(RXGate(0.3), ControlModifier(1)),
        "controlled from zero and one": annotated(RXGate(A), ControlModifier(2, 1)),
        "cube": annotated(RXGate(A), PowerModifier(3)),
        "power of zero": annotated(RXGate(A), PowerModifier(0)),
        "root, fixed": annotated(RXGate(0.4), PowerModifier(0.5)),
        "negative power": annotated(SGate(), PowerModifier(-2)),
        "three modifiers": annotated(
            UGate(A, B, 0.3), ControlModifier(1, 0), InverseModifier(), PowerModifier(2)
        ),
        "modifiers of a swap": annotated(SwapGate(), *NAMED.values()),
        "modifiers of a composite": annotated(
            zz_feature_map(2).to_gate(), ControlModifier(1), InverseModifier()
        ),
        "control of a Clifford": annotated(Clifford(SGate()), ControlModifier(1)),
        "control asked to be annotated": RYGate(A).control(2, annotated=True),
        "root asked to be annotated": RYGate(0.7).power(2.5, annotated=True),
        "control of a map": zz_feature_map(2, reps=1).to_gate().control(1),
        "two controls": RXGate(A).control(2),
        "two open controls": RXGate(A).control(2, ctrl_state=0),
        "open CX": CXGate(ctrl_state=0),
        "half open CCX": CCXGate(ctrl_state=1),
        "open CRZ": CRZGate(A, ctrl_state=0),
        "open CP": CPhaseGate(A, ctrl_state=0),
        "open CZ": CZGate(ctrl_state=0),
        "half open phase": MCPhaseGate(A, 3, ctrl_state=2),
        "half open MCX": MCXGate(3, ctrl_state=5),
        "root of X": XGate().power(0.5),
        "root of a rotation": RXGate(A).power(0.5),
        "repeated": RXGate(A).repeat(3),
        "evolution, controlled": PauliEvolutionGate(COMMUTING, time=A).control(1),
        "evolution, two controls": PauliEvolutionGate(OTHERS, time=A).control(2, ctrl_state=1),
        "evolution, inverted": PauliEvolutionGate(OTHERS, time=A).inverse(),
        "permutation": PermutationGate([2, 0, 3, 1]),
        "diagonal": DiagonalGate([1, 1j, -1, -1j]),
        "QFT": QFTGate(4),
        "Clifford": random_clifford(3, seed=1),
        "linear function": LinearFunction([[1, 1, 0], [0, 1, 0], [1, 0, 1]]),
        "Pauli string": PauliGate("XYZ"),
        "Pauli with a phase": Pauli("-iXYZ").to_instruction(),
        "unitary with a label": UnitaryGate(random_unitary(2, seed=0), label="h"),
        "unitary, controlled": UnitaryGate(random_unitary(2, seed=0)).control(1),
        "isometry": Isometry(random_unitary(4, seed=2).data, 0, 0),
        "multiplexer": UCGate([random_unitary(2, seed=k).data for k in range(4)]),
        "Hamiltonian for an open time": HamiltonianGate(np.array([[1, 0.3], [0.3, -1]]), A),
        "Hamiltonian on two qubits": HamiltonianGate(OTHERS.to_matrix(), 2 * A),
        "state by letters": StatePreparation("10"),
        "many controls and targets": MCMTGate(RYGate(A), 2, 2),
    }


def prepared(operation, n_qubits=4):
    circuit = QuantumCircuit(n_qubits)
    for qubit in range(n_qubits):
        circuit.ry(0.3 + 0.2 * qubit, qubit)
    circuit.cx(0, 1)
    circuit.append(operation, list(range(operation.num_qubits))[::-1])
    return circuit


def bound(circuit, row):
    filled = circuit.assign_parameters(row)
    return Statevector(filled).data


@pytest.mark.filterwarnings("ignore::scipy.sparse.SparseEfficiencyWarning")  # inside Qiskit's own
@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
def test_operations_are_what_qiskit_binds(operation):
    circuit = prepared(operation)
    values = np.random.default_rng(0).uniform(-3, 3, (2, circuit.num_parameters))
    expected = [bound(circuit, row) for row in values]
    np.testing.assert_allclose(statevectors(circuit, values), expected, rtol=0, atol=1e-12)
    assert len(fingerprint(circuit)) == 64


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
def test_operations_have_an_inverse_for_compute_uncompute(operation):
    overlap = overlap_circuit(prepared(operation)).circuit
    row = np.tile(np.random.default_rng(0).uniform(-3, 3, overlap.num_parameters // 2), 2)
    assert abs(statevectors(overlap, [row])[0, 0]) == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize(
    "gate",
    [RXGate(A), RYGate(2 * A + B), RZGate(A), RXXGate(A), CRXGate(A), PhaseGate(A), CPhaseGate(A)],
    ids=lambda gate: gate.name,
)
def test_broken_powers_of_open_rotations_are_principal_at_any_angle(gate):
    operation = annotated(gate, PowerModifier(0.3), ControlModifier(1))
    circuit = prepared(operation)
    values = np.random.default_rng(0).uniform(-20, 20, (6, circuit.num_parameters))
    expected = [bound(circuit, row) for row in values]
    np.testing.assert_allclose(statevectors(circuit, values), expected, atol=1e-12)


def test_modifiers_of_modifiers_are_what_the_transpiler_makes_of_them():
    inner = annotated(RYGate(0.7), ControlModifier(1))
    circuit = prepared(annotated(inner, InverseModifier(), ControlModifier(1)))
    plain = transpile(circuit, basis_gates=["u", "cx"], optimization_level=0)
    np.testing.assert_allclose(
        statevectors(circuit, np.zeros((1, 0)))[0], Statevector(plain).data, atol=1e-12
    )


def test_a_box_is_what_it_holds():
    circuit, plain = QuantumCircuit(2), QuantumCircuit(2)
    with circuit.box():
        circuit.rx(A, 1)
        circuit.cx(1, 0)
    plain.rx(A, 1)
    plain.cx(1, 0)
    values = [[0.4]]
    np.testing.assert_array_equal(statevectors(circuit, values), statevectors(plain, values))


@pytest.mark.parametrize("name", ["h", "id", "unitary", "PauliEvolution", "cx", "barrier"])
def test_a_gate_of_a_known_name_is_what_its_own_definition_says(name):
    definition = QuantumCircuit(2)
    definition.x(0)
    definition.ry(A, 1)
    gate = Gate(name, 2, [A])
    gate.definition = definition
    circuit = QuantumCircuit(2)
    circuit.append(gate, [0, 1])
    expected = Statevector(definition.assign_parameters([0.3])).data
    np.testing.assert_allclose(statevectors(circuit, [[0.3]])[0], expected, atol=1e-12)


def test_delays_take_no_time_on_ideal_qubits():
    circuit = QuantumCircuit(1)
    circuit.h(0)
    circuit.delay(A, 0)
    np.testing.assert_allclose(statevectors(circuit, [[30.0]]), [[0.5**0.5, 0.5**0.5]])


@pytest.mark.parametrize(
    "operation, words",
    [
        (Gate("opaque", 1, []), "the gate 'opaque' has neither a matrix nor a definition"),
        (annotated(Gate("opaque", 1, []), ControlModifier(1)), "cannot be taken apart: "),
        (annotated(UGate(A, B, 0.3), PowerModifier(0.5)), "'u' to the power 0.5 while its angles"),
        (Initialize("+"), "a 'reset' of a qubit that was acted on"),
    ],
    ids=["opaque", "control of opaque", "broken power", "initialisation"],
)
def test_what_cannot_be_run_is_one_line(operation, words):
    with pytest.raises(SpecError, match=words) as caught:
        lower(prepared(operation))
    assert "\n" not in str(caught.value)


def test_a_wide_operator_stands_for_its_matrix():
    circuit = QuantumCircuit(4)
    circuit.h(range(4))
    circuit.append(Operator(random_unitary(16, seed=3)), [3, 1, 0, 2])
    np.testing.assert_allclose(
        statevectors(circuit, np.zeros((1, 0)))[0], Statevector(circuit).data, atol=1e-12
    )
