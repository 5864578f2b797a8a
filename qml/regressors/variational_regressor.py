"""Variational regressor: a trained circuit whose single-qubit Z a linear layer reads."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qml.circuits import (
    CircuitSpec,
    compose_model,
    resolve_ansatz,
    resolve_feature_map,
    without_entanglement,
)
from qml.engine import outcome_bits
from qml.estimator import EncodedEstimator
from qml.offers import Controls
from qml.optimizers import OptimizerSpec
from qml.regressors._base import QuantumRegressor
from qml.variational import Architecture, Head, VariationalEstimator

__all__ = ["VariationalRegressor"]

EXAMPLES = ({"optimizer": {"name": "l_bfgs_b", "maxiter": 10}},)

SEARCH_SPACE = {"bandwidth": {"low": 0.01, "high": 2.0, "log": True}}


class VariationalRegressor(EncodedEstimator, VariationalEstimator, QuantumRegressor):
    r"""A feature map, a trained circuit, and a trained line through its expectation values.

    .. math:: f(x) = \sum_q a_q\langle Z_q\rangle + b,\qquad
        |\psi(x)\rangle = W(\theta)U(\lambda x)|0\rangle

    Parameters
    ----------
    ansatz : str, mapping, QuantumCircuit or callable, default="real_amplitudes"
        Trained circuit :math:`W`; see `qml.circuits.resolve_ansatz`.
    criterion : {"squared_error", "huber"}, default="squared_error"
        Loss of the training: the mean of :math:`(f-y)^2`, or of Huber's, which is :math:`e^2/2` up
        to an error of 1 and :math:`|e| - 1/2` beyond.

    Attributes
    ----------
    weights_ : ndarray of shape (n_parameters,)
        Trained angles, then a and b.

    Notes
    -----
    Circuits: one a sample and evaluation of the loss; one a sample to predict. An exact gradient
    counts one a sample, a measured one also two a sample and trained
    rotation (of the circuit as it is transpiled, where a machine runs it).

    References
    ----------
    Mitarai, Negoro, Kitagawa and Fujii, Phys. Rev. A 98, 032309 (2018),
    doi:10.1103/PhysRevA.98.032309.

    Examples
    --------
    >>> X = np.linspace(0, 1.5, 12)[:, None]
    >>> model = VariationalRegressor(feature_map="angle", random_state=0).fit(X, np.cos(X[:, 0]))
    >>> bool(model.score(X, np.cos(X[:, 0])) > 0.99)
    True
    """

    ansatz: CircuitSpec = "real_amplitudes"
    optimizer: OptimizerSpec = "l_bfgs_b"
    criterion: Literal["squared_error", "huber"] = "squared_error"
    controls: ClassVar[Controls] = frozenset({"no entanglement"})

    def _fit(self, X: NDArray[np.float64], y: NDArray[np.float64], seed: int) -> None:
        self._train(X, y, 1, seed)

    def twin(self, n_features: int) -> dict[str, Any] | None:
        """Return the parameters that differ in the twin without entanglement, None if none do."""
        return without_entanglement(n_features, self.feature_map, self.ansatz)

    def _architecture(self, n_features: int, n_targets: int) -> Architecture:
        feature_map = resolve_feature_map(self.feature_map, n_features)
        width = feature_map.num_qubits
        model = compose_model(feature_map, resolve_ansatz(self.ansatz, width))
        return Architecture(
            model, np.asarray(1.0 - 2.0 * outcome_bits(width)), Head(width, 1, "dense")
        )

    def _loss_of(self, y: NDArray[Any]) -> Any:
        def squared_error(predicted: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
            error = predicted - y[:, None]
            return float((error**2).mean()), 2 * error / len(y)

        def huber(predicted: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
            error = predicted - y[:, None]
            slope = np.clip(error, -1, 1)
            return float((slope * (error - slope / 2)).mean()), slope / len(y)

        return squared_error if self.criterion == "squared_error" else huber

    def predict(self, X: ArrayLike) -> NDArray[np.float64]:
        """Return the predicted targets, shape (n_samples,)."""
        return self._predictions(self._checked(X))[:, 0]
