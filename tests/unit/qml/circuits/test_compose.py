"""Joined circuits: any names of parameters, the same numbers."""

from __future__ import annotations

import numpy as np
import pytest
from qiskit.circuit import Parameter, ParameterVector, QuantumCircuit
from qiskit.quantum_info import Statevector

from qml.circuits import compose_model, overlap_circuit
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
