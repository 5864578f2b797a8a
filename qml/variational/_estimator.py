"""What every variational estimator does the same way: bind the data, train, predict."""

from __future__ import annotations

import copy
import hashlib
from abc import abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import field
from typing import Any, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from qml.backends import (
    Backend,
    BoundCircuit,
    Workload,
    resolve_backend,
)
from qml.circuits import ModelCircuit
from qml.declared import Numbers
from qml.engine import fingerprint
from qml.errors import DataError, SpecError
from qml.estimator import QuantumEstimator
from qml.optimizers import OptimizerSpec, Result, resolve_optimizer
from qml.variational._architecture import Architecture
from qml.variational._questions import Question
from qml.variational._training import (
    Trained,
    Training,
    TrainingSpec,
    check_trainable,
    resolve_training,
    train,
)

__all__ = ["TrainedEstimator", "VariationalEstimator"]

Values = NDArray[np.float64]
#: From predictions, shape (n_samples, n_predictions), to the loss and its slopes.
PredictionLoss: TypeAlias = Callable[[Values], tuple[float, Values]]


class TrainedEstimator(QuantumEstimator):
    """Base of what `train` has trained: what a record holds of it.

    Parameters
    ----------
    optimizer : str, mapping or Optimizer, default="adam"
        Method of the training; see `qml.optimizers.resolve_optimizer`.
    training : mapping, Training or None, default=None
        Budgets, minibatches, early stopping, restarts, checkpoint, callback; see
        `qml.variational.Training`.

    Attributes
    ----------
    weights_ : ndarray of shape (n_parameters,)
        Trained angles in radians, then the head's weights if it has any.
    result_ : qml.optimizers.Result
        Outcome of the optimizer's best run, with the value of every evaluation.
    trained_ : qml.variational.Trained
        All restarts, the course of the best loss, and what it all took.
    """

    optimizer: OptimizerSpec = "adam"
    training: TrainingSpec = None
    weights_: Values = field(init=False)
    result_: Result = field(init=False)
    trained_: Trained = field(init=False)

    @property
    def training_(self) -> dict[str, Any]:
        """The optimizer's result in numbers."""
        runs = self.trained_.runs
        return {
            "optimizer": self.result_.implementation,
            "loss": self.result_.fun,
            "loss_start": self.result_.start_fun,
            "loss_best": self.result_.best_fun,
            "iterations": self.result_.n_iterations,
            "evaluations": self.trained_.counts.evaluations,
            "gradients": sum(run.n_gradients for run in runs),
            "parameters": len(self.weights_),
            "stopped_by": self.trained_.stopped_by,
        }

    @property
    def trace_(self) -> dict[str, list[float]]:
        """The course of the best loss, or of minibatches' losses, and losses of steps if kept.

        The best loss has at most 200 rows; the two columns of steps have as many as the training's
        `step_losses` says.
        """
        trace = self.trained_.trace.thinned(200)
        columns = ("steps", "evaluations", "circuits", "shots", "seconds", "losses")
        found = {name: [round(value, 9) for value in getattr(trace, name)] for name in columns}
        if kept := resolve_training(self.training).step_losses:
            numbers, losses = self.trained_.trace.losses_of_steps(kept)
            found |= {
                "step_numbers": list(map(float, numbers)),
                "step_losses": [round(loss, 9) for loss in losses],
            }
        return found


class VariationalEstimator(TrainedEstimator):
    """Base of the variational estimators; a subclass says what its circuit is and what is lost.

    Parameters
    ----------
    initial_point : array-like of shape (n_parameters,) or None, default=None
        Start of the training; None draws the angles from the standard normal distribution by
        `random_state`.
    """

    initial_point: Numbers | None = None
    _trained_answer: Values | None = field(init=False)
    _recalling = False

    @abstractmethod
    def _architecture(self, n_features: int, n_targets: int) -> Architecture:
        """Return the circuit, what is read of it, and the head."""

    @abstractmethod
    def _loss_of(self, y: NDArray[Any]) -> PredictionLoss:
        """Return the loss of predictions of these samples."""

    def _learn_inputs(self, X: Values) -> None:
        """Learn from the training points what `_inputs` needs; nothing."""

    def _inputs(self, X: Values) -> Values:
        """Return what the circuit's inputs take; the features as they are."""
        return X

    def _start(self, architecture: Architecture, rng: np.random.Generator) -> Values:
        """Return where a run begins: normal angles, and the head's own start."""
        angles = rng.normal(size=architecture.n_circuit_weights)
        return np.concatenate([angles, architecture.head.start(rng)])

    def _train(self, X: Values, y: NDArray[Any], n_targets: int, seed: int) -> None:
        training, optimizer = resolve_training(self.training), resolve_optimizer(self.optimizer)
        previous = getattr(self, "weights_", None) if training.warm_start else None
        self._built = architecture = self._architecture(X.shape[1], n_targets)
        given = self._given_start(architecture, previous)
        rows, held_out = self._split(y, training, seed)
        self._learn_inputs(X)
        inputs = self._inputs(X)
        problem = _Samples(self.backend_, architecture, self._loss_of, inputs[rows], y[rows])
        problem.heard = heard = _Heard()
        validation = None
        if held_out is not None:
            validation = _Samples(
                self.backend_, architecture, self._loss_of, inputs[held_out], y[held_out]
            )

        first = [] if given is None else [given]

        def starts(rng: np.random.Generator) -> Values:
            return first.pop() if first else self._start(architecture, rng)

        content = ""
        if training.checkpoint is not None:
            content = self._content(architecture, inputs, y, given, seed)
        self.trained_ = train(
            problem, optimizer, training, starts, self.backend_, seed, content, validation
        )
        self.result_ = self.trained_.result
        self.weights_ = self.result_.x
        self._trained_answer = None if held_out is not None else heard.at(self.weights_)
        self._course = (inputs[rows], y[rows]) if training.stages else None

    def _given_start(self, architecture: Architecture, previous: Values | None) -> Values | None:
        size = architecture.n_weights
        if previous is not None and previous.shape == (size,):
            return previous
        if self.initial_point is None:
            return None
        point = np.asarray(self.initial_point, dtype=np.float64)
        if point.shape != (size,):
            raise SpecError(f"shape {point.shape}, expected ({size},)", "initial_point")
        return point

    def _split(
        self, y: NDArray[Any], training: Training, seed: int
    ) -> tuple[NDArray[np.intp], NDArray[np.intp] | None]:
        """Return the rows that are trained on, and those held out for validation."""
        rows = np.arange(len(y))
        if training.validation_fraction is None:
            return rows, None
        from sklearn.model_selection import train_test_split

        stratify = y if y.dtype.kind in "iu" else None
        try:
            kept, held_out = train_test_split(
                rows,
                test_size=training.validation_fraction,
                stratify=stratify,
                random_state=seed,
            )
        except ValueError as error:
            raise SpecError(" ".join(str(error).split()), "training.validation_fraction") from None
        return np.sort(kept), np.sort(held_out)

    def _content(
        self,
        architecture: Architecture,
        inputs: Values,
        y: NDArray[Any],
        given: Values | None,
        seed: int,
    ) -> str:
        """Return the hash of all that the backend's answers depend on."""
        training = resolve_training(self.training)
        told = [
            fingerprint(architecture.model.circuit),
            repr(architecture.head),
            repr([getattr(self, name, None) for name in ("loss", "criterion")]),
            repr(resolve_optimizer(self.optimizer)),
            repr((training.batch_size, training.validation_fraction, training.restarts, seed)),
            repr(self.backend),
        ]
        told += ["with replacement"] * training.with_replacement
        digest = hashlib.sha256("\x1f".join(told).encode())
        for array in (inputs, y, architecture.readout, given):
            digest.update(np.ascontiguousarray([] if array is None else array).tobytes())
        return digest.hexdigest()

    def _predictions(self, X: Values, weights: Values | None = None) -> Values:
        """Return the head's predictions, shape (n_samples, n_predictions)."""
        if self._recalling:
            return self._recall(X)
        chosen = self.weights_ if weights is None else weights
        return _Samples(self.backend_, self._built, self._loss_of, self._inputs(X)).predict(chosen)

    def recalled(self) -> Self | None:
        """Return a twin that says of its training rows what the loss of the answer was taken of.

        None where that was not on all rows (minibatches, rows held out), where the answer is
        neither the last point that was asked for nor the one with the lowest loss, and where a
        checkpoint answered. See `qml.offers.Recalling`.
        """
        if getattr(self, "_trained_answer", None) is None:  # a model may train otherwise
            return None
        twin = copy.copy(self)
        twin._recalling = True
        return twin

    def _recall(self, X: Values) -> Values:
        if self._trained_answer is None or len(X) != len(self._trained_answer):
            raise DataError(f"X: {len(X)} rows, which are not those of the training")
        return self._trained_answer

    def staged(self) -> Iterator[tuple[dict[str, float], Any]]:
        """Yield the training's course: what was spent, the loss then, and the model as it was.

        Loss and model are on ideal qubits without shots, whatever the training ran on, and count
        for nothing. One stage for each of ``training.stages``, fewer where the loss fell more
        rarely, none if that is 0. With minibatches it is the model of that evaluation, else that of
        the best so far.
        """
        if self._course is None:
            return
        training = resolve_training(self.training)
        trace = self.trained_.trace.thinned(training.stages)
        inputs, y = self._course
        ideal = resolve_backend("exact")
        problem = _Samples(ideal, self._built, self._loss_of, inputs, y)
        for row, weights in enumerate(trace.points):
            twin = copy.copy(self)
            twin.weights_, twin.backend_ = weights, ideal
            spent = {
                name: getattr(trace, name)[row]
                for name in ("steps", "evaluations", "circuits", "shots", "seconds")
            }
            yield {**spent, "loss": problem.value(weights)}, twin

    def workload(self, n_train: int, n_test: int, n_features: int, n_classes: int) -> Workload:
        """Return the most that training asks for, or its budget, and one prediction."""
        training, optimizer = resolve_training(self.training), resolve_optimizer(self.optimizer)
        check_trainable(optimizer, training)
        architecture = self._architecture(n_features, n_classes)
        model, backend = architecture.model, resolve_backend(self.backend)
        evaluations = optimizer.max_evaluations(architecture.n_weights) * training.restarts
        questions = [Question.GRADIENT if optimizer.uses_gradient else Question.VALUE]
        # four to two evaluations
        questions += [Question.FIDELITY, Question.FIDELITY] * optimizer.uses_fidelity
        each = sum(circuits_of_a_sample(question, model, backend) for question in questions)
        samples = n_train
        if training.with_replacement and training.batch_size is not None:
            samples = max(n_train, training.batch_size)
        rows = samples * each
        asked = evaluations * (rows + (n_train if training.validation_fraction else 0))
        if optimizer.uses_metric:
            metric = Question.metric(optimizer.diagonal_metric)
            of_metric = samples * circuits_of_a_sample(metric, model, backend)
            asked += training.restarts * optimizer.max_metrics() * of_metric
            rows = max(rows, of_metric)
        for limit, shots in ((training.max_circuits, 1), (training.max_shots, backend.shots)):
            if limit is not None and shots is not None:
                asked = min(asked, limit // shots)
        return Workload(
            model.circuit.num_qubits,
            n_evaluations=asked + n_test,
            batch=max(rows, n_test),
            circuit=model.circuit,
            weights=model.weights,
        )


def circuits_of_a_sample(question: Question, model: ModelCircuit, backend: Backend) -> int:
    """Return what a question costs a sample on a backend."""
    circuit, places = model.circuit, model.weight_places
    if question is Question.GRADIENT:
        return 1 + backend.n_shifts(circuit, places)
    if question in (Question.METRIC, Question.DIAGONAL_METRIC):
        return backend.n_metric_circuits(circuit, places, question is Question.DIAGONAL_METRIC)
    return 1


class _Heard:
    """Predictions at the last point that was asked for, and at the one with the lowest loss.

    Optimizers answer with one of the two; all of them together would not fit the memory.
    """

    def __init__(self) -> None:
        self._last = self._best = (b"", np.empty(0))
        self._lowest = np.inf

    def keep(self, weights: Values, value: float, predictions: Values) -> None:
        """Keep the predictions whose loss this is."""
        self._last = weights.tobytes(), predictions
        if value < self._lowest:
            self._lowest, self._best = value, self._last

    def at(self, weights: Values) -> Values | None:
        """Return the predictions at a point; None where they were not kept."""
        wanted = weights.tobytes()
        return next((kept for key, kept in (self._last, self._best) if key == wanted), None)


class _Samples:
    """The loss of a model over samples, as a function of all its weights."""

    def __init__(
        self,
        backend: Backend,
        architecture: Architecture,
        loss_of: Callable[[NDArray[Any]], PredictionLoss],
        inputs: Values,
        y: NDArray[Any] | None = None,
        bound: BoundCircuit | None = None,
        costs: dict[Question, int] | None = None,
    ) -> None:
        self._backend, self._architecture = backend, architecture
        self._loss_of, self._inputs, self._y = loss_of, inputs, y
        self._bound = backend.bind(architecture.model, inputs) if bound is None else bound
        self._loss = None if y is None else loss_of(y)
        self._costs: dict[Question, int] = {} if costs is None else costs
        self.heard: _Heard | None = None

    @property
    def n_samples(self) -> int:
        return len(self._inputs)

    def selecting(self, rows: NDArray[np.intp]) -> _Samples:
        y = None if self._y is None else self._y[rows]
        return _Samples(
            self._backend,
            self._architecture,
            self._loss_of,
            self._inputs[rows],
            y,
            self._bound.selecting(rows),
            self._costs,
        )

    def circuits(self, question: Question) -> int:
        """Return the circuits of a question; for all samples together."""
        if question not in self._costs:
            self._costs[question] = circuits_of_a_sample(
                question, self._architecture.model, self._backend
            )
        return self.n_samples * self._costs[question]

    def predict(self, weights: Values) -> Values:
        angles, own = self._architecture.split(weights)
        outputs = self._bound.probabilities(angles) @ self._architecture.readout
        return self._architecture.head(outputs, own)[0]

    def value(self, weights: Values) -> float:
        return self._lost(self.predict(weights), weights)[0]

    def value_and_gradient(self, weights: Values) -> tuple[float, Values]:
        angles, own = self._architecture.split(weights)
        by_own: list[Values] = []

        def of_outputs(outputs: Values) -> tuple[float, Values]:
            predictions, pull = self._architecture.head(outputs, own)
            value, slopes = self._lost(predictions, weights)
            by_outputs, by_head = pull(slopes)
            by_own[:] = [by_head]
            return value, by_outputs

        value, by_angles = self._bound.value_and_gradient(
            angles, self._architecture.readout, of_outputs
        )
        return value, np.concatenate([by_angles, by_own[0]])

    def metric(self, weights: Values, diagonal: bool) -> Values:
        """Return the states' metric; the head's weights move no state and get a plain 1."""
        angles, _ = self._architecture.split(weights)
        whole = np.eye(len(weights))
        whole[: len(angles), : len(angles)] = self._bound.metric(angles, diagonal)
        return whole

    def fidelity(self, first: Values, second: Values) -> float:
        split = self._architecture.split
        return self._bound.fidelity(split(first)[0], split(second)[0])

    def _lost(self, predictions: Values, weights: Values) -> tuple[float, Values]:
        if self._loss is None:
            raise SpecError("there are no labels to compare with")
        value, slopes = self._loss(predictions)
        if self.heard is not None:
            self.heard.keep(weights, value, predictions)
        return value, slopes
