"""Dressed quantum circuit: a classical layer before the circuit, and one behind it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import PositiveInt
from qiskit.circuit import Parameter, ParameterExpression, ParameterVector, QuantumCircuit

from qml.circuits import ModelCircuit
from qml.classifiers._forms import Form, FormedClassifier
from qml.engine import outcome_bits
from qml.estimator import EntanglingEstimator
from qml.losses import LossSpec
from qml.offers import Controls
from qml.variational import Architecture, Head

__all__ = ["DressedCircuitClassifier"]

EXAMPLES = ({"optimizer": {"name": "adam", "maxiter": 20}},)

SEARCH_SPACE = {"reps": [1, 2, 4, 8], "n_qubits": [2, 4, None]}


class DressedCircuitClassifier(EntanglingEstimator, FormedClassifier):
    r"""A trained linear layer into angles, a circuit, and a trained linear layer out of it.

    .. math:: \phi = \tfrac\pi2\tanh(Vx + v),\qquad
        |\psi\rangle = \prod_l \Big[\bigotimes_q R_Y(\theta_{lq})\,\prod_q CX_{q,q+1}\Big]
        \bigotimes_q R_Y(\phi_q) H\,|0\rangle,\qquad
        p = \mathrm{softmax}(A\langle Z\rangle + b)

    Parameters
    ----------
    n_qubits : int or None, default=None
        Width of the circuit; None is one a feature, but at most 4.
    reps : int, default=4
        Number of the circuit's layers.
    entangling : bool, default=True
        Presence of the CX; without them this is the published control.

    Notes
    -----
    The published form: no biases :math:`v` and :math:`b`, a qubit a feature, and in each layer
    RY before a ring of CX; :math:`V` and :math:`A` begin normal over the number of features.

    Circuits: one a sample and evaluation of the loss; one a sample to predict. An exact gradient
    counts one a sample, a measured one also two a sample and trained rotation.

    The classical layers' weights are trained together with the angles: :math:`V` inside the
    circuit, as factors of the features in its angles. The weights are ordered V row by row with v
    after each row, then :math:`\theta`, A and b.

    References
    ----------
    Mari, Bromley, Izaac, Schuld and Killoran, Quantum 4, 340 (2020), doi:10.22331/q-2020-10-09-340.

    Examples
    --------
    >>> X = [[0.1, 0.2], [0.2, 0.1], [1.4, 1.5], [1.5, 1.4]]
    >>> DressedCircuitClassifier(random_state=0).fit(X, [0, 0, 1, 1]).score(X, [0, 0, 1, 1])
    1.0
    """

    n_qubits: PositiveInt | None = None
    reps: PositiveInt = 4
    controls: ClassVar[Controls] = frozenset({"no entanglement"})
    _losses: ClassVar[Mapping[Form, LossSpec]] = {
        "workbench": "cross_entropy",
        "bowles2024": "cross_entropy",
    }

    def _architecture(self, n_features: int, n_targets: int) -> Architecture:
        if self._published:
            return self._published_architecture(n_features, n_targets)
        width = min(n_features, 4) if self.n_qubits is None else self.n_qubits
        x = ParameterVector("x", n_features)
        layer_in = ParameterVector("v", width * (n_features + 1))
        weights = ParameterVector("θ", width * self.reps)
        circuit = QuantumCircuit(width)
        for qubit in range(width):
            first = qubit * (n_features + 1)
            own: list[Parameter] = layer_in[first : first + n_features + 1]
            circuit.h(qubit)
            products = (v * z for v, z in zip(own[:-1], x, strict=True))
            circuit.ry(_squashed(sum(products, start=own[-1])), qubit)
        for layer in range(self.reps):
            for qubit in range(width - 1) if self.entangling else ():
                circuit.cx(qubit, qubit + 1)
            for qubit in range(width):
                circuit.ry(weights[layer * width + qubit], qubit)
        head = Head(width, n_targets, "dense", normalised=True)
        model = ModelCircuit(circuit, tuple(x), (*layer_in, *weights))
        return Architecture(model, np.asarray(1.0 - 2.0 * outcome_bits(width)), head)

    def _published_architecture(self, n_features: int, n_targets: int) -> Architecture:
        width = n_features if self.n_qubits is None else self.n_qubits
        x = ParameterVector("x", n_features)
        layer_in = ParameterVector("v", width * n_features)
        weights = ParameterVector("θ", width * self.reps)
        circuit = QuantumCircuit(width)
        for qubit in range(width):
            own = layer_in[qubit * n_features : (qubit + 1) * n_features]
            circuit.h(qubit)
            products = [v * z for v, z in zip(own, x, strict=True)]
            circuit.ry(_squashed(sum(products[1:], start=products[0])), qubit)
        ring = range(width) if width > 2 else range(width - 1)
        for layer in range(self.reps):
            for qubit in range(width):
                circuit.ry(weights[layer * width + qubit], qubit)
            for qubit in ring if self.entangling else ():
                circuit.cx(qubit, (qubit + 1) % width)
        model = ModelCircuit(circuit, tuple(x), (*layer_in, *weights))
        head = Head(width, n_targets, "matrix", normalised=True)
        return Architecture(model, np.asarray(1.0 - 2.0 * outcome_bits(width)), head)

    def _published_start(
        self, architecture: Architecture, rng: np.random.Generator
    ) -> NDArray[np.float64]:
        weights = super()._published_start(architecture, rng)
        n_features, width = len(architecture.model.inputs), architecture.model.circuit.num_qubits
        for part in (slice(n_features * width), slice(architecture.n_circuit_weights, None)):
            weights[part] = rng.normal(size=weights[part].size) / n_features
        return weights


def _squashed(value: ParameterExpression) -> ParameterExpression:
    r"""Return :math:`\tfrac\pi2\tanh` of an expression."""
    return np.pi / (1 + (-2 * value).exp()) - np.pi / 2
