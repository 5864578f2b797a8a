"""Tree tensor network: amplitude-encoded data, merged pair by pair down to one qubit."""

from __future__ import annotations

from numbers import Real
from typing import Any, ClassVar

from numpy.typing import ArrayLike
from sklearn.utils._param_validation import Interval

from qml.backends import Backend
from qml.circuits import resolve_ansatz
from qml.classifiers._amplitude import AmplitudeClassifier
from qml.losses import LossSpec
from qml.optimizers import OptimizerSpec
from qml.variational import Architecture, TrainingSpec

__all__ = ["TreeTensorClassifier"]

SEARCH_SPACE = {"padding": [0.01, 0.1, 0.3, 1.0]}


class TreeTensorClassifier(AmplitudeClassifier):
    r"""A tree of RY and CX on the normalised vector of the features, read at its root.

    The output is :math:`\langle Z_0\rangle + b`, its sign the class. The tree has
    :math:`2n - 1` angles for :math:`n` qubits, and :math:`2^n` amplitudes.

    Parameters
    ----------
    padding : float, default=1.0
        The constant that is appended before normalising, so that the vector's length is not lost.
    optimizer : str, mapping or Optimizer, default="adam"
        See `qml.optimizers.resolve_optimizer`.
    loss : str or mapping, default="squared"
        See `qml.losses`.
    training : mapping, Training or None, default=None
        Budgets, minibatches, early stopping, restarts, checkpoint, callback; see
        `qml.variational.Training`.
    initial_point : array-like of shape (n_parameters,) or None, default=None
        The start; None draws it by `random_state`.
    backend : str or Backend, default="exact"
        Where the circuits run.
    random_state : int, RandomState or None, default=None
        Root of the start and of the shots' seeds.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Labels.
    weights_ : ndarray of shape (n_parameters,)
        Trained angles, then the head's weights if it has any.
    result_ : qml.optimizers.Result
        What the optimizer found.

    Notes
    -----
    Circuits: one a sample and evaluation of the loss; one a sample to predict. An exact gradient
    counts one a sample, a measured one also two a sample and trained rotation.

    More than two classes: one product of Pauli Z each with a bias of its own, through a softmax.

    References
    ----------
    Grant et al., npj Quantum Inf. 4, 65 (2018), doi:10.1038/s41534-018-0116-9.

    Examples
    --------
    >>> X = [[0.1, 0.2], [0.2, 0.1], [1.4, 1.5], [1.5, 1.4]]
    >>> TreeTensorClassifier(random_state=0).fit(X, [0, 0, 1, 1]).predict_proba(X).shape
    (4, 2)
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **AmplitudeClassifier._constraints,
        "padding": [Interval(Real, 0, None, closed="left")],
    }

    def __init__(
        self,
        padding: float = 1.0,
        optimizer: OptimizerSpec = "adam",
        loss: LossSpec = "squared",
        training: TrainingSpec = None,
        initial_point: ArrayLike | None = None,
        backend: str | Backend = "exact",
        random_state: Any = None,
    ) -> None:
        self.padding = padding
        self.optimizer = optimizer
        self.loss = loss
        self.training = training
        self.initial_point = initial_point
        self.backend = backend
        self.random_state = random_state

    def _architecture(self, n_features: int, n_targets: int) -> Architecture:
        encoding = self._encoding(n_features)
        tree = resolve_ansatz("tree_tensor", encoding.num_qubits)
        return self._read(encoding, tree, n_targets)
