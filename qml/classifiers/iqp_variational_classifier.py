"""IQP variational classifier: the IQP embedding, strongly entangling layers, ZZ of two qubits."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import PositiveInt

from qml.circuits import compose_model, resolve_ansatz, resolve_feature_map
from qml.classifiers._published import FormedClassifier
from qml.classifiers._variational import VariationalClassifier, loss_of_probabilities
from qml.declared import PositiveReal
from qml.estimator import EntanglingEstimator
from qml.offers import Controls, Encoding
from qml.variational import Architecture, Head, PredictionLoss, z_observables

__all__ = ["IQPVariationalClassifier"]

SEARCH_SPACE = {
    "bandwidth": {"low": 0.05, "high": 2.0, "log": True},
    "reps": [1, 5, 10],
    "layers": [1, 4, 8],
}


class IQPVariationalClassifier(EntanglingEstimator, FormedClassifier, VariationalClassifier):
    r"""Havlíček's variational classifier as later benchmarks have it.

    .. math:: p_1(x) = \sigma\big(s\,\langle Z_0Z_1\rangle\big),\qquad
        |\psi(x)\rangle = W(\theta)\,U_\mathrm{IQP}(\lambda x)|0\rangle

    Parameters
    ----------
    reps : int, default=1
        Repeats of the IQP embedding.
    layers : int, default=4
        Strongly entangling layers of :math:`W`.
    scale : float, default=6.0
        Slope :math:`s` of the sigmoid, which leaves little below -6 and above 6.
    bandwidth : float, default=1.0
        Factor :math:`\lambda` on every feature.
    entangling : bool, default=True
        Presence of the gates on two qubits; False is the control.

    Notes
    -----
    ``form="bowles2024"``: CZ in place of CX, :math:`p_1 = (1+\langle Z_0Z_1\rangle)/2` without a
    sigmoid, and the linear loss, the mean probability of the wrong class.

    Circuits: one a sample and evaluation of the loss; one a sample to predict. An exact gradient
    counts one a sample, a measured one also two a sample and trained rotation.

    More than two classes: one product of Pauli Z each, through a softmax. One feature: one qubit.

    References
    ----------
    Havlíček et al., Nature 567, 209 (2019), doi:10.1038/s41586-019-0980-2; this form: Bowles,
    Ahmed and Schuld, arXiv:2403.07059 (2024).

    Examples
    --------
    >>> X = [[0.1, 0.2], [0.2, 0.1], [1.4, 1.5], [1.5, 1.4]]
    >>> IQPVariationalClassifier(random_state=0).fit(X, [0, 0, 1, 1]).predict_proba(X).shape
    (4, 2)
    """

    reps: PositiveInt = 1
    layers: PositiveInt = 4
    scale: PositiveReal = 6.0
    bandwidth: PositiveReal = 1.0
    controls: ClassVar[Controls] = frozenset({"no entanglement", "same spectrum", "matched RBF"})

    def encoding(self) -> Encoding:
        """Return how the model takes its features in."""
        return Encoding(self._embedding(), float(self.bandwidth))

    def _embedding(self) -> dict[str, Any]:
        embedding = {"name": "iqp", "reps": self.reps}
        return embedding if self.entangling else {"name": "without_entanglement", "of": embedding}

    def _inputs(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        return self.bandwidth * X

    def _architecture(self, n_features: int, n_targets: int) -> Architecture:
        gate = "cx" if self.form is None else "cz"
        trained: dict[str, Any] = {
            "name": "strongly_entangling",
            "reps": self.layers,
            "entangler": gate,
        }
        if not self.entangling:
            trained = {"name": "without_entanglement", "of": trained}
        encoding = resolve_feature_map(self._embedding(), n_features)
        ansatz = resolve_ansatz(trained, n_features)
        first = (0, 1) if n_features > 1 else (0,)
        readout = z_observables(n_features, n_targets, first)
        model = compose_model(encoding, ansatz)
        if self.form is not None:
            return Architecture(model, 0.5 + readout, Head(2, 2))
        head = Head(n_targets, n_targets, scale=self.scale, normalised=True)
        return Architecture(model, readout, head)

    def _loss_of(self, y: NDArray[Any]) -> PredictionLoss:
        return loss_of_probabilities(self.loss if self.form is None else "linear", y)
