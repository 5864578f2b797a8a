"""Lion: steps of one size, by the sign of a running mean of the true gradient."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field, NonNegativeFloat, PositiveFloat, PositiveInt

from qml.optimizers._contract import Objective, Optimizer, Vector

__all__ = ["Lion"]

SEARCH_SPACE = {"eta": {"low": 0.002, "high": 0.2, "log": True}}


@dataclass(frozen=True)
class Lion(Optimizer):
    r"""Evolved sign momentum on the true gradient.

    .. math:: \theta_{k+1} = \theta_k - \eta\,[\mathrm{sign}(\beta_1 m_k + (1-\beta_1)g_k)
        + \lambda\theta_k],\qquad m_{k+1} = \beta_2 m_k + (1-\beta_2)g_k

    Parameters
    ----------
    maxiter : int, default=100
        Steps of one gradient each.
    eta : float, default=0.02
        Change of every angle in one step, in radians.
    beta_1, beta_2 : float, default=0.9, 0.99
        Decay of the mean, for the step and for what is kept, in [0, 1).
    decay : float, default=0.0
        Strength :math:`\lambda` of the pull to zero; angles have no origin, so none by default.

    References
    ----------
    Chen et al., NeurIPS 36 (2023), arXiv:2302.06675.

    Examples
    --------
    >>> bowl = Objective(lambda x: float(x @ x), lambda x: 2 * x)
    >>> Lion(maxiter=200).minimize(bowl, np.ones(2)).fun < 0.01
    True
    """

    maxiter: PositiveInt = 100
    eta: PositiveFloat = 0.02
    beta_1: Annotated[float, Field(ge=0, lt=1)] = 0.9
    beta_2: Annotated[float, Field(ge=0, lt=1)] = 0.99
    decay: NonNegativeFloat = 0.0
    uses_gradient: ClassVar[bool] = True
    stochastic: ClassVar[bool] = True

    @property
    def implementation(self) -> str:
        """Our own."""
        return "qml-workbench Lion"

    def max_evaluations(self, n_parameters: int) -> int:
        """Return one a step, which a value and gradient together cost, and the last point."""
        return self.maxiter + 1

    def _minimize(
        self, objective: Objective, x0: Vector, rng: np.random.Generator
    ) -> tuple[Vector, float | None, int]:
        x, mean = x0, np.zeros_like(x0)
        for _ in range(self.maxiter):
            objective.step()
            objective(x)  # comes with the gradient; callbacks and the history see it
            gradient = objective.gradient(x)
            step = np.sign(self.beta_1 * mean + (1 - self.beta_1) * gradient)
            x = x - self.eta * (step + self.decay * x)
            mean = self.beta_2 * mean + (1 - self.beta_2) * gradient
        return x, None, self.maxiter
