"""Influences and steps of single rows, against the metric itself with rows left out or turned."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from experiments.evaluation.metrics import METRICS, Predictions, score
from experiments.evaluation.rows import Rows, rows_of_fold
from experiments.evaluation.statistics import corrected_interval

RNG = np.random.default_rng(0)


def said(n_classes, n=24):
    true = np.arange(n) % n_classes
    predicted = np.where(RNG.random(n) < 0.7, true, RNG.integers(n_classes, size=n))
    scores = RNG.dirichlet(np.ones(n_classes), n)
    return Predictions(true, predicted, np.arange(n_classes), scores, "probabilities")


def targets(n=24):
    true = RNG.normal(size=n)
    return Predictions(true, true + RNG.normal(size=n), None)


CASES = [
    (metric, predictions)
    for metric, known in METRICS.items()
    for predictions in ([said(2), said(3)] if known.task == "classification" else [targets()])
]


@pytest.mark.parametrize("metric, predictions", CASES, ids=lambda case: str(case)[:12])
def test_influence_is_that_of_leaving_a_row_out(metric, predictions):
    n = len(predictions.true)
    found = rows_of_fold(metric, range(100, 100 + n), predictions)
    whole = score(metric, predictions)
    for i in range(n):
        without = score(metric, predictions.of_rows(np.delete(np.arange(n), i)))
        wanted = math.sqrt((n - 1) / n) * (whole - without)
        assert found.influence[i] == pytest.approx(wanted, abs=1e-12)
    assert found.row.tolist() == list(range(100, 100 + n))


@pytest.mark.parametrize("metric", ["accuracy", "recall", "f1_macro", "mcc"])
def test_step_is_the_largest_change_of_one_answer(metric):
    predictions = said(3) if metric == "f1_macro" else said(2)
    found, whole = rows_of_fold(metric, range(24), predictions), score(metric, predictions)
    for i in range(24):
        changes = []
        for other in predictions.classes:
            turned = predictions.predicted.copy()
            turned[i] = other
            answered = Predictions(predictions.true, turned, predictions.classes)
            changes.append(abs(score(metric, answered) - whole))
        assert found.step[i] == pytest.approx(max(changes), abs=1e-12)


def test_rows_add_up_over_folds_and_repeats_bring_none():
    folds = []
    right = np.resize([1, 1, 1, 0], 40)
    for repeat in range(3):
        order = np.random.default_rng(repeat).permutation(40)
        for test in np.split(order, 4):
            answers = Predictions(np.ones(10, int), right[test], np.arange(2))
            folds.append(rows_of_fold("accuracy", test, answers))
    once, often = Rows.of_folds(folds[:4]), Rows.of_folds(folds)
    assert len(once) == len(often) == 40
    assert often.step == pytest.approx(np.full(40, 1 / 40))
    assert once.variance == pytest.approx(0.75 * 0.25 / 39 + 2 / 40**2, rel=0.1)
    assert often.variance == pytest.approx(once.variance, rel=0.1)
    nothing = once.less(once)
    assert nothing.variance == pytest.approx(2 / 40**2)


def test_a_metric_that_does_not_apply_has_no_rows():
    assert rows_of_fold("r2", range(24), said(2)) is None
    assert (
        rows_of_fold("roc_auc", range(4), Predictions(*np.zeros((2, 4), int), np.arange(2))) is None
    )


@pytest.mark.parametrize("n, truth, repeats", [(80, 0.99, 20), (80, 0.98, 5), (569, 0.999, 20)])
def test_intervals_near_one_cover_and_are_not_wide(n, truth, repeats):
    """Rows that are answered alike in every repeat; 54, 82 and 43 % were covered by folds alone."""
    rng = np.random.default_rng(n)
    covered, width, exact = [], [], []
    for _ in range(300):
        right = (rng.random(n) < truth).astype(int)
        scores, weighed = [], []
        for _ in range(repeats):
            for test in np.array_split(rng.permutation(n), 5):
                answers = Predictions(np.ones(len(test), int), right[test], np.arange(2))
                scores.append(score("accuracy", answers))
                weighed.append(rows_of_fold("accuracy", test, answers))
        _, low, high = corrected_interval(scores, 0.25, rows=Rows.of_folds(weighed))
        low, high = max(low, 0.0), min(high, 1.0)
        covered.append(low <= truth <= high)
        width.append(high - low)
        exact.append(clopper_pearson(right.sum(), n))
    assert np.mean(covered) > 0.93
    assert np.mean(width) < 1.5 * np.mean(exact)


def clopper_pearson(hits, n):
    low = stats.beta.ppf(0.025, hits, n - hits + 1)
    high = 1.0 if hits == n else stats.beta.ppf(0.975, hits + 1, n - hits)
    assert not math.isnan(low)
    return high - low
