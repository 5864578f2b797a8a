"""IQP variational classifier: the IQP embedding, strongly entangling layers, ZZ of two qubits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from qml.circuits import compose_model, resolve_ansatz, resolve_feature_map
from qml.classifiers._forms import Form, FormedClassifier, FormedScaled
from qml.declared import Layers, PositiveReal
from qml.estimator import EntanglingEstimator
from qml.losses import LossSpec
from qml.offers import Controls, Encoding
from qml.variational import Architecture, Head, z_observables

__all__ = ["IQPVariationalClassifier"]

EXAMPLES: tuple[dict[str, object], ...] = (
    {},
    {"form": "bowles2024", "optimizer": {"name": "adam", "maxiter": 20}},
)

SEARCH_SPACE = {
    "bandwidth": {"low": 0.01, "high": 2.0, "log": True},
    "reps": [1, 5, 10],
    "layers": [1, 4, 8],
}


class IQPVariationalClassifier(EntanglingEstimator, FormedScaled, FormedClassifier):
    r"""Havlíček's variational classifier as later benchmarks have it.

    .. math:: p_1(x) = \sigma\big(s\,\langle Z_0Z_1\rangle\big),\qquad
        |\psi(x)\rangle = W(\theta)\,U_\mathrm{IQP}(\lambda x)|0\rangle

    Parameters
    ----------
    reps : int, default=1
        Repeats of the IQP embedding.
    layers : int, default=4
        Strongly entangling layers of :math:`W`.
    scale : float or None, default=None
        Slope :math:`s` of the sigmoid; None is 6, which leaves little below -6 and above 6, and in
        the published form no sigmoid.
    entangling : bool, default=True
        Presence of the gates on two qubits; False is the control.

    Notes
    -----
    Circuits: one a sample and evaluation of the loss; one a sample to predict. An exact gradient
    counts one a sample, a measured one also two a sample and trained
    rotation (of the circuit as it is transpiled, where a machine runs it).

    More than two classes: one product of Pauli Z each, through a softmax. One feature: one qubit.

    The workbench's form joins the layers by CX, makes probabilities by the sigmoid and trains their
    cross-entropy. The published form encodes products of features in the first of `reps` layers
    alone (as PennyLane's embedding did up to 0.33), joins its own layers by CZ, takes
    :math:`p_1 = (1 + \langle Z_0Z_1\rangle)/2` as it is, trains the mean of :math:`1 - p_y`
    (``linear``) and begins at angles drawn evenly from the whole circle.

    References
    ----------
    Havlíček et al., Nature 567, 209 (2019), doi:10.1038/s41586-019-0980-2; the published form:
    Bowles, Ahmed and Schuld, arXiv:2403.07059 (2024).

    Examples
    --------
    >>> X = [[0.1, 0.2], [0.2, 0.1], [1.4, 1.5], [1.5, 1.4]]
    >>> IQPVariationalClassifier(random_state=0).fit(X, [0, 0, 1, 1]).predict_proba(X).shape
    (4, 2)
    """

    reps: Layers = 1
    layers: Layers = 4
    scale: PositiveReal | None = None
    controls: ClassVar[Controls] = frozenset({"no entanglement", "same spectrum", "matched RBF"})
    _losses: ClassVar[Mapping[Form, LossSpec]] = {
        "workbench": "cross_entropy",
        "bowles2024": "linear",
    }

    def encoding(self) -> Encoding:
        """Return how the model takes its features in."""
        return Encoding(self._embedding(), self._chosen_bandwidth)

    def _embedding(self) -> dict[str, Any]:
        embedding: dict[str, Any] = {"name": "iqp", "reps": self.reps}
        if self._published:
            embedding["interacting_reps"] = 1
        return embedding if self.entangling else {"name": "without_entanglement", "of": embedding}

    def least_qubits(self, n_features: int) -> int:
        """Return the width of its circuits."""
        return n_features

    def _architecture(self, n_features: int, n_targets: int) -> Architecture:
        trained: dict[str, Any] = {
            "name": "strongly_entangling",
            "reps": self.layers,
            "entangler": "cz" if self._published else "cx",
        }
        if not self.entangling:
            trained = {"name": "without_entanglement", "of": trained}
        encoding = resolve_feature_map(self._embedding(), n_features)
        model = compose_model(encoding, resolve_ansatz(trained, n_features))
        first = (0, 1) if n_features > 1 else (0,)
        readout = z_observables(n_features, n_targets, first)
        if self._published and self.scale is None and n_targets == 2:
            return Architecture(model, 0.5 + readout, Head(2, 2))
        scale = 6.0 if self.scale is None else self.scale
        head = Head(n_targets, n_targets, scale=scale, normalised=True)
        return Architecture(model, readout, head)
