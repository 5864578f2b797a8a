"""Matrices of the gates that keep their angles, for a whole batch of angles at once.

Every other parametrised gate of Qiskit's library is brought to these by its own definition.
Qubit order is Qiskit's: the first qubit is the least significant bit of the matrix index.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["ROTATIONS"]

Angles = NDArray[np.float64]
Matrices = NDArray[np.complex128]

_X = np.array([[0, 1], [1, 0]], dtype=complex)
_Y = np.array([[0, -1j], [1j, 0]], dtype=complex)
_Z = np.array([[1, 0], [0, -1]], dtype=complex)


def _pauli_rotation(pauli: NDArray[Any]) -> Callable[[Angles], Matrices]:
    r"""Return :math:`\theta \mapsto \exp(-i \theta P / 2)`."""
    identity = np.eye(len(pauli))

    def matrices(theta: Angles) -> Matrices:
        half = theta[..., None, None] / 2
        return np.asarray(np.cos(half) * identity - 1j * np.sin(half) * pauli)

    return matrices


def _phase(theta: Angles) -> Matrices:
    matrices = np.zeros((*theta.shape, 2, 2), dtype=complex)
    matrices[..., 0, 0] = 1
    matrices[..., 1, 1] = np.exp(1j * theta)
    return matrices


def _u(theta: Angles, phi: Angles, lam: Angles) -> Matrices:
    theta, phi, lam = np.broadcast_arrays(theta, phi, lam)
    matrices = np.empty((*theta.shape, 2, 2), dtype=complex)
    matrices[..., 0, 0] = np.cos(theta / 2)
    matrices[..., 0, 1] = -np.exp(1j * lam) * np.sin(theta / 2)
    matrices[..., 1, 0] = np.exp(1j * phi) * np.sin(theta / 2)
    matrices[..., 1, 1] = np.exp(1j * (phi + lam)) * np.cos(theta / 2)
    return matrices


ROTATIONS: dict[str, Callable[..., Matrices]] = {
    "rx": _pauli_rotation(_X),
    "ry": _pauli_rotation(_Y),
    "rz": _pauli_rotation(_Z),
    "p": _phase,
    "u1": _phase,
    "u": _u,
    "u3": _u,
    "rxx": _pauli_rotation(np.kron(_X, _X)),
    "ryy": _pauli_rotation(np.kron(_Y, _Y)),
    "rzz": _pauli_rotation(np.kron(_Z, _Z)),
    "rzx": _pauli_rotation(np.kron(_X, _Z)),  # Z on the first qubit, X on the second
}
