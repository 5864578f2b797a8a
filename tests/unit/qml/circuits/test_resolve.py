"""What a user may hand over as a circuit, and one line for everything else."""

from __future__ import annotations

import pennylane
import pytest
from qiskit.circuit import QuantumCircuit
from qiskit.circuit.library import ZGate, zz_feature_map

from qml.circuits import resolve_ansatz, resolve_feature_map
from qml.errors import SpecError


@pennylane.qnode(pennylane.device("default.qubit", wires=2))
def node(x):
    pennylane.AngleEmbedding(x, wires=[0, 1])
    return pennylane.probs(wires=[0, 1])


def gates(x):
    pennylane.AngleEmbedding(x, wires=[0, 1])


BAD = {
    "a QNode": (node, "got PennyLane's <QNode.*; allowed are a Qiskit circuit, the feature map's"),
    "a template": (pennylane.AngleEmbedding, "got PennyLane's <class"),
    "an operation": (pennylane.RX(0.3, 0), "got PennyLane's RX"),
    "a tape": (pennylane.tape.QuantumScript([pennylane.RX(0.1, 0)]), "got PennyLane's <QuantumScr"),
    "nothing": (None, "got None; allowed are a Qiskit circuit"),
    "a number": (3, "got 3; allowed"),
    "a gate": (ZGate(), "got Instruction.*; allowed"),
    "gates": ([ZGate()], r"got \[Instruction.*; allowed"),
    "a callable": (lambda n: n + 1, "got a callable that makes 3; allowed"),
    "PennyLane's gates": (gates, "a callable that fails with 2, IndexError: .*; allowed"),
    "no argument": (
        lambda: zz_feature_map(2),
        "a callable that fails with 2, TypeError: .*; allow",
    ),
    "what fails": (
        lambda n: n // 0,
        "a callable that fails with 2, ZeroDivisionError: .*; allowed",
    ),
    "a name": ("zzz", r"unknown feature map 'zzz' \(did you mean 'zz'\?\)"),
}


@pytest.mark.parametrize("spec, words", BAD.values(), ids=BAD)
def test_what_is_no_circuit_is_one_line(spec, words):
    with pytest.raises(SpecError, match=f"feature_map.*{words}") as caught:
        resolve_feature_map(spec, 2)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("resolve", [resolve_feature_map, resolve_ansatz])
def test_a_callable_that_fails_shows_its_own_error_too(resolve):
    with pytest.raises(
        SpecError, match="; allowed are .* or a callable of n_.* that makes a circuit"
    ) as caught:
        resolve(lambda n: {}[n], 2)
    assert isinstance(caught.value.__cause__, KeyError)


def test_a_line_that_a_callable_raises_is_the_line():
    with pytest.raises(SpecError, match=r"ansatz.name: unknown ansatz 'zzz' \(allowed"):
        resolve_ansatz(lambda n: resolve_ansatz("zzz", n), 2)


def test_measured_circuits_are_named_with_their_field():
    circuit = zz_feature_map(2)
    circuit.measure_all()
    with pytest.raises(SpecError, match="feature_map: the circuit holds a 'measure', which is no"):
        resolve_feature_map(circuit, 2)
    with pytest.raises(SpecError, match="ansatz: the circuit holds a 'measure', which is no gate"):
        resolve_ansatz(circuit, 2)


def test_circuits_and_what_makes_them_are_welcome():
    circuit = zz_feature_map(2)
    assert resolve_feature_map(circuit, 2) is circuit
    assert isinstance(resolve_feature_map(zz_feature_map, 2), QuantumCircuit)
