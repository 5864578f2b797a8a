"""COBYLA: linear models in a shrinking trust region, without gradients."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version

import numpy as np
from pydantic import PositiveFloat, PositiveInt

from qml.optimizers._contract import Objective, Optimizer, Vector

__all__ = ["COBYLA"]


@dataclass(frozen=True)
class COBYLA(Optimizer):
    """Constrained optimization by linear approximation.

    One step is one evaluation. The first :math:`P + 1` evaluations only build the first simplex.

    Parameters
    ----------
    maxiter : int, default=100
        Evaluations.
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
    >>> result = COBYLA().minimize(Objective(lambda x: float(x @ x)), np.ones(2))
    >>> result.fun < 1e-6 and result.n_evaluations <= 100
    True
    """

    maxiter: PositiveInt = 100
    rhobeg: PositiveFloat = 1.0
    tol: PositiveFloat | None = None

    @property
    def implementation(self) -> str:
        """SciPy's version: another version may be another algorithm."""
        return f"SciPy {version('scipy')} COBYLA"

    def max_evaluations(self, n_parameters: int) -> int:
        """Return `maxiter`, which holds below the first simplex's size too."""
        return self.maxiter

    def _minimize(self, objective: Objective, x0: Vector) -> tuple[Vector, float | None, int]:
        from qiskit_machine_learning import optimizers as library

        start = objective.n_evaluations

        def within_budget(x: Vector) -> float:
            if objective.n_evaluations - start >= self.maxiter:
                raise _BudgetSpent
            return objective(x)

        # SciPy raises a limit below the first simplex's size, with a warning; here it holds
        library_limit = max(self.maxiter, len(x0) + 2)
        optimizer = library.COBYLA(maxiter=library_limit, rhobeg=self.rhobeg, tol=self.tol)
        try:
            found = optimizer.minimize(within_budget, np.copy(x0))
            x, fun = np.asarray(found.x), float(found.fun)
        except _BudgetSpent:
            x, fun = objective.best_since(start)
        return x, fun, objective.n_evaluations - start


class _BudgetSpent(Exception):
    """The evaluations are used up before the first simplex stands."""
