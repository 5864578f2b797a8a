"""L-BFGS-B: a quasi-Newton method on true gradients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from pydantic import PositiveFloat, PositiveInt

from qml.optimizers._scipy import SciPyOptimizer

__all__ = ["LBFGSB"]


@dataclass(frozen=True)
class LBFGSB(SciPyOptimizer):
    """Limited-memory BFGS, on the objective's own gradient.

    Parameters
    ----------
    maxiter : int, default=100
        Number of steps; each is a line search of a few evaluations, each with its gradient.
    tol : float, default=1e-9
        Relative change of the value in a step below which it stops.

    References
    ----------
    Byrd, Lu, Nocedal and Zhu, SIAM J. Sci. Comput. 16, 1190 (1995), doi:10.1137/0916069.

    Examples
    --------
    >>> import numpy as np
    >>> from qml.optimizers import Objective
    >>> bowl = Objective(lambda x: float(x @ x), lambda x: 2 * x)
    >>> LBFGSB().minimize(bowl, np.ones(2)).fun < 1e-6
    True
    """

    method: ClassVar[str] = "L-BFGS-B"
    maxiter: PositiveInt = 100
    tol: PositiveFloat = 1e-9
    uses_gradient: ClassVar[bool] = True

    def max_evaluations(self, n_parameters: int) -> int:
        """Return three a step, and the start: a line search that needs more ends the run."""
        return 3 * self.maxiter + 1

    def _options(self, n_parameters: int) -> dict[str, Any]:
        return {"maxiter": self.maxiter, "ftol": self.tol}
