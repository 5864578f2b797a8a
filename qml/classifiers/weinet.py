"""WeiNet: a convolution as a linear combination of shifts, on an amplitude-encoded image."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from qiskit.circuit import ParameterVector, QuantumCircuit

from qml.circuits import ModelCircuit, preparation_angles, state_preparation
from qml.classifiers._variational import VariationalClassifier
from qml.engine import outcome_bits
from qml.offers import Controls
from qml.variational import Architecture, Head

__all__ = ["WeiNet"]

Values = NDArray[np.float64]

_ANCILLAS = 4  # up, down, right, left


class WeiNet(VariationalClassifier):
    r"""A trained 3 x 3 filter over an image of amplitudes, then a linear layer on its correlations.

    Four ancillas in the trained state :math:`\sum_k a_k|k\rangle` control shifts :math:`Q_k` of the
    image by one pixel; where they are all measured 0 after Hadamards, the image has become
    :math:`\sum_k a_kQ_k|x\rangle`, its convolution with the filter. Of each direction the last
    qubit is ignored (pooling), and the others' :math:`\langle Z_q\rangle` and
    :math:`\langle Z_qZ_r\rangle` go through a trained linear layer and a softmax.

    Notes
    -----
    Circuits: one a sample and evaluation of the loss; one a sample to predict. An exact gradient
    counts one a sample, a measured one also two a sample and trained
    rotation (of the circuit as it is transpiled, where a machine runs it).

    The features are read as a square image row by row, filled up with zeros to a power of two a
    side; shifts wrap round. An image of zeros counts as an even one. The weights are the 15 angles
    of the filter's state, then the linear layer's.

    References
    ----------
    Wei, Chen, Zhou and Long, AAPPS Bull. 32, 2 (2022), doi:10.1007/s43673-021-00030-3.

    Examples
    --------
    >>> X = [[0.1, 0.2, 0.9, 0.8], [0.2, 0.1, 0.8, 0.9], [1.4, 1.5, 0.1, 0.2], [1.5, 1.4, 0.2, 0.1]]
    >>> WeiNet(random_state=0).fit(X, [0, 0, 1, 1]).score(X, [0, 0, 1, 1])
    1.0
    """

    controls: ClassVar[Controls] = frozenset()

    def _inputs(self, X: Values) -> Values:
        n_samples, n_features = X.shape
        side, depth = math.isqrt(n_features - 1) + 1, _depth(n_features)
        image = np.zeros((n_samples, side, side))
        image.reshape(n_samples, -1)[:, :n_features] = X
        wide = np.zeros((n_samples, 1 << depth, 1 << depth))
        wide[:, :side, :side] = image
        wide[~X.any(axis=1)] = 1.0  # black is as even as white, and the length is lost anyway
        return preparation_angles(wide.reshape(n_samples, -1))

    def least_qubits(self, n_features: int) -> int:
        """Return the width of its circuits."""
        return 2 * _depth(n_features) + _ANCILLAS

    def _architecture(self, n_features: int, n_targets: int) -> Architecture:
        depth = _depth(n_features)
        image = 2 * depth
        x = ParameterVector("x", (1 << image) - 1)
        weights = ParameterVector("θ", (1 << _ANCILLAS) - 1)
        circuit = QuantumCircuit(image + _ANCILLAS)
        columns, rows = list(range(depth)), list(range(depth, image))
        ancillas = list(range(image, image + _ANCILLAS))
        circuit.compose(
            state_preparation(image).assign_parameters(list(x)), columns + rows, inplace=True
        )
        circuit.compose(
            state_preparation(_ANCILLAS).assign_parameters(list(weights)), ancillas, inplace=True
        )
        for ancilla, direction, forward in zip(
            ancillas, (rows, rows, columns, columns), (True, False, True, False), strict=True
        ):
            _shift(circuit, ancilla, direction, forward)
        circuit.h(ancillas)
        pooled = [qubit for register in (columns, rows) for qubit in register[1:] or register]
        bits = outcome_bits(circuit.num_qubits)
        kept = bits[:, image:].sum(axis=1) == 0
        signs = 1.0 - 2.0 * bits[:, pooled]
        products = [signs[:, i] * signs[:, j] for i, j in combinations(range(len(pooled)), 2)]
        readout = np.stack([np.ones(len(bits)), *signs.T, *products], axis=1) * kept[:, None]
        head = _PostSelected(Head(readout.shape[1] - 1, n_targets, "dense", normalised=True))
        return Architecture(ModelCircuit(circuit, tuple(x), tuple(weights)), readout, head)


def _depth(n_features: int) -> int:
    """Return the qubits of one direction: 2 to that power is the image's side, or more."""
    return max(1, (math.isqrt(n_features - 1)).bit_length())


def _shift(circuit: QuantumCircuit, control: int, register: list[int], forward: bool) -> None:
    """Add 1 to a register, or subtract it, if the control is 1; modulo its size."""
    order = range(len(register) - 1, -1, -1) if forward else range(len(register))
    for place in order:
        circuit.mcx([control, *register[:place]], register[place])


@dataclass(frozen=True)
class _PostSelected:
    """A head on outputs divided by the first one, the probability of what is kept."""

    head: Head

    @property
    def n_weights(self) -> int:
        return self.head.n_weights

    def start(self, rng: np.random.Generator) -> Values:
        return self.head.start(rng)

    def __call__(
        self, outputs: Values, weights: Values
    ) -> tuple[Values, Callable[[Values], tuple[Values, Values]]]:
        success = np.maximum(outputs[:, :1], 1e-9)  # with few shots nothing may be left
        conditional = outputs[:, 1:] / success
        predictions, pull_head = self.head(conditional, weights)

        def pull(slopes: Values) -> tuple[Values, Values]:
            by_conditional, own = pull_head(slopes)
            by_success = -(by_conditional * conditional).sum(axis=1, keepdims=True) / success
            return np.hstack([by_success, by_conditional / success]), own

        return predictions, pull
