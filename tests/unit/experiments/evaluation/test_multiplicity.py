"""Families of comparisons against the studentized range, Holm's method and simulation."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy import stats

from experiments.evaluation.multiplicity import LEVEL, Family
from experiments.evaluation.statistics import holm


def all_pairs(k):
    """Return the correlation of all differences of k independent means."""
    pairs = list(itertools.combinations(range(k), 2))
    signs = np.zeros((len(pairs), k))
    for row, (a, b) in zip(signs, pairs, strict=True):
        row[[a, b]] = 1, -1
    return signs @ signs.T / 2


@pytest.mark.parametrize("k", [3, 6, 10])
def test_least_p_of_all_pairs_is_that_of_the_studentized_range(k):
    family = Family(k * (k - 1) // 2, all_pairs(k))
    for z in (2.0, 2.8, 3.2):
        p = np.full(family.size, 0.9)
        p[1] = 2 * stats.norm.sf(z)
        wanted = stats.studentized_range.sf(np.sqrt(2) * z, k, np.inf)
        assert family.adjusted(p)[1] == pytest.approx(wanted, abs=4 * np.sqrt(wanted / 20_000))
    critical = stats.studentized_range.isf(LEVEL, k, np.inf) / np.sqrt(2)
    assert family.level == pytest.approx(2 * stats.norm.sf(critical), rel=0.1)


def test_never_less_powerful_than_holm_and_consistent_with_its_level():
    rng = np.random.default_rng(1)
    family = Family(15, all_pairs(6))
    assert family.level > LEVEL / 15
    for _ in range(200):
        p = rng.random(15) ** 3
        adjusted = family.adjusted(p)
        assert (adjusted <= holm(p) + 1e-15).all()
        assert (adjusted[p < family.level] < LEVEL).all()
        assert (np.diff(adjusted[np.argsort(p)]) >= 0).all()


def test_one_look_in_twenty_shows_something_where_there_is_nothing():
    rng = np.random.default_rng(2)
    pairs = list(itertools.combinations(range(6), 2))
    family = Family(len(pairs), all_pairs(6))
    means = rng.normal(size=(4000, 6)) / np.sqrt(2)
    z = np.array([means[:, a] - means[:, b] for a, b in pairs]).T
    any_shown = [
        (family.adjusted(2 * stats.norm.sf(np.abs(one))) < LEVEL).any() for one in z[:1500]
    ]
    assert np.mean(any_shown) == pytest.approx(LEVEL, abs=3 * np.sqrt(LEVEL / 1500))


def test_without_correlations_it_is_holms():
    p = [0.01, 0.04, 0.03]
    assert Family(3).adjusted(p).tolist() == holm(p).tolist()
    assert Family(3).level == pytest.approx(LEVEL / 3)
    assert Family(1).level == LEVEL
