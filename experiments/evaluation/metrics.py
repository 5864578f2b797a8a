"""Metrics of predicted labels, each a function of what the store keeps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn import metrics as library

from qml.errors import SpecError, did_you_mean

__all__ = ["METRICS", "bounds", "check_metrics", "score"]

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
}


def bounds(metric: str) -> tuple[float, float]:
    """Return the metric's lowest and highest possible value."""
    return (-1.0, 1.0) if metric == "mcc" else (0.0, 1.0)


def check_metrics(names: list[str]) -> None:
    """Raise a `SpecError` at the first name that is no metric."""
    for position, name in enumerate(names):
        if name not in METRICS:
            raise SpecError(
                f"unknown metric {name!r}{did_you_mean(name, METRICS)}", f"[{position}]"
            )


def score(name: str, y_true: Any, y_pred: Any, classes: Any) -> float:
    """Return one metric.

    Parameters
    ----------
    name : str
        A key of `METRICS`. For two classes, precision, recall and F1 are those of the second class
        in sorted order; for more, the mean over classes.
    y_true, y_pred : array-like of shape (n_samples,)
        Labels.
    classes : array-like of shape (n_classes,)
        All labels of the data set, sorted.

    Returns
    -------
    float

    Examples
    --------
    >>> round(score("f1", [0, 1, 1], [0, 1, 0], [0, 1]), 3)
    0.667
    """
    check_metrics([name])
    return METRICS[name](np.asarray(y_true), np.asarray(y_pred), np.asarray(classes))
