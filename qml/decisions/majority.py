"""Majority: the number of ones in ranges of equal length."""

from __future__ import annotations

import numpy as np

from qml.decisions._contract import Decision, vote
from qml.engine import outcomes

__all__ = ["majority"]


def majority(n_qubits: int, n_classes: int) -> Decision:
    """Count the ones, and divide the counts among the classes; two classes' tie is the first's.

    Parameters
    ----------
    n_qubits, n_classes : int
        Numbers of qubits and of classes.

    Examples
    --------
    >>> majority(3, 2).readout[:, 1]
    array([0., 0., 0., 1., 0., 1., 1., 1.])
    """
    ones = np.bitwise_count(outcomes(n_qubits)).astype(np.int64)
    return vote(ones * n_classes // (n_qubits + 1), n_classes)
