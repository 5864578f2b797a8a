"""CMA-ES: a normal distribution that learns which way is down."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version
from typing import ClassVar

import numpy as np
from pydantic import PositiveFloat, PositiveInt

from qml.optimizers._contract import Objective, Optimizer, Vector

__all__ = ["CMAES"]

SEARCH_SPACE = {"sigma": {"low": 0.1, "high": 1.5, "log": True}}


@dataclass(frozen=True)
class CMAES(Optimizer):
    r"""Covariance matrix adaptation evolution strategy, by the library ``cmaes``.

    A generation draws a population from :math:`N(m,\sigma^2C)`, and moves mean, width and
    covariance towards its better half. Only the order of the values counts.

    Parameters
    ----------
    maxiter : int, default=100
        Number of generations.
    sigma : float, default=0.5
        Width of the first generation, in radians.
    population : int or None, default=None
        Values a generation; None is :math:`4+\lfloor 3\ln P\rfloor`.

    Notes
    -----
    It returns the best point it has seen. With shots that point's value flatters; the mean would
    not, and would cost one evaluation more.

    References
    ----------
    Hansen and Ostermeier, Evol. Comput. 9, 159 (2001), doi:10.1162/106365601750190398.

    Examples
    --------
    >>> bowl = Objective(lambda x: float(x @ x))
    >>> CMAES().minimize(bowl, np.ones(2)).fun < 1e-6
    True
    """

    maxiter: PositiveInt = 100
    sigma: PositiveFloat = 0.5
    population: PositiveInt | None = None
    stochastic: ClassVar[bool] = True

    @property
    def implementation(self) -> str:
        """The library and its version."""
        return f"cmaes {version('cmaes')}"

    def max_evaluations(self, n_parameters: int) -> int:
        """Return the start's, and a population a generation."""
        return 1 + self.maxiter * self._population(n_parameters)

    def _population(self, n_parameters: int) -> int:
        return max(3, self.population or 4 + int(3 * np.log(n_parameters)))

    def _minimize(
        self, objective: Objective, x0: Vector, rng: np.random.Generator
    ) -> tuple[Vector, float | None, int]:
        from cmaes import CMA

        start = objective.n_evaluations
        objective(x0)  # the start itself is in no population
        search = CMA(
            mean=np.copy(x0),
            sigma=self.sigma,
            seed=int(rng.integers(2**31)),
            population_size=self._population(len(x0)),
        )
        steps = 0
        while steps < self.maxiter and not search.should_stop():
            objective.step()
            points = [search.ask() for _ in range(search.population_size)]
            search.tell([(point, objective(point)) for point in points])
            steps += 1
        return (*objective.best_since(start), steps)
