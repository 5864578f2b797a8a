"""Tuning inside a fold: the same number of trials for every model, quantum or classical."""

from __future__ import annotations

import itertools
import math
import time
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.pipeline import Pipeline

from experiments.evaluation.metrics import METRICS, score
from experiments.evaluation.protocol import TrainingPart, spent
from experiments.evaluation.splits import Indices
from qml.errors import DataError, SpecError

__all__ = ["SearchSpace", "Tuned", "check_space", "tune", "with_values"]

#: Parameter to a list of values, or to ``{"low": ..., "high": ..., "log": ...}``.
SearchSpace = Mapping[str, Any]
_RANGE_KEYS = {"low", "high", "log"}


@dataclass(frozen=True)
class Tuned:
    """What tuning found.

    Parameters
    ----------
    parameters : dict
        The best trial's values; empty if those that the study names were best.
    score : float
        Its mean over the inner folds.
    trials : list of dict
        Every trial in order: ``parameters``, ``score`` (None where it failed) and ``problem``.
    seconds : float
        Wall-clock, all trials together.
    usage : dict
        Circuits, shots and so on, all trials together; empty for classical models.
    """

    parameters: dict[str, Any]
    score: float
    trials: list[dict[str, Any]]
    seconds: float
    usage: dict[str, float]


def check_space(space: SearchSpace) -> None:
    """Raise a `SpecError` at the first parameter whose values are no list and no range."""
    for name, values in space.items():
        if isinstance(values, list):
            if not values:
                raise SpecError("an empty list has no value to try", name)
        elif isinstance(values, Mapping):
            _check_range(name, values)
        else:
            raise SpecError(
                f"expected a list of values or {{low: ..., high: ...}}, got {values!r}", name
            )


def _check_range(name: str, values: Mapping[str, Any]) -> None:
    unknown = set(values) - _RANGE_KEYS
    if unknown or not {"low", "high"} <= set(values):
        problem = (
            f"a range has low, high and, on a logarithmic scale, log: true; got {dict(values)}"
        )
        raise SpecError(problem, name)
    low, high = values["low"], values["high"]
    numbers = all(isinstance(v, int | float) and not isinstance(v, bool) for v in (low, high))
    if not numbers or not low < high or (values.get("log") and low <= 0):
        raise SpecError(f"no range from {low!r} to {high!r}", name)


def with_values(parameters: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
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
    space: SearchSpace,
    budget: Mapping[str, Any],
    seed: int,
) -> Tuned:
    """Return the best of a number of trials, each the mean score over the inner folds.

    The first trial has the parameters that the study names. If the space is a grid with no more
    points than trials, all of it is tried; else trials are chosen by a tree-structured Parzen
    estimator (Optuna's). A point that comes again is not fitted again, but counts. Of equal scores
    the earlier trial wins.

    Parameters
    ----------
    pipeline : sklearn.pipeline.Pipeline
        Preprocessing and model, unfitted; preprocessing is fitted in every inner fold.
    X, y : ndarrays
        The whole data set.
    folds : list of (training rows, validation rows)
        Of one outer fold's training rows.
    space : mapping
        Parameters of the model: a list of values each, or ``{"low", "high", "log"}``.
    budget : mapping
        ``trials``; ``metric``; and ``seconds``, after which no trial is begun, or None.
    seed : int
        Of the sampler.

    Returns
    -------
    Tuned

    Raises
    ------
    DataError
        If every trial failed; with the first one's reason.

    References
    ----------
    Akiba et al., KDD 2019, doi:10.1145/3292500.3330701; Watanabe, arXiv:2304.11127 (2023).

    Examples
    --------
    >>> from sklearn.svm import SVC
    >>> X = np.linspace(-1, 1, 40)[:, None]
    >>> y, rows = (np.abs(X[:, 0]) > 0.5).astype(int), np.arange(40)
    >>> folds = [(rows[rows % 2 == part], rows[rows % 2 != part]) for part in (0, 1)]
    >>> budget = {"trials": 3, "metric": "accuracy", "seconds": None}
    >>> space = {"kernel": ["linear", "rbf"]}
    >>> tune(Pipeline([("model", SVC(kernel="linear"))]), X, y, folds, space, budget, 0).parameters
    {'kernel': 'rbf'}
    """
    start = time.perf_counter()
    named = pipeline[-1].get_params(deep=False)
    sign = 1 if METRICS[budget["metric"]].higher_is_better else -1
    tried: dict[str, dict[str, Any]] = {}
    trials: list[dict[str, Any]] = []
    total: dict[str, float] = {}
    proposals = _proposals(space, budget["trials"], seed)
    values: dict[str, Any] | None = {}
    while values is not None and len(trials) < budget["trials"]:
        known = tried.get(repr(values))
        if known is None:
            known = _trial(pipeline, named, values, (X, y, folds), budget["metric"], total)
            tried[repr(values)] = known
        trials.append(known)
        found = known["score"]
        values = proposals.send(None if len(trials) == 1 or found is None else sign * found)
        limit = budget.get("seconds")
        if limit is not None and time.perf_counter() - start >= limit:
            break
    scored = [trial for trial in trials if trial["score"] is not None]
    if not scored:
        raise DataError(f"all {len(trials)} tuning trials failed: {trials[0]['problem']}")
    best = max(scored, key=lambda trial: sign * trial["score"])
    return Tuned(best["parameters"], best["score"], trials, time.perf_counter() - start, total)


def _trial(
    pipeline: Pipeline,
    named: Mapping[str, Any],
    values: dict[str, Any],
    data: tuple[NDArray[Any], NDArray[Any], list[tuple[Indices, Indices]]],
    metric: str,
    total: dict[str, float],
) -> dict[str, Any]:
    """Return one trial, and add what it spent to the total; a failure is a trial without score."""
    X, y, folds = data
    scores: list[float] = []
    try:
        for fitted, validated in folds:
            candidate = clone(pipeline)
            candidate[-1].set_params(**with_values(named, values))
            part = TrainingPart(candidate[-1], y, fitted)
            candidate.fit(X[part.rows], part.labels)
            predictions, _ = part.predictions(candidate, X, validated)
            for name, amount in spent(candidate).items():
                total[name] = total.get(name, 0) + amount
            value = score(metric, predictions)
            if value is None:
                raise SpecError(f"no {metric} of what the model gives")
            scores.append(value)
    except Exception as error:  # whatever a model makes of strange values is this trial's end
        problem = " ".join(str(error).split())[:300]
        return {"parameters": values, "score": None, "problem": problem}
    return {"parameters": values, "score": float(np.mean(scores)), "problem": ""}


def _proposals(space: SearchSpace, trials: int, seed: int) -> Any:
    """Return a started generator: send a score (None: it failed), get the next values or None."""
    if all(isinstance(values, list) for values in space.values()):
        size = math.prod(len(values) for values in space.values())
        if size <= trials - 1:
            return _started(_all(space))
    return _started(_parzen(space, seed))


def _started(proposals: Any) -> Any:
    next(proposals)
    return proposals


def _all(space: SearchSpace) -> Iterator[dict[str, Any] | None]:
    yield None
    for combination in itertools.product(*space.values()):
        yield dict(zip(space, combination, strict=True))
    while True:
        yield None


def _parzen(space: SearchSpace, seed: int) -> Any:
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        sampler = optuna.samplers.TPESampler(seed=seed % 2**32, multivariate=True)
    study = optuna.create_study(direction="maximize", sampler=sampler)
    distributions = {name: _distribution(optuna, values) for name, values in space.items()}
    yield None
    while True:
        trial = study.ask(distributions)
        # Optuna's choices are positions, since a value may be a list or a component
        value = yield {
            name: space[name][at] if isinstance(space[name], list) else at
            for name, at in trial.params.items()
        }
        state = optuna.trial.TrialState.FAIL if value is None else None
        study.tell(trial, value, state=state)


def _distribution(optuna: Any, values: Any) -> Any:
    if isinstance(values, list):
        return optuna.distributions.CategoricalDistribution(list(range(len(values))))
    low, high, log = values["low"], values["high"], bool(values.get("log", False))
    if isinstance(low, int) and isinstance(high, int):
        return optuna.distributions.IntDistribution(low, high, log=log)
    return optuna.distributions.FloatDistribution(float(low), float(high), log=log)
