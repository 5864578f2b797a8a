"""What the classifiers of amplitude-encoded data do the same way."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from qiskit.circuit import QuantumCircuit

from qml.circuits import compose_model, preparation_angles, state_preparation
from qml.classifiers._variational import VariationalClassifier
from qml.declared import NonNegativeReal
from qml.losses import LossSpec
from qml.variational import Architecture, BiasedVote, Head, z_observables

__all__ = ["AmplitudeClassifier"]


class AmplitudeClassifier(VariationalClassifier):
    """Base of the classifiers that prepare the features as a state and read Z of qubit 0.

    Parameters
    ----------
    padding : float, default=1.0
        Constant that is appended before normalising, so that the vector's length is not lost; 0
        appends nothing that counts, and then a row of zeros is an error.
    """

    padding: NonNegativeReal = 1.0
    loss: LossSpec = "squared"

    def _inputs(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        n_samples, n_features = X.shape
        vectors = np.zeros((n_samples, 1 << n_features.bit_length()))
        vectors[:, :n_features] = X
        vectors[:, n_features] = self.padding
        return preparation_angles(vectors)

    @staticmethod
    def _encoding(n_features: int) -> QuantumCircuit:
        return state_preparation(n_features.bit_length())

    @staticmethod
    def _read(encoding: QuantumCircuit, ansatz: QuantumCircuit, n_targets: int) -> Architecture:
        """Return Z of qubit 0 with a bias, or a product of Z each with one through a softmax."""
        model, width = compose_model(encoding, ansatz), encoding.num_qubits
        if n_targets == 2:  # the second class is +1
            return Architecture(model, 0.5 + z_observables(width, 2), BiasedVote())
        head = Head(n_targets, n_targets, "bias", scale=6.0, normalised=True)
        return Architecture(model, z_observables(width, n_targets), head)
