"""Decisions: which class an outcome of the measurement votes for.

All three read the bit string of all qubits as a number, qubit 0 its lowest bit.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from qml.errors import SpecError

__all__ = ["DECISIONS", "class_projector"]

Outcomes = NDArray[np.int64]


def _parity(outcomes: Outcomes, n_qubits: int, n_classes: int) -> Outcomes:
    """Count the ones modulo the number of classes: for two classes, the parity of all qubits."""
    return np.bitwise_count(outcomes) % n_classes


def _majority(outcomes: Outcomes, n_qubits: int, n_classes: int) -> Outcomes:
    """Put the number of ones in equal ranges: for two classes, the majority; a tie is first."""
    return np.bitwise_count(outcomes).astype(np.int64) * n_classes // (n_qubits + 1)


def _lowest(outcomes: Outcomes, n_qubits: int, n_classes: int) -> Outcomes:
    """Take the outcome modulo the number of classes: for two classes, qubit 0 alone."""
    return outcomes % n_classes


DECISIONS: dict[str, Callable[[Outcomes, int, int], Outcomes]] = {
    "parity": _parity,
    "majority": _majority,
    "lowest": _lowest,
}


def class_projector(decision: str, n_qubits: int, n_classes: int) -> NDArray[np.float64]:
    """Return the matrix that sums outcome probabilities into class probabilities.

    Parameters
    ----------
    decision : {"parity", "majority", "lowest"}
        The rule.
    n_qubits, n_classes : int
        Sizes.

    Returns
    -------
    ndarray of shape (2**n_qubits, n_classes)
        One 1 a row.

    Raises
    ------
    SpecError
        If some class would have no outcome, and so could never be predicted.

    Examples
    --------
    >>> class_projector("parity", 2, 2)[:, 1]
    array([0., 1., 1., 0.])
    """
    outcomes = np.arange(1 << n_qubits)
    votes = DECISIONS[decision](outcomes, n_qubits, n_classes)
    projector = np.zeros((len(outcomes), n_classes))
    projector[outcomes, votes] = 1.0
    reachable = int(projector.any(axis=0).sum())
    if reachable < n_classes:
        raise SpecError(
            f"{decision!r} on {n_qubits} qubits can tell {reachable} classes apart, the data has "
            f"{n_classes}; use more qubits (features) or another decision",
            "decision",
        )
    return projector
