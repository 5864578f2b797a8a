"""Named forms: a model as the workbench has it, and as a benchmark has published it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from qml.bandwidth import Bandwidth
from qml.classifiers._variational import ProbabilityClassifier, loss_of_probabilities
from qml.declared import Numbers
from qml.estimator import QuantumEstimator, ScaledEstimator
from qml.losses import LossSpec
from qml.variational import Architecture, PredictionLoss

__all__ = ["Form", "FormedClassifier", "FormedEstimator", "FormedScaled", "FormedVariational"]

Form: TypeAlias = Literal["workbench", "bowles2024"]


class FormedEstimator(QuantumEstimator):
    """Base of the quantum models that come in two forms.

    Parameters
    ----------
    form : {"workbench", "bowles2024"}, default="workbench"
        Construction of the model: the workbench's own, or that of the benchmark by Bowles, Ahmed
        and Schuld (arXiv:2403.07059), which the notes describe. A parameter that is None has the
        form's own value.
    """

    form: Form = "workbench"

    @property
    def _published(self) -> bool:
        return self.form == "bowles2024"

    def _published_for(self, n_classes: int) -> bool:
        """Return whether it is the published form, which most models have for two classes alone."""
        return self._published and n_classes == 2


class FormedScaled(FormedEstimator, ScaledEstimator):
    r"""Base of the models in two forms that narrow their features before they become angles.

    Parameters
    ----------
    bandwidth : float, "scale" or None, default=None
        Factor :math:`\lambda` on every feature before it becomes an angle, or the rule that finds
        it (`qml.bandwidth`). None is "scale" and, in the published form, 1.
    """

    bandwidth: Bandwidth | None = None  # type: ignore[assignment]  # a form's own is one more value

    @property
    def _chosen_bandwidth(self) -> Bandwidth:
        if self.bandwidth is not None:
            return self.bandwidth
        return 1.0 if self._published else "scale"


class FormedVariational(FormedEstimator, ProbabilityClassifier):
    """Base of the variational classifiers in two forms: each begins where it was published to.

    Parameters
    ----------
    initial_point : array-like of shape (n_parameters,) or None, default=None
        Start of the training; None draws it by `random_state`, the angles from the standard normal
        distribution or, in the published form, as the notes say.
    """

    initial_point: Numbers | None = None

    def _start(self, architecture: Architecture, rng: np.random.Generator) -> NDArray[np.float64]:
        if self._published:
            return self._published_start(architecture, rng)
        return super()._start(architecture, rng)

    def _published_start(
        self, architecture: Architecture, rng: np.random.Generator
    ) -> NDArray[np.float64]:
        """Return angles of the whole circle, and the head's own start."""
        angles = rng.uniform(0, 2 * np.pi, architecture.n_circuit_weights)
        return np.concatenate([angles, architecture.head.start(rng)])


class FormedClassifier(FormedVariational):
    """Base of the variational classifiers in two forms, each with its loss of `qml.losses`.

    Parameters
    ----------
    loss : str, mapping or None, default=None
        Loss of the class probabilities, by its name or as a mapping with its parameters; see
        `qml.losses`. None is the form's own.
    """

    loss: LossSpec | None = None
    _losses: ClassVar[Mapping[Form, LossSpec]]

    def _loss_of(self, y: NDArray[Any]) -> PredictionLoss:
        return loss_of_probabilities(self._losses[self.form] if self.loss is None else self.loss, y)
