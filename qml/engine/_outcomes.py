"""The outcomes of a measurement, as numbers and as bits; refused where they do not fit."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from qml.engine._memory import require_memory

__all__ = ["outcome_bits", "outcomes"]


def outcomes(n_qubits: int) -> NDArray[np.int64]:
    """Return all outcomes as numbers, qubit 0 the lowest bit.

    Raises
    ------
    ResourceError
        If there are too many for the memory; nothing was allocated.

    Examples
    --------
    >>> outcomes(2)
    array([0, 1, 2, 3])
    """
    require_memory(64 << n_qubits, f"reading the outcomes of {n_qubits} qubits")
    return np.arange(1 << n_qubits)


def outcome_bits(n_qubits: int) -> NDArray[np.int64]:
    """Return every outcome's bits, shape (2**n_qubits, n_qubits), qubit 0 first.

    Raises
    ------
    ResourceError
        If there are too many for the memory; nothing was allocated.

    Examples
    --------
    >>> outcome_bits(2).tolist()
    [[0, 0], [1, 0], [0, 1], [1, 1]]
    """
    require_memory(16 * n_qubits << n_qubits, f"reading the outcomes of {n_qubits} qubits")
    return (outcomes(n_qubits)[:, None] >> np.arange(n_qubits)) & 1
