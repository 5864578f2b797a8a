"""Noisy circuits instruction by instruction, against the evolution of `qiskit.quantum_info`."""

from __future__ import annotations

import numpy as np
import pytest
from qiskit.circuit import ClassicalRegister, Parameter, QuantumCircuit
from qiskit.circuit.library import CXGate, DiagonalGate, Initialize, RXGate, XGate
from qiskit.quantum_info import DensityMatrix, Kraus, SuperOp, random_quantum_channel

from qml.engine import Channels, error_name, lower_noisy, pauli_matrix
from qml.errors import SpecError

N = 3
NAMES = {"x": 1, "cx": 2, "slow": 1, "wide": 1, "reset": 1, "delay": 1, "measure": 1, "rx": 1}
READOUTS = {q: np.array([[0.9 - q / 20, 0.2], [0.1 + q / 20, 0.8]]) for q in range(N)}
ERRORS = {
    (name, places): random_quantum_channel(2**n, rank=2, seed=7 * len(name) + sum(places))
    for name, n in NAMES.items()
    for places in ([(0,), (1,), (2,)] if name not in ("cx", "wide") else [(0, 1), (1, 0), (2, 1)])
}


def channels() -> Channels:
    matrices = {where: pauli_matrix(SuperOp(error)) for where, error in ERRORS.items()}
    return Channels(lambda name, places: matrices.get((name, places)), READOUTS.get)


def measured(circuit: QuantumCircuit) -> QuantumCircuit:
    read = circuit.copy()
    read.add_register(ClassicalRegister(circuit.num_qubits))
    read.measure(read.qubits, read.clbits)
    return read


def evolved(circuit: QuantumCircuit) -> np.ndarray:
    """Return the outcomes' distribution, by the rules that the module's first lines state."""
    rho = DensityMatrix.from_int(0, 2**N)
    for step in measured(circuit).data:
        operation, places = step.operation, [circuit.find_bit(q).index for q in step.qubits]
        name = operation.name
        if name == "reset":
            rho = rho.reset(places)
        elif name == "initialize":
            rho = rho.reset(places).evolve(
                Initialize(operation.params).gates_to_uncompute().inverse(), places
            )
        elif name not in ("barrier", "delay", "measure"):
            rho = rho.evolve(operation, places)
        if name not in ("barrier", "kraus"):
            error = ERRORS.get((operation.label or name, tuple(places)))
            if error is not None:
                rho = rho.evolve(SuperOp(error), places[: error.num_qubits])
    found = rho.probabilities().reshape((2,) * N)
    for qubit, matrix in READOUTS.items():
        axis = N - 1 - qubit
        found = np.moveaxis(np.tensordot(matrix, found, axes=([1], [axis])), 0, axis)
    return found.ravel()


def outcomes(circuit: QuantumCircuit, values=()) -> np.ndarray:
    program = lower_noisy(measured(circuit), channels())
    rows = np.array([values], dtype=float).reshape(1, -1)
    return program.outcome_probabilities(program.push(program.ground(), rows))[0]


def test_every_instruction_has_the_error_of_its_label_or_else_of_its_name():
    circuit = QuantumCircuit(N)
    circuit.h([0, 1, 2])
    circuit.x(0)
    circuit.append(XGate(label="slow"), [1])
    circuit.append(XGate(label="unheard of"), [2])
    circuit.append(CXGate(label="wide"), [2, 1])  # an error of the first qubit alone
    circuit.cx(1, 0)
    circuit.barrier()
    circuit.delay(100, 2)
    circuit.ry(0.4, 2)
    np.testing.assert_allclose(outcomes(circuit), evolved(circuit), atol=1e-14)


def test_a_reset_forgets_its_qubit_and_what_that_was_entangled_with():
    circuit = QuantumCircuit(N)
    circuit.ry(0.7, 0)
    circuit.cx(0, 1)
    circuit.cx(2, 1)
    circuit.reset(1)
    circuit.ry(0.3, 1)
    circuit.cx(1, 0)
    circuit.reset(0)
    circuit.rx(1.1, 0)
    np.testing.assert_allclose(outcomes(circuit), evolved(circuit), atol=1e-14)


def test_an_initialisation_in_the_middle_begins_with_a_reset():
    circuit = QuantumCircuit(N)
    circuit.ry(0.7, 0)
    circuit.cx(0, 1)
    circuit.initialize([0.6, 0.8j], 1)
    circuit.cx(1, 0)
    np.testing.assert_allclose(outcomes(circuit), evolved(circuit), atol=1e-14)


def test_channels_in_the_circuit_are_applied_and_have_no_error_themselves():
    circuit = QuantumCircuit(N)
    circuit.x(0)
    circuit.cx(0, 1)
    circuit.append(Kraus(random_quantum_channel(4, seed=1)).to_instruction(), [1, 2])
    circuit.cx(2, 1)
    np.testing.assert_allclose(outcomes(circuit), evolved(circuit), atol=1e-14)


def test_halves_and_slopes_hold_with_resets_and_errors_of_measurements():
    """Pulled back, pushed forwards: one number; and its slope is that of central differences."""
    x, w = Parameter("a"), Parameter("b")
    circuit = QuantumCircuit(N)
    circuit.rx(x, 0)
    circuit.cx(0, 1)
    circuit.reset(0)
    circuit.append(RXGate(2 * x, label="slow"), [2])
    circuit.append(RXGate(w, label="slow"), [0])
    circuit.delay(10, 0)
    circuit.cx(2, 1)
    circuit.rx(w * w, 1)
    program = lower_noisy(measured(circuit), channels())
    early, late = program.split({1})
    projector = np.arange(8.0)[:, None] ** 1.5
    point = np.array([[0.4, 0.9]])

    def output(values: np.ndarray) -> float:
        states = program.push(program.ground(), values)
        return float((program.outcome_probabilities(states) @ projector)[0, 0])

    bound = circuit.assign_parameters({x: 0.4, w: 0.9})
    assert output(point) == pytest.approx(float(evolved(bound) @ projector[:, 0]), abs=1e-13)
    rho = early.push(early.ground(), point)
    effects = late.pull(late.effects(projector), point)
    assert float(rho.ravel() @ effects.ravel()) == pytest.approx(output(point), abs=1e-12)
    slopes = program.slopes(program.ground(), program.effects(projector), point)
    for k in range(2):
        step = 1e-5 * np.eye(2)[k]
        difference = (output(point + step) - output(point - step)) / 2e-5
        assert slopes[k] == pytest.approx(difference, abs=1e-8)


def test_labels_count_where_aer_reads_them():
    assert error_name(XGate(label="slow")) == "slow"
    assert error_name(XGate()) == "x"
    diagonal = DiagonalGate([1, -1])
    diagonal.label = "slow"
    assert error_name(diagonal) == "diagonal"


def test_an_error_wider_than_its_instruction_is_refused_by_name():
    circuit = QuantumCircuit(1)
    circuit.append(XGate(label="slow"), [0])
    wide = Channels(lambda name, places: np.eye(16) if name == "slow" else None, lambda q: None)
    with pytest.raises(SpecError, match="under 'slow' is one of 2 qubits, .* on 1"):
        lower_noisy(measured(circuit), wide)
