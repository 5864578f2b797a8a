"""Texts as features: words, stems, stop words, components, and what they are worth on reviews."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC

from experiments.datasets.restaurant_reviews import restaurant_reviews
from experiments.preprocessing.bag_of_words import BagOfWords
from experiments.registry import PREPROCESSING, build_estimator
from qml.errors import SpecError

TEXTS = ["The waiters were not waiting", "we waited, and waited!"]
needs_stemmer = pytest.mark.skipif(
    importlib.util.find_spec("snowballstemmer") is None, reason="the extra text is not installed"
)


def words(**parameters):
    return sorted(BagOfWords(**parameters).fit(TEXTS).vectorizer_.vocabulary_)


def test_words_are_those_of_scikit_learn_unless_asked_otherwise():
    assert words() == ["and", "not", "the", "waited", "waiters", "waiting", "we", "were"]


def test_stop_words_leave_and_kept_ones_stay():
    assert words(stop_words="english") == ["waited", "waiters", "waiting"]
    assert words(stop_words="english", keep="not, no") == ["not", "waited", "waiters", "waiting"]


def test_runs_of_words_are_counted_after_the_stop_words_left():
    assert "waited waited" in words(stop_words="english", ngrams=2)


def test_a_binary_weight_is_one_however_often_a_word_is_there():
    assert BagOfWords(weighting="binary").fit_transform(TEXTS).max() == 1
    assert BagOfWords().fit_transform(TEXTS).max() == 2


@needs_stemmer
@pytest.mark.parametrize("stem, found", [("porter", "wait"), ("english", "wait")])
def test_words_of_one_stem_are_one(stem, found):
    assert words(stem=stem, stop_words="english") == [found, "waiter"]


def test_a_stemmer_that_is_not_installed_is_one_line(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(SpecError, match=r"stem.*'snowballstemmer', which is not installed"):
        build_estimator(PREPROCESSING, "bag_of_words", {"stem": "porter"})


def test_components_by_labels_are_no_more_than_there_can_be():
    X = np.random.default_rng(0).normal(size=(6, 3))
    step = build_estimator(PREPROCESSING, "pls", {"n_components": 9})
    assert step.fit(X, list("aabbab")).transform(X).shape == (6, 3)


FIGURES = {  # accuracy of an SVM over five folds of 800 and 200 reviews
    "counts, PCA": ({}, {"name": "pca"}, 0.580),
    "tf-idf, PCA": ({"weighting": "tfidf"}, {"name": "pca"}, 0.629),
    "tf-idf, LSA": ({"weighting": "tfidf"}, {"name": "lsa"}, 0.617),
    "tf-idf, PLS": ({"weighting": "tfidf"}, {"name": "pls"}, 0.771),
    "tf-idf, all words": ({"weighting": "tfidf"}, None, 0.815),
}


@pytest.mark.usefixtures("reviews_folder")
@pytest.mark.parametrize("features", FIGURES)
def test_components_of_reviews_are_worth_what_they_were(features):
    bag, step, expected = FIGURES[features]
    steps = [build_estimator(PREPROCESSING, "bag_of_words", bag)]
    if step is not None:
        steps.append(build_estimator(PREPROCESSING, step["name"], {"n_components": 5}))
    reviews = restaurant_reviews()
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    scores = cross_val_score(make_pipeline(*steps, SVC()), reviews.X, reviews.y, cv=folds)
    assert scores.mean() == pytest.approx(expected, abs=0.025)  # twice the error of 1,000 rows
