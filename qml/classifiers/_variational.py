"""What every variational classifier does the same way."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qml.classifiers._base import QuantumClassifier
from qml.losses import LossSpec, resolve_loss
from qml.variational import PredictionLoss, VariationalEstimator

__all__ = ["ProbabilityClassifier", "VariationalClassifier", "loss_of_probabilities"]


class ProbabilityClassifier(VariationalEstimator, QuantumClassifier):
    """Base of the variational classifiers; a subclass gives an `Architecture` and what is lost."""

    def _fit(self, X: NDArray[np.float64], y: NDArray[np.intp], seed: int) -> None:
        self._train(X, y, len(self.classes_), seed)

    def _probabilities(self, predictions: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return class probabilities from the head's predictions."""
        return predictions

    def predict_proba(self, X: ArrayLike) -> NDArray[np.float64]:
        """Return the class probabilities, shape (n_samples, n_classes), in `classes_` order."""
        predictions = self._probabilities(self._predictions(self._checked(X)))
        probabilities = np.clip(predictions, 0.0, None)  # mitigated ones may be below
        return np.asarray(probabilities / probabilities.sum(axis=1, keepdims=True))


class VariationalClassifier(ProbabilityClassifier):
    """Base of the variational classifiers on a loss of `qml.losses`; a subclass gives a circuit.

    The predictions of its head are class probabilities.

    Parameters
    ----------
    loss : str or mapping, default="cross_entropy"
        Loss of the class probabilities: ``"cross_entropy"``, ``"squared"``, ``"hinge"``,
        ``"linear"``, ``"binomial_sigmoid"`` (the risk of Havlíček et al.), or a mapping with the
        loss's parameters; see `qml.losses`.
    """

    loss: LossSpec = "cross_entropy"

    def _loss_of(self, y: NDArray[Any]) -> PredictionLoss:
        return loss_of_probabilities(self.loss, y)


def loss_of_probabilities(spec: LossSpec, y: NDArray[Any]) -> PredictionLoss:
    """Return a loss of `qml.losses` as a function of these samples' class probabilities."""
    loss = resolve_loss(spec)
    return lambda probabilities: loss(probabilities, y)
