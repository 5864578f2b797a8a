"""Sign flips against SciPy's permutation test, and by simulation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from experiments.evaluation.permutation import sign_flip_test, smallest_p


@pytest.mark.parametrize("n_blocks", [4, 6, 9, 12])
def test_one_comparison_is_scipys_permutation_of_signs(n_blocks):
    rng = np.random.default_rng(n_blocks)
    for shift in (0.2, 0.8):
        d = rng.normal(shift, 1.0, n_blocks)
        wanted = stats.permutation_test(
            (d,), np.mean, permutation_type="samples", n_resamples=np.inf
        ).pvalue
        assert sign_flip_test(d[:, None])[0] == pytest.approx(wanted)


def test_many_blocks_are_drawn():
    d = np.random.default_rng(3).normal(0.4, 1.0, 30)
    wanted = stats.ttest_1samp(d, 0).pvalue
    assert sign_flip_test(d[:, None])[0] == pytest.approx(wanted, abs=0.01)


def test_no_p_is_below_what_the_blocks_allow_and_zeros_are_nothing():
    clear = np.arange(1.0, 6.0)[:, None] * np.ones(3)
    assert sign_flip_test(clear).tolist() == [smallest_p(5)] * 3
    assert sign_flip_test(np.zeros((6, 2))).tolist() == [1.0, 1.0]


@pytest.mark.parametrize("shared", [0.0, 0.9])
def test_one_family_in_twenty_shows_something_where_there_is_nothing(shared):
    """Seven equal contenders over eight sources of data, all pairs."""
    rng = np.random.default_rng(round(10 * shared))
    pairs = [(a, b) for a in range(7) for b in range(a)]
    wrong = []
    for _ in range(600):
        scores = rng.standard_t(3, (8, 7)) + shared * rng.normal(size=(8, 1))
        p = sign_flip_test(np.array([scores[:, a] - scores[:, b] for a, b in pairs]).T)
        wrong.append((p < 0.05).any())
    assert np.mean(wrong) <= 0.05 + 2 * np.sqrt(0.05 / 600)


def test_what_is_there_is_shown():
    rng = np.random.default_rng(9)
    seen = []
    for _ in range(200):
        scores = rng.normal([2.0, 0.0, 0.0], 1.0, (10, 3))
        p = sign_flip_test(np.array([scores[:, 0] - scores[:, 1], scores[:, 0] - scores[:, 2]]).T)
        seen.append((p < 0.05).all())
    assert np.mean(seen) > 0.8
