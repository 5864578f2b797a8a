"""Lowest qubits: the outcome modulo the number of classes."""

from __future__ import annotations

from qml.decisions._contract import Decision, vote
from qml.engine import outcomes

__all__ = ["lowest"]


def lowest(n_qubits: int, n_classes: int) -> Decision:
    """Take the outcome modulo the number of classes: for two, qubit 0 alone.

    Parameters
    ----------
    n_qubits, n_classes : int
        Numbers of qubits and of classes.

    Examples
    --------
    >>> lowest(2, 2).readout[:, 1]
    array([0., 1., 0., 1.])
    """
    return vote(outcomes(n_qubits) % n_classes, n_classes)
