"""What a model answers: taken as it is meant, or refused with the row where it is none."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.pipeline import Pipeline
from sklearn.svm import SVC

from experiments.evaluation.answers import AnswerError, labels_of, scores_of, targets_of
from experiments.evaluation.metrics import score
from experiments.evaluation.protocol import TrainingPart, fit_and_predict

CLASSES = np.array(["a", "b", "c"])


def test_answers_are_taken_in_every_form_that_means_the_same():
    for said in (["a", "c"], np.array([["a"], ["c"]]), np.array(["a", "c"], object)):
        assert labels_of(said, 2, CLASSES).tolist() == ["a", "c"]
    assert targets_of([1, 2.5], 2).tolist() == [1.0, 2.5]
    assert labels_of(np.array([0.0, 1.0]), 2, np.array([0, 1])).tolist() == [0.0, 1.0]


@pytest.mark.parametrize("said", [np.nan, np.inf, -np.inf])
def test_targets_that_are_not_finite_are_named_by_their_row(said):
    with pytest.raises(AnswerError, match="for row 1 is no finite number"):
        targets_of([0.0, said], 2)


def test_a_class_that_was_not_trained_has_the_probability_0_and_no_decision():
    """A small training part may lack a class, of which the model then knows nothing."""
    own = np.array(["a", "c"])
    found = scores_of([[0.25, 0.75]], 1, CLASSES, own, "probabilities")
    assert found.tolist() == [[0.25, 0.0, 0.75]]
    assert scores_of([0.5], 1, CLASSES, own, "decision") is None


def test_scores_of_models_that_lack_a_class_are_scored_by_all_classes():
    X = np.array([[0.0], [0.1], [1.0], [1.1], [2.0]])
    y = np.array(["a", "a", "b", "b", "c"])
    train, test = np.arange(4), np.array([0, 2, 4])
    pipeline = Pipeline([("model", SVC())])
    outcome = fit_and_predict(pipeline, X, y, train, test)
    assert outcome.predictions.scores is None
    assert score("accuracy", outcome.predictions) == pytest.approx(2 / 3)


def test_votes_of_one_against_one_are_no_scores_of_classes():
    k = np.arange(4)
    assert scores_of(np.zeros((2, 6)), 2, k, k, "decision") is None
    with pytest.raises(AnswerError, match=r"got the shape \(2, 5\), expected \(2, 4\)"):
        scores_of(np.zeros((2, 5)), 2, k, k, "decision")


class Huge(RegressorMixin, BaseEstimator):
    """A regressor whose errors have no finite square."""

    def fit(self, X, y):
        self.n_ = X.shape[1]
        return self

    def predict(self, X):
        return np.full(len(X), 1e200)


@pytest.mark.filterwarnings("ignore:overflow")
def test_a_score_may_be_infinite():
    y = np.linspace(0, 1, 10)
    pipeline = Pipeline([("model", Huge())]).fit(y[:, None], y)
    said, _ = TrainingPart(Huge(), y, np.arange(5)).predictions(pipeline, y[:, None], np.arange(5))
    assert score("rmse", said) == np.inf
    assert score("mae", said) > 1e199
