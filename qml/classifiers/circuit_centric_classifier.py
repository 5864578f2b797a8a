"""Circuit-centric classifier: amplitude-encoded data, strongly entangling layers, one qubit."""

from __future__ import annotations

from numbers import Integral, Real
from typing import Any, ClassVar

from numpy.typing import ArrayLike
from qiskit.circuit import QuantumCircuit
from sklearn.utils._param_validation import Interval

from qml.backends import Backend
from qml.circuits import resolve_ansatz
from qml.classifiers._amplitude import AmplitudeClassifier
from qml.losses import LossSpec
from qml.optimizers import OptimizerSpec
from qml.variational import Architecture, TrainingSpec

__all__ = ["CircuitCentricClassifier"]

SEARCH_SPACE = {"reps": [1, 2, 4, 8], "n_copies": [1, 2], "padding": [0.1, 0.3, 1.0]}


class CircuitCentricClassifier(AmplitudeClassifier):
    r"""Copies of the amplitude-encoded features, a trained circuit, and one qubit's Z with a bias.

    The state is :math:`W(\theta)|x\rangle^{\otimes m}`, with :math:`|x\rangle` the normalised
    vector of the features and a constant. The output is :math:`\langle Z_0\rangle + b`, its sign
    the class.

    Parameters
    ----------
    n_copies : int, default=1
        The :math:`m`: a polynomial of degree :math:`m` in the features' products.
    reps : int, default=4
        Strongly entangling layers.
    padding : float, default=1.0
        The constant that is appended before normalising, so that the vector's length is not lost;
        0 appends nothing that counts, and then a row of zeros is an error.
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
    Schuld, Bocharov, Svore and Wiebe, Phys. Rev. A 101, 032308 (2020),
    doi:10.1103/PhysRevA.101.032308.

    Examples
    --------
    >>> X = [[0.1, 0.2], [0.2, 0.1], [1.4, 1.5], [1.5, 1.4]]
    >>> CircuitCentricClassifier(random_state=0).fit(X, [0, 0, 1, 1]).score(X, [0, 0, 1, 1])
    1.0
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **AmplitudeClassifier._constraints,
        "n_copies": [Interval(Integral, 1, None, closed="left")],
        "reps": [Interval(Integral, 1, None, closed="left")],
        "padding": [Interval(Real, 0, None, closed="left")],
    }

    def __init__(
        self,
        n_copies: int = 1,
        reps: int = 4,
        padding: float = 1.0,
        optimizer: OptimizerSpec = "adam",
        loss: LossSpec = "squared",
        training: TrainingSpec = None,
        initial_point: ArrayLike | None = None,
        backend: str | Backend = "exact",
        random_state: Any = None,
    ) -> None:
        self.n_copies = n_copies
        self.reps = reps
        self.padding = padding
        self.optimizer = optimizer
        self.loss = loss
        self.training = training
        self.initial_point = initial_point
        self.backend = backend
        self.random_state = random_state

    def _architecture(self, n_features: int, n_targets: int) -> Architecture:
        one = self._encoding(n_features)
        copies = QuantumCircuit(one.num_qubits * self.n_copies)
        for first in range(0, copies.num_qubits, one.num_qubits):
            copies.compose(one, range(first, first + one.num_qubits), inplace=True)
        spec = {"name": "strongly_entangling", "reps": self.reps}
        return self._read(copies, resolve_ansatz(spec, copies.num_qubits), n_targets)
