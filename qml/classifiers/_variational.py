"""What every variational classifier does the same way."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qml.classifiers._base import QuantumClassifier
from qml.losses import LossSpec, resolve_loss
from qml.variational import VariationalEstimator

__all__ = ["VariationalClassifier"]


class VariationalClassifier(VariationalEstimator, QuantumClassifier):
    """Base of the variational classifiers; a subclass gives an `Architecture`.

    Subclasses have the parameter ``loss``, and those of `VariationalEstimator`; the predictions of
    their heads are class probabilities.
    """

    loss: LossSpec | None

    _constraints: ClassVar[dict[str, list[Any]]] = {
        **VariationalEstimator._constraints,
        "loss": [str, dict],
    }

    def _fit(self, X: NDArray[np.float64], y: NDArray[np.intp], seed: int) -> None:
        self._train(X, y, len(self.classes_), seed)

    def _loss_of(self, y: NDArray[Any]) -> Any:
        loss = resolve_loss(self.loss or "cross_entropy")
        return lambda probabilities: loss(probabilities, y)

    def _probabilities(self, predictions: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return class probabilities from the head's predictions."""
        return predictions

    def predict_proba(self, X: ArrayLike) -> NDArray[np.float64]:
        """Return the class probabilities, shape (n_samples, n_classes), in `classes_` order."""
        predictions = self._probabilities(self._predictions(self._checked(X)))
        probabilities = np.clip(predictions, 0.0, None)  # mitigated ones may be below
        return np.asarray(probabilities / probabilities.sum(axis=1, keepdims=True))
