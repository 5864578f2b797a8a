"""Steps against the gradient that become shorter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import PositiveFloat, PositiveInt

from qml.optimizers import Objective, Optimizer

__all__ = ["Downhill"]

EXAMPLES = ({"eta": 0.3},)


@dataclass(frozen=True)
class Downhill(Optimizer):
    """Gradient descent whose k-th step is shorter by the root of k.

    Parameters
    ----------
    maxiter : int, default=100
        Number of steps, one gradient each.
    eta : float, default=0.1
        Size of the first step.
    """

    maxiter: PositiveInt = 100
    eta: PositiveFloat = 0.1
    uses_gradient: ClassVar[bool] = True
    stochastic: ClassVar[bool] = True

    @property
    def implementation(self) -> str:
        """A newcomer's own."""
        return "newcomer"

    def max_evaluations(self, n_parameters: int) -> int:
        """Return one a step, and the last point."""
        return self.maxiter + 1

    def _minimize(
        self, objective: Objective, x0: NDArray[np.float64], rng: np.random.Generator
    ) -> tuple[NDArray[np.float64], float | None, int]:
        x = x0
        for k in range(1, self.maxiter + 1):
            objective.step()
            objective(x)
            x = x - self.eta / np.sqrt(k) * objective.gradient(x)
        return x, None, self.maxiter
