"""Fresh test sets: rows of the same law for every trained model, and a draw as one observation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from experiments import Study
from experiments.datasets.ad_hoc import ad_hoc, draw_unitary, parity_expectation
from experiments.evaluation.splits import split
from experiments.planning.building import load_dataset
from experiments.reporting import verdicts as report
from qml.engine import statevectors
from qml.errors import ResourceError, SpecError

FRESH = {"name": "moons", "n_samples": 30, "noise": 0.3, "test_sets": 4, "test_rows": 20}
VALUES = {
    "name": "fresh",
    "datasets": [{**FRESH, "draws": 5}],
    "models": ["svc", "logistic_regression"],
    "metrics": ["accuracy", "f1"],
    "compare": "all_pairs",
}


def study(**changes):
    return Study.from_dict({**VALUES, **changes})


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return study().run(jobs=1, out=tmp_path_factory.mktemp("fresh"))


def test_all_rows_are_trained_on_and_fresh_ones_tested():
    plan = study().plan()
    assert len(plan) == 5 * 2
    for one in plan:
        data = load_dataset(one.cell.dataset, one.cell.split.seed)
        train, test = split(data, one.cell.split)
        assert (len(train), len(test)) == (30, 4 * 20)
        assert not set(map(tuple, data.X[train])) & set(map(tuple, data.X[test]))


def test_the_rows_that_are_trained_on_are_those_without_test_sets():
    [fresh] = study(datasets=[FRESH], models=["svc"]).plan()
    plain = study(datasets=[{"name": "moons", "n_samples": 30, "noise": 0.3}], models=["svc"])
    cell = next(iter(plain.plan())).cell
    alone = load_dataset(cell.dataset, cell.split.seed)
    both = load_dataset(fresh.cell.dataset, cell.split.seed)
    np.testing.assert_array_equal(both.X[:30], alone.X)
    assert both.sha256 != alone.sha256


def test_fresh_points_of_the_ad_hoc_data_have_the_same_unitary():
    data = ad_hoc(3, n_samples=20)
    more = data.more(8, 60)
    V = draw_unitary(np.random.default_rng(3), 4, "haar")
    from qiskit.circuit.library import zz_feature_map

    expectation = parity_expectation(V, statevectors(zz_feature_map(2), more.X))
    np.testing.assert_array_equal(expectation >= 0.3, more.y == 1)
    np.testing.assert_array_equal(expectation <= -0.3, more.y == 0)
    assert not set(map(tuple, data.X)) & set(map(tuple, more.X))


def test_a_score_is_the_mean_over_test_sets_and_each_stands_in_the_cells(run):
    cells = run.cells()
    for metric in ("accuracy", "f1"):
        apart = cells[[f"{metric}_set_{number}" for number in range(4)]]
        np.testing.assert_allclose(apart.mean(axis=1), cells[metric])
    assert (cells.test_sets == 4).all()
    again = run.cells(["mcc"])
    np.testing.assert_allclose(again[[f"mcc_set_{n}" for n in range(4)]].mean(axis=1), again["mcc"])
    stored = run.find(cells.key[0])
    assert stored.predictions.test_set == tuple(np.repeat(range(4), 20))
    assert stored.record.n_test == 80
    text = (run.folder / "metrics.csv").read_text()
    assert "accuracy_set_3" in text.splitlines()[0]


def test_a_draw_is_one_observation_however_many_test_sets_there_are(run):
    cells = run.cells()
    mine = cells[cells.model == "svc"].accuracy
    row = run.table().query("model == 'svc'").iloc[0]
    low, high = stats.t.interval(0.95, 4, mine.mean(), stats.sem(mine))
    assert row.accuracy == pytest.approx(mine.mean())
    assert row.accuracy_low == pytest.approx(low)
    assert row.accuracy_high == pytest.approx(min(high, 1.0))
    sets = cells[cells.model == "svc"][[f"accuracy_set_{number}" for number in range(4)]]
    assert row.accuracy_sd_sets == pytest.approx(np.sqrt(sets.var(axis=1, ddof=1).mean()))
    [found] = report.find(run.results(), cells)
    [one] = found.verdicts
    by_draw = cells.pivot_table(index="draw", columns="model", values="accuracy")
    wanted = stats.ttest_1samp(by_draw["svc"] - by_draw["logistic_regression"], 0)
    assert one.comparison.p == pytest.approx(wanted.pvalue)
    assert one.comparison.n_folds == 5


def test_of_one_training_there_is_no_interval_and_no_verdict(tmp_path):
    asked = study(datasets=[FRESH])
    run = asked.run(jobs=1, out=tmp_path)
    row = run.table().iloc[0]
    assert row.accuracy > 0.5
    assert np.isnan(row.accuracy_low)
    assert np.isnan(run.table(interval="bootstrap").iloc[0].accuracy_low)
    assert report.find(run.results(), run.cells()) == []
    [foreseen] = asked.foresee()
    assert np.isnan(foreseen.visible)
    assert any("add `draws`" in remark for remark in foreseen.remarks)


def test_a_shared_kernel_holds_the_training_rows_and_blocks_are_asked_for_each(tmp_path):
    """20 test sets behind 8 training rows: 28 pairs are measured once, not those of 168 rows."""
    values = {
        "name": "shared",
        "datasets": [{"name": "ad_hoc", "n_samples": 8, "test_sets": 20}],
        "models": [{"name": "qsvc", "C": [1.0, 10.0], "backend": "exact:shots=50"}],
    }
    asked = Study.from_dict(values)
    foreseen = asked.check(tmp_path)
    pairs, block = 8 * 7 // 2, 160 * 8
    assert foreseen.circuits == pairs + 2 * block
    assert [row.circuits for row in foreseen.rows] == [pairs + block] * 2
    cells = asked.run(jobs=1, out=tmp_path).cells()
    assert (cells.status == "done").all()
    assert (cells.circuits == pairs + 160 * cells.training_support_vectors).all()


def test_the_table_on_the_screen_says_what_is_averaged(run, capsys):
    from experiments.commands.ended import print_ended

    print_ended(run)
    printed = " ".join(capsys.readouterr().out.split())
    assert "sd of accuracy over test sets" in printed
    said = "a draw is one observation, its score the mean over its splits or fresh test sets"
    assert said in printed
    assert "and the interval the plain one over draws" in printed


@pytest.mark.parametrize(
    "datasets, protocol, line",
    [
        (
            [{"name": "moons", "test_rows": 5}],
            {},
            r"datasets\[0\].test_rows: the size of test sets",
        ),
        ([FRESH], {"folds": 3}, r"protocol.folds: every data set has fresh test sets"),
        ([FRESH], {"split": "fresh"}, r"protocol.split: Input should be"),
        ([{**FRESH, "test_rows": 2}], {}, r"datasets\[0\].test_rows: .*greater than or equal to 4"),
    ],
)
def test_what_cannot_be_meant_is_one_line(datasets, protocol, line):
    with pytest.raises(SpecError, match=line):
        study(datasets=datasets, protocol=protocol)


def test_data_that_nothing_draws_have_no_test_sets():
    asked = study(datasets=[{"name": "wine", "test_sets": 2}])
    with pytest.raises(SpecError, match="wine draws no more rows of its law"):
        asked.plan()
    with pytest.raises(ResourceError, match=r"needs .* may be used"):
        study(datasets=[{**FRESH, "test_sets": 10**12}]).plan()
