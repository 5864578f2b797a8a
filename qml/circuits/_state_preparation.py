"""Preparing any real state: its angles are numbers, computed before the circuit is run."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray
from qiskit.circuit import ParameterExpression, ParameterVector, QuantumCircuit

from qml.errors import DataError

__all__ = ["multiplexed_ry", "preparation_angles", "state_preparation"]

Values = NDArray[np.float64]


def state_preparation(n_qubits: int, name: str = "x") -> QuantumCircuit:
    r"""Return the circuit of RY and CX that prepares any real state from :math:`|0\rangle`.

    (The feature map ``amplitude`` is the same circuit with angles that are formulas of the
    features. Here they are parameters, and `preparation_angles` gives their values.)

    Parameters
    ----------
    n_qubits : int
        Width of the circuit.
    name : str, default="x"
        Name of the parameters.

    Returns
    -------
    QuantumCircuit
        :math:`2^n - 1` parameters, one a rotation.

    References
    ----------
    Möttönen et al., Phys. Rev. Lett. 93, 130502 (2004), doi:10.1103/PhysRevLett.93.130502.

    Examples
    --------
    >>> state_preparation(3).num_parameters
    7
    """
    angles = iter(ParameterVector(name, (1 << n_qubits) - 1))
    circuit = QuantumCircuit(n_qubits)
    for target in reversed(range(n_qubits)):
        multiplexed_ry(circuit, angles, list(range(n_qubits - 1, target, -1)), target)
    return circuit


def preparation_angles(vectors: ArrayLike) -> Values:
    """Return the angles with which `state_preparation` prepares the normalised vectors.

    Parameters
    ----------
    vectors : array-like of shape (n_vectors, 2**n_qubits)
        Real amplitudes, up to their norm.

    Returns
    -------
    ndarray of shape (n_vectors, 2**n_qubits - 1)

    Raises
    ------
    DataError
        If a vector is zero: it has no direction.

    Examples
    --------
    >>> preparation_angles([[1.0, 1.0], [1.0, -1.0]]) * 2 / np.pi
    array([[ 1.],
           [-1.]])
    """
    amplitudes = np.asarray(vectors, dtype=np.float64)
    zero = np.flatnonzero(~amplitudes.any(axis=1))
    if zero.size:
        raise DataError(f"row {zero[0]} is all zeros, which is no direction to prepare a state in")
    levels = [amplitudes / np.abs(amplitudes).max(axis=1, keepdims=True)]
    while levels[-1].shape[1] > 1:  # norms of the branches, from the leaves up
        below = levels[-1]
        levels.append(np.hypot(below[:, ::2], below[:, 1::2]))
    return np.hstack(
        [_leaves(2 * np.arctan2(level[:, 1::2], level[:, ::2])) for level in levels[-2::-1]]
    )


def _leaves(angles: Values) -> Values:
    """Return the rotations between the CX that turn the target by the controls' angle."""
    if angles.shape[1] == 1:
        return angles
    first, second = np.split(angles, 2, axis=1)
    return np.hstack([_leaves((first + second) / 2), _leaves((first - second) / 2)])


def multiplexed_ry(
    circuit: QuantumCircuit,
    angles: Iterator[ParameterExpression | float],
    controls: list[int],
    target: int,
) -> None:
    """Turn `target` by the angle that the controls, most significant first, choose.

    `angles` are those of the rotations between the CX, in order, as many as the controls' states.
    """
    if not controls:
        circuit.ry(next(angles), target)
        return
    control, rest = controls[0], controls[1:]
    multiplexed_ry(circuit, angles, rest, target)
    circuit.cx(control, target)
    multiplexed_ry(circuit, angles, rest, target)
    circuit.cx(control, target)
