"""What SciPy's minimizers share: the budget is ours, the counts are the objective's."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, ClassVar

import numpy as np

from qml.optimizers._contract import BudgetSpent, Objective, Optimizer, Vector

__all__ = ["SciPyOptimizer"]


@dataclass(frozen=True)
class SciPyOptimizer(Optimizer):
    """Base of the methods of `scipy.optimize.minimize`.

    A subclass says which, its options, and how many evaluations it may take; when these are spent
    in the middle of a step, its best point so far is the answer.
    """

    #: SciPy's name.
    method: ClassVar[str]
    #: Whether one of its steps is one evaluation, so that SciPy tells of no others.
    steps_by_evaluation: ClassVar[bool] = False

    @property
    def implementation(self) -> str:
        """SciPy's version belongs to every number: another one may be another algorithm."""
        return f"SciPy {version('scipy')} {self.method}"

    @abstractmethod
    def _options(self, n_parameters: int) -> dict[str, Any]:
        """Return SciPy's own options."""

    def _minimize(
        self, objective: Objective, x0: Vector, rng: np.random.Generator
    ) -> tuple[Vector, float | None, int]:
        from scipy.optimize import minimize

        start, limit = objective.n_evaluations, self.max_evaluations(len(x0))

        def within_budget(x: Vector) -> float:
            if objective.n_evaluations - start >= limit:
                raise BudgetSpent
            if self.steps_by_evaluation:
                objective.step()
            return objective(x)

        def at_the_end_of_a_step(x: Vector) -> None:
            objective.step()

        if not self.steps_by_evaluation:
            objective.step()
        try:
            found = minimize(
                within_budget,
                x0,
                callback=None if self.steps_by_evaluation else at_the_end_of_a_step,
                jac=objective.gradient if self.uses_gradient else None,
                method=self.method,
                options=self._options(len(x0)),
            )
        except BudgetSpent:
            return (*objective.best_since(start), self.maxiter)
        n_iterations = found.get("nit", objective.n_evaluations - start)
        return found.x, float(found.fun), max(1, int(n_iterations))
