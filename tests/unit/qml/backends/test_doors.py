"""What no backend of ours can be asked, and what costs nothing: no circuit, no rows."""

from __future__ import annotations

import numpy as np
import pennylane as qml
import pytest
from qiskit.circuit import QuantumCircuit
from qiskit.circuit.library import RXGate
from qiskit.quantum_info import SparsePauliOp

from qml.backends import BACKENDS
from qml.circuits import resolve_feature_map
from qml.errors import SpecError
from qml.examples import BackendExample, examples_of

EXAMPLES = examples_of(BACKENDS, BackendExample)
every_example = pytest.mark.parametrize("name, example", EXAMPLES.values(), ids=EXAMPLES)
ZX = [SparsePauliOp("ZX")]
ASKED = {
    "outcomes": lambda backend, circuit, rows: backend.run_probabilities(circuit, rows),
    "expectations": lambda backend, circuit, rows: backend.run_expectations(circuit, ZX, rows),
    "gradients": lambda backend, circuit, rows: backend.gradients(circuit, ZX, rows),
    "Gram matrix": lambda backend, circuit, rows: backend.gram(circuit, rows),
    "Gram block": lambda backend, circuit, rows: backend.gram(circuit, rows, rows),
    "fidelities": lambda backend, circuit, rows: backend.fidelities(circuit, rows, rows),
}


def made_by(name, example):
    return BACKENDS.bind_named(name, example.parameters)(random_state=1)


@every_example
@pytest.mark.parametrize("ask", ASKED.values(), ids=ASKED)
@pytest.mark.parametrize("thing", ["zz", None, RXGate(0.1), qml.RX(0.1, 0)], ids=repr)
def test_what_is_no_circuit_is_the_same_line_everywhere(name, example, ask, thing):
    backend = made_by(name, example)
    with pytest.raises(SpecError, match="a Qiskit circuit is expected, got"):
        ask(backend, thing, np.zeros((1, 2)))


@every_example
def test_no_rows_are_no_results_and_cost_nothing(name, example):
    backend, feature_map, none = made_by(name, example), resolve_feature_map("zz", 2), (0, 2)
    shapes = {
        "outcomes": (0, 4),
        "expectations": (0, 1),
        "gradients": (0, 1, 2),
        "Gram matrix": (0, 0),
        "Gram block": (0, 0),
        "fidelities": (0,),
    }
    for asked, shape in shapes.items():
        assert ASKED[asked](backend, feature_map, np.empty(none)).shape == shape, asked
    assert not backend.usage.circuits
    fixed = QuantumCircuit(1)
    fixed.h(0)
    assert backend.gradients(fixed, [SparsePauliOp("Z")], np.empty((3, 0))).shape == (3, 1, 0)
