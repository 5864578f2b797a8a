"""Shares of variance that choices make, on functions whose shares are known."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from experiments.evaluation.variance_shares import variance_shares
from experiments.planning.readings import multiverse_of
from experiments.planning.spec import ChoiceEntry, MultiverseEntry

COUNTS = [3, 2, 4, 2, 3, 2, 2, 5]
EVERY = np.array(list(itertools.product(*map(range, COUNTS))))


def scored(options, noise=0.0, seed=0):
    """A large effect, a small one, two choices that matter only together, four that do not."""
    a, b, c, d = (options[:, i] for i in range(4))
    score = 0.04 * (a - 1) + 0.02 * (b - 0.5) + 0.03 * (2 * (b == 1) - 1) * (2 * (d == 1) - 1)
    return score + 0.005 * (c - 1.5) + noise * np.random.default_rng(seed).normal(size=len(options))


def sample(n, seed):
    entries = [
        ChoiceEntry(name=f"c{i}", at=f"models[0].p{i}", values=list(range(count)))
        for i, count in enumerate(COUNTS)
    ]
    drawn = multiverse_of(MultiverseEntry(choices=entries, sample=n, seed=seed))
    return np.array([reading.options for reading in drawn.readings])


def test_shares_of_all_readings_are_exact():
    found = variance_shares(EVERY, scored(EVERY), COUNTS, whole=True)
    parts = np.array([0.04**2 * 2 / 3, 0.02**2 / 4, 0.005**2 * 1.25, 0.03**2])
    first = [parts[0], parts[1], parts[2], 0, 0, 0, 0, 0]
    total = [parts[0], parts[1] + parts[3], parts[2], parts[3], 0, 0, 0, 0]
    for share, mine, with_others in zip(found.shares, first, total, strict=True):
        assert share.first == pytest.approx(mine / parts.sum(), abs=1e-9)
        assert share.total == pytest.approx(with_others / parts.sum(), abs=1e-9)
        assert share.first_low is None
    assert found.variance == pytest.approx(parts.sum())


def test_shares_of_a_sample_are_those_of_all_within_their_intervals():
    """Eight choices in 500 of 2,880 readings, thirty times: 95 % of intervals hold the truth."""
    noise = 0.01
    truth = variance_shares(EVERY, scored(EVERY), COUNTS, whole=True)
    factor = truth.variance / (truth.variance + noise**2)
    held, errors = {"first": [], "total": []}, []
    for seed in range(30):
        options = sample(500, seed)
        found = variance_shares(options, scored(options, noise, seed), COUNTS, whole=False)
        assert found.predicted_by_pairs > 0.85 > found.predicted
        for share, true in zip(found.shares, truth.shares, strict=True):
            first, total = factor * true.first, factor * true.total
            errors.append(share.first - first)
            held["first"].append(share.first_low - 1e-9 <= first <= share.first_high + 1e-9)
            held["total"].append(share.total_low - 1e-9 <= total <= share.total_high + 1e-9)
    assert abs(np.mean(errors)) < 0.002
    assert np.abs(errors).max() < 0.06
    for inside in held.values():
        assert np.mean(inside) > 0.92


def test_a_choice_that_does_nothing_is_not_charged_with_what_three_others_do():
    """Most of this score hangs on three and four choices together; four others are idle."""
    idle = []
    for seed in range(20):
        table = np.random.default_rng(seed).normal(size=COUNTS[:4])
        options = sample(500, seed)
        found = variance_shares(options, table[tuple(options[:, :4].T)], COUNTS, whole=False)
        idle += [share.total_low for share in found.shares[4:]]
    assert np.mean(np.array(idle) == 0) >= 0.95


def test_few_readings_tell_each_choice_alone_and_fewer_tell_nothing():
    options = sample(64, 0)
    found = variance_shares(options, scored(options), COUNTS, whole=False)
    assert found.predicted_by_pairs is None
    assert found.shares[0].total is None
    assert found.shares[0].first_low < 0.5 < found.shares[0].first_high
    assert variance_shares(options[:20], scored(options[:20]), COUNTS, whole=False) is None


def test_equal_scores_have_no_variance_to_share():
    assert variance_shares(EVERY, np.full(len(EVERY), 0.7), COUNTS, whole=True) is None
