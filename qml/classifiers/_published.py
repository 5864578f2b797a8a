"""What the published forms of the variational classifiers have in common."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from qml.classifiers._variational import ProbabilityClassifier
from qml.errors import DataError
from qml.variational import Architecture

__all__ = ["Form", "FormedClassifier", "two_classes"]

Form = Literal["bowles2024"] | None


class FormedClassifier(ProbabilityClassifier):
    """Base of the classifiers that also have the form in which a benchmark published them.

    Parameters
    ----------
    form : {"bowles2024"} or None, default=None
        Published form of circuit, start and loss, two classes alone: ``"bowles2024"`` is what
        Bowles, Ahmed and Schuld (arXiv:2403.07059) ran, to the letter of their code; `loss` is
        then not asked. None is the project's own form.
    """

    form: Form = None

    def _fit(self, X: NDArray[np.float64], y: NDArray[np.intp], seed: int) -> None:
        two_classes(self.form, self.classes_)
        super()._fit(X, y, seed)

    def _start(self, architecture: Architecture, rng: np.random.Generator) -> NDArray[np.float64]:
        """Return where a run begins; in the published form, at angles uniform over the circle."""
        if self.form is None:
            return super()._start(architecture, rng)
        angles = rng.uniform(0, 2 * np.pi, architecture.n_circuit_weights)
        return np.concatenate([angles, architecture.head.start(rng)])


def two_classes(form: Form, classes: NDArray[Any]) -> None:
    """Refuse more than two classes where a published form has no more."""
    if form is not None and len(classes) != 2:
        raise DataError(f"form={form!r} is of two classes, the data has {len(classes)}")
