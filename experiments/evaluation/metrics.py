"""Metrics, each a function of what the store keeps of a fold's predictions."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from sklearn import metrics as library

from experiments.evaluation.tasks import Task
from experiments.records import ScoresKind, StoredPredictions
from qml.errors import SpecError, did_you_mean

Counts = NDArray[np.float64]

__all__ = [
    "METRICS",
    "Predictions",
    "applies",
    "bounds",
    "check_metrics",
    "counted",
    "placed",
    "score",
]

_BINS = 10  # of the calibration error


@dataclass(frozen=True)
class Predictions:
    """What a model said of a fold's test rows.

    Parameters
    ----------
    true, predicted : ndarray of shape (n_samples,)
        Labels or targets, as given and as predicted.
    classes : ndarray of shape (n_classes,) or None
        All labels of the data set, sorted; None for targets.
    scores : ndarray or None, default=None
        Probabilities, shape (n_samples, n_classes), or decision values, of that shape or, for two
        classes, (n_samples,), larger for the second class.
    scores_kind : {"probabilities", "decision"} or None, default=None
        Kind of the `scores`.
    """

    true: NDArray[Any]
    predicted: NDArray[Any]
    classes: NDArray[Any] | None
    scores: NDArray[np.float64] | None = None
    scores_kind: ScoresKind | None = None

    @classmethod
    def stored(cls, stored: StoredPredictions) -> Predictions:
        """Return the predictions of a stored cell."""
        classes, scores = stored.classes, stored.scores
        return cls(
            np.asarray(stored.true),
            np.asarray(stored.predicted),
            None if classes is None else np.asarray(classes),
            None if scores is None else np.asarray(scores, dtype=np.float64),
            stored.scores_kind,
        )

    @classmethod
    def joined(cls, several: Sequence[Predictions]) -> Predictions:
        """Return all that was said, one after the other; scores where each has them."""
        scores = [one.scores for one in several if one.scores is not None]
        return replace(
            several[0],
            true=np.concatenate([one.true for one in several]),
            predicted=np.concatenate([one.predicted for one in several]),
            scores=np.concatenate(scores) if len(scores) == len(several) else None,
        )

    def of_rows(self, rows: NDArray[np.intp]) -> Predictions:
        """Return what was said of some rows, which may come more than once."""
        return replace(
            self,
            true=self.true[rows],
            predicted=self.predicted[rows],
            scores=None if self.scores is None else self.scores[rows],
        )

    @property
    def one_hot(self) -> NDArray[np.bool_]:
        """Whether a row is of a class, shape (n_samples, n_classes)."""
        return np.asarray(self.true[:, np.newaxis] == np.asarray(self.classes))


def counted(predictions: Predictions) -> Counts:
    """Return how often a class (row) was called each class (column).

    A label that is none of the classes counts as a wrong one.
    """
    is_, called, k = *placed(predictions), len(np.asarray(predictions.classes))
    counts = np.bincount(is_ * k + called, minlength=k * k)
    return counts.reshape(k, k).astype(np.float64)


def placed(predictions: Predictions) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the places of what is and what was called among the classes, as `counted` has them."""
    classes = np.asarray(predictions.classes)
    k = len(classes)
    is_, called = (np.searchsorted(classes, y) for y in (predictions.true, predictions.predicted))
    known = classes[np.minimum(called, k - 1)] == predictions.predicted
    return is_, np.where(known, called, (is_ + 1) % k)


@dataclass(frozen=True)
class Metric:
    """One metric.

    Parameters
    ----------
    of : callable
        Function from `Predictions` to a number; NaN where the test rows allow none.
    needs : {"labels", "scores", "probabilities"}
        Outputs of a model without which there is no number.
    task : str
        Task of which it speaks.
    low, high : float
        Ends of its range.
    higher_is_better : bool
        True where a better model has the higher value.
    title : str
        Title in tables; the name if empty.
    by_row : callable or None
        Function from `Predictions` to a number a row, of which it is the mean; None if it is none.
    of_counts : callable or None
        Function from `counted`, of any leading shape, to the metric; None if labels do not do.
    """

    of: Callable[[Predictions], float]
    needs: Literal["labels", "scores", "probabilities"] = "labels"
    task: Task = "classification"
    low: float = 0.0
    high: float = 1.0
    higher_is_better: bool = True
    title: str = ""
    by_row: Callable[[Predictions], NDArray[np.float64]] | None = None
    of_counts: Callable[[Counts], Counts] | None = None


def _labels(function: Callable[..., Any]) -> Callable[[Predictions], float]:
    return lambda p: float(function(p.true, p.predicted))


def _per_class(kind: Literal["precision", "recall", "f1"]) -> Callable[[Counts], Counts]:
    """Return the function from counts (is, called) to a number a class; 0 where it has no rows."""

    def numbers(counts: Counts) -> Counts:
        is_, called = counts.sum(axis=-1), counts.sum(axis=-2)
        rows = {"precision": called, "recall": is_, "f1": (is_ + called) / 2}[kind]
        hits = np.diagonal(counts, axis1=-2, axis2=-1)
        found: Counts = np.divide(hits, rows, out=np.zeros_like(rows), where=rows > 0)
        return found

    return numbers


def _averaged(kind: Literal["precision", "recall", "f1"], always_macro: bool = False) -> Any:
    """Two classes: of the second class in sorted order. More, or macro: the mean over classes."""
    per_class = _per_class(kind)

    def numbers(counts: Counts) -> Counts:
        found = per_class(counts)
        if counts.shape[-1] == 2 and not always_macro:
            return found[..., 1]
        return np.asarray(found.mean(axis=-1))

    return numbers


def _balanced(counts: Counts) -> Counts:
    """Return the mean recall of the classes that have rows."""
    there = counts.sum(axis=-1) > 0
    return np.asarray(_per_class("recall")(counts).sum(axis=-1) / np.maximum(1, there.sum(axis=-1)))


def _correlation(counts: Counts) -> Counts:
    """Return Matthews' coefficient; 0 where all rows are of one class, or called one."""
    is_, called, n = counts.sum(axis=-1), counts.sum(axis=-2), counts.sum(axis=(-2, -1))
    hits = np.trace(counts, axis1=-2, axis2=-1)
    joint = hits * n - (is_ * called).sum(axis=-1)
    spread = np.sqrt((n**2 - (is_**2).sum(axis=-1)) * (n**2 - (called**2).sum(axis=-1)))
    found: Counts = np.divide(joint, spread, out=np.zeros_like(spread), where=spread > 0)
    return found


def _of_counts(of_counts: Callable[[Counts], Counts], **known: Any) -> Metric:
    """Return the metric of how often each class was called each class."""
    return Metric(lambda p: float(of_counts(counted(p))), of_counts=of_counts, **known)


def _ranked(function: Callable[..., Any]) -> Callable[[Predictions], float]:
    """Two classes: of the second class's score. More: the mean over classes, each against all."""

    def metric(p: Predictions) -> float:
        scores = np.asarray(p.scores)
        if len(np.asarray(p.classes)) == 2:
            one = scores if scores.ndim == 1 else scores[:, 1]
            hits, columns = p.one_hot[:, 1:], one[:, np.newaxis]
        else:
            hits, columns = p.one_hot, scores
        if hits.all(axis=0).any() or not hits.any(axis=0).all():
            return math.nan  # a class that is not there, or nothing else, has no curve
        return float(np.mean([function(hit, s) for hit, s in zip(hits.T, columns.T, strict=True)]))

    return metric


def _right(p: Predictions) -> NDArray[np.float64]:
    return np.asarray(p.true == p.predicted, dtype=np.float64)


def _surprises(p: Predictions) -> NDArray[np.float64]:
    given = np.asarray(p.scores)[p.one_hot]
    return np.asarray(-np.log(np.clip(given, np.finfo(np.float64).eps, 1.0)))


def _squares(p: Predictions) -> NDArray[np.float64]:
    """Squared error of the second class's probability; more classes: half the sum over classes."""
    return np.asarray(np.sum((np.asarray(p.scores) - p.one_hot) ** 2, axis=1) / 2)


def _distances(p: Predictions) -> NDArray[np.float64]:
    return np.asarray(np.abs(np.asarray(p.true, dtype=np.float64) - p.predicted))


def _calibration_error(p: Predictions) -> float:
    """Mean distance of confidence and accuracy over ten bins of confidence (ECE)."""
    probabilities = np.asarray(p.scores)
    confidence = probabilities.max(axis=1)
    right = np.asarray(p.classes)[probabilities.argmax(axis=1)] == p.true
    bins = np.minimum((confidence * _BINS).astype(int), _BINS - 1)
    gaps = np.bincount(bins, weights=right - confidence, minlength=_BINS)
    return float(np.abs(gaps).sum() / len(right))


def _mean_of(by_row: Callable[[Predictions], NDArray[np.float64]], **known: Any) -> Metric:
    """Return the metric that is a mean over rows."""
    return Metric(lambda p: float(np.mean(by_row(p))), by_row=by_row, **known)


METRICS: dict[str, Metric] = {
    "accuracy": _mean_of(_right),
    "balanced_accuracy": _of_counts(_balanced, title="balanced accuracy"),
    "precision": _of_counts(_averaged("precision")),
    "recall": _of_counts(_averaged("recall")),
    "f1": _of_counts(_averaged("f1"), title="F1"),
    "precision_macro": _of_counts(
        _averaged("precision", always_macro=True), title="precision (macro)"
    ),
    "recall_macro": _of_counts(_averaged("recall", always_macro=True), title="recall (macro)"),
    "f1_macro": _of_counts(_averaged("f1", always_macro=True), title="F1 (macro)"),
    "mcc": _of_counts(_correlation, low=-1.0, title="MCC"),
    "roc_auc": Metric(_ranked(library.roc_auc_score), needs="scores", title="ROC AUC"),
    "pr_auc": Metric(_ranked(library.average_precision_score), needs="scores", title="PR AUC"),
    "log_loss": _mean_of(
        _surprises,
        needs="probabilities",
        high=math.inf,
        higher_is_better=False,
        title="log loss",
    ),
    "brier": _mean_of(_squares, needs="probabilities", higher_is_better=False, title="Brier"),
    "calibration_error": Metric(
        _calibration_error,
        needs="probabilities",
        higher_is_better=False,
        title="calibration error",
    ),
    "r2": Metric(_labels(library.r2_score), task="regression", low=-math.inf, title="R²"),
    "mae": _mean_of(
        _distances,
        task="regression",
        high=math.inf,
        higher_is_better=False,
        title="MAE",
    ),
    "rmse": Metric(
        _labels(library.root_mean_squared_error),
        task="regression",
        high=math.inf,
        higher_is_better=False,
        title="RMSE",
    ),
}


def applies(metric: str, task: Task) -> bool:
    """Whether the metric says something about such a task."""
    return METRICS[metric].task == task


def bounds(metric: str) -> tuple[float, float]:
    """Return the metric's lowest and highest possible value."""
    return METRICS[metric].low, METRICS[metric].high


def check_metrics(names: list[str]) -> None:
    """Raise a `SpecError` at the first name that is no metric."""
    for position, name in enumerate(names):
        if name not in METRICS:
            raise SpecError(
                f"unknown metric {name!r}{did_you_mean(name, METRICS)}", f"[{position}]"
            )


def score(name: str, predictions: Predictions) -> float | None:
    """Return one metric; None where it does not apply or the model gave too little for it.

    Parameters
    ----------
    name : str
        A key of `METRICS`. For two classes, precision, recall and F1 are those of the second class
        in sorted order; for more, and by the names that end in ``_macro``, the mean over classes.
        The areas of more than two classes are means over classes, each against all others. Brier
        is halved, so that two classes give the squared error of one probability. The calibration
        error is the mean distance between confidence and accuracy over ten bins of confidence.
    predictions : Predictions
        Predictions of one fold.

    Returns
    -------
    float or None

    References
    ----------
    Naeini, Cooper and Hauskrecht, AAAI 2015, doi:10.1609/aaai.v29i1.9602 (calibration error).

    Examples
    --------
    >>> fold = Predictions(np.array([0, 1, 1]), np.array([0, 1, 0]), np.array([0, 1]))
    >>> round(score("f1", fold), 3)
    0.667
    >>> score("roc_auc", fold) is None
    True
    """
    check_metrics([name])
    metric = METRICS[name]
    task = "regression" if predictions.classes is None else "classification"
    given = {"labels"}
    if predictions.scores is not None:
        given |= {"scores", str(predictions.scores_kind)}
    if metric.task != task or metric.needs not in given:
        return None
    value = metric.of(predictions)
    return None if math.isnan(value) else value
