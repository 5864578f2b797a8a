"""Statistics against published examples, other people's code and simulation."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from experiments.evaluation.bootstrap import bootstrap_interval
from experiments.evaluation.comparison import judge, verdicts
from experiments.evaluation.ranks import friedman, over_datasets, rank_biserial
from experiments.evaluation.rows import FoldRows, Rows
from experiments.evaluation.statistics import compare, corrected_interval, holm
from experiments.records import Declared

# Demšar 2006, table 6: AUC of C4.5 and three variants on 14 data sets
DEMSAR = np.array(
    [
        [0.763, 0.768, 0.771, 0.798],
        [0.599, 0.591, 0.590, 0.569],
        [0.954, 0.971, 0.968, 0.967],
        [0.628, 0.661, 0.654, 0.657],
        [0.882, 0.888, 0.886, 0.898],
        [0.936, 0.931, 0.916, 0.931],
        [0.661, 0.668, 0.609, 0.685],
        [0.583, 0.583, 0.563, 0.625],
        [0.775, 0.838, 0.866, 0.875],
        [1.000, 1.000, 1.000, 1.000],
        [0.940, 0.962, 0.965, 0.962],
        [0.619, 0.666, 0.614, 0.669],
        [0.972, 0.981, 0.9751, 0.975],
        [0.957, 0.978, 0.946, 0.970],
    ]
)


def test_ranks_are_demsars_example_and_its_critical_difference_nemenyis():
    found = friedman(DEMSAR)
    np.testing.assert_allclose(found.ranks, [3.143, 2.000, 2.893, 1.964], atol=5e-4)
    # of ranks without ties, of which there are few; mean ranks of 14 blocks come in steps of 1/14
    assert found.critical_difference == pytest.approx(1.25, abs=1.5 / 14)
    assert friedman(DEMSAR, level=0.90).critical_difference == pytest.approx(1.12, abs=1.5 / 14)


def test_rounding_noise_breaks_no_tie():
    scores = np.array([[0.1 + 0.2, 0.3], [0.3, 0.1 + 0.2], [0.5, 0.5]])
    found = friedman(scores)
    assert found.ranks.tolist() == [1.5, 1.5]
    assert (found.chi_squared, found.p) == (0.0, 1.0)


def test_friedman_agrees_with_scipy_where_there_are_many_blocks_also_with_ties():
    for scores in (np.random.default_rng(1).normal(size=(40, 4)), DEMSAR):
        found, other = friedman(scores), stats.friedmanchisquare(*scores.T)
        assert found.chi_squared == pytest.approx(other.statistic)
        assert found.p == pytest.approx(other.pvalue, abs=0.02)


@pytest.mark.parametrize("ranks, statistic, p", [([[1, 2, 3]] * 3, 6.0, 0.028)])
def test_friedman_of_three_blocks_has_the_printed_p(ranks, statistic, p):
    """Friedman 1937, table V: three ranks, three blocks."""
    found = friedman(-np.array(ranks))
    assert found.chi_squared == pytest.approx(statistic)
    assert found.p == pytest.approx(p, abs=0.004)
    nearly = friedman(-np.array([[1, 2, 3], [1, 2, 3], [1, 3, 2]]))
    assert (nearly.chi_squared, nearly.p) == (pytest.approx(14 / 3), pytest.approx(0.194, abs=0.01))


A = np.array([0.81, 0.85, 0.90, 0.77, 0.83, 0.88, 0.79, 0.86, 0.84, 0.82])
B = np.array([0.78, 0.86, 0.85, 0.75, 0.84, 0.82, 0.77, 0.83, 0.80, 0.81])


def test_bayesian_twin_is_baycomps():
    """What baycomp 1.0.3 says: two_on_single(A, B, rope=0.01, runs=2), five folds."""
    found = compare(A - B, 0.25, 0.01)
    expected = (0.8329201345856999, 0.14953356831539977, 0.01754629709890032)
    assert (found.p_better, found.p_equal, found.p_worse) == pytest.approx(expected, rel=1e-9)


def test_corrected_test_is_the_formula_and_the_interval_its_inverse():
    found = compare(A - B, 0.25, 0.01)
    d = A - B
    t = d.mean() / np.sqrt((1 / 10 + 0.25) * d.var(ddof=1))
    assert found.p == pytest.approx(2 * stats.t.sf(t, 9))
    mean, low, high = corrected_interval(d, 0.25)
    assert (found.difference, found.low, found.high) == (mean, low, high)
    # shifted by the end of its interval, a difference is at the edge of significance
    assert compare(d - low, 0.25, 0.0).p == pytest.approx(0.05)


@pytest.mark.parametrize("n_pairs", [1, 7, 28])
def test_visible_difference_is_that_of_the_family(n_pairs):
    """Pairs of no difference but one, which has what is said to be visible to it."""
    rng = np.random.default_rng(n_pairs)
    folds, ratio, spread = 50, 0.25, 0.03
    seen, beyond = [], 0
    for _ in range(600):
        shared = spread * np.sqrt(ratio) * rng.normal(size=(n_pairs, 1))
        differences = shared + spread * rng.normal(size=(n_pairs, folds))
        level = 0.05 / n_pairs
        visible = compare(differences[0], ratio, 0.0, level=level).visible
        found = [compare(one, ratio, 0.0, level=level) for one in differences[1:]]
        apart = compare(differences[0] + visible, ratio, 0.0, level=level)
        adjusted = holm([apart.p, *(one.p for one in found)])
        seen.append(adjusted[0] < 0.05)
        undecided = [one for one, p in zip([apart, *found], adjusted, strict=True) if p >= 0.05]
        beyond += sum(abs(one.difference) > one.visible for one in undecided)
    assert np.mean(seen) == pytest.approx(0.8, abs=0.05)
    assert beyond == 0


def rows(n, influence=0.0, step=None):
    """Return n rows whose influences have this root mean square."""
    signs = np.resize([1.0, -1.0], n)
    steps = np.full(n, 1 / n if step is None else step)
    return Rows(np.arange(n), influence * signs / n, steps)


def test_equal_folds_are_not_certain_and_fewer_rows_are_less_so():
    same = np.zeros(5)
    few, many = (compare(same, 0.25, 0.01, rows(n)) for n in (80, 2000))
    assert judge(0.0, few.p, few.p_tost) == "undecided"
    assert judge(0.0, many.p, many.p_tost) == "practically equal"
    low = corrected_interval(np.ones(5), 0.25, rows=rows(80))[1]
    assert 0.955 < low < 0.97  # Clopper and Pearson: 0.955
    assert low == corrected_interval(np.ones(100), 0.25, rows=rows(80))[1]  # repeats bring no rows
    certain = compare(np.full(5, 0.2), 0.25, 0.01)
    assert (certain.p, certain.p_better, certain.effect) == (0.0, 1.0, np.inf)


def test_error_of_the_folds_is_held_between_that_of_the_rows_and_half_as_much_again():
    n, folds = 400, np.array([0.8, 0.9, 0.85, 0.7, 0.95])
    alone = corrected_interval(folds, 0.25)
    for spread, factor in ((0.1, 2.25), (10.0, 1.0)):
        known = rows(n, spread)
        mean, low, high = corrected_interval(folds, 0.25, rows=known)
        assert mean == alone[0]
        half = stats.t.ppf(0.975, n - 1) * np.sqrt(factor * known.variance)
        assert (high - low) / 2 == pytest.approx(half)
    between = rows(n, 1.5)
    assert corrected_interval(folds, 0.25, rows=between) == alone


def test_a_single_split_is_judged_by_its_rows():
    right = np.repeat([1.0, 0.0], [45, 5])
    influence = (right - right.mean()) / np.sqrt(50 * 49)
    known = Rows.of_folds([FoldRows(np.arange(50), influence, np.full(50, 1 / 50))])
    mean, _, high = corrected_interval([0.9], 1 / 3, rows=known)
    wanted = stats.t.ppf(0.975, 49) * np.sqrt(right.var(ddof=1) / 50 + 2 / 50**2)
    assert (mean, high - mean) == (0.9, pytest.approx(wanted))
    assert np.isnan(corrected_interval([0.9], 1 / 3)[1])
    assert compare([0.9], 1 / 3, 0.01, known).p < 1e-6
    with pytest.raises(ValueError, match="at least 2 needed"):
        compare([0.9], 1 / 3, 0.01)


def test_models_of_a_single_split_without_rows_are_not_compared():
    cells = table({"d": {"a": [0.9], "b": [0.5], "c": [0.7]}})
    cells["key"] = ["a", "b", "c"]
    right = np.repeat([1.0, 0.0], [15, 5])
    influence = (right - right.mean()) / np.sqrt(20 * 19)
    part = FoldRows(np.arange(20), influence, np.full(20, 1 / 20))
    assert verdicts(cells, "accuracy") == []
    found = verdicts(cells, "accuracy", rows=lambda key: None if key == "c" else part)
    assert [v.pair for v in found] == [("a", "b")]
    one = FoldRows(np.arange(1), np.zeros(1), np.ones(1))
    assert verdicts(cells, "accuracy", rows=lambda _: one) == []
    assert np.isnan(corrected_interval([1.0], 0.5, rows=Rows.of_folds([one]))[1])


def test_visible_difference_is_what_is_seen_four_times_in_five():
    """Draws from the model's own law: folds with a shared part, so that the correction is exact."""
    rng = np.random.default_rng(0)
    folds, ratio, spread = 10, 0.25, 0.03
    # correlation rho between folds with rho / (1 - rho) = n_test / n_train
    shared = spread * np.sqrt(ratio)
    noise = shared * rng.normal(size=(4000, 1)) + spread * rng.normal(size=(4000, folds))
    visible = np.mean([compare(one, ratio, 0.0).visible for one in noise[:200]])
    seen = np.mean([compare(one + visible, ratio, 0.0).p < 0.05 for one in noise])
    assert seen == pytest.approx(0.8, abs=0.04)
    assert np.mean([compare(one, ratio, 0.0).p < 0.05 for one in noise]) == pytest.approx(
        0.05, abs=0.012
    )


def nearest_mean_right(X, y, train, test):
    """Return for which test rows the nearest class mean is right."""
    means = np.array([X[train][y[train] == k].mean(axis=0) for k in (0, 1)])
    distances = ((X[test][:, None, :] - means) ** 2).sum(axis=2)
    return (distances.argmin(axis=1) == y[test]).astype(float)


def test_false_positives_are_at_most_nominal_over_two_thousand_null_draws():
    """Two models that are equally good in law: nearest class mean on one half of the features each.

    Every draw is a data set of its own, real training and real folds, so that the dependence
    between folds is the true one and not the test's assumption.
    """
    rng = np.random.default_rng(7)
    n, judged, plain = 60, [], []
    for _ in range(2000):
        y = np.arange(n) % 2
        X = rng.normal(size=(n, 8)) + 0.5 * y[:, None]
        differences, weighed = [], ([], [])
        for _ in range(2):
            order = rng.permutation(n)
            for fold in range(5):
                test = order[fold * 12 : fold * 12 + 12]
                train = np.setdiff1d(order, test)
                right = [nearest_mean_right(part, y, train, test) for part in (X[:, :4], X[:, 4:])]
                differences.append(right[0].mean() - right[1].mean())
                for folds, one in zip(weighed, right, strict=True):
                    influence = (one - one.mean()) / np.sqrt(len(test) * (len(test) - 1))
                    folds.append(FoldRows(test, influence, np.full(len(test), 1 / len(test))))
        first, second = (Rows.of_folds(folds) for folds in weighed)
        found = compare(differences, 0.25, 0.01, first.less(second))
        judged.append(judge(found.difference, found.p, found.p_tost))
        plain.append(stats.ttest_1samp(differences, 0).pvalue < 0.05)
    wrong = np.mean([one in ("better", "worse") for one in judged])
    assert wrong <= 0.05, wrong
    assert np.mean(plain) > 0.15  # the plain t test, for which this correction was made


def test_rank_biserial_and_bootstrap_by_hand():
    assert rank_biserial([1, 2, 3]) == 1.0
    assert rank_biserial([-1, -2, 3]) == 0.0
    assert rank_biserial([0, 0]) == 0.0
    hits = np.repeat([0.0, 1.0], [30, 70])
    low, high = bootstrap_interval(lambda rows: hits[rows[0]].mean(), [100], draws=2000)
    half = 1.96 * np.sqrt(0.7 * 0.3 / 100)
    assert (low, high) == pytest.approx((0.7 - half, 0.7 + half), abs=0.012)


def table(scores, n_train=80, n_test=20):
    """Return cells of one data set a key; a model's scores by fold."""
    rows = [
        {
            "dataset": dataset,
            "model": model,
            "repeat": 0,
            "fold": fold,
            "status": "done",
            "n_train": n_train,
            "n_test": n_test,
            "accuracy": value,
            "log_loss": 1 - value,
        }
        for dataset, models in scores.items()
        for model, values in models.items()
        for fold, value in enumerate(values)
    ]
    return pd.DataFrame(rows)


GOOD, BAD = [0.9, 0.92, 0.88, 0.91, 0.89], [0.5, 0.55, 0.45, 0.52, 0.48]


@pytest.mark.parametrize("metric", ["accuracy", "log_loss"])
def test_verdicts_name_the_better_first_also_where_lower_is_better(metric):
    [one] = verdicts(table({"d": {"bad": BAD, "good": GOOD}}), metric, 0.01)
    assert (one.first, one.judgement, one.second) == ("good", "better", "bad")
    pair = Declared("pairs", pairs=(("bad", "good"),))
    [turned] = verdicts(table({"d": {"bad": BAD, "good": GOOD}}), metric, 0.01, pair)
    assert turned.judgement == "worse"


def test_equivalence_is_two_one_sided_tests():
    """Without training sets that overlap they are Student's, as SciPy has them."""
    d = np.random.default_rng(2).normal(0.004, 0.01, 30)
    for rope in (0.002, 0.01, 0.02):
        below = stats.ttest_1samp(d, rope, alternative="less").pvalue
        above = stats.ttest_1samp(d, -rope, alternative="greater").pvalue
        assert compare(d, 0.0, rope).p_tost == pytest.approx(max(below, above))


def test_rope_is_one_standard_error_of_a_test_part_unless_named():
    cells = table({"d": {"good": GOOD, "bad": BAD}})
    [alone] = verdicts(cells, "accuracy")
    assert alone.comparison.rope == pytest.approx(np.std(GOOD, ddof=1))
    right = np.repeat([1.0, 0.0], [18, 2])
    influence = (right - right.mean()) / np.sqrt(20 * 19)
    part = FoldRows(np.arange(20), influence, np.full(20, 1 / 20))
    cells["key"] = [f"{i}" for i in range(len(cells))]
    [known] = verdicts(cells, "accuracy", rows=lambda _: part)
    wanted = np.sqrt(right.var(ddof=1) / 20 + 2 / 20**2)  # and two rows more
    assert known.comparison.rope == pytest.approx(wanted)
    [named] = verdicts(cells, "accuracy", 0.03)
    assert named.comparison.rope == 0.03


def test_the_best_of_many_is_one_of_many_looks():
    """A model beside five that are as good as it is, and one that is better than all of them."""
    rng, folds = np.random.default_rng(5), 10
    declared = Declared("best_classical")
    said, seen, beyond = [], [], 0
    for _ in range(400):
        errors = 0.03 * (0.5 * rng.normal(size=(6, 1)) + rng.normal(size=(6, folds)))
        for gain, found in ((0.0, said), (0.09, seen)):
            scores = {f"c{i}": list(one) for i, one in enumerate(errors[1:])}
            cells = table({"d": {"q": list(errors[0] + gain), **scores}})
            [one] = verdicts(cells, "accuracy", 0.0, declared, {"q"})
            found.append(one.judgement)
            open_ = one.judgement == "undecided"
            beyond += open_ and abs(one.comparison.difference) > one.comparison.visible
    assert np.mean([one != "undecided" for one in said]) <= 0.05
    assert np.mean([one == "better" for one in seen]) > 0.5
    assert "worse" not in seen
    assert beyond == 0


def test_family_of_a_data_set_is_adjusted_together():
    models = {f"m{i}": list(np.array(GOOD) - 0.02 * i) for i in range(4)}
    found = verdicts(table({"d": {**models, "bad": BAD}}), "accuracy", 0.01)
    assert len(found) == 10
    np.testing.assert_allclose([v.p for v in found], holm([v.comparison.p for v in found]))


def test_models_with_failed_cells_take_no_part():
    cells = table({"d": {"a": GOOD, "b": BAD, "c": GOOD}})
    broken = (cells["model"] == "c") & (cells["fold"] == 2)
    cells.loc[broken, ["status", "accuracy"]] = ["failed", np.nan]
    assert {v.first for v in verdicts(cells, "accuracy", 0.01)} == {"a"}


def own(*datasets):
    """Return sources: each data set is one of its own."""
    return {dataset: dataset for dataset in datasets}


def test_over_datasets_needs_three_sources():
    models = {"a": GOOD, "b": BAD}
    cells = table({"d": models, "e": models, "f": models})
    assert over_datasets(table({"d": models, "e": models}), "accuracy", own("d", "e")) is None
    assert over_datasets(cells, "accuracy", {"d": "x", "e": "x", "f": "y"}) is None
    found = over_datasets(cells, "accuracy", own("d", "e", "f"))
    assert found.models == ["a", "b"]
    assert found.friedman.ranks.tolist() == [1.0, 2.0]
    assert found.p_pairs.tolist() == [0.25]  # the smallest that three sources allow


def test_data_sets_of_one_source_are_averaged_first():
    models = {"a": GOOD, "b": BAD}
    turned = {"a": BAD, "b": [0.99] * 5}  # by so much that the mean turns
    cells = table({"d2": models, "d3": turned, "e": models, "f": models})
    found = over_datasets(cells, "accuracy", {"d2": "d", "d3": "d", "e": "e", "f": "f"})
    assert (found.families, found.datasets) == (["d", "e", "f"], ["d2", "d3", "e", "f"])
    assert found.scores[0] == pytest.approx([0.7, 0.745])
    assert found.friedman.ranks == pytest.approx([4 / 3, 5 / 3])


def test_over_datasets_takes_the_largest_block_and_names_what_is_left_out():
    models = {"a": GOOD, "b": BAD, "c": GOOD}
    cells = table({"d": models, "e": models, "f": models, "g": {"a": GOOD, "z": BAD}})
    found = over_datasets(cells, "accuracy", own("d", "e", "f", "g"))
    assert (found.models, found.left_out) == (["a", "c", "b"], ["g"])


def test_over_datasets_compares_what_is_declared():
    models = {"a": GOOD, "b": BAD, "c": GOOD}
    cells = table(dict.fromkeys("defghijk", models))
    reference = Declared("reference", reference="b")
    found = over_datasets(cells, "accuracy", own(*"defghijk"), reference)
    assert found.pairs == [("a", "b"), ("c", "b")]
    assert found.p_pairs.tolist() == [2**-7] * 2  # both as clear as eight sources allow
