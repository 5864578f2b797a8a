"""Tree tensor network: amplitude-encoded data, merged pair by pair down to one qubit."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from qml.circuits import resolve_ansatz
from qml.classifiers._amplitude import AmplitudeClassifier
from qml.offers import Controls
from qml.variational import Architecture

__all__ = ["TreeTensorClassifier"]

SEARCH_SPACE = {"padding": [0.01, 0.1, 0.3, 1.0]}


class TreeTensorClassifier(AmplitudeClassifier):
    r"""A tree of RY and CX on the normalised vector of the features, read at its root.

    The output is :math:`\langle Z_0\rangle + b`, its sign the class. The tree has
    :math:`2n - 1` angles for :math:`n` qubits, and :math:`2^n` amplitudes.

    Notes
    -----
    The published form: :math:`n` is a power of two, features are padded with :math:`2^{-n}`, the
    first qubit is the most significant, and the loss is :math:`(\langle Z_0\rangle + b - y)^2`.

    Circuits: one a sample and evaluation of the loss; one a sample to predict. An exact gradient
    counts one a sample, a measured one also two a sample and trained rotation.

    More than two classes: one product of Pauli Z each with a bias of its own, through a softmax.

    References
    ----------
    Grant et al., npj Quantum Inf. 4, 65 (2018), doi:10.1038/s41534-018-0116-9.

    Examples
    --------
    >>> X = [[0.1, 0.2], [0.2, 0.1], [1.4, 1.5], [1.5, 1.4]]
    >>> TreeTensorClassifier(random_state=0).fit(X, [0, 0, 1, 1]).predict_proba(X).shape
    (4, 2)
    """

    controls: ClassVar[Controls] = frozenset()
    _published_factor: ClassVar[float] = 1.0

    def _published_width(self, n_features: int) -> int:
        """Return the next power of two from what the amplitudes need: the tree is whole."""
        needed = max(1, (n_features - 1).bit_length())
        return 1 << (needed - 1).bit_length()

    def _start(self, architecture: Architecture, rng: np.random.Generator) -> NDArray[np.float64]:
        weights = super()._start(architecture, rng)
        if self._published:
            weights[architecture.n_circuit_weights :] = 0.1 * rng.normal()
        return weights

    def _architecture(self, n_features: int, n_targets: int) -> Architecture:
        encoding = self._encoding(n_features, n_targets)
        tree = resolve_ansatz("tree_tensor", encoding.num_qubits)
        return self._read(encoding, tree, n_targets)
