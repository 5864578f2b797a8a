"""Training: one loop around every optimizer, with budgets, minibatches, early stops and a tape."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, NoReturn, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, NonNegativeFloat, NonNegativeInt, PositiveFloat, PositiveInt

from qml.backends import Backend
from qml.errors import SpecError
from qml.optimizers import (
    OPTIMIZERS,
    Objective,
    Optimizer,
    Result,
    Stopped,
    warn_if_worsened,
)
from qml.registry import check_parameters
from qml.variational._questions import Question
from qml.variational._stops import Patience, Plateau
from qml.variational._tape import Answered, Tape
from qml.variational._trace import Counts, Trace

__all__ = [
    "Problem",
    "Trained",
    "Training",
    "TrainingSpec",
    "check_trainable",
    "resolve_training",
    "train",
]

_PATIENCE = 50

Values = NDArray[np.float64]
Rows = NDArray[np.intp]


class Problem(Protocol):
    """What is minimized: a loss over samples, whose answers come from a backend."""

    @property
    def n_samples(self) -> int:
        """How many samples there are."""

    def selecting(self, rows: Rows) -> Problem:
        """Return the problem over some of the samples."""

    def circuits(self, question: Question) -> int:
        """Return the circuits that a question will cost."""

    def value(self, weights: Values) -> float:
        """Return the loss."""

    def value_and_gradient(self, weights: Values) -> tuple[float, Values]:
        """Return the loss and its true gradient."""

    def metric(self, weights: Values, diagonal: bool) -> Values:
        """Return the states' metric by weight."""

    def fidelity(self, first: Values, second: Values) -> float:
        """Return the mean fidelity of the states at two sets of weights."""


TrainingCallback: TypeAlias = Callable[[int, Values, float, Counts], object]


@dataclass(frozen=True)
class Training:
    """How a model is trained, whatever the optimizer.

    Parameters
    ----------
    max_circuits, max_shots : int or None, default=None
        Budget in circuits and in shots: no evaluation begins that would go beyond it. The best
        point so far is the answer.
    max_seconds : float or None, default=None
        Time after which no evaluation begins.
    batch_size : int or None, default=None
        Samples an optimizer's step looks at, drawn without repetition until all were seen; None is
        all. For optimizers that bear it: ``adam``, ``cma_es``, ``gradient_descent``, ``lion``,
        ``natural_gradient``, ``qnspsa``, ``spsa``.
    with_replacement : bool, default=False
        True draws every sample of a minibatch from all, so that one may come twice.
    patience : int, "auto" or None, default="auto"
        Number of evaluations that improve the loss by less than `min_change` before the training
        stops; None is no end of it. "auto" is 50 where a loss says how far the training is: that of
        all samples without shots, at the end of each step of an optimizer that goes by gradients;
        and where neither a budget nor `plateau` is to end it.
    min_change : float, default=1e-4
        Smallest improvement that counts for `patience`.
    plateau : int or None, default=None
        Number of evaluations in a window: the training stops after two windows in a row whose mean
        losses differ by no more than half the standard error of the last. The point that follows is
        the answer, whatever its own loss. For optimizers that bear minibatches and go by gradients.
    validation_fraction : float or None, default=None
        Share of the training samples that is held out, every class with its share; `patience` then
        counts on their loss, and the point with the lowest is the answer.
    restarts : int, default=1
        Trainings from different starts (one that is given is the first's), with an equal share of
        the budget each; the lowest loss wins, that of the samples held out where there are any.
    warm_start : bool, default=False
        True begins another ``fit`` at the weights of the one before.
    checkpoint : str or None, default=None
        File that holds every answer of the backend. A training that was interrupted, and is begun
        again with the same data and parameters, is played the answers it already has, and goes on.
    stages : int, default=0
        Number of points of the training's course that are kept, at counts of evaluations in
        geometric progression, for learning curves; see `VariationalEstimator.staged`.
    step_losses : int, default=0
        Number of steps whose losses are kept as they came, low or not: the mean over the
        evaluations of each, at steps evenly apart.
    callback : callable or None, default=None
        Function called after every evaluation with its number, the weights, the loss and `Counts`;
        a true return stops the training.

    Examples
    --------
    >>> Training(batch_size=16, patience=50).restarts
    1
    """

    max_circuits: PositiveInt | None = None
    max_shots: PositiveInt | None = None
    max_seconds: PositiveFloat | None = None
    batch_size: PositiveInt | None = None
    with_replacement: bool = False
    patience: PositiveInt | Literal["auto"] | None = "auto"
    min_change: NonNegativeFloat = 1e-4
    plateau: PositiveInt | None = None
    validation_fraction: Annotated[float, Field(gt=0, lt=1)] | None = None
    restarts: PositiveInt = 1
    warm_start: bool = False
    checkpoint: str | None = None
    stages: NonNegativeInt = 0
    step_losses: NonNegativeInt = 0
    callback: TrainingCallback | None = None

    def patience_with(self, optimizer: Optimizer, noisy: bool) -> int | None:
        """Return the evaluations without improvement that a run with this optimizer bears."""
        if self.patience != "auto":
            return self.patience
        other_end = self.max_circuits or self.max_shots or self.max_seconds or self.plateau
        steady = optimizer.stochastic and optimizer.uses_gradient
        return None if noisy or other_end or not steady else _PATIENCE


TrainingSpec: TypeAlias = Training | Mapping[str, Any] | None


def resolve_training(spec: TrainingSpec) -> Training:
    """Return how to train, from a mapping of what differs from the defaults.

    Raises
    ------
    SpecError
        If a name or value is wrong.

    Examples
    --------
    >>> resolve_training({"max_circuits": 10_000}).max_circuits
    10000
    """
    if isinstance(spec, Training):
        return spec
    if not (spec is None or isinstance(spec, Mapping)):
        raise SpecError(
            f"must be a mapping such as {{max_circuits: 10000}}, got {spec!r}", "training"
        )
    try:
        return Training(**check_parameters(Training, spec or {}, "the training"))
    except SpecError as error:
        raise error.under("training") from None


@dataclass(frozen=True)
class Trained:
    """A finished training.

    Parameters
    ----------
    result : Result
        Result of the best run.
    runs : tuple of Result
        Results of all runs, one a restart.
    trace : Trace
        Course of the best loss over all runs.
    counts : Counts
        Counts of all runs together.
    stopped_by : str
        End of the best run: ``"optimizer"`` (its own end), ``"budget"``, ``"patience"``,
        ``"plateau"`` or ``"callback"``.
    """

    result: Result
    runs: tuple[Result, ...]
    trace: Trace
    counts: Counts
    stopped_by: str


def train(
    problem: Problem,
    optimizer: Optimizer,
    training: Training,
    starts: Callable[[np.random.Generator], Values],
    backend: Backend,
    seed: int,
    content: str = "",
    validation: Problem | None = None,
) -> Trained:
    """Minimize a problem's loss.

    Parameters
    ----------
    problem : Problem
        Problem over the training samples.
    optimizer : Optimizer
        Optimizer that asks for values.
    training : Training
        Conditions of the training.
    starts : callable
        Function of a generator that returns the first weights of a run.
    backend : Backend
        Backend whose usage is the budget's.
    seed : int
        Seed of starts, minibatches and the optimizer's own draws.
    content : str, default=""
        Hash of problem and starts, for the checkpoint.
    validation : Problem or None, default=None
        Problem over the samples held out.

    Returns
    -------
    Trained

    Raises
    ------
    SpecError
        If the optimizer cannot bear minibatches, or the budget is less than one evaluation.

    Warns
    -----
    RuntimeWarning
        If the answer's loss is far above the start's, see `qml.optimizers.Result.worsened`.
    """
    check_trainable(optimizer, training)
    tape = None if training.checkpoint is None else Tape(training.checkpoint, content)
    trace, spent = Trace(_in_parts(training, problem)), Counts()
    runs: list[tuple[Result, str, float]] = []
    try:
        for number in range(training.restarts):
            run_seed = seed if number == 0 else _child(seed, number)
            run = _Run(
                number, problem, validation, optimizer, training, backend, trace, spent, tape
            )
            runs.append(run.minimize(starts(np.random.default_rng(run_seed)), run_seed))
            spent = run.counts()
    finally:
        if tape is not None:
            tape.close()
    result, stopped_by, _ = min(runs, key=lambda run: run[2])
    warn_if_worsened(result)
    return Trained(result, tuple(run for run, _, _ in runs), trace, spent, stopped_by)


def _in_parts(training: Training, problem: Problem) -> bool:
    """Return whether steps look at parts of the samples."""
    return (training.batch_size or np.inf) < problem.n_samples


def check_trainable(optimizer: Optimizer, training: Training) -> None:
    """Refuse a training that the optimizer does not bear.

    Raises
    ------
    SpecError
        If it compares values between steps and is given minibatches, or is to stop where the loss
        of its own points no longer falls and has none.
    """
    every = {name: OPTIMIZERS.load(name) for name in OPTIMIZERS.names()}
    if training.batch_size is not None and not optimizer.stochastic:
        bearing = [name for name, each in every.items() if each.stochastic]
        raise SpecError(
            f"{type(optimizer).__name__} compares values between steps, so it needs the whole "
            f"batch; {', '.join(bearing)} do not",
            "training.batch_size",
        )
    if training.plateau is not None and not (optimizer.stochastic and optimizer.uses_gradient):
        steady = [name for name, each in every.items() if each.stochastic and each.uses_gradient]
        raise SpecError(
            f"{type(optimizer).__name__} evaluates points that it does not go to; "
            f"{', '.join(steady)} do not",
            "training.plateau",
        )


def _child(seed: int, number: int) -> int:
    sequence = np.random.SeedSequence(seed, spawn_key=(number,))
    return int(sequence.generate_state(1)[0] >> 1)


class _Run:
    """One run of the optimizer: every question to the backend goes through `_ask`."""

    def __init__(
        self,
        number: int,
        problem: Problem,
        validation: Problem | None,
        optimizer: Optimizer,
        training: Training,
        backend: Backend,
        trace: Trace,
        spent: Counts,
        tape: Tape | None,
    ) -> None:
        self._number = number
        self._problem, self._validation = problem, validation
        self._optimizer, self._training = optimizer, training
        self._backend, self._tape = backend, tape
        self._trace, self._spent = trace, spent
        self._usage = backend.usage.copy()
        self._began = time.perf_counter()
        self._stopped_by = "optimizer"
        self._noisy = backend.shots is not None or _in_parts(training, problem)
        bears = training.patience_with(optimizer, self._noisy)
        self._patience = Patience(bears, training.min_change)
        self._plateau = Plateau(training.plateau)
        # the loss that is watched, the point, and its loss: where it is not the optimizer's answer
        self._answer: tuple[float, Values, float] | None = None

    def minimize(self, start: Values, seed: int) -> tuple[Result, str, float]:
        """Return the run's result, what ended it, and the loss by which runs are compared."""
        self._current: Problem | None = None
        self._batches = self._minibatches(np.random.default_rng(_child(seed, 0)))
        geometry = self._metric, self._fidelity, self._on_step, self._noisy
        self.objective = (
            Objective.of_both(self._value_and_gradient, *geometry)
            if self._optimizer.uses_gradient
            else Objective(self._value, None, *geometry)
        )
        result = self._optimizer.minimize(self.objective, start, self._after, seed)
        if self._answer is None:
            return result, self._stopped_by, result.fun
        watched, x, fun = self._answer
        return Result(**{**vars(result), "x": x, "fun": fun}), self._stopped_by, watched

    def counts(self) -> Counts:
        """Return what was spent, with the runs before."""
        usage = self._backend.usage.since(self._usage)
        return Counts(
            steps=self._spent.steps + self.objective.n_steps,
            evaluations=self._spent.evaluations + self.objective.n_evaluations,
            circuits=self._spent.circuits + usage.circuits,
            shots=self._spent.shots + usage.shots,
            seconds=self._spent.seconds + time.perf_counter() - self._began,
        )

    def _minibatches(self, rng: np.random.Generator) -> Any:
        size, n_samples = self._training.batch_size, self._problem.n_samples
        while size is not None and self._training.with_replacement:
            yield self._problem.selecting(rng.integers(n_samples, size=size))
        while size is not None and size < n_samples:
            order = rng.permutation(n_samples)
            for first in range(0, n_samples - size + 1, size):
                yield self._problem.selecting(order[first : first + size])
        while True:
            yield self._problem

    def _on_step(self) -> None:
        self._current = next(self._batches)

    @property
    def _batch(self) -> Problem:
        """The step's minibatch; before the first step, the first."""
        if self._current is None:
            self._on_step()
        return self._current or self._problem

    def _value(self, weights: Values) -> float:
        batch = self._batch
        answer = self._ask(batch, Question.VALUE, lambda: [batch.value(weights)], weights)
        return float(answer[0])

    def _value_and_gradient(self, weights: Values) -> tuple[float, Values]:
        batch = self._batch

        def ask() -> list[float]:
            value, gradient = batch.value_and_gradient(weights)
            return [value, *gradient.tolist()]

        value, *gradient = self._ask(batch, Question.GRADIENT, ask, weights)
        return value, np.array(gradient)

    def _metric(self, weights: Values, diagonal: bool) -> Values:
        batch, size = self._batch, len(weights)

        def ask() -> list[float]:
            metric = batch.metric(weights, diagonal)
            return [*(np.diag(metric) if diagonal else metric.ravel()).tolist()]

        answer = np.array(self._ask(batch, Question.metric(diagonal), ask, weights))
        return answer if diagonal else answer.reshape(size, size)

    def _fidelity(self, first: Values, second: Values) -> float:
        batch = self._batch

        def ask() -> list[float]:
            return [batch.fidelity(first, second)]

        return float(self._ask(batch, Question.FIDELITY, ask, first, second)[0])

    def _held_out(self, samples: Problem, weights: Values) -> float:
        answer = self._ask(samples, Question.HELD_OUT, lambda: [samples.value(weights)], weights)
        return float(answer[0])

    def _ask(
        self,
        asked: Problem,
        question: Question,
        ask: Callable[[], list[float]],
        *points: Values,
    ) -> list[float]:
        """Return an answer: from the tape, or from the backend if the budget bears it."""
        backend = self._backend
        if self._tape is not None and self._tape.ended(self._number):
            self._stop("budget")
        if self._tape is not None and self._tape.playing:
            played = self._tape.play(question, *points)
            backend.usage += played.usage
            backend.restore(played.state)
            self._began = min(self._began, time.perf_counter() - played.seconds)
            return played.answer
        self._refuse_beyond_budget(asked, question)
        before = backend.usage.copy()
        answer = ask()
        if self._tape is not None:
            spent, seconds = backend.usage.since(before), time.perf_counter() - self._began
            answered = Answered(answer, spent, backend.state, seconds, self._number)
            self._tape.record(answered, question, *points)
        return answer

    def _stop(self, reason: str) -> NoReturn:
        self._stopped_by = reason
        raise Stopped

    def _refuse_beyond_budget(self, asked: Problem, question: Question) -> None:
        training, share = self._training, self._training.restarts
        spent = self._backend.usage.since(self._usage)
        cost = 0
        if training.max_circuits or training.max_shots:
            cost = asked.circuits(question)
        beyond = (
            (training.max_circuits, spent.circuits + cost),
            (training.max_shots, spent.shots + cost * (self._backend.shots or 0)),
            (training.max_seconds, time.perf_counter() - self._began),
        )
        if any(limit is not None and used > limit / share for limit, used in beyond):
            self._stop("budget")

    def _after(self, number: int, weights: Values, loss: float) -> bool:
        """Look at an evaluation: trace, validation, patience, and the user's callback."""
        counts = self.counts()
        self._trace.add(counts, loss, weights if self._training.stages else None)
        watched = loss
        if self._validation is not None:
            watched = self._held_out(self._validation, weights)
            if self._answer is None or watched < self._answer[0]:
                self._answer = (watched, weights, loss)
        if self._plateau.ends_before(watched):
            self._stopped_by = "plateau"
            self._answer = self._answer or (watched, weights, loss)
            return True
        if self._patience.ends_with(watched):
            self._stopped_by = "patience"
            return True
        callback = self._training.callback
        if callback is not None and callback(counts.evaluations, weights.copy(), loss, counts):
            self._stopped_by = "callback"
            return True
        return False
