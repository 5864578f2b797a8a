"""One fit and one prediction on one split. Knows scikit-learn's contract and no model."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import is_outlier_detector
from sklearn.pipeline import Pipeline

from experiments.evaluation.answers import AnswerError, labels_of, scores_of, targets_of
from experiments.evaluation.metrics import Predictions
from experiments.evaluation.splits import Indices
from experiments.evaluation.tasks import task_of
from experiments.records import Parameters, ScoresKind, Stage, Trace
from qml.backends import Backend
from qml.costs import Usage
from qml.offers import Answering, Recalling, Reporting, ScoredLabels, Spending, Staged, Traced

__all__ = ["Outcome", "TrainingPart", "fit_and_predict", "spent"]


@dataclass(frozen=True)
class Outcome:
    """One fit and one prediction.

    Parameters
    ----------
    predictions : Predictions
        Predictions of the test rows; of several classifications one after the other.
    fit_s, predict_s : float
        Wall-clock seconds of all the user waits for: preprocessing and kernels included. Where
        scores take a second pass, it is not in `predict_s`.
    kernel_s : float or None
        Seconds of fit and prediction that went into kernel matrices; None for models without.
    fit_usage, usage : Usage
        Circuits, shots and so on, after the fit and altogether.
    training : mapping
        Report of the model on its training.
    trace : Trace or None
        Course of the best loss; None for models that have none.
    stages : tuple of Stage
        Predictions along the training's course; empty unless the model was asked to keep them.
    trained : Predictions or None
        Predictions of the rows that it was fitted to; None where they would cost shots.
    """

    predictions: Predictions
    fit_s: float
    predict_s: float
    kernel_s: float | None
    fit_usage: Usage
    usage: Usage
    training: Parameters
    trace: Trace | None
    stages: tuple[Stage, ...]
    trained: Predictions | None


def fit_and_predict(
    pipeline: Pipeline,
    X: NDArray[Any],
    y: NDArray[Any],
    train: Indices,
    test: Indices,
    answering: Sequence[Backend] = (),
) -> Outcome:
    """Fit every step on the training rows alone, then predict the test rows.

    Parameters
    ----------
    pipeline : sklearn.pipeline.Pipeline
        Preprocessing and model, unfitted; fitted in place.
    X, y : ndarrays
        Features and labels or targets of the whole data set.
    train, test : ndarrays of int
        Numbers of the training rows and of the test rows.
    answering : sequence of Backend, default=()
        Backends that answer for the model after its training, one a classification of all test
        rows; with none, the training's own answers once.

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
    fit_usage = spent(pipeline)
    report = dict(model.training_) if isinstance(model, Reporting) else {}
    predictions, predict_s = _classified(pipeline, X, test, part, answering)
    usage = spent(pipeline)
    training = dict(model.training_) if isinstance(model, Reporting) else {}
    kernel_s = training.pop("kernel_s", None)
    if answering:  # what the training's backend says of itself is of the training
        training = {name: report[name] for name in training if name in report}
    trace = model.trace_ if isinstance(model, Traced) else {}
    # what a shared evaluation would have taken here is time that this fit alone would have needed
    shared_s, shared_fit_s = usage.shared_s, fit_usage.shared_s
    return Outcome(
        predictions=predictions,
        fit_s=fit_s + shared_fit_s,
        predict_s=predict_s + shared_s - shared_fit_s,
        kernel_s=None if kernel_s is None else kernel_s + shared_s,
        fit_usage=fit_usage,
        usage=usage,
        training=training,
        trace=None if not trace else _trace(trace),
        stages=_stages(pipeline, X[test], part),
        trained=_trained(pipeline, X, part),
    )


def _classified(
    pipeline: Pipeline,
    X: NDArray[Any],
    test: Indices,
    part: TrainingPart,
    answering: Sequence[Backend],
) -> tuple[Predictions, float]:
    """Return what is said of the test rows, on every backend that answers, and the seconds."""
    model = pipeline[-1]
    if not answering or not isinstance(model, Answering):
        return part.predictions(pipeline, X, test)
    found = []
    for backend in answering:
        model.answer_on(backend)
        found.append(part.predictions(pipeline, X, test))
    return Predictions.joined([one for one, _ in found]), sum(seconds for _, seconds in found)


def _trace(said: Mapping[str, Sequence[float]]) -> Trace:
    """Return a course as a record; what else a model keeps of it is its own."""
    return Trace(**{column.name: tuple(said.get(column.name, ())) for column in fields(Trace)})


def _stages(pipeline: Pipeline, X: NDArray[Any], part: TrainingPart) -> tuple[Stage, ...]:
    """Return the training's course with predictions; after all that is timed and counted."""
    trained = pipeline[-1]
    if not isinstance(trained, Staged):
        return ()
    stages, prepared = [], None
    for counts, model in trained.staged():
        if prepared is None:
            prepared = pipeline[:-1].transform(X) if len(pipeline) > 1 else X
        predicted = np.asarray(part.read(model.predict(prepared)))
        said = {f.name: counts[f.name] for f in fields(Stage) if f.name != "predicted"}
        stages.append(Stage(**said, predicted=tuple(predicted.tolist())))
    return tuple(stages)


def _trained(pipeline: Pipeline, X: NDArray[Any], part: TrainingPart) -> Predictions | None:
    """Return what the fitted model says of its own rows; after all that is timed and counted.

    Where answers are measured, only those that the training has had: nobody pays for this twice.
    """
    model = pipeline[-1]
    known = model.recalled() if isinstance(model, Recalling) else None
    asked = Pipeline([*pipeline.steps[:-1], ("model", known or model)])
    paid = asked[:-1] if known is not None else asked
    if spent(paid).shots:
        return None
    return part.predictions(asked, X, part.rows)[0]


class TrainingPart:
    """What a model is fitted to, and how its answers are read back in the data's own labels.

    Parameters
    ----------
    model : estimator
        Model that is fitted; its scikit-learn tags tell an outlier detector.
    y : ndarray of shape (n_samples,)
        Labels or targets of the whole data set.
    train : ndarray of int
        Numbers of the fold's training rows.

    Attributes
    ----------
    rows : ndarray of int
        Numbers of the rows that are fitted: an outlier detector's are those of the first class.
    labels : ndarray
        Labels of the rows that are fitted; targets are standardised.
    sign : int
        Sign by which the model's scores are multiplied, so that they speak for the second class.
    """

    _signs = np.array([-1, 1])  # what an outlier detector calls rows

    def __init__(self, model: Any, y: NDArray[Any], train: Indices) -> None:
        self._y, self.rows, self.sign = y, train, 1
        self._classes, self._mean, self._scale = None, 0.0, 1.0
        if task_of(y) == "regression":
            self._mean, self._scale = y[train].mean(), y[train].std() or 1.0
        elif is_outlier_detector(model):
            self._classes = np.unique(y)
            self.rows, self.sign = train[y[train] == self._classes[0]], -1
        self.labels = y[self.rows]
        if task_of(y) == "regression":
            self.labels = (self.labels - self._mean) / self._scale

    def predictions(
        self, pipeline: Pipeline, X: NDArray[Any], test: Indices
    ) -> tuple[Predictions, float]:
        """Return what the fitted pipeline says of the test rows, and the seconds it took."""
        said, scores, seconds = _answers(pipeline, X[test])
        if task_of(self._y) != "classification":
            targets = np.asarray(self.read(targets_of(said, len(test))))
            return Predictions(self._y[test], targets, None, None, None), seconds
        classes = np.unique(self._y)
        own = self._signs if self._classes is not None else classes
        labels = np.asarray(self.read(labels_of(said, len(test), own)))
        kind: ScoresKind | None = None
        if scores is not None:
            kind = "probabilities" if hasattr(pipeline, "predict_proba") else "decision"
            seen = classes if self._classes is not None else np.unique(self.labels)
            scores = scores_of(scores, len(test), classes, seen, kind)
        if scores is None:
            kind = None
        else:
            scores = self.sign * scores
        return Predictions(self._y[test], labels, classes, scores, kind), seconds

    def read(self, predicted: NDArray[Any]) -> NDArray[Any]:
        """Return predictions in the data's own labels or units."""
        if self._classes is not None:
            return np.asarray(self._classes[(predicted < 0).astype(int)])
        if self._mean or self._scale != 1:
            return predicted * self._scale + self._mean
        return predicted


def spent(pipeline: Pipeline) -> Usage:
    """Return what all quantum steps have spent together."""
    usages = (step.usage_ for _, step in pipeline.steps if isinstance(step, Spending))
    return sum(usages, start=Usage())


def _answers(pipeline: Pipeline, X: NDArray[Any]) -> tuple[Any, Any, float]:
    """Return labels, scores if there are any, and the seconds that the labels took; all unseen."""
    model, start = pipeline[-1], time.perf_counter()
    if isinstance(model, ScoredLabels):  # both from the same shots
        prepared = pipeline[:-1].transform(X) if len(pipeline) > 1 else X
        labels, scores = model.predict_with_scores(prepared)
        return labels, scores, time.perf_counter() - start
    labels = pipeline.predict(X)
    seconds = time.perf_counter() - start
    method = next((m for m in ("predict_proba", "decision_function") if hasattr(pipeline, m)), None)
    if method is None or spent(pipeline).shots:
        return labels, None, seconds
    scores = getattr(pipeline, method)(X)
    if scores is None:
        raise AnswerError(f"{method}: got None")
    return labels, scores, seconds
