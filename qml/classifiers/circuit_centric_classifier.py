"""Circuit-centric classifier: amplitude-encoded data, strongly entangling layers, one qubit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from qiskit.circuit import QuantumCircuit

from qml.circuits import resolve_ansatz
from qml.classifiers._amplitude import AmplitudeClassifier
from qml.classifiers._forms import Form
from qml.declared import Layers
from qml.losses import LossSpec
from qml.offers import Controls
from qml.variational import Architecture

__all__ = ["CircuitCentricClassifier"]

EXAMPLES: tuple[dict[str, object], ...] = (
    {},
    {"form": "bowles2024", "optimizer": {"name": "adam", "maxiter": 20}},
)

SEARCH_SPACE = {"reps": [1, 2, 4, 8], "n_copies": [1, 2], "padding": [0.1, 0.3, 1.0]}


class CircuitCentricClassifier(AmplitudeClassifier):
    r"""Copies of the amplitude-encoded features, a trained circuit, and one qubit's Z with a bias.

    The state is :math:`W(\theta)|x\rangle^{\otimes m}`, with :math:`|x\rangle` the normalised
    vector of the features and a constant. The output is :math:`\langle Z_0\rangle + b`, its sign
    the class, and the loss its squared error.

    Parameters
    ----------
    n_copies : int, default=1
        Number :math:`m` of copies: a polynomial of degree :math:`m` in the features' products.
    reps : int, default=4
        Number of strongly entangling layers.

    Notes
    -----
    Circuits: one a sample and evaluation of the loss; one a sample to predict. An exact gradient
    counts one a sample, a measured one also two a sample and trained
    rotation (of the circuit as it is transpiled, where a machine runs it).

    More than two classes: one product of Pauli Z each with a bias of its own, through a softmax.

    In the published form the features are filled up to the next power of two where they are not as
    many already: two, four or eight lose their length. Qubit 0 is the most significant bit of a
    feature's number, which is the last qubit's in ours; the output
    :math:`f = \langle Z_0\rangle + b` is compared as it is, by :math:`(f - y)^2/2`; and the
    training begins at angles of the whole circle and a bias of 0.01.

    References
    ----------
    Schuld, Bocharov, Svore and Wiebe, Phys. Rev. A 101, 032308 (2020),
    doi:10.1103/PhysRevA.101.032308; the published form: Bowles, Ahmed and Schuld, arXiv:2403.07059
    (2024).

    Examples
    --------
    >>> X = [[0.1, 0.2], [0.2, 0.1], [1.4, 1.5], [1.5, 1.4]]
    >>> CircuitCentricClassifier(random_state=0).fit(X, [0, 0, 1, 1]).score(X, [0, 0, 1, 1])
    1.0
    """

    n_copies: Layers = 1
    reps: Layers = 4
    controls: ClassVar[Controls] = frozenset()
    _losses: ClassVar[Mapping[Form, LossSpec]] = {"workbench": "squared", "bowles2024": "squared"}

    def least_qubits(self, n_features: int) -> int:
        """Return the width of its circuits."""
        return self.n_copies * self._width(n_features, 2)

    def _architecture(self, n_features: int, n_targets: int) -> Architecture:
        one = self._encoding(n_features, n_targets)
        copies = QuantumCircuit(one.num_qubits * self.n_copies)
        for first in range(0, copies.num_qubits, one.num_qubits):
            copies.compose(one, range(first, first + one.num_qubits), inplace=True)
        spec = {"name": "strongly_entangling", "reps": self.reps}
        return self._read(copies, resolve_ansatz(spec, copies.num_qubits), n_targets)

    def _published_start(
        self, architecture: Architecture, rng: np.random.Generator
    ) -> NDArray[np.float64]:
        weights = super()._published_start(architecture, rng)
        weights[architecture.n_circuit_weights :] = 0.01
        return weights
