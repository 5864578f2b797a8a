"""Tree tensor network: amplitude-encoded data, merged pair by pair down to one qubit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from qml.circuits import resolve_ansatz
from qml.classifiers._amplitude import AmplitudeClassifier
from qml.classifiers._forms import Form
from qml.losses import LossSpec
from qml.offers import Controls
from qml.variational import Architecture

__all__ = ["TreeTensorClassifier"]

EXAMPLES: tuple[dict[str, object], ...] = (
    {},
    {"form": "bowles2024", "optimizer": {"name": "adam", "maxiter": 20}},
)

SEARCH_SPACE = {"padding": [0.01, 0.1, 0.3, 1.0]}


class TreeTensorClassifier(AmplitudeClassifier):
    r"""A tree of RY and CX on the normalised vector of the features, read at its root.

    The output is :math:`\langle Z_0\rangle + b`, its sign the class. The tree has
    :math:`2n - 1` angles for :math:`n` qubits, and :math:`2^n` amplitudes.

    Notes
    -----
    Circuits: one a sample and evaluation of the loss; one a sample to predict. An exact gradient
    counts one a sample, a measured one also two a sample and trained
    rotation (of the circuit as it is transpiled, where a machine runs it).

    More than two classes: one product of Pauli Z each with a bias of its own, through a softmax.

    The loss is the squared error. In the published form the number of qubits is a power of two, and
    the vector is filled up to their amplitudes where the features are not as many already; qubit 0
    is the most significant bit of a feature's number, which is the last qubit's in ours; the
    output :math:`f = \langle Z_0\rangle + b` is compared as it is, by :math:`(f - y)^2`; and the
    training begins at angles of the whole circle and a bias drawn from :math:`N(0, 0.1^2)`.

    References
    ----------
    Grant et al., npj Quantum Inf. 4, 65 (2018), doi:10.1038/s41534-018-0116-9; the published form:
    Bowles, Ahmed and Schuld, arXiv:2403.07059 (2024).

    Examples
    --------
    >>> X = [[0.1, 0.2], [0.2, 0.1], [1.4, 1.5], [1.5, 1.4]]
    >>> TreeTensorClassifier(random_state=0).fit(X, [0, 0, 1, 1]).predict_proba(X).shape
    (4, 2)
    """

    controls: ClassVar[Controls] = frozenset()
    _losses: ClassVar[Mapping[Form, LossSpec]] = {
        "workbench": "squared",
        "bowles2024": {"name": "squared", "factor": 2.0},
    }

    def _width(self, n_features: int, n_targets: int) -> int:
        width = super()._width(n_features, n_targets)
        return 1 << (width - 1).bit_length() if self._fills_up(n_targets) else width

    def _architecture(self, n_features: int, n_targets: int) -> Architecture:
        encoding = self._encoding(n_features, n_targets)
        tree = resolve_ansatz("tree_tensor", encoding.num_qubits)
        return self._read(encoding, tree, n_targets)

    def _published_start(
        self, architecture: Architecture, rng: np.random.Generator
    ) -> NDArray[np.float64]:
        weights = super()._published_start(architecture, rng)
        weights[architecture.n_circuit_weights :] = rng.normal(0, 0.1, architecture.head.n_weights)
        return weights
