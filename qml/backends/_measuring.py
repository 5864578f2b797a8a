"""Which bases a circuit is measured in for expectation values, and how the outcomes are read."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from qiskit.circuit import QuantumCircuit
from qiskit.quantum_info import Pauli, SparsePauliOp

from qml.engine import check_observables, outcomes

__all__ = ["Term", "measurement_groups", "observed"]

#: Mask of measured qubits, index of the observable, coefficient.
Term = tuple[int, int, float]


def observed(terms: Sequence[Term], n_qubits: int, n_observables: int) -> NDArray[np.float64]:
    """Return the matrix from outcome probabilities to these terms' share of each observable.

    Shape (2**n_qubits, n_observables): sums of ``(-1)**popcount(outcome & mask)``.
    """
    masks = np.array([mask for mask, _, _ in terms])
    bits = np.bitwise_count(outcomes(n_qubits)[:, None] & masks)
    weights = np.zeros((len(terms), n_observables))
    for row, (_, observable, coefficient) in enumerate(terms):
        weights[row, observable] = coefficient
    return np.asarray((1.0 - 2.0 * (bits & 1)) @ weights)


def measurement_groups(
    circuit: QuantumCircuit, observables: Sequence[SparsePauliOp]
) -> list[tuple[QuantumCircuit, list[Term]]]:
    """Group all Pauli terms that one measurement basis serves, and rotate into that basis.

    Greedy: a term joins the first group whose basis agrees with it on every qubit.
    """
    check_observables(observables, circuit.num_qubits)
    groups: list[tuple[dict[int, str], list[Term]]] = []
    for index, observable in enumerate(observables):
        for pauli, coefficient in zip(observable.paulis, observable.coeffs.real, strict=True):
            basis = _basis_of(pauli)
            term = (sum(1 << qubit for qubit in basis), index, float(coefficient))
            for shared, terms in groups:
                if all(shared.get(qubit, letter) == letter for qubit, letter in basis.items()):
                    shared.update(basis)
                    terms.append(term)
                    break
            else:
                groups.append((dict(basis), [term]))
    return [(_rotated(circuit, basis), terms) for basis, terms in groups]


def _basis_of(pauli: Pauli) -> dict[int, str]:
    letters = pauli.to_label().lstrip("+")[::-1]
    return {qubit: letter for qubit, letter in enumerate(letters) if letter != "I"}


def _rotated(circuit: QuantumCircuit, basis: dict[int, str]) -> QuantumCircuit:
    rotated = circuit.copy()
    for qubit, letter in sorted(basis.items()):
        if letter == "Y":
            rotated.sdg(qubit)
        if letter in "XY":
            rotated.h(qubit)
    return rotated
