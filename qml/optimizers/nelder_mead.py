"""Nelder-Mead: a simplex that walks downhill."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from pydantic import PositiveFloat, PositiveInt

from qml.optimizers._contract import Objective, Optimizer, Vector
from qml.optimizers._scipy import minimize_with_scipy, scipy_version

__all__ = ["NelderMead"]


@dataclass(frozen=True)
class NelderMead(Optimizer):
    """The downhill simplex, without gradients.

    Parameters
    ----------
    maxiter : int, default=1000
        Evaluations; the first :math:`P + 1` only build the simplex.
    tol : float, default=1e-6
        Stop where both points and values of the simplex lie so close.

    References
    ----------
    Nelder and Mead, Comput. J. 7, 308 (1965), doi:10.1093/comjnl/7.4.308.

    Examples
    --------
    >>> bowl = Objective(lambda x: float(x @ x), lambda x: 2 * x)
    >>> NelderMead().minimize(bowl, np.ones(2)).fun < 1e-6
    True
    """

    maxiter: PositiveInt = 1000
    tol: PositiveFloat = 1e-6

    @property
    def implementation(self) -> str:
        """SciPy's, with its version."""
        return scipy_version("Nelder-Mead")

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
            "Nelder-Mead",
            limit,
            {"maxfev": self.maxiter, "maxiter": self.maxiter, "xatol": self.tol, "fatol": self.tol},
        )
