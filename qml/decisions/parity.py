"""Parity of all qubits: the number of ones modulo the number of classes."""

from __future__ import annotations

import numpy as np

from qml.decisions._contract import Decision, vote
from qml.engine import outcomes

__all__ = ["parity"]


def parity(n_qubits: int, n_classes: int) -> Decision:
    r"""Count the ones modulo the number of classes: :math:`Z^{\otimes n}` for two.

    (qiskit-machine-learning's default of that name takes the outcome itself modulo the number of
    classes: for two the lowest qubit alone, which is ``one_qubit`` here.)

    Parameters
    ----------
    n_qubits, n_classes : int
        Numbers of qubits and of classes.

    References
    ----------
    Havlíček et al., Nature 567, 209 (2019), doi:10.1038/s41586-019-0980-2.

    Examples
    --------
    >>> parity(2, 2).readout[:, 1]
    array([0., 1., 1., 0.])
    """
    return vote(np.bitwise_count(outcomes(n_qubits)) % n_classes, n_classes)
