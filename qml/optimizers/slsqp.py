"""SLSQP: sequential quadratic models, on true gradients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from pydantic import PositiveFloat, PositiveInt

from qml.optimizers._contract import Objective, Optimizer, Vector
from qml.optimizers._scipy import minimize_with_scipy, scipy_version

__all__ = ["SLSQP"]


@dataclass(frozen=True)
class SLSQP(Optimizer):
    """Sequential least squares programming, on the objective's own gradient.

    Parameters
    ----------
    maxiter : int, default=100
        Steps; each is a line search of a few evaluations.
    tol : float, default=1e-9
        Stop where the value changes by less.

    References
    ----------
    Kraft, DFVLR-FB 88-28 (1988).

    Examples
    --------
    >>> bowl = Objective(lambda x: float(x @ x), lambda x: 2 * x)
    >>> SLSQP().minimize(bowl, np.ones(2)).fun < 1e-6
    True
    """

    maxiter: PositiveInt = 100
    tol: PositiveFloat = 1e-9
    uses_gradient: ClassVar[bool] = True

    @property
    def implementation(self) -> str:
        """SciPy's, with its version."""
        return scipy_version("SLSQP")

    def max_evaluations(self, n_parameters: int) -> int:
        """Return ten a step, and the start."""
        return 10 * self.maxiter + 1

    def _minimize(
        self, objective: Objective, x0: Vector, rng: np.random.Generator
    ) -> tuple[Vector, float | None, int]:
        limit = self.max_evaluations(len(x0))
        return minimize_with_scipy(
            objective,
            x0,
            "SLSQP",
            limit,
            {"maxiter": self.maxiter, "ftol": self.tol},
            gradient=True,
        )
