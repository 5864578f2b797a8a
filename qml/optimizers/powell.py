"""Powell: line searches along conjugate directions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from pydantic import PositiveFloat, PositiveInt

from qml.optimizers._scipy import SciPyOptimizer

__all__ = ["Powell"]


@dataclass(frozen=True)
class Powell(SciPyOptimizer):
    """Line searches along conjugate directions, without gradients.

    Parameters
    ----------
    maxiter : int, default=1000
        Number of evaluations, at most.
    tol : float, default=1e-6
        Relative change of the value in a round of line searches below which it stops.

    References
    ----------
    Powell, Comput. J. 7, 155 (1964), doi:10.1093/comjnl/7.2.155.

    Examples
    --------
    >>> import numpy as np
    >>> from qml.optimizers import Objective
    >>> bowl = Objective(lambda x: float(x @ x), lambda x: 2 * x)
    >>> Powell().minimize(bowl, np.ones(2)).fun < 1e-6
    True
    """

    method: ClassVar[str] = "Powell"
    maxiter: PositiveInt = 1000
    tol: PositiveFloat = 1e-6

    def max_evaluations(self, n_parameters: int) -> int:
        """Return `maxiter`."""
        return self.maxiter

    def _options(self, n_parameters: int) -> dict[str, Any]:
        return {"maxfev": self.maxiter, "maxiter": self.maxiter, "ftol": self.tol, "xtol": self.tol}
