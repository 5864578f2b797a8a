"""COBYLA: linear models in a shrinking trust region, without gradients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from pydantic import PositiveFloat, PositiveInt

from qml.optimizers._scipy import SciPyOptimizer

__all__ = ["COBYLA"]

SEARCH_SPACE = {"rhobeg": {"low": 0.1, "high": 3.0, "log": True}}


@dataclass(frozen=True)
class COBYLA(SciPyOptimizer):
    """Constrained optimization by linear approximation.

    One step is one evaluation. The first :math:`P + 1` evaluations only build the first simplex.

    Parameters
    ----------
    maxiter : int, default=100
        Number of evaluations, at most.
    rhobeg : float, default=1.0
        First radius of the trust region, in radians.
    tol : float or None, default=None
        Last radius; None is SciPy's default.

    Notes
    -----
    SciPy 1.16 replaced its COBYLA by another implementation, so its version belongs to every
    number; `implementation` carries it.

    References
    ----------
    Powell, in Advances in Optimization and Numerical Analysis, 51 (1994),
    doi:10.1007/978-94-015-8330-5_4.

    Examples
    --------
    >>> import numpy as np
    >>> from qml.optimizers import Objective
    >>> result = COBYLA().minimize(Objective(lambda x: float(x @ x)), np.ones(2))
    >>> result.fun < 1e-6 and result.n_evaluations <= 100
    True
    """

    method: ClassVar[str] = "COBYLA"
    steps_by_evaluation: ClassVar[bool] = True
    maxiter: PositiveInt = 100
    rhobeg: PositiveFloat = 1.0
    tol: PositiveFloat | None = None

    def max_evaluations(self, n_parameters: int) -> int:
        """Return `maxiter`, which holds below the first simplex's size too."""
        return self.maxiter

    def _options(self, n_parameters: int) -> dict[str, Any]:
        # SciPy raises a limit below the first simplex's size, with a warning; here it holds
        options: dict[str, Any] = {
            "maxiter": max(self.maxiter, n_parameters + 2),
            "rhobeg": self.rhobeg,
        }
        return options if self.tol is None else {**options, "tol": self.tol}
