"""Separable variational classifier: the control without any entanglement."""

from __future__ import annotations

from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from qiskit.circuit import ParameterVector, QuantumCircuit
from sklearn.utils._param_validation import Interval

from qml.backends import Backend
from qml.circuits import ModelCircuit
from qml.classifiers._variational import VariationalClassifier
from qml.decisions import resolve_decision
from qml.losses import LossSpec
from qml.optimizers import OptimizerSpec
from qml.variational import Architecture, Head, TrainingSpec, z_observables

__all__ = ["SeparableVariationalClassifier"]

SEARCH_SPACE = {
    "bandwidth": {"low": 0.05, "high": 2.0, "log": True},
    "reps": [1, 3, 5, 10],
}


class SeparableVariationalClassifier(VariationalClassifier):
    r"""Every feature on a qubit of its own, encoded between trained rotations; no two ever meet.

    .. math:: |\psi(x)\rangle = \bigotimes_q R(\theta_{qL})
        \prod_{l<L} R_Y(\lambda x_q)R(\theta_{ql})|0\rangle,\qquad
        p_1(x) = \sigma\Big(s\,\tfrac1n\sum_q\langle Z_q\rangle\Big)

    with :math:`R` a general rotation. What it does, a laptop does for any number of qubits: where
    it is as good as an entangling model, entanglement was not the reason.

    Parameters
    ----------
    reps : int, default=3
        The :math:`L`, how often each feature is encoded.
    scale : float, default=6.0
        The :math:`s`.
    bandwidth : float, default=1.0
        The factor :math:`\lambda` on every feature.
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

    More than two classes: one product of Pauli Z each, through a softmax.

    References
    ----------
    Bowles, Ahmed and Schuld, arXiv:2403.07059 (2024).

    Examples
    --------
    >>> X = [[0.1, 0.2], [0.2, 0.1], [1.4, 1.5], [1.5, 1.4]]
    >>> SeparableVariationalClassifier(random_state=0).fit(X, [0, 0, 1, 1]).score(X, [0, 0, 1, 1])
    1.0
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **VariationalClassifier._constraints,
        "reps": [Interval(Integral, 1, None, closed="left")],
        "scale": [Interval(Real, 0, None, closed="neither")],
        "bandwidth": [Interval(Real, 0, None, closed="neither")],
    }

    def __init__(
        self,
        reps: int = 3,
        scale: float = 6.0,
        bandwidth: float = 1.0,
        optimizer: OptimizerSpec = "adam",
        loss: LossSpec = "cross_entropy",
        training: TrainingSpec = None,
        initial_point: ArrayLike | None = None,
        backend: str | Backend = "exact",
        random_state: Any = None,
    ) -> None:
        self.reps = reps
        self.scale = scale
        self.bandwidth = bandwidth
        self.optimizer = optimizer
        self.loss = loss
        self.training = training
        self.initial_point = initial_point
        self.backend = backend
        self.random_state = random_state

    @property
    def encoding(self) -> dict[str, Any]:
        """A feature map of the same frequencies, as a study would name it."""
        return {"name": "separable", "reps": self.reps}

    def _inputs(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        return self.bandwidth * X

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
