"""Quantum metric learning: an embedding trained to keep the classes' states apart."""

from __future__ import annotations

from abc import ABC, abstractmethod
from itertools import combinations
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import PositiveInt

from qml.backends import Backend, Workload, resolve_backend
from qml.circuits import CircuitSpec, ModelCircuit, resolve_trainable_map
from qml.classifiers._base import QuantumClassifier
from qml.classifiers._forms import FormedScaled
from qml.errors import SpecError
from qml.estimator import EncodedEstimator
from qml.offers import Controls, Encoding
from qml.optimizers import resolve_optimizer
from qml.variational import (
    Problem,
    Question,
    TrainedEstimator,
    resolve_training,
    train,
)

__all__ = ["QuantumMetricLearner"]

SEARCH_SPACE = {
    "bandwidth": {"low": 0.01, "high": 2.0, "log": True},
    "feature_map.reps": [1, 2, 4],
}

Values = NDArray[np.float64]


class QuantumMetricLearner(FormedScaled, EncodedEstimator, TrainedEstimator, QuantumClassifier):
    r"""A feature map with trained weights, and the class whose states are most alike.

    With :math:`\rho_c` the mean state of class :math:`c`, training minimizes the mean over pairs of
    classes of

    .. math:: 1 - \tfrac12\mathrm{Tr}(\rho_a - \rho_b)^2
        = 1 - \tfrac12\big[\mathrm{Tr}\rho_a^2 + \mathrm{Tr}\rho_b^2
        - 2\,\mathrm{Tr}\rho_a\rho_b\big],

    whose traces are block means of the Gram matrix. A point goes to the class with the largest mean
    fidelity :math:`\langle x|\rho_c|x\rangle`.

    Parameters
    ----------
    feature_map : str, mapping, QuantumCircuit or callable, default="qaoa"
        Encoding circuit with weights, such as ``qaoa``, ``data_reuploading``, ``covariant``, or a
        circuit with parameters called θ.
    n_references : int or None, default=None
        Training points of each class that a new point is compared with, the first ones; None is
        all.
    optimizer : str, mapping or Optimizer, default="adam"
        Method of the training; see `qml.optimizers.resolve_optimizer`. Not one that asks for the
        states' geometry.
    training : mapping, Training or None, default=None
        Budgets, minibatches, early stopping, restarts, callback; see `qml.variational.Training`.
        Its checkpoints and validation are not for this model.

    Attributes
    ----------
    weights_ : ndarray of shape (n_weights,)
        Trained weights of the map.

    Notes
    -----
    The published form trains the mean fidelity of pairs, a row of the first class with the row of
    the second that has its number (the last, where there is none), so that a minibatch is one of
    pairs; weights begin normal with deviation 0.1; a new point is compared with `n_references`
    random rows of each class, 32 in the benchmark, whose map is
    ``{"name": "qaoa", "constant": True}``.

    Circuits: a Gram matrix of the training points each evaluation (exact: one a point; measured:
    one a pair, and for a gradient two more a pair and rotation), and one of test by reference
    points.

    References
    ----------
    Lloyd, Schuld, Ijaz, Izaac and Killoran, arXiv:2001.03622 (2020).

    Examples
    --------
    >>> X = [[0.1, 0.2], [0.2, 0.1], [1.4, 1.5], [1.5, 1.4]]
    >>> QuantumMetricLearner(random_state=0).fit(X, [0, 0, 1, 1]).score(X, [0, 0, 1, 1])
    1.0
    """

    feature_map: CircuitSpec = "qaoa"
    n_references: PositiveInt | None = None
    controls: ClassVar[Controls] = frozenset({"no entanglement", "same spectrum", "matched RBF"})

    def encoding(self) -> Encoding:
        """Return how the model takes its features in."""
        return Encoding(self.feature_map, self._chosen_bandwidth)

    def _fit(self, X: Values, y: NDArray[np.intp], seed: int) -> None:
        self._model = self._embedding(X.shape[1])
        training = resolve_training(self.training)
        if training.checkpoint is not None or training.validation_fraction is not None:
            raise SpecError("checkpoint and validation_fraction are not for this model", "training")
        self._learn_inputs(X)
        points = self._inputs(X)
        n_weights = len(self._model.weights)
        if self._published_for(len(self.classes_)):
            pairs = points[y == 0], points[y == 1]
            problem: Problem = _Pairs(self.backend_, self._model, *pairs)
        else:
            problem = _Separation(self.backend_, self._model, points, y)
        self.trained_ = train(
            problem,
            resolve_optimizer(self.optimizer),
            training,
            lambda rng: (
                rng.normal(0, 0.1, n_weights)
                if self._published
                else rng.uniform(0, 2 * np.pi, n_weights)
            ),
            self.backend_,
            seed,
        )
        self.result_ = self.trained_.result
        self.weights_ = self.result_.x
        members = [np.flatnonzero(y == c) for c in range(len(self.classes_))]
        if self._published:
            rng = np.random.default_rng(seed)
            members = [rng.permutation(rows) for rows in members]
        kept = [rows[: self.n_references] for rows in members]
        self._references = points[np.concatenate(kept)]
        self._means = np.zeros((len(self._references), len(kept)))
        first = 0
        for c, rows in enumerate(kept):
            self._means[first : first + len(rows), c] = 1 / len(rows)
            first += len(rows)

    def _embedding(self, n_features: int) -> ModelCircuit:
        model = resolve_trainable_map(self.feature_map, n_features)
        if not model.weights:
            raise SpecError(
                "the circuit has no weights to train; 'qaoa' and 'data_reuploading' have, and "
                "circuits with parameters called θ",
                "feature_map",
            )
        return model

    def predict_proba(self, X: ArrayLike) -> Values:
        """Return the classes' shares of the mean fidelities, shape (n_samples, n_classes)."""
        points = self._inputs(self._checked(X))
        K = self.backend_.gram_of(self._model, self.weights_, points, self._references)
        fidelities = np.maximum(K @ self._means, 1e-12)
        return np.asarray(fidelities / fidelities.sum(axis=1, keepdims=True))

    def workload(self, n_train: int, n_test: int, n_features: int, n_classes: int) -> Workload:
        """Return a Gram matrix an evaluation, its shifts where they are measured, and one test."""
        model, optimizer = self._embedding(n_features), resolve_optimizer(self.optimizer)
        restarts = resolve_training(self.training).restarts
        evaluations = optimizer.max_evaluations(len(model.weights)) * restarts
        shifts = 0
        if optimizer.uses_gradient:
            pairs = n_train * (n_train - 1) // 2
            shifts = resolve_backend(self.backend).n_gram_shifts(model) * pairs
        return Workload(
            model.circuit.num_qubits,
            n_evaluations=evaluations * shifts,
            batch=max(shifts, 1),
            grams=((n_train, 0), (n_test, n_train)),
            repeats=(evaluations, 1),
            circuit=model.encoding.circuit,
        )


class _LinearInGram(ABC):
    """A loss that is linear in the Gram matrix of some points: ``offset + sum(slopes * K)``."""

    def __init__(
        self, backend: Backend, model: ModelCircuit, points: Values, slopes: Values, offset: float
    ) -> None:
        self._backend, self._model = backend, model
        self._bound = backend.bind_gram(model, points)
        self._slopes, self._offset = slopes, offset

    @property
    @abstractmethod
    def n_samples(self) -> int:
        """The number of samples that minibatches are drawn from."""

    @abstractmethod
    def selecting(self, rows: NDArray[np.intp]) -> Problem:
        """Return the problem over some of the samples."""

    def circuits(self, question: Question) -> int:
        """Return one a point, measured one a pair; and a pair's shifts, where it has any."""
        n = len(self._slopes)
        pairs = n * (n - 1) // 2
        of_values = n if self._backend.shots is None else pairs
        if question is not Question.GRADIENT:
            return of_values
        return of_values + self._backend.n_gram_shifts(self._model) * pairs

    def _loss(self, K: Values) -> tuple[float, Values]:
        return self._offset + float((self._slopes * K).sum()), self._slopes

    def value(self, weights: Values) -> float:
        return self._loss(self._bound.gram(weights))[0]

    def value_and_gradient(self, weights: Values) -> tuple[float, Values]:
        return self._bound.value_and_gradient(weights, self._loss)

    def metric(self, weights: Values, diagonal: bool) -> Values:
        raise SpecError("the metric learner gives no metric of its states", "optimizer")

    def fidelity(self, first: Values, second: Values) -> float:
        raise SpecError("the metric learner gives no fidelity of its states", "optimizer")


class _Separation(_LinearInGram):
    """The loss of the classes' separation over some samples."""

    def __init__(
        self, backend: Backend, model: ModelCircuit, points: Values, y: NDArray[np.intp]
    ) -> None:
        self._points, self._y = points, y
        present = np.unique(y)  # a minibatch may lack a class
        means = [(y == c) / np.count_nonzero(y == c) for c in present]
        differences = [a - b for a, b in combinations(means, 2)]
        n_pairs = max(1, len(differences))
        slopes = np.zeros((len(y), len(y)))
        for difference in differences:
            slopes -= np.outer(difference, difference) / (2 * n_pairs)
        super().__init__(backend, model, points, slopes, 1.0)

    @property
    def n_samples(self) -> int:
        return len(self._y)

    def selecting(self, rows: NDArray[np.intp]) -> _Separation:
        return _Separation(self._backend, self._model, self._points[rows], self._y[rows])


class _Pairs(_LinearInGram):
    """The mean fidelity of rows of one class with rows of the other, pair by pair."""

    def __init__(self, backend: Backend, model: ModelCircuit, A: Values, B: Values) -> None:
        self._A, self._B = A, B[np.minimum(np.arange(len(A)), len(B) - 1)]
        n = len(A)
        slopes = np.zeros((2 * n, 2 * n))
        slopes[:n, n:] = slopes[n:, :n] = np.eye(n) / (2 * n)
        super().__init__(backend, model, np.vstack([self._A, self._B]), slopes, 0.0)

    @property
    def n_samples(self) -> int:
        return len(self._A)

    def selecting(self, rows: NDArray[np.intp]) -> _Pairs:
        return _Pairs(self._backend, self._model, self._A[rows], self._B[rows])
