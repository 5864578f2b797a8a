"""Joined circuits: any names of parameters, the same numbers."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from qiskit.circuit import Parameter, ParameterVector, QuantumCircuit
from qiskit.quantum_info import Statevector

from qml.circuits import ModelCircuit, compose_model, overlap_circuit
from qml.engine import probabilities
from qml.errors import SpecError


def called(names):
    circuit = QuantumCircuit(2)
    circuit.ry(names[0], 0)
    circuit.rx(names[1] * names[2], 1)
    circuit.cx(0, 1)
    circuit.rz(names[2], 1)
    circuit.h([0, 1])
    return circuit


@pytest.mark.parametrize(
    "names",
    [
        [*ParameterVector("w", 1), *ParameterVector("x", 2)],
        [*ParameterVector("θ", 1), *ParameterVector("y", 2)],
        [Parameter("y[1]"), Parameter("x[2]"), Parameter("x'[0]")],
        list(ParameterVector("x", 3)),
    ],
)
def test_circuits_join_whatever_their_parameters_are_called(names):
    circuit = called(names)
    values = np.array([[0.3, 0.7, -1.1], [0.2, 2.0, 0.5]])
    left, right = (Statevector(circuit.assign_parameters(row)) for row in values)
    overlap = overlap_circuit(circuit)
    row = np.hstack(values)[None, overlap.columns]
    assert probabilities(overlap.circuit, row)[0, 0] == pytest.approx(
        abs(left.inner(right)) ** 2, abs=1e-12
    )
    model = compose_model(circuit, circuit)
    row = np.hstack(values)[None, model.columns]
    wanted = left.evolve(circuit.assign_parameters(values[1])).probabilities()
    np.testing.assert_allclose(probabilities(model.circuit, row)[0], wanted, atol=1e-12)


def prepared():
    circuit = QuantumCircuit(2)
    circuit.reset([0, 1])
    circuit.ry(Parameter("a"), 0)
    return circuit


def test_a_state_that_is_prepared_stays_prepared_where_the_circuit_begins():
    """A noise model may have errors for it; what undoes an encoding begins with nothing."""
    assert overlap_circuit(prepared()).circuit.count_ops() == {"reset": 2, "ry": 2}
    model = compose_model(prepared(), called(ParameterVector("w", 3)))
    assert model.circuit.count_ops()["reset"] == 2


def test_an_ansatz_cannot_begin_with_nothing():
    with pytest.raises(SpecError, match="holds a 'reset' of a qubit that was acted on"):
        compose_model(called(ParameterVector("x", 3)), prepared())


def test_an_encoding_ends_where_the_last_feature_does():
    x, w = ParameterVector("x", 2), ParameterVector("w", 4)
    circuit = QuantumCircuit(3)
    circuit.ry(w[0], 0)
    circuit.cx(0, 1)
    circuit.rx(x[0], 0)
    circuit.rx(x[1] * w[1], 1)
    circuit.cz(0, 1)
    circuit.rx(w[2], 0)
    circuit.rz(w[3], 2)
    model = ModelCircuit(circuit, tuple(x), tuple(w))
    encoding = model.encoding
    assert [step.name for step in encoding.circuit.data] == ["ry", "cx", "rx", "rx"]
    assert encoding.weights == model.weights
    assert encoding.encoding is encoding
    X, weights = np.random.default_rng(1).normal(size=(4, 2)), [0.3, -0.2, 1.1, 0.7]
    whole = [Statevector(circuit.assign_parameters(row)) for row in model.rows(X, weights)]
    short = [
        Statevector(encoding.circuit.assign_parameters(row)) for row in encoding.rows(X, weights)
    ]
    for a, b in itertools.combinations(range(4), 2):
        wanted = abs(whole[a].inner(whole[b])) ** 2
        assert abs(short[a].inner(short[b])) ** 2 == pytest.approx(wanted, abs=1e-12)


@pytest.mark.parametrize("behind", ["barrier", "delay", "reset"])
def test_what_is_no_gate_stays_in_an_encoding(behind):
    x = ParameterVector("x", 1)
    circuit = QuantumCircuit(1)
    circuit.ry(x[0], 0)
    circuit.h(0)
    circuit.delay(5, 0) if behind == "delay" else getattr(circuit, behind)(0)
    model = ModelCircuit(circuit, tuple(x), ())
    assert model.encoding is model
