"""SLSQP: sequential quadratic models, on true gradients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from pydantic import PositiveFloat, PositiveInt

from qml.optimizers._scipy import SciPyOptimizer

__all__ = ["SLSQP"]


@dataclass(frozen=True)
class SLSQP(SciPyOptimizer):
    """Sequential least squares programming, on the objective's own gradient.

    Parameters
    ----------
    maxiter : int, default=100
        Number of steps; each is a line search of a few evaluations.
    tol : float, default=1e-9
        Change of the value below which it stops.

    References
    ----------
    Kraft, DFVLR-FB 88-28 (1988).

    Examples
    --------
    >>> import numpy as np
    >>> from qml.optimizers import Objective
    >>> bowl = Objective(lambda x: float(x @ x), lambda x: 2 * x)
    >>> SLSQP().minimize(bowl, np.ones(2)).fun < 1e-6
    True
    """

    method: ClassVar[str] = "SLSQP"
    maxiter: PositiveInt = 100
    tol: PositiveFloat = 1e-9
    uses_gradient: ClassVar[bool] = True

    def max_evaluations(self, n_parameters: int) -> int:
        """Return ten a step, and the start."""
        return 10 * self.maxiter + 1

    def _options(self, n_parameters: int) -> dict[str, Any]:
        return {"maxiter": self.maxiter, "ftol": self.tol}
