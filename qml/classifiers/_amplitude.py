"""What the classifiers of amplitude-encoded data do the same way."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from qiskit.circuit import QuantumCircuit

from qml.circuits import compose_model, preparation_angles, state_preparation
from qml.classifiers._published import FormedClassifier
from qml.classifiers._variational import VariationalClassifier, loss_of_probabilities
from qml.declared import NonNegativeReal
from qml.losses import LossSpec
from qml.variational import Architecture, BiasedVote, Head, PredictionLoss, z_observables

__all__ = ["AmplitudeClassifier"]


class AmplitudeClassifier(FormedClassifier, VariationalClassifier):
    """Base of the classifiers that prepare the features as a state and read Z of qubit 0.

    Parameters
    ----------
    padding : float, default=1.0
        Constant that is appended before normalising, so that the vector's length is not lost; 0
        appends nothing that counts, and then a row of zeros is an error.
    """

    #: Factor of the published loss, a mean square of :math:`\langle Z_0\rangle + b - y`.
    published_factor: ClassVar[float]

    padding: NonNegativeReal = 1.0
    loss: LossSpec = "squared"

    @abstractmethod
    def _published_width(self, n_features: int) -> int:
        """Return the number of qubits of one copy in the published form."""

    def _width(self, n_features: int) -> int:
        if self.form is None:
            return n_features.bit_length()
        return self._published_width(n_features)

    def _inputs(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        n_samples, n_features = X.shape
        size = 1 << self._width(n_features)
        vectors = np.zeros((n_samples, size))
        if self.form is None:
            vectors[:, n_features] = self.padding
        else:
            vectors[:] = 1 / size
        vectors[:, :n_features] = X
        return preparation_angles(vectors)

    def _encoding(self, n_features: int) -> QuantumCircuit:
        width = self._width(n_features)
        circuit = QuantumCircuit(width)
        qubits = range(width) if self.form is None else range(width - 1, -1, -1)
        return circuit.compose(state_preparation(width), qubits)  # there qubit 0 is the first bit

    def _read(
        self, encoding: QuantumCircuit, ansatz: QuantumCircuit, n_targets: int
    ) -> Architecture:
        """Return Z of qubit 0 with a bias, or a product of Z each with one through a softmax."""
        model, width = compose_model(encoding, ansatz), encoding.num_qubits
        if self.form is not None:
            return Architecture(model, 2 * z_observables(width, 2)[:, 1:], Head(1, 1, "bias"))
        if n_targets == 2:  # the second class is +1
            return Architecture(model, 0.5 + z_observables(width, 2), BiasedVote())
        head = Head(n_targets, n_targets, "bias", scale=6.0, normalised=True)
        return Architecture(model, z_observables(width, n_targets), head)

    def _loss_of(self, y: NDArray[Any]) -> PredictionLoss:
        if self.form is None:
            return loss_of_probabilities(self.loss, y)
        factor, labels = self.published_factor, 2.0 * y - 1

        def squares(votes: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
            missed = votes[:, 0] - labels
            slopes = 2 * factor * missed / len(labels)
            return factor * float((missed**2).mean()), slopes[:, None]

        return squares

    def _probabilities(self, predictions: NDArray[np.float64]) -> NDArray[np.float64]:
        if self.form is None:
            return predictions
        return np.hstack([1 - predictions, 1 + predictions]) / 2
