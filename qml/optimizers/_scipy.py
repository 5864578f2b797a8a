"""What SciPy's minimizers share: the budget is ours, the counts are the objective's."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from qml.optimizers._contract import BudgetSpent, Objective, Vector

__all__ = ["minimize_with_scipy", "scipy_version"]


def scipy_version(method: str) -> str:
    """Return the code that runs: another version of SciPy may be another algorithm."""
    return f"SciPy {version('scipy')} {method}"


def minimize_with_scipy(
    objective: Objective,
    x0: Vector,
    method: str,
    limit: int,
    options: dict[str, Any],
    gradient: bool = False,
) -> tuple[Vector, float, int]:
    """Run a method of SciPy's on a number of evaluations that it cannot exceed.

    Parameters
    ----------
    objective : Objective
        Counts its own calls.
    x0 : ndarray of shape (n_parameters,)
        The start.
    method : str
        SciPy's name.
    limit : int
        The most evaluations; the best point so far if they are spent in the middle of a step.
    options : dict
        SciPy's own.
    gradient : bool, default=False
        Whether the method is given the objective's gradient.

    Returns
    -------
    x : ndarray of shape (n_parameters,)
    fun : float
    n_iterations : int
    """
    from scipy.optimize import minimize

    start = objective.n_evaluations

    def within_budget(x: Vector) -> float:
        if objective.n_evaluations - start >= limit:
            raise BudgetSpent
        return objective(x)

    try:
        found = minimize(
            within_budget,
            x0,
            jac=objective.gradient if gradient else None,
            method=method,
            options=options,
        )
    except BudgetSpent:
        x, fun = objective.best_since(start)
        return x, fun, int(options.get("maxiter", limit))
    return found.x, float(found.fun), max(1, int(found.get("nit", found.nfev)))
