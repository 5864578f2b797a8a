"""Splits, and one fit and prediction on one split. Knows scikit-learn's contract and no model."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import Pipeline

from experiments.seeds import child_seed
from qml.errors import DataError

__all__ = ["Outcome", "fit_and_predict", "split"]

Indices = NDArray[np.intp]


def split(
    y: NDArray[Any], folds: int, repeat: int, fold: int, seed: int
) -> tuple[Indices, Indices]:
    """Return the training and test rows of one fold of repeated stratified k-fold.

    Parameters
    ----------
    y : ndarray of shape (n_samples,)
        Labels.
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
        If a class has fewer members than there are folds.
    """
    classes, counts = np.unique(y, return_counts=True)
    if counts.min() < folds:
        scarce = classes[counts.argmin()]
        raise DataError(
            f"class {scarce!r} has {counts.min()} members, {folds} folds need {folds} or more"
        )
    shuffled = StratifiedKFold(folds, shuffle=True, random_state=child_seed(seed, "split", repeat))
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
    """

    predicted: NDArray[Any]
    scores: NDArray[np.float64] | None
    fit_s: float
    predict_s: float
    fit_usage: dict[str, float]
    usage: dict[str, float]
    training: dict[str, Any]


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
    """
    start = time.perf_counter()
    pipeline.fit(X[train], y[train])
    fit_s = time.perf_counter() - start
    model = pipeline[-1]
    fit_usage = _usage(model)
    start = time.perf_counter()
    predicted = np.asarray(pipeline.predict(X[test]))
    predict_s = time.perf_counter() - start
    usage = _usage(model)
    return Outcome(
        predicted=predicted,
        scores=_scores(pipeline, X[test]),
        fit_s=fit_s,
        predict_s=predict_s,
        fit_usage=fit_usage,
        usage=usage,
        training=dict(getattr(model, "training_", {})),
    )


def _usage(model: Any) -> dict[str, float]:
    spent = getattr(model, "usage_", None)
    return dict(vars(spent)) if spent is not None else {}


def _scores(pipeline: Pipeline, X: NDArray[Any]) -> NDArray[np.float64] | None:
    """Return probabilities, or decision values; not where they would be paid for in shots."""
    if _usage(pipeline[-1]).get("shots"):
        return None
    for method in ("predict_proba", "decision_function"):
        if hasattr(pipeline, method):
            return np.asarray(getattr(pipeline, method)(X), dtype=np.float64)
    return None
