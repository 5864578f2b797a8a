"""Rotosolve (NFT): one angle after the other, each to its minimum in closed form."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from pydantic import PositiveInt

from qml.optimizers._contract import Objective, Optimizer, Vector

__all__ = ["Rotosolve"]


@dataclass(frozen=True)
class Rotosolve(Optimizer):
    r"""Sequential minimal optimization of Nakanishi, Fujii and Todo, also known as Rotosolve.

    An objective that is linear in expectation values is a sinusoid of period :math:`2\pi` in every
    angle that one rotation has to itself, :math:`f = A\cos(\theta_p - B) + C`; three values give A,
    B and C, and the angle goes to :math:`B + \pi`. For another objective, such as cross-entropy, it
    is a heuristic, and a step may lead up.

    Parameters
    ----------
    maxiter : int, default=100
        Number of angles updated, two evaluations each.
    reset_interval : int, default=32
        Number of updates after which the value at the point is evaluated anew, since the one that
        is carried on from sinusoid to sinusoid gathers errors.

    References
    ----------
    Nakanishi, Fujii and Todo, Phys. Rev. Research 2, 043158 (2020),
    doi:10.1103/PhysRevResearch.2.043158. Ostaszewski, Grant and Benedetti, Quantum 5, 391 (2021),
    doi:10.22331/q-2021-01-28-391.

    Examples
    --------
    >>> waves = Objective(lambda x: float(np.cos(x).sum()))
    >>> round(Rotosolve(maxiter=2).minimize(waves, np.ones(2)).fun, 9)
    -2.0
    """

    maxiter: PositiveInt = 100
    reset_interval: PositiveInt = 32

    @property
    def implementation(self) -> str:
        """Our own: the library's changes the start point in place."""
        return "qml-workbench Rotosolve (NFT)"

    def max_evaluations(self, n_parameters: int) -> int:
        """Return two an update, one a reset, and one for the last point."""
        return 2 * self.maxiter + -(-self.maxiter // self.reset_interval) + 1

    def _minimize(
        self, objective: Objective, x0: Vector, rng: np.random.Generator
    ) -> tuple[Vector, float | None, int]:
        x, here = np.copy(x0), 0.0
        for k in range(self.maxiter):
            objective.step()
            if k % self.reset_interval == 0:
                here = objective(x)
            place = k % len(x)
            quarter = np.zeros_like(x)
            quarter[place] = np.pi / 2
            ahead, behind = objective(x + quarter), objective(x - quarter)
            middle = (ahead + behind) / 2
            cosine, sine = (
                here - middle,
                (ahead - behind) / 2,
            )  # C + cosine cos t + sine sin t
            x[place] += np.arctan2(-sine, -cosine)
            here = middle - float(np.hypot(sine, cosine))
        return x, None, self.maxiter
