"""Quantum natural gradient: steps measured in the states' own distance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from pydantic import PositiveFloat, PositiveInt

from qml.optimizers._contract import Objective, Optimizer, Vector

__all__ = ["NaturalGradient"]

SEARCH_SPACE = {"eta": {"low": 0.005, "high": 0.5, "log": True}}


@dataclass(frozen=True)
class NaturalGradient(Optimizer):
    r"""Gradient descent in the Fubini-Study metric of the circuit's states.

    .. math:: \theta_{k+1} = \theta_k - \eta\,(g(\theta_k) + \lambda 1)^{-1}\nabla f(\theta_k),
        \qquad g_{ij} = \mathrm{Re}\big[\langle\partial_i\psi|\partial_j\psi\rangle
        - \langle\partial_i\psi|\psi\rangle\langle\psi|\partial_j\psi\rangle\big]

    with :math:`g` the mean over the training samples, whose states differ.

    Parameters
    ----------
    maxiter : int, default=100
        Steps of one gradient each, and of one metric in `metric_every`.
    eta : float, default=0.02
        Step size. A change of one radian in one rotation is a distance of a half at most, so a
        metric step is at least four times the plain one of the same `eta`.
    regularization : float, default=0.01
        Number :math:`\lambda` on the metric's diagonal, which keeps directions that move no state
        from exploding.
    metric : {"diagonal", "full"}, default="diagonal"
        Part of :math:`g` that is used. Measured, the diagonal takes one circuit a sample and
        rotation, the whole about two a sample and pair of rotations, times two.
    metric_every : int, default=1
        Number of steps that one metric serves. It changes slowly beside the gradient; where it is
        measured it is most of a step's cost.

    References
    ----------
    Stokes, Izaac, Killoran and Carleo, Quantum 4, 269 (2020), doi:10.22331/q-2020-05-25-269. Mari,
    Bromley and Killoran, Phys. Rev. A 103, 012405 (2021), doi:10.1103/PhysRevA.103.012405 (the
    metric by shifts).

    Examples
    --------
    >>> bowl = Objective(
    ...     lambda x: float(x @ x), lambda x: 2 * x, metric=lambda x, diagonal: np.full(2, 0.25)
    ... )
    >>> NaturalGradient().minimize(bowl, np.ones(2)).fun < 1e-6
    True
    """

    maxiter: PositiveInt = 100
    eta: PositiveFloat = 0.02
    regularization: PositiveFloat = 0.01
    metric: Literal["diagonal", "full"] = "diagonal"
    metric_every: PositiveInt = 1
    uses_gradient: ClassVar[bool] = True
    uses_metric: ClassVar[bool] = True
    stochastic: ClassVar[bool] = True

    @property
    def diagonal_metric(self) -> bool:
        """As its parameter says."""
        return self.metric == "diagonal"

    @property
    def implementation(self) -> str:
        """Our own: the library has none."""
        return "qml-workbench quantum natural gradient"

    def max_evaluations(self, n_parameters: int) -> int:
        """Return one a step, which a value and gradient together cost, and the last point."""
        return self.maxiter + 1

    def max_metrics(self) -> int:
        """Return one for every `metric_every` steps."""
        return -(-self.maxiter // self.metric_every)

    def _minimize(
        self, objective: Objective, x0: Vector, rng: np.random.Generator
    ) -> tuple[Vector, float | None, int]:
        x: Vector = x0
        metric: Vector = np.empty(0)
        for step in range(self.maxiter):
            objective.step()
            objective(x)  # comes with the gradient; callbacks and the history see it
            gradient = objective.gradient(x)
            if step % self.metric_every == 0:
                metric = objective.metric(x, self.diagonal_metric)
            if metric.ndim == 1:
                direction = gradient / (metric + self.regularization)
            else:
                whole = metric + self.regularization * np.eye(len(x))
                direction = np.asarray(np.linalg.solve(whole, gradient))
            x = x - self.eta * direction
        return x, None, self.maxiter
