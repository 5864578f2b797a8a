"""L-BFGS-B: a quasi-Newton method on true gradients."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version
from typing import ClassVar

from pydantic import PositiveFloat, PositiveInt

from qml.optimizers._contract import Objective, Optimizer, Vector

__all__ = ["LBFGSB"]

_EVALUATIONS_A_STEP = 3  # rarely more than two; a line search that needs more ends the run


@dataclass(frozen=True)
class LBFGSB(Optimizer):
    """Limited-memory BFGS, on the objective's own gradient.

    Parameters
    ----------
    maxiter : int, default=100
        Steps; each is a line search of a few evaluations, each with its gradient.
    tol : float, default=1e-9
        Stop where a step changes the value by less than this part of it.

    References
    ----------
    Byrd, Lu, Nocedal and Zhu, SIAM J. Sci. Comput. 16, 1190 (1995), doi:10.1137/0916069.

    Examples
    --------
    >>> import numpy as np
    >>> bowl = Objective(lambda x: float(x @ x), lambda x: 2 * x)
    >>> LBFGSB().minimize(bowl, np.ones(2)).fun < 1e-12
    True
    """

    maxiter: PositiveInt = 100
    tol: PositiveFloat = 1e-9
    uses_gradient: ClassVar[bool] = True

    @property
    def implementation(self) -> str:
        """SciPy with its version."""
        return f"SciPy {version('scipy')} L-BFGS-B"

    def max_evaluations(self, n_parameters: int) -> int:
        """Return three a step, and the start."""
        return _EVALUATIONS_A_STEP * self.maxiter + 1

    def _minimize(self, objective: Objective, x0: Vector) -> tuple[Vector, float | None, int]:
        from scipy.optimize import minimize

        start = objective.n_evaluations
        limit = self.max_evaluations(len(x0))

        def within_budget(x: Vector) -> float:
            if objective.n_evaluations - start >= limit:
                raise _BudgetSpent
            return objective(x)

        try:
            found = minimize(
                within_budget,
                x0,
                jac=objective.gradient,
                method="L-BFGS-B",
                options={"maxiter": self.maxiter, "ftol": self.tol},
            )
        except _BudgetSpent:
            return (*objective.best_since(start), self.maxiter)
        return found.x, float(found.fun), int(found.nit)


class _BudgetSpent(Exception):
    """The evaluations are used up in the middle of a line search."""
