"""VQC: a feature map, a trained circuit, and a vote of the measured bits."""

from __future__ import annotations

from numbers import Real
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from qiskit.circuit import QuantumCircuit
from sklearn.utils._param_validation import Interval, StrOptions

from qml.backends import Backend, Workload, n_shifts, resolve_backend
from qml.circuits import (
    CircuitSpec,
    ModelCircuit,
    compose_model,
    resolve_ansatz,
    resolve_feature_map,
)
from qml.classifiers._base import QuantumClassifier
from qml.classifiers._decision import DECISIONS, class_projector
from qml.errors import SpecError
from qml.losses import LossSpec, resolve_loss
from qml.optimizers import Objective, Optimizer, OptimizerSpec, resolve_optimizer

__all__ = ["VQC"]


class VQC(QuantumClassifier):
    r"""Variational quantum classifier.

    The class probabilities are sums of outcome probabilities,
    :math:`p_c(x) = \sum_{z: d(z)=c} |\langle z|W(\theta)U(\lambda x)|0\rangle|^2`, and training
    minimizes the mean of a loss of them. Every optimizer gets this same objective, and those that
    ask for a gradient its true one.

    Parameters
    ----------
    feature_map : str, mapping, QuantumCircuit or callable, default="zz"
        The encoding :math:`U`; see `qml.circuits.resolve_feature_map`.
    ansatz : str, mapping, QuantumCircuit or callable, default="efficient_su2"
        The trained circuit :math:`W`; see `qml.circuits.resolve_ansatz`.
    optimizer : str, mapping or Optimizer, default="cobyla"
        See `qml.optimizers.resolve_optimizer`.
    loss : str or mapping, default="cross_entropy"
        ``"cross_entropy"``, ``"squared"``, ``"hinge"``, ``"binomial_sigmoid"`` (the risk of
        Havlíček et al.), or a mapping with the loss's parameters; see `qml.losses`.
    decision : {"parity", "majority", "lowest"}, default="parity"
        The class :math:`d(z)` that an outcome votes for.
    bandwidth : float, default=1.0
        Factor :math:`\lambda` on every feature before it becomes an angle.
    initial_point : array-like of shape (n_parameters,) or None, default=None
        The start; None draws from the standard normal distribution, by `random_state`.
    backend : str or Backend, default="exact"
        Where the circuits run.
    random_state : int, RandomState or None, default=None
        Root of the start point and of the shots' seeds.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Labels.
    weights_ : ndarray of shape (n_parameters,)
        Trained angles in radians.
    result_ : qml.optimizers.Result
        What the optimizer found, with the value of every evaluation.

    Notes
    -----
    Circuits: one a sample and evaluation of the objective; one a sample to predict. A value with
    its exact gradient counts one a sample, a measured one also two a sample and trained rotation.

    References
    ----------
    Havlíček et al., Nature 567, 209 (2019), doi:10.1038/s41586-019-0980-2.

    Examples
    --------
    >>> X = [[0.1, 0.2], [0.2, 0.1], [1.4, 1.5], [1.5, 1.4]]
    >>> VQC(random_state=0).fit(X, [0, 0, 1, 1]).predict_proba([[0.1, 0.1]]).shape
    (1, 2)
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "feature_map": [str, dict, QuantumCircuit, callable],
        "ansatz": [str, dict, QuantumCircuit, callable],
        "optimizer": [str, dict, Optimizer],
        "loss": [str, dict],
        "decision": [StrOptions(set(DECISIONS))],
        "bandwidth": [Interval(Real, 0, None, closed="neither")],
        "initial_point": ["array-like", None],
        "backend": [str, Backend],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        feature_map: CircuitSpec = "zz",
        ansatz: CircuitSpec = "efficient_su2",
        optimizer: OptimizerSpec = "cobyla",
        loss: LossSpec = "cross_entropy",
        decision: str = "parity",
        bandwidth: float = 1.0,
        initial_point: ArrayLike | None = None,
        backend: str | Backend = "exact",
        random_state: Any = None,
    ) -> None:
        self.feature_map = feature_map
        self.ansatz = ansatz
        self.optimizer = optimizer
        self.loss = loss
        self.decision = decision
        self.bandwidth = bandwidth
        self.initial_point = initial_point
        self.backend = backend
        self.random_state = random_state

    def _fit(self, X: NDArray[np.float64], y: NDArray[np.intp], seed: int) -> None:
        self._model = self._build(X.shape[1])
        self._projector = class_projector(
            self.decision, self._model.circuit.num_qubits, len(self.classes_)
        )
        bound = self.backend_.bind(self._model, self.bandwidth * X)
        loss, projector = resolve_loss(self.loss), self._projector

        def of_outputs(outputs: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
            return loss(outputs, y)

        optimizer = resolve_optimizer(self.optimizer)
        if optimizer.uses_gradient:
            objective = Objective.of_both(
                lambda weights: bound.value_and_gradient(weights, projector, of_outputs)
            )
        else:
            objective = Objective(
                lambda weights: of_outputs(bound.probabilities(weights) @ projector)[0]
            )
        self.result_ = optimizer.minimize(objective, self._start(seed), seed=seed)
        self.weights_ = self.result_.x

    def _build(self, n_features: int) -> ModelCircuit:
        feature_map = resolve_feature_map(self.feature_map, n_features)
        return compose_model(feature_map, resolve_ansatz(self.ansatz, feature_map.num_qubits))

    def _start(self, seed: int) -> NDArray[np.float64]:
        n_weights = len(self._model.weights)
        if self.initial_point is None:
            return np.random.default_rng(seed).normal(size=n_weights)
        point = np.asarray(self.initial_point, dtype=np.float64)
        if point.shape != (n_weights,):
            raise SpecError(f"shape {point.shape}, expected ({n_weights},)", "initial_point")
        return point

    def predict_proba(self, X: ArrayLike) -> NDArray[np.float64]:
        """Return the class probabilities, shape (n_samples, n_classes), in `classes_` order."""
        points = self.bandwidth * self._checked(X)
        outcomes = self.backend_.bind(self._model, points).probabilities(self.weights_)
        probabilities = outcomes @ self._projector
        return np.asarray(probabilities / probabilities.sum(axis=1, keepdims=True))

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """Return the most probable labels, shape (n_samples,)."""
        winners = self.predict_proba(X).argmax(axis=1)
        return np.asarray(self.classes_[winners])

    @property
    def training_(self) -> dict[str, Any]:
        """The optimizer's result in numbers."""
        return {
            "optimizer": self.result_.implementation,
            "loss": self.result_.fun,
            "iterations": self.result_.n_iterations,
            "evaluations": self.result_.n_evaluations,
            "parameters": len(self.weights_),
        }

    def workload(self, n_train: int, n_test: int, n_features: int, n_classes: int) -> Workload:
        """Return the optimizer's most evaluations on the training data, and one prediction."""
        model = self._build(n_features)
        class_projector(self.decision, model.circuit.num_qubits, n_classes)
        optimizer = resolve_optimizer(self.optimizer)
        evaluations = optimizer.max_evaluations(len(model.weights))
        rows = n_train
        if optimizer.uses_gradient and resolve_backend(self.backend).shots is not None:
            rows *= 1 + n_shifts(model.circuit, model.weight_places)
        return Workload(
            model.circuit.num_qubits,
            n_evaluations=evaluations * rows + n_test,
            batch=max(rows, n_test),
        )
