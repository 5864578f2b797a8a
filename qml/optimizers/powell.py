"""Powell: line searches along conjugate directions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from pydantic import PositiveFloat, PositiveInt

from qml.optimizers._contract import Objective, Optimizer, Vector
from qml.optimizers._scipy import minimize_with_scipy, scipy_version

__all__ = ["Powell"]


@dataclass(frozen=True)
class Powell(Optimizer):
    """Line searches along conjugate directions, without gradients.

    Parameters
    ----------
    maxiter : int, default=1000
        Evaluations.
    tol : float, default=1e-6
        Stop where a round of line searches changes the value by less than this part of it.

    References
    ----------
    Powell, Comput. J. 7, 155 (1964), doi:10.1093/comjnl/7.2.155.

    Examples
    --------
    >>> bowl = Objective(lambda x: float(x @ x), lambda x: 2 * x)
    >>> Powell().minimize(bowl, np.ones(2)).fun < 1e-6
    True
    """

    maxiter: PositiveInt = 1000
    tol: PositiveFloat = 1e-6

    @property
    def implementation(self) -> str:
        """SciPy's, with its version."""
        return scipy_version("Powell")

    def max_evaluations(self, n_parameters: int) -> int:
        """Return `maxiter`."""
        return self.maxiter

    def _minimize(
        self, objective: Objective, x0: Vector, rng: np.random.Generator
    ) -> tuple[Vector, float | None, int]:
        limit = self.max_evaluations(len(x0))
        return minimize_with_scipy(
            objective,
            x0,
            "Powell",
            limit,
            {"maxfev": self.maxiter, "maxiter": self.maxiter, "ftol": self.tol, "xtol": self.tol},
        )
