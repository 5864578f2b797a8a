"""What the classifiers of amplitude-encoded data do the same way."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from qiskit.circuit import QuantumCircuit

from qml.circuits import compose_model, preparation_angles, state_preparation
from qml.classifiers._forms import Form, FormedClassifier
from qml.declared import NonNegativeReal
from qml.losses import LossSpec
from qml.variational import Architecture, BiasedVote, Head, PredictionLoss, z_observables

__all__ = ["AmplitudeClassifier"]


class AmplitudeClassifier(FormedClassifier):
    """Base of the classifiers that prepare the features as a state and read Z of qubit 0.

    Parameters
    ----------
    padding : float, default=1.0
        Constant that is appended before normalising, so that the vector's length is not lost; 0
        appends nothing that counts, and then a row of zeros is an error. The published form pads
        with its own.
    loss : str, mapping or None, default=None
        Loss of the class probabilities, by its name or as a mapping with its parameters; see
        `qml.losses`. None is the form's own: ``"squared"``, or in the published form the square of
        the vote's distance from the label.
    """

    #: Factor of the published loss, a mean square of :math:`\langle Z_0\rangle + b - y`, which no
    #: loss of probabilities is: that vote may leave [-1, 1].
    _published_factor: ClassVar[float]
    _losses: ClassVar[Mapping[Form, LossSpec]] = {"workbench": "squared", "bowles2024": "squared"}

    padding: NonNegativeReal = 1.0

    @abstractmethod
    def _published_width(self, n_features: int) -> int:
        """Return the number of qubits of one copy in the published form."""

    def _width(self, n_features: int, n_targets: int) -> int:
        if self._published_for(n_targets):
            return self._published_width(n_features)
        return n_features.bit_length()

    def _votes(self, n_targets: int) -> bool:
        """Return whether the vote itself is compared with the labels -1 and 1."""
        return self._published_for(n_targets) and self.loss is None

    def _inputs(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        n_samples, n_features = X.shape
        n_targets = len(self.classes_)
        size = 1 << self._width(n_features, n_targets)
        vectors = np.zeros((n_samples, size))
        if self._published_for(n_targets):
            vectors[:] = 1 / size
        else:
            vectors[:, n_features] = self.padding
        vectors[:, :n_features] = X
        return preparation_angles(vectors)

    def _encoding(self, n_features: int, n_targets: int) -> QuantumCircuit:
        width = self._width(n_features, n_targets)
        if not self._published_for(n_targets):
            return state_preparation(width)
        # published with the first qubit as the most significant bit
        circuit = QuantumCircuit(width)
        circuit.compose(state_preparation(width), range(width - 1, -1, -1), inplace=True)
        return circuit

    def _read(
        self, encoding: QuantumCircuit, ansatz: QuantumCircuit, n_targets: int
    ) -> Architecture:
        """Return Z of qubit 0 with a bias, or a product of Z each with one through a softmax."""
        model, width = compose_model(encoding, ansatz), encoding.num_qubits
        if self._votes(n_targets):
            return Architecture(model, 2 * z_observables(width, 2)[:, 1:], Head(1, 1, "bias"))
        if n_targets == 2:  # the second class is +1
            return Architecture(model, 0.5 + z_observables(width, 2), BiasedVote())
        head = Head(n_targets, n_targets, "bias", scale=6.0, normalised=True)
        return Architecture(model, z_observables(width, n_targets), head)

    def _loss_of(self, y: NDArray[Any]) -> PredictionLoss:
        if not self._votes(len(self.classes_)):
            return super()._loss_of(y)
        factor, labels = self._published_factor, 2.0 * y - 1

        def squares(votes: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
            missed = votes[:, 0] - labels
            slopes = 2 * factor * missed / len(labels)
            return factor * float((missed**2).mean()), slopes[:, None]

        return squares

    def _probabilities(self, predictions: NDArray[np.float64]) -> NDArray[np.float64]:
        if not self._votes(len(self.classes_)):
            return predictions
        return np.hstack([1 - predictions, 1 + predictions]) / 2
