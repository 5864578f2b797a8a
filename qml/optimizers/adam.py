"""ADAM: steps scaled by running moments of the true gradient."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field, PositiveFloat, PositiveInt

from qml.optimizers._contract import Objective, Optimizer, Vector

__all__ = ["ADAM"]

SEARCH_SPACE = {"eta": {"low": 0.005, "high": 1.0, "log": True}}


@dataclass(frozen=True)
class ADAM(Optimizer):
    r"""Adaptive moment estimation on the true gradient.

    .. math:: m_k = \beta_1 m_{k-1} + (1-\beta_1)g_k,\quad v_k = \beta_2 v_{k-1} + (1-\beta_2)g_k^2,
        \quad \theta_{k+1} = \theta_k - \eta\,
        \frac{m_k/(1-\beta_1^k)}{\sqrt{v_k/(1-\beta_2^k)} + \epsilon}

    Parameters
    ----------
    maxiter : int, default=100
        Steps of one gradient each.
    eta : float, default=0.05
        Step size: about the change of an angle in one step, in radians.
    beta_1, beta_2 : float, default=0.9, 0.999
        Decay of the moments, in [0, 1).
    epsilon : float, default=1e-8
        Small number that keeps the step finite.

    References
    ----------
    Kingma and Ba, ICLR (2015), arXiv:1412.6980.

    Examples
    --------
    >>> bowl = Objective(lambda x: float(x @ x), lambda x: 2 * x)
    >>> ADAM(maxiter=200).minimize(bowl, np.ones(2)).fun < 1e-3
    True
    """

    maxiter: PositiveInt = 100
    eta: PositiveFloat = 0.05
    beta_1: Annotated[float, Field(ge=0, lt=1)] = 0.9
    beta_2: Annotated[float, Field(ge=0, lt=1)] = 0.999
    epsilon: PositiveFloat = 1e-8
    uses_gradient: ClassVar[bool] = True
    stochastic: ClassVar[bool] = True

    @property
    def implementation(self) -> str:
        """Our own: the library's second decay and tolerance are not the published ones."""
        return "qml-workbench ADAM"

    def max_evaluations(self, n_parameters: int) -> int:
        """Return one a step, which a value and gradient together cost, and the last point."""
        return self.maxiter + 1

    def _minimize(
        self, objective: Objective, x0: Vector, rng: np.random.Generator
    ) -> tuple[Vector, float | None, int]:
        x, first, second = x0, np.zeros_like(x0), np.zeros_like(x0)
        for k in range(1, self.maxiter + 1):
            objective.step()
            objective(x)  # comes with the gradient; callbacks and the history see it
            gradient = objective.gradient(x)
            first = self.beta_1 * first + (1 - self.beta_1) * gradient
            second = self.beta_2 * second + (1 - self.beta_2) * gradient**2
            scale = np.sqrt(second / (1 - self.beta_2**k)) + self.epsilon
            x = x - self.eta * first / (1 - self.beta_1**k) / scale
        return x, None, self.maxiter
