"""Separable variational classifier: the control without any entanglement."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from qiskit.circuit import ParameterVector, QuantumCircuit

from qml.circuits import ModelCircuit
from qml.classifiers._forms import Form, FormedClassifier, FormedScaled
from qml.decisions import resolve_decision
from qml.declared import Layers, PositiveReal
from qml.losses import LossSpec
from qml.offers import Controls, Encoding
from qml.variational import Architecture, Head, z_observables

__all__ = ["SeparableVariationalClassifier"]

EXAMPLES: tuple[dict[str, object], ...] = (
    {},
    {"form": "bowles2024", "optimizer": {"name": "adam", "maxiter": 20}},
)

SEARCH_SPACE = {
    "bandwidth": {"low": 0.01, "high": 2.0, "log": True},
    "reps": [1, 3, 5, 10],
}


class SeparableVariationalClassifier(FormedScaled, FormedClassifier):
    r"""Every feature on a qubit of its own, encoded between trained rotations; no two ever meet.

    .. math:: |\psi(x)\rangle = \bigotimes_q R(\theta_{qL})
        \prod_{l<L} R_Y(\lambda x_q)R(\theta_{ql})|0\rangle,\qquad
        p_1(x) = \sigma\Big(s\,\tfrac1n\sum_q\langle Z_q\rangle\Big)

    with :math:`R` a general rotation. What it does, a laptop does for any number of qubits: where
    it is as good as an entangling model, entanglement was not the reason.

    Parameters
    ----------
    reps : int, default=3
        Number :math:`L` of times that each feature is encoded.
    scale : float, default=6.0
        Slope :math:`s` of the sigmoid.

    Notes
    -----
    Circuits: one a sample and evaluation of the loss; one a sample to predict. An exact gradient
    counts one a sample, a measured one also two a sample and trained
    rotation (of the circuit as it is transpiled, where a machine runs it).

    More than two classes: one product of Pauli Z each, through a softmax.

    Both forms are the same circuit, sigmoid and loss, the cross-entropy; the published form begins
    at angles drawn evenly from the whole circle. (The publication's probabilities of new points are
    :math:`(1 \pm \langle Z\rangle)/2` of the mean Z, which name the same class.)

    References
    ----------
    Bowles, Ahmed and Schuld, arXiv:2403.07059 (2024).

    Examples
    --------
    >>> X = [[0.1, 0.2], [0.2, 0.1], [1.4, 1.5], [1.5, 1.4]]
    >>> SeparableVariationalClassifier(random_state=0).fit(X, [0, 0, 1, 1]).score(X, [0, 0, 1, 1])
    1.0
    """

    reps: Layers = 3
    scale: PositiveReal = 6.0
    controls: ClassVar[Controls] = frozenset({"same spectrum", "matched RBF"})
    _losses: ClassVar[Mapping[Form, LossSpec]] = {
        "workbench": "cross_entropy",
        "bowles2024": "cross_entropy",
    }

    def encoding(self) -> Encoding:
        """Return a feature map of the same frequencies."""
        return Encoding({"name": "separable", "reps": self.reps}, self._chosen_bandwidth)

    def least_qubits(self, n_features: int) -> int:
        """Return the width of its circuits."""
        return n_features

    def _architecture(self, n_features: int, n_targets: int) -> Architecture:
        x = ParameterVector("x", n_features)
        weights = ParameterVector("θ", 3 * n_features * (self.reps + 1))
        angle = iter(weights)
        circuit = QuantumCircuit(n_features)
        for layer in range(self.reps + 1):
            for qubit in range(n_features):
                if layer:
                    circuit.ry(x[qubit], qubit)
                circuit.rz(next(angle), qubit)
                circuit.ry(next(angle), qubit)
                circuit.rz(next(angle), qubit)
        if n_targets == 2:  # a qubit votes (1 - Z)/2 for the second class; here +Z is for it
            readout = resolve_decision("local_z", n_features, 2).readout[:, ::-1] - 0.5
        else:
            readout = z_observables(n_features, n_targets)
        head = Head(n_targets, n_targets, scale=self.scale, normalised=True)
        return Architecture(ModelCircuit(circuit, tuple(x), tuple(weights)), readout, head)
