"""Splits, and one fit and prediction on one split. Knows scikit-learn's contract and no model."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import is_outlier_detector
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.pipeline import Pipeline

from experiments.evaluation.tasks import task_of
from experiments.seeds import child_seed
from qml.errors import DataError

__all__ = ["Outcome", "TrainingPart", "fit_and_predict", "split"]

Indices = NDArray[np.intp]


def split(
    y: NDArray[Any], folds: int, repeat: int, fold: int, seed: int
) -> tuple[Indices, Indices]:
    """Return the training and test rows of one fold of repeated k-fold, stratified by class.

    Parameters
    ----------
    y : ndarray of shape (n_samples,)
        Labels, or targets, for which there is nothing to stratify.
    folds : int
        Number of folds.
    repeat, fold : int
        Which repeat and which of its folds, from 0.
    seed : int
        The study's; every model gets the same split.

    Returns
    -------
    train, test : ndarrays of int
        Row numbers, sorted.

    Raises
    ------
    DataError
        If a class has fewer members than there are folds, or there are fewer rows.
    """
    random_state = child_seed(seed, "split", repeat)
    if task_of(y) == "regression":
        if len(y) < folds:
            raise DataError(f"{len(y)} rows, {folds} folds need {folds} or more")
        numbers = KFold(folds, shuffle=True, random_state=random_state)
        train, test = list(numbers.split(y))[fold]
        return train, test
    classes, counts = np.unique(y, return_counts=True)
    if counts.min() < folds:
        scarce = classes[counts.argmin()]
        raise DataError(
            f"class {scarce!r} has {counts.min()} members, {folds} folds need {folds} or more"
        )
    shuffled = StratifiedKFold(folds, shuffle=True, random_state=random_state)
    train, test = list(shuffled.split(np.zeros(len(y)), y))[fold]
    return train, test


@dataclass(frozen=True)
class Outcome:
    """One fit and one prediction.

    Parameters
    ----------
    predicted : ndarray of shape (n_test,)
        Labels.
    scores : ndarray or None
        Class probabilities, shape (n_test, n_classes), or decision values; None if the model has
        neither.
    fit_s, predict_s : float
        Wall-clock seconds of all the user waits for: preprocessing and kernels included. The
        scores' own second pass is not in `predict_s`.
    fit_usage, usage : dict
        Circuits, shots and so on, after the fit and altogether; empty for classical models.
    training : dict
        What the model says of its training.
    trace : dict
        The course of its best loss, a list a column; empty for models that have none.
    stages : list of dict
        What was spent at points of that course, the loss there, and the test rows as they would
        have been predicted then: on ideal qubits, for nothing. Empty unless the model was asked to
        keep them.
    """

    predicted: NDArray[Any]
    scores: NDArray[np.float64] | None
    fit_s: float
    predict_s: float
    fit_usage: dict[str, float]
    usage: dict[str, float]
    training: dict[str, Any]
    trace: dict[str, list[float]]
    stages: list[dict[str, Any]]


def fit_and_predict(
    pipeline: Pipeline, X: NDArray[Any], y: NDArray[Any], train: Indices, test: Indices
) -> Outcome:
    """Fit every step on the training rows alone, then predict the test rows.

    Parameters
    ----------
    pipeline : sklearn.pipeline.Pipeline
        Preprocessing and model, unfitted; fitted in place.
    X, y : ndarrays
        The whole data set.
    train, test : ndarrays of int
        Row numbers.

    Notes
    -----
    Targets of a regression are standardised on the training rows, for every model alike. An outlier
    detector is fitted to the training rows of the first class; what it calls an outlier it predicts
    to be of the second.
    """
    model = pipeline[-1]
    part = TrainingPart(model, y, train)
    start = time.perf_counter()
    pipeline.fit(X[part.rows], part.labels)
    fit_s = time.perf_counter() - start
    fit_usage = _usage(pipeline)
    start = time.perf_counter()
    predicted = np.asarray(part.read(pipeline.predict(X[test])))
    predict_s = time.perf_counter() - start
    usage = _usage(pipeline)
    scores = _scores(pipeline, X[test])
    # what a shared evaluation would have taken here is time that this fit alone would have needed
    shared_fit_s = fit_usage.get("shared_s", 0.0)
    return Outcome(
        predicted=predicted,
        scores=None if scores is None else part.sign * scores,
        fit_s=fit_s + shared_fit_s,
        predict_s=predict_s + usage.get("shared_s", 0.0) - shared_fit_s,
        fit_usage=fit_usage,
        usage=usage,
        training=dict(getattr(model, "training_", {})),
        trace=dict(getattr(model, "trace_", {})),
        stages=_stages(pipeline, X[test], part),
    )


def _stages(pipeline: Pipeline, X: NDArray[Any], part: TrainingPart) -> list[dict[str, Any]]:
    """Return the training's course with predictions; after all that is timed and counted."""
    staged = getattr(pipeline[-1], "staged", None)
    if staged is None:
        return []
    stages, prepared = [], None
    for spent, model in staged():
        if prepared is None:
            prepared = pipeline[:-1].transform(X) if len(pipeline) > 1 else X
        predicted = np.asarray(part.read(model.predict(prepared)))
        stages.append({**spent, "predicted": predicted.tolist()})
    return stages


class TrainingPart:
    """What a model is fitted to, and how its answers are read back in the data's own labels.

    Parameters
    ----------
    model : estimator
        Its scikit-learn tags decide.
    y : ndarray of shape (n_samples,)
        Labels or targets of the whole data set.
    train : ndarray of int
        The fold's training rows.

    Attributes
    ----------
    rows : ndarray of int
        The rows that are fitted: an outlier detector's are those of the first class.
    labels : ndarray
        Theirs; targets are standardised.
    sign : int
        Of the model's scores, so that they speak for the second class.
    """

    def __init__(self, model: Any, y: NDArray[Any], train: Indices) -> None:
        self.rows, self.sign = train, 1
        self._classes, self._mean, self._scale = None, 0.0, 1.0
        if task_of(y) == "regression":
            self._mean, self._scale = y[train].mean(), y[train].std() or 1.0
        elif is_outlier_detector(model):
            self._classes = np.unique(y)
            self.rows, self.sign = train[y[train] == self._classes[0]], -1
        self.labels = y[self.rows]
        if task_of(y) == "regression":
            self.labels = (self.labels - self._mean) / self._scale

    def read(self, predicted: NDArray[Any]) -> NDArray[Any]:
        """Return predictions in the data's own labels or units."""
        if self._classes is not None:
            return np.asarray(self._classes[(predicted < 0).astype(int)])
        if self._mean or self._scale != 1:
            return predicted * self._scale + self._mean
        return predicted


def _usage(pipeline: Pipeline) -> dict[str, float]:
    """Return what all quantum steps have spent together; empty if there are none."""
    spent: dict[str, float] = {}
    for _, step in pipeline.steps:
        usage = getattr(step, "usage_", None)
        for name, value in vars(usage).items() if usage is not None else ():
            spent[name] = spent.get(name, 0) + value
    return spent


def _scores(pipeline: Pipeline, X: NDArray[Any]) -> NDArray[np.float64] | None:
    """Return probabilities, or decision values; not where they would be paid for in shots."""
    if _usage(pipeline).get("shots"):
        return None
    for method in ("predict_proba", "decision_function"):
        if hasattr(pipeline, method):
            return np.asarray(getattr(pipeline, method)(X), dtype=np.float64)
    return None
