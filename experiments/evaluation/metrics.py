"""Metrics of predicted labels or numbers, each a function of what the store keeps."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn import metrics as library

from experiments.evaluation.tasks import Task
from qml.errors import SpecError, did_you_mean

__all__ = ["METRICS", "applies", "bounds", "check_metrics", "score"]

Labels = NDArray[Any]


def _averaged(function: Callable[..., Any]) -> Callable[[Labels, Labels, Labels], float]:
    """Two classes: of the second class in sorted order. More: the mean over classes (macro)."""

    def metric(y_true: Labels, y_pred: Labels, classes: Labels) -> float:
        if len(classes) == 2:
            return float(function(y_true, y_pred, pos_label=classes[1], zero_division=0.0))
        return float(function(y_true, y_pred, labels=classes, average="macro", zero_division=0.0))

    return metric


def _plain(function: Callable[..., Any]) -> Callable[[Labels, Labels, Labels], float]:
    return lambda y_true, y_pred, classes: float(function(y_true, y_pred))


METRICS: dict[str, Callable[[Labels, Labels, Labels], float]] = {
    "accuracy": _plain(library.accuracy_score),
    "balanced_accuracy": _plain(library.balanced_accuracy_score),
    "precision": _averaged(library.precision_score),
    "recall": _averaged(library.recall_score),
    "f1": _averaged(library.f1_score),
    "mcc": _plain(library.matthews_corrcoef),
    "r2": _plain(library.r2_score),
    "mae": _plain(library.mean_absolute_error),
    "rmse": _plain(library.root_mean_squared_error),
}
_BOUNDS = {"mcc": (-1.0, 1.0), "r2": (-math.inf, 1.0), "mae": (0.0, math.inf)}
_BOUNDS["rmse"] = _BOUNDS["mae"]
_OF_NUMBERS = ("r2", "mae", "rmse")


def applies(metric: str, task: Task) -> bool:
    """Whether the metric says something about such a task."""
    return (metric in _OF_NUMBERS) == (task == "regression")


def bounds(metric: str) -> tuple[float, float]:
    """Return the metric's lowest and highest possible value."""
    return _BOUNDS.get(metric, (0.0, 1.0))


def check_metrics(names: list[str]) -> None:
    """Raise a `SpecError` at the first name that is no metric."""
    for position, name in enumerate(names):
        if name not in METRICS:
            raise SpecError(
                f"unknown metric {name!r}{did_you_mean(name, METRICS)}", f"[{position}]"
            )


def score(name: str, y_true: Any, y_pred: Any, classes: Any) -> float | None:
    """Return one metric; None where it does not apply.

    Parameters
    ----------
    name : str
        A key of `METRICS`. For two classes, precision, recall and F1 are those of the second class
        in sorted order; for more, the mean over classes.
    y_true, y_pred : array-like of shape (n_samples,)
        Labels or targets.
    classes : array-like of shape (n_classes,) or None
        All labels of the data set, sorted; None for targets.

    Returns
    -------
    float or None

    Examples
    --------
    >>> round(score("f1", [0, 1, 1], [0, 1, 0], [0, 1]), 3)
    0.667
    """
    check_metrics([name])
    if not applies(name, "regression" if classes is None else "classification"):
        return None
    known = np.asarray([] if classes is None else classes)
    return METRICS[name](np.asarray(y_true), np.asarray(y_pred), known)
