"""Data re-uploading: the features again in every layer, three to a rotation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from qiskit.circuit import ParameterExpression, ParameterVector, QuantumCircuit

from qml.circuits import ModelCircuit
from qml.classifiers._forms import FormedVariational
from qml.classifiers._variational import loss_of_probabilities
from qml.declared import Layers
from qml.engine import outcome_bits
from qml.estimator import EntanglingEstimator
from qml.losses import LossSpec
from qml.offers import Controls
from qml.variational import Architecture, Head, PredictionLoss, z_observables

__all__ = ["DataReuploadingClassifier"]

EXAMPLES: tuple[dict[str, object], ...] = (
    {},
    {"form": "bowles2024", "optimizer": {"name": "adam", "maxiter": 20}},
)

SEARCH_SPACE = {"reps": [1, 2, 4, 8], "measured": ["one", "half", "all"]}


class DataReuploadingClassifier(EntanglingEstimator, FormedVariational):
    r"""Layers of rotations by :math:`\theta + w\circ x`, entangled by CZ, against class states.

    Each qubit takes three features. With :math:`F_{qc}` the fidelity of qubit :math:`q` with the
    state of class :math:`c`, and trained class weights :math:`\alpha`, the loss is

    .. math:: \frac1{2N}\sum_i\sum_{q,c}\big(\alpha_{qc}F_{qc}(x_i) - [y_i = c]\big)^2,

    and the class that is predicted has the largest mean :math:`\alpha_{qc}F_{qc}`.

    Parameters
    ----------
    reps : int, default=4
        Number of layers.
    measured : {"one", "half", "all"}, default="all"
        Share of the qubits that are compared with the class states.
    trained_scaling : bool, default=True
        Training of the factors :math:`w`; False fixes them at 1 (ablation).
    entangling : bool, default=True
        Joining of the qubits by CZ between layers, even pairs and odd pairs in turn; False is the
        ablation without entanglement.
    loss : str, mapping or None, default=None
        Cost of the training: None is the published one above. A loss of `qml.losses` takes its
        place (ablation): of the mean fidelities, without class weights.

    Notes
    -----
    Circuits: one a sample and evaluation of the loss; one a sample to predict. An exact gradient
    counts one a sample, a measured one also two a sample and trained
    rotation (of the circuit as it is transpiled, where a machine runs it).

    For two classes the class states are :math:`|0\rangle` and :math:`|1\rangle`. For more, the
    published states of one qubit are not told apart by one measurement; here class :math:`c` has a
    product of Pauli Z of its own and :math:`F_c = (1+\langle O_c\rangle)/2`, on as many qubits as
    that takes.

    The published form turns by :math:`w\circ x` first and by :math:`\theta` then, joins by CZ after
    each of the layers (two qubits after every other one), and uploads once more behind the last,
    there by :math:`\theta + w\circ x`. Class 1 is :math:`|0\rangle`. The class weights are for the
    loss alone: the class has the larger mean fidelity. All angles and factors begin between 0 and
    1. Its two ablations, without entanglement and without trained factors, turn by the sum in all
    layers, as published.

    References
    ----------
    Pérez-Salinas et al., Quantum 4, 226 (2020), doi:10.22331/q-2020-02-06-226; the ablations and
    the published form are those of Bowles, Ahmed and Schuld, arXiv:2403.07059 (2024).

    Examples
    --------
    >>> X = [[0.1, 0.2], [0.2, 0.1], [1.4, 1.5], [1.5, 1.4]]
    >>> DataReuploadingClassifier(random_state=0).fit(X, [0, 0, 1, 1]).score(X, [0, 0, 1, 1])
    1.0
    """

    reps: Layers = 4
    measured: Literal["one", "half", "all"] = "all"
    trained_scaling: bool = True
    loss: LossSpec | None = None
    controls: ClassVar[Controls] = frozenset({"no entanglement"})

    def least_qubits(self, n_features: int) -> int:
        """Return the width of its circuits."""
        return -(-n_features // 3)

    def _architecture(self, n_features: int, n_targets: int) -> Architecture:
        chunks = -(-n_features // 3)
        width = max(chunks, 1 if n_targets == 2 else n_targets.bit_length())
        if n_targets == 2:
            counts = {"one": 1, "half": max(1, width // 2), "all": width}
            chosen = np.arange(counts[self.measured])
            bits = outcome_bits(width)[:, chosen]
            pair = (bits, 1 - bits) if self._published else (1 - bits, bits)
            fidelities = np.stack(pair, axis=2).astype(float)
        else:
            fidelities = (1 + z_observables(width, n_targets)[:, None, :]) / 2
        n_measured = fidelities.shape[1]
        model = self._circuit(n_features, width)
        if self.loss is None:
            size = n_measured * n_targets
            readout = fidelities.reshape(1 << width, size)
            return Architecture(model, readout, Head(size, size, "gain"))
        if n_targets == 2:
            return Architecture(model, fidelities.mean(axis=1), Head(2, 2))
        head = Head(n_targets, n_targets, scale=6.0, normalised=True)
        return Architecture(model, 2 * fidelities[:, 0] - 1, head)

    def _circuit(self, n_features: int, width: int) -> ModelCircuit:
        chunks = -(-n_features // 3)
        taken = [range(3 * (q % chunks), 3 * (q % chunks) + 3) for q in range(width)]
        uploads = self.reps + 1 if self._published else self.reps
        x = ParameterVector("x", n_features)
        angles = iter(shifts := ParameterVector("θ", 3 * width * uploads))
        n_factors = uploads * sum(k < n_features for chunk in taken for k in chunk)
        factors = ParameterVector("w", n_factors if self.trained_scaling else 0)
        factor = iter(factors)
        circuit = QuantumCircuit(width)
        for layer in range(uploads):
            last = layer == uploads - 1
            for qubit, chunk in enumerate(taken):
                own = [next(angles) for _ in chunk]
                features = [x[k] for k in chunk if k < n_features]
                if self.trained_scaling:
                    features = [next(factor) * feature for feature in features]
                if self._published and self.trained_scaling and self.entangling and not last:
                    _turn(circuit, qubit, features)
                    _turn(circuit, qubit, own)
                else:
                    sums = [a + b for a, b in zip(own, features, strict=False)]
                    _turn(circuit, qubit, [*sums, *own[len(sums) :]])
            if self.entangling and not last:
                odd = layer % 2 if width > 2 or self._published else 0
                for first in range(odd, width - 1, 2):
                    circuit.cz(first, first + 1)
        return ModelCircuit(circuit, tuple(x), (*shifts, *factors))

    def _published_start(
        self, architecture: Architecture, rng: np.random.Generator
    ) -> NDArray[np.float64]:
        angles = rng.uniform(0, 1, architecture.n_circuit_weights)
        return np.concatenate([angles, architecture.head.start(rng)])

    def _loss_of(self, y: NDArray[Any]) -> PredictionLoss:
        if self.loss is not None:
            return loss_of_probabilities(self.loss, y)
        k = len(self.classes_)

        def weighted_fidelities(scores: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
            targets = np.tile(np.eye(k)[y], scores.shape[1] // k)
            missed = scores - targets
            return float((missed**2).sum() / (2 * len(y))), missed / len(y)

        return weighted_fidelities

    def _predictions(
        self, X: NDArray[np.float64], weights: NDArray[np.float64] | None = None
    ) -> NDArray[np.float64]:
        chosen = self.weights_ if weights is None else weights
        if self._published and self.loss is None:
            angles, gains = self._built.split(chosen)
            chosen = np.concatenate([angles, np.ones_like(gains)])
        return super()._predictions(X, chosen)

    def _probabilities(self, predictions: NDArray[np.float64]) -> NDArray[np.float64]:
        if self.loss is not None:
            return predictions
        k = len(self.classes_)
        scores = predictions.reshape(len(predictions), -1, k).mean(axis=1)
        return np.asarray(np.maximum(scores, 1e-9))


def _turn(circuit: QuantumCircuit, qubit: int, angles: Sequence[ParameterExpression]) -> None:
    """Turn a qubit by a general rotation, or by the first parts of one."""
    for rotate, angle in zip((circuit.rz, circuit.ry, circuit.rz), angles, strict=False):
        rotate(angle, qubit)
