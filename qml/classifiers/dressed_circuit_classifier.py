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
from qml.declared import Layers
from qml.engine import outcome_bits
from qml.errors import ResourceError
from qml.estimator import EntanglingEstimator
from qml.losses import LossSpec
from qml.offers import Controls
from qml.variational import Architecture, Head

__all__ = ["DressedCircuitClassifier"]

EXAMPLES: tuple[dict[str, object], ...] = (
    {"optimizer": {"name": "adam", "maxiter": 20}},
    {"form": "bowles2024", "n_qubits": 2, "optimizer": {"name": "adam", "maxiter": 5}},
)

SEARCH_SPACE = {"reps": [1, 2, 4, 8], "n_qubits": [2, 4, None]}

_MOST_WEIGHTS = 20_000  # each is a part of an angle's expression


class DressedCircuitClassifier(EntanglingEstimator, FormedClassifier):
    r"""A trained linear layer into angles, a circuit, and a trained linear layer out of it.

    .. math:: \phi = \tfrac\pi2\tanh(Vx + v),\qquad
        |\psi\rangle = \prod_l \Big[\bigotimes_q R_Y(\theta_{lq})\,\prod_q CX_{q,q+1}\Big]
        \bigotimes_q R_Y(\phi_q) H\,|0\rangle,\qquad
        p = \mathrm{softmax}(A\langle Z\rangle + b)

    Parameters
    ----------
    n_qubits : int or None, default=None
        Width of the circuit; None is one a feature, but at most 4 in the workbench's form.
    reps : int, default=4
        Number of the circuit's layers.
    entangling : bool, default=True
        Presence of the CX; without them this is the published control.

    Notes
    -----
    Circuits: one a sample and evaluation of the loss; one a sample to predict. An exact gradient
    counts one a sample, a measured one also two a sample and trained
    rotation (of the circuit as it is transpiled, where a machine runs it).

    The classical layers' weights are trained together with the angles: :math:`V` inside the
    circuit, as factors of the features in its angles. The weights are ordered V row by row with v
    after each row, then :math:`\theta`, A and b.

    Both forms train the cross-entropy. In the published form the classical layers are without v and
    b; the rotations of a layer come first and a ring of CX, :math:`CX_{n-1,0}` included, then; and
    the training begins at V and A drawn from the normal distribution and divided by the number of
    features, and at angles of the whole circle.

    References
    ----------
    Mari, Bromley, Izaac, Schuld and Killoran, Quantum 4, 340 (2020), doi:10.22331/q-2020-10-09-340;
    the published form: Bowles, Ahmed and Schuld, arXiv:2403.07059 (2024).

    Examples
    --------
    >>> X = [[0.1, 0.2], [0.2, 0.1], [1.4, 1.5], [1.5, 1.4]]
    >>> DressedCircuitClassifier(random_state=0).fit(X, [0, 0, 1, 1]).score(X, [0, 0, 1, 1])
    1.0
    """

    n_qubits: PositiveInt | None = None
    reps: Layers = 4
    controls: ClassVar[Controls] = frozenset({"no entanglement"})

    _losses: ClassVar[Mapping[Form, LossSpec]] = {
        "workbench": "cross_entropy",
        "bowles2024": "cross_entropy",
    }

    def _width(self, n_features: int) -> int:
        if self.n_qubits is not None:
            return self.n_qubits
        return n_features if self._published else min(n_features, 4)

    def least_qubits(self, n_features: int) -> int:
        """Return the width of its circuits."""
        return self._width(n_features)

    def _architecture(self, n_features: int, n_targets: int) -> Architecture:
        width = self._width(n_features)
        size = n_features if self._published else n_features + 1
        if width * size > _MOST_WEIGHTS:
            raise ResourceError(
                f"a first layer of {width * size:,} weights ({n_features:,} features, {width:,} "
                f"qubits), allowed are {_MOST_WEIGHTS:,}"
            )
        x = ParameterVector("x", n_features)
        layer_in = ParameterVector("v", width * size)
        weights = ParameterVector("θ", width * self.reps)
        circuit = QuantumCircuit(width)
        for qubit in range(width):
            own: list[Parameter] = layer_in[qubit * size : (qubit + 1) * size]
            circuit.h(qubit)
            products = [v * z for v, z in zip(own, x, strict=False)]
            circuit.ry(_squashed(sum(products, start=own[-1] if size > n_features else 0)), qubit)
        for layer in range(self.reps):
            if not self._published:
                self._join(circuit)
            for qubit in range(width):
                circuit.ry(weights[layer * width + qubit], qubit)
            if self._published:
                self._join(circuit)
        head = Head(width, n_targets, "linear" if self._published else "dense", normalised=True)
        model = ModelCircuit(circuit, tuple(x), (*layer_in, *weights))
        return Architecture(model, np.asarray(1.0 - 2.0 * outcome_bits(width)), head)

    def _join(self, circuit: QuantumCircuit) -> None:
        """Join the qubits by CX in a line, or in a ring as published."""
        width = circuit.num_qubits
        if self.entangling:
            for qubit in range(width - 1):
                circuit.cx(qubit, qubit + 1)
            if self._published and width > 2:
                circuit.cx(width - 1, 0)

    def _published_start(
        self, architecture: Architecture, rng: np.random.Generator
    ) -> NDArray[np.float64]:
        n_features, width = len(architecture.model.inputs), architecture.model.circuit.num_qubits
        layer_in = rng.normal(size=n_features * width) / n_features
        angles = rng.uniform(0, 2 * np.pi, self.reps * width)
        layer_out = rng.normal(size=architecture.head.n_weights) / n_features
        return np.concatenate([layer_in, angles, layer_out])


def _squashed(value: ParameterExpression) -> ParameterExpression:
    r"""Return :math:`\tfrac\pi2\tanh` of an expression."""
    return np.pi / (1 + (-2 * value).exp()) - np.pi / 2
