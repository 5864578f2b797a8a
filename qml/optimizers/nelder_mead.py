"""Nelder-Mead: a simplex that walks downhill."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from pydantic import PositiveFloat, PositiveInt

from qml.optimizers._scipy import SciPyOptimizer

__all__ = ["NelderMead"]


@dataclass(frozen=True)
class NelderMead(SciPyOptimizer):
    """The downhill simplex, without gradients.

    Parameters
    ----------
    maxiter : int, default=1000
        Number of evaluations, at most; the first :math:`P + 1` only build the simplex.
    tol : float, default=1e-6
        Distance of the simplex's points, and of their values, below which it stops.

    References
    ----------
    Nelder and Mead, Comput. J. 7, 308 (1965), doi:10.1093/comjnl/7.4.308.

    Examples
    --------
    >>> import numpy as np
    >>> from qml.optimizers import Objective
    >>> bowl = Objective(lambda x: float(x @ x), lambda x: 2 * x)
    >>> NelderMead().minimize(bowl, np.ones(2)).fun < 1e-6
    True
    """

    method: ClassVar[str] = "Nelder-Mead"
    maxiter: PositiveInt = 1000
    tol: PositiveFloat = 1e-6

    def max_evaluations(self, n_parameters: int) -> int:
        """Return `maxiter`."""
        return self.maxiter

    def _options(self, n_parameters: int) -> dict[str, Any]:
        return {
            "maxfev": self.maxiter,
            "maxiter": self.maxiter,
            "xatol": self.tol,
            "fatol": self.tol,
        }
