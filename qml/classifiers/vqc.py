"""VQC: a feature map, a trained circuit, and a vote of the measured bits."""

from __future__ import annotations

from numbers import Real
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from qiskit.circuit import QuantumCircuit
from sklearn.utils._param_validation import Interval, StrOptions

from qml.backends import Backend
from qml.circuits import CircuitSpec, compose_model, resolve_ansatz, resolve_feature_map
from qml.classifiers._variational import VariationalClassifier
from qml.decisions import DecisionSpec, measured_in, resolve_decision
from qml.errors import SpecError
from qml.losses import LossSpec
from qml.optimizers import OptimizerSpec
from qml.variational import Architecture, BiasedVote, Head, TrainingSpec

__all__ = ["VQC"]

SEARCH_SPACE = {
    "bandwidth": {"low": 0.05, "high": 2.0, "log": True},
    "bias": [0.0, "trained"],
    "decision": ["parity", "majority", "one_qubit"],
    "ansatz.reps": [1, 2, 3, 4],
}


class VQC(VariationalClassifier):
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
    decision : str or mapping, default="parity"
        What is read of the outcomes for each class: ``"parity"``, ``"majority"``, ``"lowest"``,
        ``"one_qubit"``, ``"local_z"``, ``"observables"``, or a mapping with parameters; see
        `qml.decisions`.
    bias : float or "trained", default=0.0
        The :math:`b\in[-1,1]` of :math:`\mathrm{sign}(\langle f\rangle+b)`, for two classes. The
        probabilities are :math:`\tfrac12(1\pm(\langle f\rangle+b)/(1+|b|))`.
    bandwidth : float, default=1.0
        Factor :math:`\lambda` on every feature before it becomes an angle.
    training : mapping, Training or None, default=None
        Budgets, minibatches, early stopping, restarts, checkpoint, callback; see
        `qml.variational.Training`.
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
    trained_ : qml.variational.Trained
        All restarts, the course of the loss, and what it took.

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
        **VariationalClassifier._constraints,
        "feature_map": [str, dict, QuantumCircuit, callable],
        "ansatz": [str, dict, QuantumCircuit, callable],
        "decision": [str, dict],
        "bias": [Interval(Real, -1, 1, closed="both"), StrOptions({"trained"})],
        "bandwidth": [Interval(Real, 0, None, closed="neither")],
    }

    def __init__(
        self,
        feature_map: CircuitSpec = "zz",
        ansatz: CircuitSpec = "efficient_su2",
        optimizer: OptimizerSpec = "cobyla",
        loss: LossSpec = "cross_entropy",
        decision: DecisionSpec = "parity",
        bias: float | Literal["trained"] = 0.0,
        bandwidth: float = 1.0,
        training: TrainingSpec = None,
        initial_point: ArrayLike | None = None,
        backend: str | Backend = "exact",
        random_state: Any = None,
    ) -> None:
        self.feature_map = feature_map
        self.ansatz = ansatz
        self.optimizer = optimizer
        self.loss = loss
        self.decision = decision
        self.bias = bias
        self.bandwidth = bandwidth
        self.training = training
        self.initial_point = initial_point
        self.backend = backend
        self.random_state = random_state

    def _inputs(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        return self.bandwidth * X

    def _architecture(self, n_features: int, n_targets: int) -> Architecture:
        feature_map = resolve_feature_map(self.feature_map, n_features)
        n_qubits = feature_map.num_qubits
        decision = resolve_decision(self.decision, n_qubits, n_targets)
        ansatz = measured_in(resolve_ansatz(self.ansatz, n_qubits), decision.basis)
        model, readout = compose_model(feature_map, ansatz), decision.readout
        if self.bias != 0.0 and n_targets != 2:
            raise SpecError(f"is for two classes, the data has {n_targets}", "bias")
        if decision.scale is not None:
            trained: Literal["bias", "nothing"] = "bias" if self.bias == "trained" else "nothing"
            head = Head(n_targets, n_targets, trained, decision.scale, normalised=True)
            if self.bias != "trained" and self.bias:
                readout = readout + np.array([-0.5, 0.5]) * self.bias
            return Architecture(model, readout, head)
        if self.bias == "trained":
            return Architecture(model, readout, BiasedVote())
        if self.bias != 0.0:
            b = self.bias
            second = (1 + (readout[:, 1] - readout[:, 0] + b) / (1 + abs(b))) / 2
            readout = np.stack([1 - second, second], axis=1)
        return Architecture(model, readout, Head(n_targets, n_targets))
