"""SPSA: descent along random directions, two evaluations a step whatever the dimension."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field, NonNegativeFloat, PositiveFloat, PositiveInt

from qml.optimizers._contract import Objective, Optimizer, Vector

__all__ = ["SPSA"]

SEARCH_SPACE = {"a": {"low": 0.2, "high": 10.0, "log": True}}

_CALIBRATION_PAIRS = 25
_TARGET_STEP = 2 * np.pi / 10  # of the first step, in radians


@dataclass(frozen=True)
class SPSA(Optimizer):
    r"""Simultaneous perturbation stochastic approximation.

    With random signs :math:`\Delta_k\in\{-1,1\}^P`,

    .. math:: \theta_{k+1} = \theta_k - a_k\,
        \frac{f(\theta_k + c_k\Delta_k) - f(\theta_k - c_k\Delta_k)}{2c_k}\,\Delta_k,\qquad
        a_k = \frac{a}{(A + k + 1)^\alpha},\quad c_k = \frac{c}{(k+1)^\gamma}

    Parameters
    ----------
    maxiter : int, default=100
        Steps of two evaluations each.
    a : float or "calibrated", default="calibrated"
        Step gain. "calibrated" spends 50 evaluations around the start so that the first step is
        about :math:`2\pi/10`, as Kandala et al. and qiskit-machine-learning do. The public code of
        Havlíček et al. has a = 4 and c = 0.1, without calibration.
    c : float, default=0.2
        Perturbation gain, in radians.
    A : float, default=0.0
        Stability constant, in steps.
    alpha, gamma : float, default=0.602, 0.101
        Decay of steps and perturbations.

    Notes
    -----
    The random signs come from the seed of the run, never from a global generator. It returns its
    last point, evaluated once more.

    References
    ----------
    Spall, IEEE Trans. Autom. Control 37, 332 (1992), doi:10.1109/9.119632. Kandala et al., Nature
    549, 242 (2017), doi:10.1038/nature23879 (calibration).

    Examples
    --------
    >>> bowl = Objective(lambda x: float(x @ x))
    >>> result = SPSA(maxiter=200).minimize(bowl, np.ones(2))
    >>> result.fun < 0.01, result.n_evaluations
    (True, 451)
    """

    maxiter: PositiveInt = 100
    a: PositiveFloat | Literal["calibrated"] = "calibrated"
    c: PositiveFloat = 0.2
    A: NonNegativeFloat = 0.0
    alpha: Annotated[float, Field(gt=0, le=1)] = 0.602
    gamma: Annotated[float, Field(gt=0, le=1)] = 0.101
    stochastic: ClassVar[bool] = True

    @property
    def implementation(self) -> str:
        """Our own: the library's draws from one global generator."""
        return "qml-workbench SPSA"

    def max_evaluations(self, n_parameters: int) -> int:
        """Return two a step, the calibration's, and one for the last point."""
        calibration = 2 * _CALIBRATION_PAIRS if self.a == "calibrated" else 0
        return 2 * self.maxiter + calibration + 1

    def _minimize(
        self, objective: Objective, x0: Vector, rng: np.random.Generator
    ) -> tuple[Vector, float | None, int]:
        def slope(x: Vector, width: float) -> tuple[float, Vector]:
            signs = rng.choice([-1.0, 1.0], len(x))
            difference = objective(x + width * signs) - objective(x - width * signs)
            return difference / (2 * width), signs

        if self.a == "calibrated":
            slopes = [abs(slope(x0, self.c)[0]) for _ in range(_CALIBRATION_PAIRS)]
            typical = float(np.mean(slopes))
            a = _TARGET_STEP * (self.A + 1) ** self.alpha / (typical if typical > 1e-10 else 1.0)
        else:
            a = self.a
        x = x0
        for k in range(self.maxiter):
            objective.step()
            steepness, signs = slope(x, self.c / (k + 1) ** self.gamma)
            x = x - a / (self.A + k + 1) ** self.alpha * steepness * signs
        return x, None, self.maxiter
