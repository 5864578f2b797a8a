"""How often a score is said to reach a printed one, by simulation."""

from __future__ import annotations

import functools

import numpy as np
import pytest

from experiments.evaluation.metrics import Predictions
from experiments.evaluation.reaching import reaches, row_interval
from experiments.evaluation.rows import Rows, rows_of_fold


@functools.cache
def interval(right, n):
    said = np.repeat([1, 0], [right, n - right])
    fold = rows_of_fold("accuracy", range(n), Predictions(np.ones(n, int), said, np.arange(2)))
    return row_interval("accuracy", right / n, Rows.of_folds([fold]))


def reached(n, accuracy, printed):
    """Return the share of 4,000 models of an accuracy that are said to reach the printed one."""
    drawn = np.random.default_rng(0).binomial(n, accuracy, 4000)
    return np.mean([reaches("accuracy", interval(int(k), n), printed) for k in drawn])


@pytest.mark.parametrize("n", [40, 100, 200, 1000])
@pytest.mark.parametrize("accuracy", [0.6, 0.77, 0.9])
def test_models_as_good_as_printed_reach_it_but_for_one_in_forty(n, accuracy):
    assert 1 - reached(n, accuracy, accuracy) <= 0.025


@pytest.mark.parametrize("n, share", [(40, 0.87), (100, 0.46), (200, 0.18), (1000, 0.0)])
def test_models_that_are_worse_reach_it_where_rows_are_few(n, share):
    assert reached(n, 0.67, 0.77) == pytest.approx(share, abs=0.03)


def test_an_interval_ends_where_its_metric_does():
    assert interval(40, 40)[1] == 1.0
    assert interval(40, 40)[0] < 1.0
