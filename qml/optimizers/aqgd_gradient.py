"""AQGD on the true gradient: the published update, but along the slope."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field, PositiveFloat, PositiveInt

from qml.optimizers._contract import Objective, Optimizer, Vector

__all__ = ["AQGDGradient"]

SEARCH_SPACE = {"eta": {"low": 0.05, "high": 5.0, "log": True}}


@dataclass(frozen=True)
class AQGDGradient(Optimizer):
    r"""AQGD's update with momentum, fed the objective's true gradient.

    .. math:: m_{k+1} = \beta m_k + (1-\beta)\nabla f(\theta_k),\qquad
        \theta_{k+1} = \theta_k - \eta m_{k+1}

    The algorithm `aqgd`, as published, replaces the gradient by shifted values of the objective;
    beside this one it shows what that replacement costs.

    Parameters
    ----------
    maxiter : int, default=100
        Steps of one value and gradient each.
    eta : float, default=1.0
        Step size, the factor on the gradient.
    momentum : float, default=0.25
        Share :math:`\beta` of the previous step, in [0, 1).
    tol : float, default=1e-6
        Change of the mean objective of the last `averaging` steps below which it stops.
    averaging : int, default=10
        Number of steps that `tol` looks at.

    References
    ----------
    Mitarai et al., Phys. Rev. A 98, 032309 (2018), doi:10.1103/PhysRevA.98.032309.

    Examples
    --------
    >>> waves = Objective(lambda x: float(np.cos(x).sum()), lambda x: -np.sin(x))
    >>> round(AQGDGradient(maxiter=30).minimize(waves, np.ones(2)).fun, 3)
    -2.0
    """

    maxiter: PositiveInt = 100
    eta: PositiveFloat = 1.0
    momentum: Annotated[float, Field(ge=0, lt=1)] = 0.25
    tol: PositiveFloat = 1e-6
    averaging: PositiveInt = 10
    uses_gradient: ClassVar[bool] = True

    @property
    def implementation(self) -> str:
        """Our own: the library's stopping rule compares with the start alone."""
        return "qml-workbench AQGD, true gradient"

    def max_evaluations(self, n_parameters: int) -> int:
        """Return one a step, and one for the last point."""
        return self.maxiter + 1

    def _minimize(
        self, objective: Objective, x0: Vector, rng: np.random.Generator
    ) -> tuple[Vector, float | None, int]:
        x, mean = x0, np.zeros_like(x0)
        values: list[float] = []
        for k in range(self.maxiter):
            objective.step()
            values.append(objective(x))
            window = self.averaging
            if len(values) > window:
                change = np.mean(values[-window:]) - np.mean(values[-window - 1 : -1])
                if abs(change) < self.tol:
                    return x, values[-1], k
            mean = self.momentum * mean + (1 - self.momentum) * objective.gradient(x)
            x = x - self.eta * mean
        return x, None, self.maxiter
