"""What every variational classifier does the same way."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qml.classifiers._base import QuantumClassifier
from qml.errors import SpecError
from qml.losses import LossSpec, resolve_loss
from qml.variational import VariationalEstimator

__all__ = ["VariationalClassifier"]


class VariationalClassifier(VariationalEstimator, QuantumClassifier):
    """Base of the variational classifiers; a subclass gives an `Architecture`.

    The predictions of its head are class probabilities.

    Parameters
    ----------
    loss : str or mapping, default="cross_entropy"
        Loss of the class probabilities: ``"cross_entropy"``, ``"squared"``, ``"hinge"``,
        ``"binomial_sigmoid"`` (the risk of Havlíček et al.), or a mapping with the loss's
        parameters; see `qml.losses`.
    """

    loss: LossSpec | None = "cross_entropy"

    def _fit(self, X: NDArray[np.float64], y: NDArray[np.intp], seed: int) -> None:
        self._train(X, y, len(self.classes_), seed)

    def _loss_of(self, y: NDArray[Any]) -> Any:
        if self.loss is None:
            raise SpecError(f"{type(self).__name__} has no loss of its own, got None", "loss")
        loss = resolve_loss(self.loss)
        return lambda probabilities: loss(probabilities, y)

    def _probabilities(self, predictions: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return class probabilities from the head's predictions."""
        return predictions

    def predict_proba(self, X: ArrayLike) -> NDArray[np.float64]:
        """Return the class probabilities, shape (n_samples, n_classes), in `classes_` order."""
        predictions = self._probabilities(self._predictions(self._checked(X)))
        probabilities = np.clip(predictions, 0.0, None)  # mitigated ones may be below
        return np.asarray(probabilities / probabilities.sum(axis=1, keepdims=True))
