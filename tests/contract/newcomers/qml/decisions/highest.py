"""Highest qubits: ranges of the outcome of equal length."""

from __future__ import annotations

from qml.decisions import Decision, vote
from qml.engine import outcomes

__all__ = ["highest"]


def highest(n_qubits: int, n_classes: int) -> Decision:
    """Divide the outcomes, in their order, among the classes: for two, the highest qubit alone.

    Parameters
    ----------
    n_qubits, n_classes : int
        Number of qubits, number of classes.

    Examples
    --------
    >>> highest(2, 2).readout[:, 1]
    array([0., 0., 1., 1.])
    """
    return vote(outcomes(n_qubits) * n_classes // (1 << n_qubits), n_classes)
