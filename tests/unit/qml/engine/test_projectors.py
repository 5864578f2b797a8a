"""Observables with projectors among their letters, against Qiskit's matrices of them."""

from __future__ import annotations

import numpy as np
import pytest
from qiskit.circuit import QuantumCircuit
from qiskit.circuit.library import real_amplitudes
from qiskit.quantum_info import SparseObservable, SparsePauliOp, random_statevector

from qml.engine._projectors import expectations_of_terms
from qml.engine.primitives import BatchedEstimator

LETTERS = list("IXYZ01+-rl")


def random_terms(n_qubits, seed):
    rng = np.random.default_rng(seed)
    return {"".join(rng.choice(LETTERS, n_qubits)): float(rng.normal()) for _ in range(6)}


def matrix(terms):
    observable = SparseObservable.from_list(list(terms.items()))
    return SparsePauliOp.from_sparse_observable(observable).to_matrix()


@pytest.mark.parametrize("n_qubits", [1, 2, 3, 5])
def test_terms_of_all_letters_are_qiskits_matrices(n_qubits):
    states = np.array([random_statevector(2**n_qubits, seed=seed).data for seed in range(3)])
    for seed in range(10):
        terms = random_terms(n_qubits, seed)
        reference = np.einsum("bi,ij,bj->b", states.conj(), matrix(terms), states).real
        np.testing.assert_allclose(expectations_of_terms(states, terms), reference, atol=1e-12)


def test_the_estimator_takes_them_where_the_reference_reads_a_sign_or_refuses():
    """There ``1`` and ``-`` are read as the Paulis 1 and -1; ``0``, ``r`` and ``l`` are errors."""
    plus = QuantumCircuit(1)
    plus.h(0)
    [result] = BatchedEstimator().run([(plus, list("01+-rl"))]).result()
    np.testing.assert_allclose(result.data.evs, [0.5, 0.5, 1.0, 0.0, 0.5, 0.5], atol=1e-12)


def test_a_projector_on_all_qubits_is_a_fidelity():
    """As a sum of Paulis it would have 2**14 terms."""
    ansatz = real_amplitudes(14, reps=1)
    values = np.random.default_rng(0).normal(size=(2, ansatz.num_parameters))
    circuit = ansatz.compose(ansatz.assign_parameters(values[0]).inverse())
    [result] = BatchedEstimator().run([(circuit, "0" * 14, values)]).result()
    assert result.data.evs[0] == pytest.approx(1.0, abs=1e-12)
    assert 0.0 <= result.data.evs[1] < 0.5
