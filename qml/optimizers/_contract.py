"""The optimizers' contract: the objective counts, the optimizer only asks.

Libraries count differently what they call an evaluation, so no count of theirs is used. Every
optimizer gets the same kind of objective, and what the objective counted is what the result says.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar, Self, TypeAlias

import numpy as np

from qml.errors import SpecError
from qml.optimizers._result import Result, Vector
from qml.registry import Room

__all__ = [
    "OPTIMIZERS",
    "BudgetSpent",
    "Objective",
    "Optimizer",
    "OptimizerSpec",
    "Stopped",
    "Vector",
    "resolve_optimizer",
]

OPTIMIZERS: Room[type[Optimizer]] = Room("optimizer", "qml.optimizers")

Callback: TypeAlias = Callable[[int, Vector, float], object]


class Objective:
    """A function to minimize that counts its own calls and remembers their values.

    Parameters
    ----------
    function : callable
        Function from a vector of shape (n_parameters,) to a float.
    gradient : callable or None, default=None
        Function from the same vector to its true gradient; None where there is none.
    metric : callable or None, default=None
        Function from a vector and whether the diagonal is enough to the Fubini-Study metric of the
        states, shape (n_parameters, n_parameters), or to its diagonal.
    fidelity : callable or None, default=None
        Function from two vectors to the mean fidelity of their states.
    on_step : callable or None, default=None
        Function that is called when the optimizer begins a step of its own: the moment for a new
        minibatch.
    noisy : bool, default=False
        True if two values at one point may differ, by shots or minibatches.

    Attributes
    ----------
    n_evaluations, n_gradients : int
        Numbers of calls so far.
    n_steps : int
        Steps of the optimizer so far.
    history : list of float
        The value of every evaluation, in order.

    Examples
    --------
    >>> objective = Objective(lambda x: float(x @ x))
    >>> objective(np.array([3.0, 4.0])), objective.n_evaluations
    (25.0, 1)
    """

    def __init__(
        self,
        function: Callable[[Vector], float],
        gradient: Callable[[Vector], Vector] | None = None,
        metric: Callable[[Vector, bool], Vector] | None = None,
        fidelity: Callable[[Vector, Vector], float] | None = None,
        on_step: Callable[[], object] | None = None,
        noisy: bool = False,
    ) -> None:
        self._function = function
        self._gradient = gradient
        self._metric = metric
        self._fidelity = fidelity
        self._on_step = on_step
        self.noisy = noisy
        self.n_evaluations = 0
        self.n_gradients = 0
        self.n_steps = 0
        self.history: list[float] = []
        self._points: list[Vector] = []
        self._callback: Callback | None = None

    @classmethod
    def of_both(
        cls,
        function: Callable[[Vector], tuple[float, Vector]],
        metric: Callable[[Vector, bool], Vector] | None = None,
        fidelity: Callable[[Vector, Vector], float] | None = None,
        on_step: Callable[[], object] | None = None,
        noisy: bool = False,
    ) -> Self:
        """Return the objective of a function that gives its value and gradient in one go.

        Optimizers ask for the two one after the other; the second answer is kept from the first.
        """
        at: list[tuple[bytes, tuple[float, Vector]]] = []

        def step() -> None:
            at.clear()  # another minibatch has other answers at the same point
            if on_step is not None:
                on_step()

        def answered(x: Vector) -> tuple[float, Vector]:
            key = x.tobytes()
            if not at or at[0][0] != key:
                at[:] = [(key, function(x))]
            return at[0][1]

        return cls(
            lambda x: answered(x)[0], lambda x: answered(x)[1], metric, fidelity, step, noisy
        )

    def __call__(self, x: Vector) -> float:
        point = np.array(x, dtype=np.float64)  # a copy: optimizers change theirs in place
        value = float(self._function(point))
        if not np.isfinite(value):
            raise FloatingPointError(f"the objective is {value} at evaluation {self.n_evaluations}")
        self.n_evaluations += 1
        self.history.append(value)
        self._points.append(point)
        if self._callback is not None and self._callback(self.n_evaluations, point, value):
            raise Stopped
        return value

    def step(self) -> None:
        """Say that a step begins; an optimizer's own loop does, or its library's callback."""
        self.n_steps += 1
        if self._on_step is not None:
            self._on_step()

    def best_since(self, start: int = 0) -> tuple[Vector, float]:
        """Return the best point and value among the evaluations from number `start` on."""
        index = start + int(np.argmin(self.history[start:]))
        return self._points[index], self.history[index]

    def at_start(self, x0: Vector, start: int = 0) -> float:
        """Return the value at the first point of the evaluations from number `start` on.

        Where `x0` itself was never asked for, the first two are on either side of it.
        """
        around = 1 if np.array_equal(self._points[start], x0) else 2
        return float(np.mean(self.history[start : start + around]))

    @property
    def has_gradient(self) -> bool:
        """Whether a true gradient is known."""
        return self._gradient is not None

    def gradient(self, x: Vector) -> Vector:
        """Return the true gradient at `x`."""
        if self._gradient is None:
            raise SpecError("this optimizer needs a gradient, and the objective has none")
        self.n_gradients += 1
        return np.asarray(self._gradient(np.array(x, dtype=np.float64)))

    def metric(self, x: Vector, diagonal: bool) -> Vector:
        """Return the Fubini-Study metric at `x`, or its diagonal alone."""
        if self._metric is None:
            raise SpecError("this optimizer needs the states' metric, and the objective has none")
        return np.asarray(self._metric(np.array(x, dtype=np.float64), diagonal))

    def fidelity(self, x: Vector, y: Vector) -> float:
        """Return the mean fidelity of the states at `x` and `y`."""
        if self._fidelity is None:
            raise SpecError("this optimizer needs the states' fidelity, and the objective has none")
        both = (np.array(point, dtype=np.float64) for point in (x, y))
        return float(self._fidelity(*both))


class Stopped(Exception):
    """The callback, or the objective, asks for the end: the best point so far is the answer."""


class BudgetSpent(Exception):
    """The evaluations are used up in the middle of a library's step."""


@dataclass(frozen=True)
class Optimizer(ABC):
    """Base of the optimizers.

    Parameters
    ----------
    maxiter : int, default=100
        The most steps, in the optimizer's own sense of a step.
    """

    maxiter: int = 100
    #: Whether it asks the objective for its gradient.
    uses_gradient: ClassVar[bool] = False
    #: Whether it asks for the metric of the states; or for their fidelity.
    uses_metric: ClassVar[bool] = False
    uses_fidelity: ClassVar[bool] = False
    #: Whether it bears an objective that changes from step to step, as a minibatch's does.
    stochastic: ClassVar[bool] = False

    def max_metrics(self) -> int:
        """Return the most metrics that it asks for: one a step, where it goes by one."""
        return self.maxiter if self.uses_metric else 0

    @property
    def diagonal_metric(self) -> bool:
        """Whether the metric's diagonal is enough for it."""
        return True

    @property
    @abstractmethod
    def implementation(self) -> str:
        """The code that runs, with its version."""

    @abstractmethod
    def max_evaluations(self, n_parameters: int) -> int:
        """Return the most evaluations a run with `n_parameters` parameters can take."""

    @abstractmethod
    def _minimize(
        self, objective: Objective, x0: Vector, rng: np.random.Generator
    ) -> tuple[Vector, float | None, int]:
        """Return the last point, its value if it was evaluated, and the number of steps."""

    def minimize(
        self,
        objective: Objective,
        x0: Vector,
        callback: Callback | None = None,
        seed: int = 0,
    ) -> Result:
        """Minimize the objective from `x0`, which is left as it is.

        Parameters
        ----------
        objective : Objective
            Function to minimize, which counts its own calls.
        x0 : ndarray of shape (n_parameters,)
            Point to start from.
        callback : callable or None, default=None
            Function that is called after every evaluation with ``(n_evaluations, x, value)``; a
            true return stops.
        seed : int, default=0
            Seed of what the optimizer draws, if it draws anything.

        Returns
        -------
        Result
            The result, with the value at the point it returns, evaluated once more if it never was.
        """
        evaluations, gradients = objective.n_evaluations, objective.n_gradients
        n_iterations, stopped = 0, False
        objective._callback = callback
        try:
            x, fun, n_iterations = self._minimize(
                objective, np.array(x0, dtype=np.float64), np.random.default_rng(seed)
            )
            if fun is None:
                fun = objective(x)
        except Stopped:
            if objective.n_evaluations == evaluations:
                raise SpecError("stopped before the first evaluation") from None
            (x, fun), stopped = objective.best_since(evaluations), True
            n_iterations = objective.n_steps
        finally:
            objective._callback = None
        best_x, best_fun = objective.best_since(evaluations)
        return Result(
            x=np.asarray(x, dtype=np.float64),
            fun=float(fun),
            best_x=best_x.copy(),
            best_fun=best_fun,
            start_fun=objective.at_start(np.asarray(x0), evaluations),
            n_iterations=n_iterations,
            n_evaluations=objective.n_evaluations - evaluations,
            n_gradients=objective.n_gradients - gradients,
            history=tuple(objective.history[evaluations:]),
            stopped=stopped,
            noisy=objective.noisy,
            implementation=self.implementation,
        )


OptimizerSpec: TypeAlias = str | Mapping[str, object] | Optimizer


def resolve_optimizer(spec: OptimizerSpec) -> Optimizer:
    """Return the optimizer that `spec` names.

    Parameters
    ----------
    spec : str, mapping or Optimizer
        Name of the optimizer, ``"cobyla"``, one with parameters, ``{"name": "cobyla", "maxiter":
        150}``, or an optimizer.

    Raises
    ------
    SpecError
        If the name or a parameter is wrong.

    Examples
    --------
    >>> resolve_optimizer({"name": "cobyla", "maxiter": 150}).maxiter
    150
    """
    if isinstance(spec, Optimizer):
        return spec
    try:
        return OPTIMIZERS.bind(spec)()
    except SpecError as error:
        raise error.under("optimizer") from None
