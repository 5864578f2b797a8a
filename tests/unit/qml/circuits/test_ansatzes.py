"""Ansatzes against PennyLane, Qiskit and their own definitions."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from qiskit.circuit.library import n_local

from qml.circuits import resolve_ansatz
from qml.engine import statevectors
from qml.errors import SpecError

RNG = np.random.default_rng(17)


@pytest.mark.parametrize("entangler", ["cx", "cz"])
@pytest.mark.parametrize("n_qubits, reps", [(2, 1), (3, 3), (4, 5)])
def test_strongly_entangling_is_pennylanes(n_qubits, reps, entangler):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        qml = pytest.importorskip("pennylane")
    spec = {"name": "strongly_entangling", "reps": reps, "entangler": entangler}
    circuit = resolve_ansatz(spec, n_qubits)
    gate = {"cx": qml.CNOT, "cz": qml.CZ}[entangler]
    weights = RNG.normal(size=(reps, n_qubits, 3))

    @qml.qnode(qml.device("default.qubit", wires=n_qubits))
    def state():
        qml.StronglyEntanglingLayers(weights, wires=range(n_qubits), imprimitive=gate)
        return qml.state()

    ours = statevectors(circuit, weights.reshape(1, -1))[0]
    theirs = np.asarray(state()).reshape((2,) * n_qubits).transpose().ravel()  # qubit 0 first there
    assert abs(np.vdot(theirs, ours)) == pytest.approx(1.0, abs=1e-12)


@pytest.mark.parametrize("entangler", ["cx", "cz", "crx"])
@pytest.mark.parametrize("rotations", ["ry", "ry,rz", "rx,rz"])
def test_two_local_is_qiskits(entangler, rotations):
    spec = {"name": "two_local", "rotations": rotations, "entangler": entangler, "reps": 2}
    circuit = resolve_ansatz(spec, 3)
    library = n_local(3, rotations.split(","), entangler, "full", reps=2)
    assert circuit.num_parameters == library.num_parameters
    weights = RNG.normal(size=(4, circuit.num_parameters))
    ours, theirs = statevectors(circuit, weights), statevectors(library, weights)
    np.testing.assert_allclose(np.abs(np.einsum("ni,ni->n", ours.conj(), theirs)), 1.0, atol=1e-12)


@pytest.mark.parametrize("n_qubits", [1, 2, 3, 5, 8])
def test_tree_leads_to_qubit_zero(n_qubits):
    """Every qubit is joined once; what is not qubit 0 is never touched after it was."""
    circuit = resolve_ansatz("tree_tensor", n_qubits)
    joined = []
    for step in circuit.data:
        places = [circuit.find_bit(qubit).index for qubit in step.qubits]
        assert not set(places) & set(joined)
        if len(places) == 2:
            joined.append(places[0])
    assert sorted(joined) == list(range(1, n_qubits))
    assert circuit.num_parameters == 2 * n_qubits - 1


def test_parameters_are_checked():
    with pytest.raises(SpecError, match="ansatz.rotations: .*pattern"):
        resolve_ansatz({"name": "two_local", "rotations": "ry;rz"}, 2)
    with pytest.raises(SpecError, match=r"ansatz.entanglement: \[0, 5\] is no pair of 2 qubits"):
        resolve_ansatz({"name": "two_local", "entanglement": [[0, 5]]}, 2)
