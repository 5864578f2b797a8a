"""L-BFGS-B: a quasi-Newton method on true gradients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from pydantic import PositiveFloat, PositiveInt

from qml.optimizers._contract import Objective, Optimizer, Vector
from qml.optimizers._scipy import minimize_with_scipy, scipy_version

__all__ = ["LBFGSB"]


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
    >>> bowl = Objective(lambda x: float(x @ x), lambda x: 2 * x)
    >>> LBFGSB().minimize(bowl, np.ones(2)).fun < 1e-6
    True
    """

    maxiter: PositiveInt = 100
    tol: PositiveFloat = 1e-9
    uses_gradient: ClassVar[bool] = True

    @property
    def implementation(self) -> str:
        """SciPy's, with its version."""
        return scipy_version("L-BFGS-B")

    def max_evaluations(self, n_parameters: int) -> int:
        """Return three a step, and the start: a line search that needs more ends the run."""
        return 3 * self.maxiter + 1

    def _minimize(
        self, objective: Objective, x0: Vector, rng: np.random.Generator
    ) -> tuple[Vector, float | None, int]:
        limit = self.max_evaluations(len(x0))
        return minimize_with_scipy(
            objective,
            x0,
            "L-BFGS-B",
            limit,
            {"maxiter": self.maxiter, "ftol": self.tol},
            gradient=True,
        )
