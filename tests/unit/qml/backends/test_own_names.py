"""Gates of somebody's own: renamed where their name means another gate, within others too."""

from __future__ import annotations

import numpy as np
import pytest
from qiskit.circuit import Gate, Parameter, QuantumCircuit
from qiskit.circuit.library import CCXGate, MCXGate, RXGate, UnitaryGate
from qiskit.quantum_info import Operator

from qml.backends._own_names import with_own_names
from qml.circuits import resolve_feature_map
from qml.errors import SpecError

TAKEN = {"rx", "h", "cx", "mcx"}


def own(name, inside=None, label=None):
    made = QuantumCircuit(1, name=name)
    made.append(inside or RXGate(Parameter("a")), [0])
    made.t(0)
    return made.to_gate(label=label)


def holding(gate):
    circuit = QuantumCircuit(3)
    circuit.h(0)
    circuit.append(gate, range(gate.num_qubits))
    return circuit


class OfMatrix(Gate):
    def __init__(self):
        super().__init__("rx", 1, [])

    def __array__(self, dtype=None, copy=None):
        return np.diag([1, 1j])


@pytest.mark.parametrize(
    "gate",
    [RXGate(0.1), RXGate(0.1, label="mine"), MCXGate(2), CCXGate(ctrl_state=0), own("mine")],
    ids=["rx", "labelled", "mcx", "open control", "own name"],
)
def test_what_bears_its_name_rightly_is_left_alone(gate):
    circuit = holding(gate)
    assert with_own_names(circuit, TAKEN) is circuit
    assert with_own_names(feature_map := resolve_feature_map("zz", 3), TAKEN) is feature_map


@pytest.mark.parametrize(
    "gate, name",
    [
        (own("rx"), "rx_own"),
        (own("mcx", label="z"), "mcx_own"),
        (own("mine", own("h", RXGate(0.2))), "mine"),
        (OfMatrix(), "unitary"),
        (own("rx").control(1, annotated=False), "crx"),
    ],
    ids=["own", "labelled", "within", "matrix alone", "controlled"],
)
def test_the_unitary_stays_and_so_do_label_and_parameters(gate, name):
    taken = TAKEN | {"crx"} if name == "crx" else TAKEN
    circuit = holding(gate)
    renamed = with_own_names(circuit, taken)
    found = renamed.data[1].operation
    assert found.name == ("crx_own" if name == "crx" else name)
    assert found.label == gate.label
    assert renamed.parameters == circuit.parameters
    values = [0.7] * circuit.num_parameters
    np.testing.assert_allclose(
        Operator(renamed.assign_parameters(values)).data,
        Operator(circuit.assign_parameters(values)).data,
        atol=1e-12,
    )
    assert isinstance(found, UnitaryGate) or not _names(found.definition) & {"h", "mcx"}


def _names(circuit):
    return {step.operation.name for step in circuit.data}


def test_what_nothing_is_known_of_is_one_line():
    with pytest.raises(SpecError, match="the gate 'rx' has neither a matrix nor a definition"):
        with_own_names(holding(Gate("rx", 1, [])), TAKEN)
