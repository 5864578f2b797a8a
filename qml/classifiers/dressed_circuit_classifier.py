"""Dressed quantum circuit: a classical layer before the circuit, and one behind it."""

from __future__ import annotations

from numbers import Integral
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike
from qiskit.circuit import Parameter, ParameterExpression, ParameterVector, QuantumCircuit
from sklearn.utils._param_validation import Interval

from qml.backends import Backend
from qml.circuits import ModelCircuit
from qml.classifiers._variational import VariationalClassifier
from qml.engine import outcome_bits
from qml.losses import LossSpec
from qml.optimizers import OptimizerSpec
from qml.variational import Architecture, Head, TrainingSpec

__all__ = ["DressedCircuitClassifier"]

SEARCH_SPACE = {"reps": [1, 2, 4, 8], "n_qubits": [2, 4, None]}


class DressedCircuitClassifier(VariationalClassifier):
    r"""A trained linear layer into angles, a circuit, and a trained linear layer out of it.

    .. math:: \phi = \tfrac\pi2\tanh(Vx + v),\qquad
        |\psi\rangle = \prod_l \Big[\bigotimes_q R_Y(\theta_{lq})\,\prod_q CX_{q,q+1}\Big]
        \bigotimes_q R_Y(\phi_q) H\,|0\rangle,\qquad
        p = \mathrm{softmax}(A\langle Z\rangle + b)

    Parameters
    ----------
    n_qubits : int or None, default=None
        Width; None is one a feature, but at most 4.
    reps : int, default=4
        Layers of the circuit.
    entangling : bool, default=True
        Whether the CX are there; without them this is the published control.
    optimizer : str, mapping or Optimizer, default="adam"
        See `qml.optimizers.resolve_optimizer`.
    loss : str or mapping, default="cross_entropy"
        See `qml.losses`.
    training : mapping, Training or None, default=None
        Budgets, minibatches, early stopping, restarts, checkpoint, callback; see
        `qml.variational.Training`.
    initial_point : array-like of shape (n_parameters,) or None, default=None
        The start; None draws it by `random_state`.
    backend : str or Backend, default="exact"
        Where the circuits run.
    random_state : int, RandomState or None, default=None
        Root of the start and of the shots' seeds.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Labels.
    weights_ : ndarray of shape (n_parameters,)
        Trained angles, then the head's weights if it has any.
    result_ : qml.optimizers.Result
        What the optimizer found.

    Notes
    -----
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

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **VariationalClassifier._constraints,
        "n_qubits": [Interval(Integral, 1, None, closed="left"), None],
        "reps": [Interval(Integral, 1, None, closed="left")],
        "entangling": ["boolean"],
    }

    def __init__(
        self,
        n_qubits: int | None = None,
        reps: int = 4,
        entangling: bool = True,
        optimizer: OptimizerSpec = "adam",
        loss: LossSpec = "cross_entropy",
        training: TrainingSpec = None,
        initial_point: ArrayLike | None = None,
        backend: str | Backend = "exact",
        random_state: Any = None,
    ) -> None:
        self.n_qubits = n_qubits
        self.reps = reps
        self.entangling = entangling
        self.optimizer = optimizer
        self.loss = loss
        self.training = training
        self.initial_point = initial_point
        self.backend = backend
        self.random_state = random_state

    def _architecture(self, n_features: int, n_targets: int) -> Architecture:
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


def _squashed(value: ParameterExpression) -> ParameterExpression:
    r"""Return :math:`\tfrac\pi2\tanh` of an expression."""
    return np.pi / (1 + (-2 * value).exp()) - np.pi / 2
