"""Gradient descent with momentum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field, NonNegativeFloat, PositiveFloat, PositiveInt

from qml.optimizers._contract import Objective, Optimizer, Vector

__all__ = ["GradientDescent"]

SEARCH_SPACE = {"eta": {"low": 0.01, "high": 3.0, "log": True}}


@dataclass(frozen=True)
class GradientDescent(Optimizer):
    r"""Steps against the true gradient, with heavy-ball momentum.

    .. math:: m_{k+1} = \beta m_k - \eta\nabla f(\theta_k),\qquad
        \theta_{k+1} = \theta_k + m_{k+1}

    Parameters
    ----------
    maxiter : int, default=100
        Steps of one gradient each.
    eta : float, default=0.1
        Step size, the factor on the gradient.
    momentum : float, default=0.0
        Share :math:`\beta` of the previous step, in [0, 1).
    tol : float, default=0.0
        Size of the gradient's largest entry below which it stops.

    References
    ----------
    Polyak, USSR Comput. Math. Math. Phys. 4, 1 (1964), doi:10.1016/0041-5553(64)90137-5.

    Examples
    --------
    >>> bowl = Objective(lambda x: float(x @ x), lambda x: 2 * x)
    >>> GradientDescent().minimize(bowl, np.ones(2)).fun < 1e-6
    True
    """

    maxiter: PositiveInt = 100
    eta: PositiveFloat = 0.1
    momentum: Annotated[float, Field(ge=0, lt=1)] = 0.0
    tol: NonNegativeFloat = 0.0
    uses_gradient: ClassVar[bool] = True
    stochastic: ClassVar[bool] = True

    @property
    def implementation(self) -> str:
        """Our own."""
        return "qml-workbench gradient descent"

    def max_evaluations(self, n_parameters: int) -> int:
        """Return one a step, which a value and gradient together cost, and the last point."""
        return self.maxiter + 1

    def _minimize(
        self, objective: Objective, x0: Vector, rng: np.random.Generator
    ) -> tuple[Vector, float | None, int]:
        x, velocity = x0, np.zeros_like(x0)
        for k in range(self.maxiter):
            objective.step()
            objective(x)  # comes with the gradient; callbacks and the history see it
            gradient = objective.gradient(x)
            if np.abs(gradient).max() < self.tol:
                return x, None, k
            velocity = self.momentum * velocity - self.eta * gradient
            x = x + velocity
        return x, None, self.maxiter
