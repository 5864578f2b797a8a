"""Tuning inside a fold: the same number of trials for every model, quantum or classical."""

from __future__ import annotations

import itertools
import math
import time
import warnings
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc
from sklearn.base import clone
from sklearn.pipeline import Pipeline

from experiments.evaluation.metrics import METRICS, score
from experiments.evaluation.protocol import TrainingPart, spent
from experiments.evaluation.splits import Indices
from experiments.records import Parameters, Trial, TuningBudget
from qml.costs import Usage
from qml.errors import DataError, SpecError

__all__ = ["Choices", "Range", "Tuned", "read_space", "tune", "with_values"]

_RANGE_KEYS = {"low", "high", "log"}
_START = 10  # trials that are spread over the space
_BLOCK, _BLOCKS = 64, 64  # points that are drawn at once, and how often


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


@dataclass(frozen=True)
class Tuned:
    """What tuning found.

    Parameters
    ----------
    parameters : mapping
        Values of the best trial; empty if those that the study names were best.
    score : float
        Mean of the best trial over the inner folds.
    trials : tuple of Trial
        All trials in order.
    seconds : float
        Wall-clock time, all trials together.
    usage : Usage
        Circuits, shots and so on, all trials together.
    """

    parameters: Parameters
    score: float
    trials: tuple[Trial, ...]
    seconds: float
    usage: Usage


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


def with_values(parameters: Parameters, values: Parameters) -> dict[str, Any]:
    """Return parameters with the values of a trial; a dot reaches into a component.

    Examples
    --------
    >>> with_values({"feature_map": "iqp"}, {"feature_map.reps": 5, "C": 10.0})
    {'feature_map': {'name': 'iqp', 'reps': 5}, 'C': 10.0}
    """
    changed = dict(parameters)
    for path, value in values.items():
        name, _, inner = path.partition(".")
        if not inner:
            changed[name] = value
            continue
        part = changed.get(name)
        if isinstance(part, str):
            part = {"name": part}
        if not isinstance(part, Mapping):
            raise SpecError(f"{name} is not named in the study, so {inner!r} has no owner", path)
        changed[name] = with_values(part, {inner: value})
    return changed


def tune(
    pipeline: Pipeline,
    X: NDArray[Any],
    y: NDArray[Any],
    folds: list[tuple[Indices, Indices]],
    budget: TuningBudget,
    seed: int,
) -> Tuned:
    """Return the best of a number of trials, each the mean score over the inner folds.

    The first trial has the parameters that the study names. If the space is a grid with no more
    points than trials, all of it is tried; else the next ten are spread over the space (a
    scrambled Sobol' sequence), and what follows is chosen by a tree-structured Parzen estimator
    (Optuna's). No point is tried twice, as long as there are others. Of equal scores the earlier
    trial wins.

    Parameters
    ----------
    pipeline : sklearn.pipeline.Pipeline
        Preprocessing and model, unfitted; preprocessing is fitted in every inner fold.
    X, y : ndarrays
        Whole data set.
    folds : list of (training rows, validation rows)
        Inner folds of one outer fold's training rows.
    budget : TuningBudget
        Trials, metric, space of the model's parameters, and limit of time.
    seed : int
        Seed of the sampler.

    Returns
    -------
    Tuned

    Raises
    ------
    DataError
        If every trial failed; with the first one's reason.

    References
    ----------
    Akiba et al., KDD 2019, doi:10.1145/3292500.3330701; Watanabe, arXiv:2304.11127 (2023); Bergstra
    and Bengio, JMLR 13, 281 (2012) (the start); Owen, J. Complexity 14, 466 (1998),
    doi:10.1006/jcom.1998.0487.

    Examples
    --------
    >>> from sklearn.svm import SVC
    >>> X = np.linspace(-1, 1, 40)[:, None]
    >>> y, rows = (np.abs(X[:, 0]) > 0.5).astype(int), np.arange(40)
    >>> folds = [(rows[rows % 2 == part], rows[rows % 2 != part]) for part in (0, 1)]
    >>> budget = TuningBudget(3, None, 2, "accuracy", {"kernel": ["linear", "rbf"]})
    >>> tune(Pipeline([("model", SVC(kernel="linear"))]), X, y, folds, budget, 0).parameters
    {'kernel': 'rbf'}
    """
    start, total = time.perf_counter(), Usage()
    sign = 1 if METRICS[budget.metric].higher_is_better else -1
    tried: dict[str, Trial] = {}
    trials: list[Trial] = []
    proposals = _proposals(read_space(budget.space), budget.trials, seed)
    values: Parameters | None = {}
    while values is not None and len(trials) < budget.trials:
        known = tried.get(repr(values))
        if known is None:
            known = _trial(pipeline, values, (X, y, folds), budget.metric, total)
            tried[repr(values)] = known
        trials.append(known)
        scored = None if known.score is None else sign * known.score
        values = proposals.send(None if len(trials) == 1 else scored)
        if budget.seconds is not None and time.perf_counter() - start >= budget.seconds:
            break
    scores = [-math.inf if trial.score is None else sign * trial.score for trial in trials]
    best = trials[scores.index(max(scores))]
    if best.score is None:
        raise DataError(f"all {len(trials)} tuning trials failed: {trials[0].problem}")
    elapsed = time.perf_counter() - start
    return Tuned(best.parameters, best.score, tuple(trials), elapsed, total)


def _trial(
    pipeline: Pipeline,
    values: Parameters,
    data: tuple[NDArray[Any], NDArray[Any], list[tuple[Indices, Indices]]],
    metric: str,
    total: Usage,
) -> Trial:
    """Return one trial, and add what it spent to the total; a failure is a trial without score."""
    X, y, folds = data
    scores: list[float] = []
    try:
        for fitted, validated in folds:
            candidate = clone(pipeline)
            named = candidate[-1].get_params(deep=False)
            candidate[-1].set_params(**with_values(named, values))
            part = TrainingPart(candidate[-1], y, fitted)
            candidate.fit(X[part.rows], part.labels)
            predictions, _ = part.predictions(candidate, X, validated)
            total += spent(candidate)
            value = score(metric, predictions)
            if value is None:
                raise SpecError(f"no {metric} of what the model gives")
            scores.append(value)
    except Exception as error:  # whatever a model makes of strange values is this trial's end
        return Trial(values, None, " ".join(str(error).split())[:300])
    return Trial(values, float(np.mean(scores)))


Proposals: TypeAlias = Generator[Parameters | None, float | None, None]


def _proposals(space: Mapping[str, Choices | Range], trials: int, seed: int) -> Proposals:
    """Return a started generator: send a score (None: it failed), get the next values or None."""
    grid = {name: one.values for name, one in space.items() if isinstance(one, Choices)}
    size = math.prod(len(values) for values in grid.values())
    whole = len(grid) == len(space) and size <= trials - 1
    proposals = _all(grid) if whole else _parzen(space, seed)
    next(proposals)
    return proposals


def _all(grid: Mapping[str, tuple[Any, ...]]) -> Proposals:
    yield None
    for combination in itertools.product(*grid.values()):
        yield dict(zip(grid, combination, strict=True))
    while True:
        yield None


def _parzen(space: Mapping[str, Choices | Range], seed: int) -> Proposals:
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        sampler = optuna.samplers.TPESampler(
            n_startup_trials=_START, seed=seed % 2**32, multivariate=True
        )
    study = optuna.create_study(direction="maximize", sampler=sampler)
    distributions = {name: _distribution(optuna, one) for name, one in space.items()}
    spread = _spread(space, seed)
    asked: set[tuple[Any, ...]] = set()
    for point in itertools.islice(spread, _START):
        study.enqueue_trial(point)
    yield None
    while True:
        trial = study.ask(distributions)
        if tuple(trial.params.values()) in asked:
            other = next((p for p in spread if tuple(p.values()) not in asked), None)
            if other is not None:
                study.tell(trial, state=optuna.trial.TrialState.FAIL)
                study.enqueue_trial(other)
                trial = study.ask(distributions)
        asked.add(tuple(trial.params.values()))
        # Optuna's choices are positions, since a value may be a list or a component
        value = yield {
            name: one.values[at] if isinstance(one := space[name], Choices) else at
            for name, at in trial.params.items()
        }
        state = optuna.trial.TrialState.FAIL if value is None else None
        study.tell(trial, value, state=state)


def _spread(space: Mapping[str, Choices | Range], seed: int) -> Iterator[dict[str, float]]:
    """Yield points that fill the space evenly, none twice; few values have an end."""
    sequence = qmc.Sobol(len(space), rng=np.random.default_rng(seed))
    found: set[tuple[float, ...]] = set()
    for _ in range(_BLOCKS):
        for row in sequence.random(_BLOCK):
            point = {
                name: _at(one, float(u)) for (name, one), u in zip(space.items(), row, strict=True)
            }
            if tuple(point.values()) not in found:
                found.add(tuple(point.values()))
                yield point


def _at(one: Choices | Range, share: float) -> float:
    """Return what stands at a share of a parameter's values: of choices the position."""
    if isinstance(one, Choices):
        return min(int(share * len(one.values)), len(one.values) - 1)
    low, high = (math.log(one.low), math.log(one.high)) if one.log else (one.low, one.high)
    whole = isinstance(one.low, int) and isinstance(one.high, int)
    value = low + share * (high - low)
    value = math.exp(value) if one.log else value
    value = min(max(value, one.low), one.high)
    return round(value) if whole else value


def _distribution(optuna: Any, one: Choices | Range) -> Any:
    if isinstance(one, Choices):
        return optuna.distributions.CategoricalDistribution(list(range(len(one.values))))
    if isinstance(one.low, int) and isinstance(one.high, int):
        return optuna.distributions.IntDistribution(one.low, one.high, log=one.log)
    return optuna.distributions.FloatDistribution(float(one.low), float(one.high), log=one.log)
