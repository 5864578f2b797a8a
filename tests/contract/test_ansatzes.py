"""Every ansatz: as wide as it is asked to be, with something to train, and a twin of its own."""

from __future__ import annotations

import pytest

from qml.circuits import ANSATZES, resolve_ansatz
from qml.examples import Example, examples_of

EXAMPLES = examples_of(ANSATZES, Example)
every_example = pytest.mark.parametrize("name, example", EXAMPLES.values(), ids=EXAMPLES)


@every_example
@pytest.mark.parametrize("n_qubits", [2, 3, 6])
def test_ansatzes_have_the_width_and_something_to_train(name, example, n_qubits):
    circuit = resolve_ansatz({"name": name, **example.parameters}, n_qubits)
    assert circuit.num_qubits == n_qubits
    assert circuit.num_parameters > 0


@every_example
def test_every_ansatz_has_a_twin_with_something_to_train(name, example):
    spec = {"name": name, **example.parameters}
    twin = resolve_ansatz({"name": "without_entanglement", "of": spec}, 4)
    assert twin.num_nonlocal_gates() == 0
    assert twin.num_parameters > 0
