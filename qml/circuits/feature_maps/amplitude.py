"""Amplitude encoding: the features themselves, normalised, as the state."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from qiskit.circuit import ParameterExpression, ParameterVector, QuantumCircuit

from qml.circuits._state_preparation import multiplexed_ry
from qml.errors import SpecError

__all__ = ["amplitude"]

Angle: TypeAlias = ParameterExpression | float

_MOST_FEATURES = 64  # the angles' expressions grow with the cube


def amplitude(n_features: int) -> QuantumCircuit:
    r"""Prepare the normalised features as amplitudes.

    .. math:: |\Phi(x)\rangle = \frac1{\|x\|}\sum_k x_k|k\rangle

    Its fidelity kernel is the squared cosine, :math:`(x\cdot y)^2/(\|x\|\|y\|)^2`. Amplitudes
    beyond the last feature are 0. The bandwidth has no effect: a length is normalised away.

    Parameters
    ----------
    n_features : int
        Number of features :math:`d`.

    Returns
    -------
    QuantumCircuit
        :math:`\max(1, \lceil\log_2 d\rceil)` qubits, `n_features` parameters, and about
        :math:`2^{q+1}` RY and CX gates, whose angles are functions of the features.

    Raises
    ------
    SpecError
        If there are more than 64 features: each angle is a function of many of them, and making
        these takes minutes.

    Notes
    -----
    A row of zeros has no direction and is refused when the circuit is run.

    References
    ----------
    Möttönen et al., Phys. Rev. Lett. 93, 130502 (2004), doi:10.1103/PhysRevLett.93.130502.

    Examples
    --------
    >>> from qml.engine import statevectors
    >>> statevectors(amplitude(3), [[3.0, 0.0, -4.0]]).real.round(6) + 0.0
    array([[ 0.6,  0. , -0.8,  0. ]])
    """
    if n_features > _MOST_FEATURES:
        raise SpecError(f"'amplitude' of {n_features:,} features, allowed are {_MOST_FEATURES}")
    n_qubits = max(1, (n_features - 1).bit_length())
    x = ParameterVector("x", n_features)
    squares: list[Angle] = [x[k] * x[k] for k in range(n_features)]
    levels = [squares + [0.0] * ((1 << n_qubits) - n_features)]
    while len(levels[-1]) > 1:  # squared norms of the branches, from the leaves up
        below = levels[-1]
        levels.append([below[2 * k] + below[2 * k + 1] for k in range(len(below) // 2)])
    circuit = QuantumCircuit(n_qubits)
    for target in reversed(range(n_qubits)):
        whole = levels[target + 1]
        if target:
            signed = [square**0.5 for square in levels[target]]
        else:
            signed = [*x, *[0.0] * ((1 << n_qubits) - n_features)]
        angles = [
            _angle(signed[2 * k], signed[2 * k + 1], whole[k], root=len(whole) == 1)
            for k in range(len(whole))
        ]
        controls = list(range(n_qubits - 1, target, -1))
        multiplexed_ry(circuit, iter(_leaves(angles)), controls, target)
    return circuit


def _angle(first: Angle, second: Angle, square: Angle, root: bool) -> Angle:
    r"""Return :math:`2\,\mathrm{atan2}(second, first)`, where `square` is the sum of their squares.

    Half angles keep every digit: :math:`\tan(\theta/2) = b/(r+|a|)` up to a reflection.
    """
    if not isinstance(first, ParameterExpression) or isinstance(square, float):
        return 0.0  # padding alone
    # a branch without weight may turn by any angle, so its 0/0 is made 0/1; the whole state must
    # have weight, so the first qubit's is left, and a row of zeros has no finite angle
    norm = square**0.5 if root else (square + 1 - square.sign()) ** 0.5
    half = 2 * (second / (norm + first.abs())).arctan()
    side = _sign(first)
    return 2 * (side * half + (1 - side) / 2 * np.pi * _sign(second))


def _sign(value: Angle) -> Angle:
    """Return the sign, with that of 0 counted as positive."""
    return (value.sign() + 0.5).sign() if isinstance(value, ParameterExpression) else 1.0


def _leaves(angles: list[Angle]) -> list[Angle]:
    """Return the rotations between the CX that turn the target by the controls' angle."""
    if len(angles) == 1:
        return angles
    half = len(angles) // 2
    pairs = list(zip(angles[:half], angles[half:], strict=True))
    return [*_leaves([(a + b) / 2 for a, b in pairs]), *_leaves([(a - b) / 2 for a, b in pairs])]
