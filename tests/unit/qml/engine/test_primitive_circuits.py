"""Resets and measurements in the primitives, against Qiskit's density matrices."""

from __future__ import annotations

import pickle

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
from qiskit.circuit.library import RXGate, XGate
from qiskit.quantum_info import (
    Clifford,
    DensityMatrix,
    Operator,
    SparsePauliOp,
    Statevector,
    random_unitary,
)

from qml.engine._primitive_circuits import RefusedCircuit, primitive_circuit
from qml.engine.primitives import BatchedEstimator, BatchedSampler
from qml.errors import ResourceError, SpecError

OBSERVABLES = ["IIZ", "XIX", "YZI", "ZZZ", "XYZ"]


def with_resets(n_resets, seed):
    """Return a random circuit on three qubits with two parameters and resets in its middle."""
    rng = np.random.default_rng(seed)
    circuit = QuantumCircuit(3, global_phase=0.3)
    a, b = Parameter("a"), Parameter("b")
    circuit.rx(a, 0)
    circuit.cry(b, 0, 2)
    for _ in range(n_resets):
        circuit.unitary(random_unitary(4, seed=rng), rng.choice(3, 2, replace=False).tolist())
        circuit.reset(int(rng.integers(3)))
    circuit.unitary(random_unitary(4, seed=rng), [0, 2])
    circuit.rz(a * b, 1)
    return circuit


def composite():
    """Return a circuit whose resets lie inside instructions, one inside the other."""
    inside = QuantumCircuit(2, global_phase=0.1)
    inside.h(0)
    inside.cx(0, 1)
    inside.reset(1)
    around = QuantumCircuit(2)
    around.append(inside.to_instruction(), [1, 0])
    circuit = QuantumCircuit(3)
    circuit.ry(0.4, [0, 1, 2])
    circuit.append(around.to_instruction(), [2, 0])
    circuit.cx(0, 1)
    return circuit


def initialised_in_the_middle():
    circuit = QuantumCircuit(3)
    circuit.h(0)
    circuit.cx(0, 1)
    circuit.initialize([0.6, 0.8j], 0)
    circuit.cx(1, 2)
    return circuit


def expected(circuit):
    state = DensityMatrix(circuit)
    return [state.expectation_value(SparsePauliOp(label)).real for label in OBSERVABLES]


@pytest.mark.parametrize("n_resets", [0, 1, 2, 4])
def test_expectations_after_resets_are_those_of_the_density_matrix(n_resets):
    circuit = with_resets(n_resets, seed=n_resets)
    values = np.random.default_rng(9).normal(size=(4, 2))
    asked = [[label] for label in OBSERVABLES]
    found = BatchedEstimator().run([(circuit, asked, values)]).result()[0].data.evs
    reference = [expected(circuit.assign_parameters(row)) for row in values]
    np.testing.assert_allclose(found, np.transpose(reference), atol=1e-12)


@pytest.mark.parametrize("make", [composite, initialised_in_the_middle])
def test_resets_inside_instructions_count(make):
    [result] = BatchedEstimator().run([(make(), OBSERVABLES)]).result()
    np.testing.assert_allclose(result.data.evs, expected(make()), atol=1e-12)


def test_every_shot_meets_its_own_reset():
    """The reference resets once a set of values: all its shots are those of one outcome."""
    circuit = with_resets(3, seed=5)
    values, shots = np.random.default_rng(2).normal(size=(3, 2)), 40_000
    job = BatchedSampler(seed=4).run([(circuit.measure_all(inplace=False), values)], shots=shots)
    bits = job.result()[0].data.meas
    for place, row in enumerate(values):
        exact = DensityMatrix(circuit.assign_parameters(row)).probabilities()
        drawn = np.array([bits.get_int_counts(place).get(outcome, 0) for outcome in range(8)])
        possible = exact > 1e-12
        assert drawn[~possible].sum() == 0
        mean = shots * exact[possible]
        assert ((drawn[possible] - mean) ** 2 / mean).sum() < 30  # chi^2_7 above: p = 1e-4


def test_only_resets_of_touched_qubits_cost_a_qubit():
    circuit = QuantumCircuit(2)
    circuit.reset([0, 1])
    circuit.h(0)
    circuit.barrier()
    circuit.reset(0)
    circuit.reset(0)
    circuit.reset(1)
    found = primitive_circuit(circuit)
    assert (found.n_qubits, found.n_thrown) == (2, 1)
    assert [step.name for step in found.gates] == ["h"]
    assert found.gates.find_bit(found.gates.data[0].qubits[0]).index == 2


def test_resets_that_do_not_fit_the_memory_are_refused():
    circuit = QuantumCircuit(2)
    for _ in range(60):
        circuit.h(0)
        circuit.cx(0, 1)
        circuit.reset(0)
    with pytest.raises(ResourceError, match="1 states of 2 qubits and 60 more for their resets"):
        BatchedEstimator().run([(circuit, "ZZ")]).result()
    with pytest.raises(ResourceError, match="60 more for their resets"):
        BatchedSampler().run([circuit.measure_all(inplace=False)]).result()


def test_modified_gates_are_carried_out():
    a = Parameter("a")
    modifiers = [PowerModifier(3), InverseModifier(), ControlModifier(2, ctrl_state=1)]
    circuit = QuantumCircuit(3)
    circuit.h([0, 1, 2])
    circuit.append(AnnotatedOperation(RXGate(a), modifiers), [0, 1, 2])
    circuit.append(AnnotatedOperation(XGate(), ControlModifier(1)), [2, 0])
    found = Operator(primitive_circuit(circuit).gates.assign_parameters([0.4]))
    assert found == Operator(circuit.assign_parameters([0.4]))
    [result] = BatchedEstimator().run([(circuit, OBSERVABLES, [0.4])]).result()
    state = Statevector(circuit.assign_parameters([0.4]))
    reference = [state.expectation_value(SparsePauliOp(label)).real for label in OBSERVABLES]
    np.testing.assert_allclose(result.data.evs, reference, atol=1e-12)


def test_clifford_operators_are_gates():
    made = QuantumCircuit(2)
    made.h(0)
    made.cx(0, 1)
    made.sdg(1)
    circuit = QuantumCircuit(3)
    circuit.ry(0.3, 2)
    circuit.append(Clifford(made), [2, 0])
    [result] = BatchedEstimator().run([(circuit, OBSERVABLES)]).result()
    np.testing.assert_allclose(result.data.evs, expected(circuit), atol=1e-12)


def test_measurements_are_final_by_qubit_whatever_the_order():
    """A measurement is final where its own qubit rests; the reference asks it of a barrier too."""
    circuit = QuantumCircuit(2, 2)
    circuit.x(0)
    circuit.measure(0, 1)
    circuit.barrier()
    circuit.delay(10, 0)
    circuit.x(1)
    circuit.measure(1, 0)
    found = primitive_circuit(circuit)
    assert {circuit.find_bit(bit).index: qubit for bit, qubit in found.reads.items()} == {
        1: 0,
        0: 1,
    }
    assert BatchedSampler().run([circuit], shots=2).result()[0].data.c.get_counts() == {"11": 2}


def test_what_the_engine_cannot_run_is_refused_as_a_circuit():
    a = Parameter("a")
    circuit = QuantumCircuit(1)
    circuit.rx(1 / a, 0)
    with pytest.raises(RefusedCircuit, match=r"pubs\[0\].*1/a is not a finite number"):
        BatchedEstimator().run([(circuit, "Z", [0.0])]).result()


def test_a_refusal_survives_pickling_and_travels_outwards():
    error = RefusedCircuit("the circuit measures", "circuit").under("pubs[2]")
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is RefusedCircuit
    assert isinstance(again, SpecError)
    assert str(again) == again.message == "pubs[2].circuit: the circuit measures"
