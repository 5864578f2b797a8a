"""The separable map: layers of rotations without any entanglement, the control of every other."""

from __future__ import annotations

import numpy as np
from pydantic import PositiveInt
from qiskit.circuit import ParameterVector, QuantumCircuit

__all__ = ["separable"]


def separable(n_features: int, reps: PositiveInt = 1) -> QuantumCircuit:
    r"""Every qubit by itself: a fixed turn about X, then one about Y by its feature, repeated.

    .. math:: U(x) = \prod_{\mathrm{reps}} \bigotimes_i R_Y(x_i)\,R_X(-\pi/4)

    Its kernel is a product of one-qubit kernels, computed classically in a line. A quantum kernel
    that is no better than this one owes nothing to entanglement.

    Parameters
    ----------
    n_features : int
        Number of features, and of qubits.
    reps : int, default=1
        Number of times that the layer is repeated; a qubit then reads frequencies up to `reps`.

    Returns
    -------
    QuantumCircuit
        `n_features` qubits and parameters, no gate on two qubits.

    References
    ----------
    Bowles, Ahmed and Schuld, arXiv:2403.07059 (2024).

    Examples
    --------
    >>> separable(3).num_nonlocal_gates()
    0
    """
    circuit = QuantumCircuit(n_features)
    x = ParameterVector("x", n_features)
    for _ in range(reps):
        for qubit in range(n_features):
            circuit.rx(-np.pi / 4, qubit)
            circuit.ry(x[qubit], qubit)
    return circuit
