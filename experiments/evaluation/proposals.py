"""What a search tries: spaces as a study writes them, and the points of one, none twice."""

from __future__ import annotations

import itertools
import math
import warnings
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from experiments.records import Parameters
from qml.errors import SpecError

__all__ = ["Choices", "Proposals", "Range", "Space", "proposals", "read_space", "spread_points"]

_RANGE_KEYS = {"low", "high", "log"}


@dataclass(frozen=True)
class Choices:
    """A parameter's values, each as good as the other.

    Parameters
    ----------
    values : tuple
        Plain values; a value may be a list or a component.
    """

    values: tuple[Any, ...]

    @property
    def samples(self) -> tuple[Any, ...]:
        """Values by which the parameter can be checked."""
        return self.values

    @property
    def listed(self) -> Sequence[Any]:
        """All values that there are."""
        return self.values


@dataclass(frozen=True)
class Range:
    """A parameter's interval.

    Parameters
    ----------
    low, high : int or float
        Ends, both allowed; two integers give integers.
    log : bool, default=False
        True for a logarithmic scale, on which `low` is above 0.
    """

    low: float
    high: float
    log: bool = False

    @property
    def samples(self) -> tuple[float, float]:
        """Values by which the parameter can be checked."""
        return self.low, self.high

    @property
    def listed(self) -> Sequence[int] | None:
        """All values that there are: whole numbers, or None where there is no end of them."""
        if isinstance(self.low, int) and isinstance(self.high, int):
            return range(self.low, self.high + 1)
        return None


def read_space(space: Parameters) -> dict[str, Choices | Range]:
    """Return what there is to try of each parameter, in the space's order.

    Parameters
    ----------
    space : mapping
        Parameter to a list of values, or to ``{"low": ..., "high": ..., "log": ...}``.

    Raises
    ------
    SpecError
        At the first parameter whose values are no list and no range.

    Examples
    --------
    >>> read_space({"C": {"low": 0.1, "high": 10.0}, "kernel": ["linear"]})
    {'C': Range(low=0.1, high=10.0, log=False), 'kernel': Choices(values=('linear',))}
    """
    return {name: _read(name, values) for name, values in space.items()}


def _read(name: str, values: Any) -> Choices | Range:
    if isinstance(values, list):
        if not values:
            raise SpecError("an empty list has no value to try", name)
        return Choices(tuple(values))
    if not isinstance(values, Mapping):
        raise SpecError(
            f"expected a list of values or {{low: ..., high: ...}}, got {values!r}", name
        )
    if not {"low", "high"} <= set(values) <= _RANGE_KEYS:
        problem = (
            f"a range has low, high and, on a logarithmic scale, log: true; got {dict(values)}"
        )
        raise SpecError(problem, name)
    found = Range(**values)
    ends = found.samples
    numbers = all(isinstance(v, int | float) and not isinstance(v, bool) for v in ends)
    if not numbers or not found.low < found.high or (found.log and found.low <= 0):
        raise SpecError(f"no range from {found.low!r} to {found.high!r}", name)
    return found


Space: TypeAlias = Mapping[str, Choices | Range]
Proposals: TypeAlias = Generator[Parameters | None, float | None, None]

_SPREAD = 10  # points before a model of the scores proposes: as many as Optuna draws at random
_LOOKED = 4096  # even points that are looked at for one that is new


def proposals(space: Space, trials: int, seed: int, known: Sequence[Parameters] = ()) -> Proposals:
    """Return a started generator of points: send a score (None: it failed), get the next, or None.

    If the space is a grid of which no more than `trials` points are left, all of it comes, in
    order. Else ten points come that lie evenly (`spread_points`), then those of a tree-structured
    Parzen estimator (Optuna's); where that repeats itself, the next even one. No point comes twice.

    Parameters
    ----------
    space : mapping
        Parameter to its choices or its range.
    trials : int
        Most points that will be asked for.
    seed : int
        Seed of the points.
    known : sequence of mapping, default=()
        Points that were tried already.

    References
    ----------
    Bergstra and Bengio, JMLR 13, 281 (2012): a quasi-random start is better than a random one;
    Akiba et al., KDD 2019, doi:10.1145/3292500.3330701; Watanabe, arXiv:2304.11127 (2023).

    Examples
    --------
    >>> search = proposals({"kernel": Choices(("linear", "rbf"))}, 5, 0)
    >>> search.send(0.5), search.send(0.7), search.send(0.6)
    ({'kernel': 'linear'}, {'kernel': 'rbf'}, None)
    """
    grid = {name: one.listed for name, one in space.items() if one.listed is not None}
    size = math.prod(len(values) for values in grid.values())
    found = _parzen(space, seed, list(known))
    if len(grid) == len(space) and size <= trials + len(known):
        left = [point for point in _points(grid) if point not in known]
        if len(left) <= trials:
            found = _all(left)
    next(found)
    return found


def _points(grid: Mapping[str, Sequence[Any]]) -> Iterator[Parameters]:
    for combination in itertools.product(*grid.values()):
        yield dict(zip(grid, combination, strict=True))


def _all(points: Sequence[Parameters]) -> Proposals:
    left = iter(points)
    yield None
    while True:
        yield next(left, None)


def spread_points(space: Space, seed: int) -> Iterator[Parameters]:
    """Yield points that lie more evenly than random ones: Sobol's sequence, scrambled.

    A choice takes equal parts of the unit interval, a logarithmic range its logarithm's. On a grid
    points come again; on a range hardly.

    Parameters
    ----------
    space : mapping
        Parameter to its choices or its range.
    seed : int
        Seed of the scrambling.

    References
    ----------
    Owen, J. Complexity 14, 466 (1998), doi:10.1006/jcom.1998.0487.

    Examples
    --------
    >>> points = spread_points({"reps": Choices((1, 2, 3, 4))}, 0)
    >>> sorted(next(points)["reps"] for _ in range(4))
    [1, 2, 3, 4]
    """
    from scipy.stats import qmc

    sequence = qmc.Sobol(len(space), rng=np.random.default_rng(seed))
    for exponent in itertools.chain([0], itertools.count()):  # powers of two, which lie evenly
        for units in sequence.random_base2(exponent):
            yield {
                name: _at(one, unit) for (name, one), unit in zip(space.items(), units, strict=True)
            }


def _at(one: Choices | Range, unit: float) -> Any:
    """Return the value that a number in [0, 1) stands for."""
    if isinstance(one, Choices):
        return one.values[int(unit * len(one.values))]
    whole = one.listed is not None
    low, high = float(one.low), float(one.high) + whole  # a whole number has a part of its own
    value = low * (high / low) ** unit if one.log else low + unit * (high - low)
    return min(int(value), int(one.high)) if whole else min(max(value, low), high)


def _parzen(space: Space, seed: int, known: list[Parameters]) -> Proposals:
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        sampler = optuna.samplers.TPESampler(
            seed=seed % 2**32, multivariate=True, n_startup_trials=_SPREAD
        )
    study = optuna.create_study(direction="maximize", sampler=sampler)
    distributions = {name: _distribution(optuna, one) for name, one in space.items()}
    spread = spread_points(space, seed % 2**32)
    yield None
    for number in itertools.count():
        trial = study.ask(distributions) if number >= _SPREAD else None
        point: Parameters = {} if trial is None else _point(space, trial.params)
        if trial is None or point in known:
            if trial is not None:
                study.tell(trial, state=optuna.trial.TrialState.FAIL)  # it would say nothing new
            looked = itertools.islice(spread, _LOOKED)
            new = next((one for one in looked if one not in known), None)
            while new is None:  # what is left equals what was tried, as 1.0 does 1
                yield None
            point = new
            study.enqueue_trial(_places(space, point))
            trial = study.ask(distributions)
        known.append(point)
        score = yield point
        study.tell(trial, score, state=optuna.trial.TrialState.FAIL if score is None else None)


# Optuna's choices are positions, since a value may be a list or a component.


def _point(space: Space, places: Parameters) -> Parameters:
    return {
        name: one.values[at] if isinstance(one := space[name], Choices) else at
        for name, at in places.items()
    }


def _places(space: Space, point: Parameters) -> dict[str, Any]:
    return {
        name: one.values.index(value) if isinstance(one := space[name], Choices) else value
        for name, value in point.items()
    }


def _distribution(optuna: Any, one: Choices | Range) -> Any:
    if isinstance(one, Choices):
        return optuna.distributions.CategoricalDistribution(list(range(len(one.values))))
    if one.listed is not None:
        return optuna.distributions.IntDistribution(one.low, one.high, log=one.log)
    return optuna.distributions.FloatDistribution(float(one.low), float(one.high), log=one.log)
