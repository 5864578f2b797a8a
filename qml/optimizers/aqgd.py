"""AQGD as published: gradient descent on shifted values of the objective."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version
from typing import Annotated

import numpy as np
from pydantic import Field, PositiveFloat, PositiveInt

from qml.optimizers._contract import Objective, Optimizer, Vector

__all__ = ["AQGD"]

SEARCH_SPACE = {"eta": {"low": 0.05, "high": 5.0, "log": True}}


@dataclass(frozen=True)
class AQGD(Optimizer):
    r"""Analytic quantum gradient descent with momentum, as qiskit-machine-learning has it.

    .. math:: g_k = \tfrac12\,[f(\theta + \tfrac\pi2 e_k) - f(\theta - \tfrac\pi2 e_k)]

    This is the gradient only where the objective :math:`f` is linear in expectation values. For
    cross-entropy or a squared error it is another direction; that is the published algorithm, and
    it is kept so on purpose. One step costs :math:`2P + 1` evaluations.

    Parameters
    ----------
    maxiter : int, default=100
        Number of gradient steps.
    eta : float, default=1.0
        Step size, the factor on the gradient.
    momentum : float, default=0.25
        Share of the previous step, in [0, 1).
    tol : float, default=1e-6
        Change of the mean objective of the last `averaging` steps below which it stops.
    averaging : int, default=10
        Number of steps that `tol` looks at.

    Notes
    -----
    Three faults of the library are kept from the user: it changes the start point in place (it
    gets a copy), it returns the value one step behind the point (the point is evaluated once
    more), and it counts nothing when it is given a gradient (the objective counts).

    References
    ----------
    Mitarai et al., Phys. Rev. A 98, 032309 (2018), doi:10.1103/PhysRevA.98.032309.

    Examples
    --------
    >>> result = AQGD(maxiter=20).minimize(Objective(lambda x: float(np.cos(x).sum())), np.ones(2))
    >>> round(result.fun, 3), result.n_evaluations
    (-2.0, 101)
    """

    maxiter: PositiveInt = 100
    eta: PositiveFloat = 1.0
    momentum: Annotated[float, Field(ge=0, lt=1)] = 0.25
    tol: PositiveFloat = 1e-6
    averaging: PositiveInt = 10

    @property
    def implementation(self) -> str:
        """The library's optimizer, its version, and that its own rule runs."""
        return f"qiskit-machine-learning {version('qiskit-machine-learning')} AQGD, own shift rule"

    def max_evaluations(self, n_parameters: int) -> int:
        """Return :math:`2P + 1` a step, and one for the last point."""
        return self.maxiter * (2 * n_parameters + 1) + 1

    def _minimize(
        self, objective: Objective, x0: Vector, rng: np.random.Generator
    ) -> tuple[Vector, float | None, int]:
        from qiskit_machine_learning import optimizers as library

        optimizer = library.AQGD(
            maxiter=self.maxiter,
            eta=self.eta,
            momentum=self.momentum,
            tol=self.tol,
            averaging=self.averaging,
        )
        asked = 0

        def counting_steps(x: Vector) -> float:  # the library never says that a step begins
            nonlocal asked
            if asked % (2 * len(x0) + 1) == 0:
                objective.step()
            asked += 1
            return objective(x)

        found = optimizer.minimize(counting_steps, np.copy(x0), jac=None)
        return np.asarray(found.x), None, int(found.nit)
