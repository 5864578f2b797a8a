"""What the classifiers of amplitude-encoded data do the same way."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from qiskit.circuit import QuantumCircuit

from qml.circuits import compose_model, preparation_angles, state_preparation
from qml.classifiers._forms import FormedClassifier
from qml.declared import NonNegativeReal
from qml.variational import Architecture, BiasedVote, Head, z_observables

__all__ = ["AmplitudeClassifier"]


class AmplitudeClassifier(FormedClassifier):
    """Base of the classifiers that prepare the features as a state and read Z of qubit 0.

    Parameters
    ----------
    padding : float or None, default=None
        Constant that is appended before normalising, so that the vector's length is not lost; 0
        appends nothing that counts, and then a row of zeros is an error. None is 1, and in the
        published form, which fills up to a power of two and appends nothing where the features are
        as many, the inverse of that power.
    """

    padding: NonNegativeReal | None = None

    def least_qubits(self, n_features: int) -> int:
        """Return the width of its circuits."""
        return self._width(n_features, 2)

    def _width(self, n_features: int, n_targets: int) -> int:
        """Return the qubits of one vector."""
        if self._fills_up(n_targets):
            return max(1, (n_features - 1).bit_length())
        return n_features.bit_length()

    def _fills_up(self, n_targets: int) -> bool:
        """Return whether the vector is filled up where it must be, which is for two classes."""
        return self._published and n_targets == 2

    def _inputs(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        (n_samples, n_features), n_targets = X.shape, len(self.classes_)
        width = self._width(n_features, n_targets)
        vectors = np.zeros((n_samples, 1 << width))
        vectors[:, :n_features] = X
        if not self._fills_up(n_targets):
            vectors[:, n_features] = 1.0 if self.padding is None else self.padding
            return preparation_angles(vectors)
        vectors[:, n_features:] = 2.0**-width if self.padding is None else self.padding
        # as published, qubit 0 is the most significant bit of an amplitude's number
        bits = vectors.reshape(n_samples, *[2] * width)
        return preparation_angles(bits.transpose(0, *range(width, 0, -1)).reshape(n_samples, -1))

    def _encoding(self, n_features: int, n_targets: int) -> QuantumCircuit:
        return state_preparation(self._width(n_features, n_targets))

    def _read(
        self, encoding: QuantumCircuit, ansatz: QuantumCircuit, n_targets: int
    ) -> Architecture:
        """Return Z of qubit 0 with a bias, or a product of Z each with one through a softmax."""
        model, width = compose_model(encoding, ansatz), encoding.num_qubits
        if n_targets == 2:  # the second class is +1
            vote = BiasedVote(bounded=not self._published)
            return Architecture(model, 0.5 + z_observables(width, 2), vote)
        head = Head(n_targets, n_targets, "bias", scale=6.0, normalised=True)
        return Architecture(model, z_observables(width, n_targets), head)
