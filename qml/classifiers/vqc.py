"""VQC: a feature map, a trained circuit, and a vote of the measured bits."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from qml.circuits import (
    CircuitSpec,
    compose_model,
    resolve_ansatz,
    resolve_feature_map,
    without_entanglement,
)
from qml.classifiers._variational import VariationalClassifier
from qml.decisions import DecisionSpec, measured_in, resolve_decision
from qml.errors import SpecError
from qml.estimator import EncodedEstimator
from qml.offers import Controls
from qml.optimizers import OptimizerSpec
from qml.variational import Architecture, BiasedVote, Head

__all__ = ["VQC"]

SEARCH_SPACE = {
    "bandwidth": {"low": 0.01, "high": 2.0, "log": True},
    "bias": [0.0, "trained"],
    "decision": ["parity", "majority", "one_qubit"],
}


class VQC(EncodedEstimator, VariationalClassifier):
    r"""Variational quantum classifier.

    The class probabilities are sums of outcome probabilities,
    :math:`p_c(x) = \sum_{z: d(z)=c} |\langle z|W(\theta)U(\lambda x)|0\rangle|^2`, and training
    minimizes the mean of a loss of them. Every optimizer gets this same objective, and those that
    ask for a gradient its true one.

    Parameters
    ----------
    ansatz : str, mapping, QuantumCircuit or callable, default="efficient_su2"
        Trained circuit :math:`W`; see `qml.circuits.resolve_ansatz`.
    decision : str or mapping, default="parity"
        Reading of the outcomes for each class: ``"parity"``, ``"majority"``, ``"lowest"``,
        ``"one_qubit"``, ``"local_z"``, ``"observables"``, or a mapping with parameters; see
        `qml.decisions`.
    bias : float or "trained", default=0.0
        Constant :math:`b\in[-1,1]` of :math:`\mathrm{sign}(\langle f\rangle+b)`, for two classes.
        The probabilities are :math:`\tfrac12(1\pm(\langle f\rangle+b)/(1+|b|))`.

    Notes
    -----
    Circuits: one a sample and evaluation of the objective; one a sample to predict. A value with
    its exact gradient counts one a sample, a measured one also two a sample and trained
    rotation (of the circuit as it is transpiled, where a machine runs it).

    References
    ----------
    Havlíček et al., Nature 567, 209 (2019), doi:10.1038/s41586-019-0980-2.

    Examples
    --------
    >>> X = [[0.1, 0.2], [0.2, 0.1], [1.4, 1.5], [1.5, 1.4]]
    >>> VQC(random_state=0).fit(X, [0, 0, 1, 1]).predict_proba([[0.1, 0.1]]).shape
    (1, 2)
    """

    ansatz: CircuitSpec = "efficient_su2"
    optimizer: OptimizerSpec = "cobyla"
    decision: DecisionSpec = "parity"
    bias: Annotated[float, Field(ge=-1, le=1)] | Literal["trained"] = 0.0
    controls: ClassVar[Controls] = frozenset({"no entanglement", "same spectrum", "matched RBF"})

    def twin(self, n_features: int) -> dict[str, Any] | None:
        """Return the parameters that differ in the twin without entanglement, None if none do."""
        return without_entanglement(n_features, self.feature_map, self.ansatz)

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
