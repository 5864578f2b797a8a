"""Tuning inside a fold: the same number of trials for every model, quantum or classical."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.pipeline import Pipeline

from experiments.evaluation.metrics import METRICS, score
from experiments.evaluation.proposals import Space, proposals, read_space
from experiments.evaluation.protocol import TrainingPart, spent
from experiments.evaluation.splits import Indices
from experiments.records import Parameters, Trial, TuningBudget
from qml.costs import Usage
from qml.errors import DataError, SpecError, reason_of

__all__ = ["Tuned", "tune", "with_values"]


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
    other points than trials, all of it is tried; else ten trials lie evenly over the space and the
    further ones are chosen by their scores (`experiments.evaluation.proposals`). No point is tried
    twice. Of equal scores the earlier trial wins.

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
        Seed of the proposals.

    Returns
    -------
    Tuned

    Raises
    ------
    DataError
        If every trial failed; with the first one's reason.

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
    space, data = read_space(budget.space), (X, y, folds)
    named = _named_point(pipeline[-1].get_params(deep=False), space)
    search = proposals(space, budget.trials - 1, seed, [named])
    trials = [_trial(pipeline, {}, data, budget.metric, total)]
    told: float | None = None  # the first is nobody's proposal
    while len(trials) < budget.trials and time.perf_counter() - start < (
        budget.seconds or math.inf
    ):
        values = search.send(told)
        if values is None:
            break
        trials.append(_trial(pipeline, values, data, budget.metric, total))
        found = trials[-1].score
        told = None if found is None else sign * found
    scores = [-math.inf if trial.score is None else sign * trial.score for trial in trials]
    best = trials[scores.index(max(scores))]
    if best.score is None:
        raise DataError(f"all {len(trials)} tuning trials failed: {trials[0].problem}")
    elapsed = time.perf_counter() - start
    return Tuned(best.parameters, best.score, tuple(trials), elapsed, total)


def _named_point(named: Parameters, space: Space) -> Parameters:
    """Return the point of a space at which a model stands as it is named, as far as it says so."""
    point = {}
    for path in space:
        value: Any = named
        for part in path.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
        point[path] = value
    return point


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
            if not math.isfinite(value):
                raise SpecError(f"{metric} is {value}")
            scores.append(value)
    except Exception as error:  # whatever a model makes of strange values is this trial's end
        return Trial(values, None, reason_of(error, 300))
    return Trial(values, float(np.mean(scores)))
