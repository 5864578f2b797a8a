"""The YZ-CX encoding of Haug, Self and Kim (2023)."""

from __future__ import annotations

import numpy as np
from pydantic import NonNegativeInt, PositiveInt
from qiskit.circuit import ParameterVector, QuantumCircuit

__all__ = ["yz_cx"]


def yz_cx(n_features: int, reps: PositiveInt = 2, seed: NonNegativeInt = 0) -> QuantumCircuit:
    r"""Layers of RY and RZ by feature plus a random offset, then CX on alternating neighbours.

    .. math:: U(x) = \prod_{l} CX_l \bigotimes_i R_Z(\theta_{li}' + x_i)\,R_Y(\theta_{li} + x_i)

    The offsets are uniform in :math:`[0, 2\pi)` and belong to the encoding, not to the training.

    Parameters
    ----------
    n_features : int
        Number of features, and of qubits.
    reps : int, default=2
        Number of layers.
    seed : int, default=0
        Seed of the offsets.

    Returns
    -------
    QuantumCircuit
        `n_features` qubits and parameters.

    Notes
    -----
    The paper spreads many features over the angles of few qubits; here every feature has a qubit,
    as in the other maps.

    References
    ----------
    Haug, Self and Kim, Mach. Learn.: Sci. Technol. 4, 015005 (2023), doi:10.1088/2632-2153/acb0b4.

    Examples
    --------
    >>> dict(yz_cx(3, reps=2).count_ops())
    {'ry': 6, 'rz': 6, 'cx': 2}
    """
    x = ParameterVector("x", n_features)
    circuit = QuantumCircuit(n_features)
    rng = np.random.default_rng(seed)
    for layer in range(reps):
        for qubit in range(n_features):
            circuit.ry(x[qubit] + rng.uniform(0, 2 * np.pi), qubit)
            circuit.rz(x[qubit] + rng.uniform(0, 2 * np.pi), qubit)
        for qubit in range(layer % 2, n_features - 1, 2):
            circuit.cx(qubit, qubit + 1)
    return circuit
