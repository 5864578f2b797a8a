r"""Expectation values of sums of terms whose letters are Paulis and projectors.

The letters are those of Qiskit's `SparseObservable`: ``0``, ``1``, ``+``, ``-``, ``r``, ``l`` are
the projectors on the eigenstates of Z, X and Y. A projector on :math:`|v\rangle` is applied by
contracting its qubit with :math:`\langle v|`, which halves the state:
:math:`\langle\psi|(|v\rangle\langle v|\otimes P)|\psi\rangle = \langle\phi|P|\phi\rangle` with
:math:`|\phi\rangle = (\langle v|\otimes 1)|\psi\rangle`.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from qiskit.quantum_info import SparsePauliOp

from qml.engine._gradients import expectations_of_states

__all__ = ["expectations_of_terms"]

_HALF = 2.0**-0.5
_BRAS = {
    "0": (1.0, 0.0),
    "1": (0.0, 1.0),
    "+": (_HALF, _HALF),
    "-": (_HALF, -_HALF),
    "r": (_HALF, -1j * _HALF),
    "l": (_HALF, 1j * _HALF),
}


def expectations_of_terms(
    states: NDArray[np.complex128], terms: Mapping[str, float]
) -> NDArray[np.float64]:
    """Return the expectation value of one observable in every state, shape (batch,).

    Parameters
    ----------
    states : ndarray of shape (batch, 2**n_qubits)
        State vectors in Qiskit's order.
    terms : mapping of str to float
        Real coefficients by labels; a label's last letter is qubit 0's. Qubits above a label's
        letters are not looked at.

    Examples
    --------
    >>> state = np.array([[1, 0, 0, 1j]]) / np.sqrt(2)
    >>> expectations_of_terms(state, {"ZZ": 1.0, "00": 1.0}).round(6)
    array([1.5])
    """
    n_qubits = states.shape[1].bit_length() - 1
    total = np.zeros(len(states))
    paulis: dict[str, float] = {}
    for label, coefficient in terms.items():
        if _BRAS.keys().isdisjoint(label):
            paulis["I" * (n_qubits - len(label)) + label] = coefficient
            continue
        rest, projected = _project(states, "I" * (n_qubits - len(label)) + label)
        total += _of_paulis(projected, {rest: coefficient})
    return total + _of_paulis(states, paulis) if paulis else total


def _of_paulis(states: NDArray[np.complex128], terms: dict[str, float]) -> NDArray[np.float64]:
    return expectations_of_states(states, [SparsePauliOp.from_list(list(terms.items()))])[:, 0]


def _project(states: NDArray[np.complex128], label: str) -> tuple[str, NDArray[np.complex128]]:
    """Return the letters that are left, and the states contracted with the projectors' bras."""
    rest = ""
    for place, letter in enumerate(label):  # the highest qubit first
        if letter not in _BRAS:
            rest += letter
            continue
        halves = states.reshape(len(states), 1 << len(rest), 2, 1 << len(label) - place - 1)
        zero, one = _BRAS[letter]
        states = (zero * halves[:, :, 0] + one * halves[:, :, 1]).reshape(len(states), -1)
    return rest, states
