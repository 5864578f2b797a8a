"""Reports of verdicts, learning curves and confusion matrices."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from experiments import Study
from experiments.evaluation.comparison import verdicts
from experiments.evaluation.metrics import METRICS, Predictions, counted, score
from experiments.evaluation.rows import rows_of_stored
from experiments.evaluation.splits import split
from experiments.records import Split
from experiments.reporting import from_which_size, rendering, tables
from experiments.reporting import verdicts as report
from experiments.reporting.critical_difference import _cliques
from qml.errors import SpecError

VALUES = {
    "name": "curves",
    "datasets": [
        {"name": "moons", "n_samples": 60},
        {"name": "circles", "n_samples": 60},
        {"name": "linearly_separable", "n_samples": 60},
    ],
    "models": [
        {"name": "qsvc", "label": "quantum", "feature_map": "angle"},
        "k_nearest_neighbours",
        "naive_bayes",
        "dummy",
    ],
    "protocol": {"folds": 4, "repeats": 2, "train_sizes": [12, 1.0]},
    "metrics": ["accuracy", "roc_auc", "log_loss", "brier", "calibration_error", "pr_auc"],
}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return Study.from_dict(VALUES).run(jobs=1, out=tmp_path_factory.mktemp("curves"))


def test_table_has_a_row_a_training_size(run):
    table = run.table()
    assert len(table) == 3 * 4 * 2
    assert set(table["n_train"]) == {12.0, 45.0}
    text = rendering.render_text(table, ["accuracy"])
    assert "training rows" in text


def test_verdicts_are_of_the_whole_training_part(run):
    cells = run.cells()
    [found] = report.find(run.results(), cells)
    assert found.quantum == {"quantum"}
    assert len(found.verdicts) == 3 * 3
    assert {v.first for v in found.verdicts} == {"quantum"}
    assert found.compared == "each quantum model with each classical one"
    kept = report.models_of(cells)
    assert kept["train_size"].isna().all()
    best = found.verdicts[0]
    group = kept[kept["dataset"] == best.dataset].groupby("model")["accuracy"].mean()
    assert best.comparison.difference == pytest.approx(group[best.first] - group[best.second])
    text = report.render(found)
    assert "Over 3 sources of data, moons, circles, linearly_separable" in text
    assert "No model can be shown to be better than another over 3 sources of data" in text
    assert "dummy" in text
    for judgement in {v.judgement for v in found.verdicts}:
        one = next(v for v in found.verdicts if v.judgement == judgement)
        assert one.dataset in report.sentence(one, "accuracy")
        assert judgement in report.sentence(one, "accuracy")


def test_sentence_says_when_the_sign_was_turned(run):
    cells = report.models_of(run.cells())
    [one, *_] = verdicts(cells, "brier", 0.01)
    assert "sign turned" in report.sentence(one, "brier")


def test_files_say_the_same(run, tmp_path):
    [found] = report.find(run.results(), run.cells())
    files = report.write([found], tmp_path)
    written = pd.read_csv(files[0])
    assert list(written)[4:10] == ["judgement", "difference", "low", "high", "p", "visible"]
    assert written["judgement"].tolist() == [v.judgement for v in found.verdicts]
    assert (tmp_path / "critical-difference.png").stat().st_size > 10_000
    assert report.render(found) in files[1].read_text()


def test_bars_join_what_is_not_told_apart():
    assert _cliques([1.0, 1.5, 2.9, 3.0, 5.0], 1.6) == [(0, 1), (1, 3)]
    assert _cliques([1.0, 3.0], 1.0) == []


def test_it_is_said_from_which_size_on_one_model_is_better(run, tmp_path):
    found = from_which_size.since(run.results(), run.cells())
    assert len(found) == 3 * 3
    assert {tuple(one.by_size) for one in found} == {(12.0, 45.0)}
    text = from_which_size.render(found)
    said = (
        "quantum is better than dummy on linearly_separable from 12 training rows on (of 12, 45)."
    )
    assert said in text
    written = pd.read_csv(from_which_size.write(found, tmp_path))
    assert len(written) == 2 * len(found)
    whole = run.cells()[run.cells().train_size.isna()]
    assert from_which_size.since(run.results(), whole) == []


@pytest.mark.parametrize(
    "judgements, size",
    [
        (["undecided", "better", "better"], 20.0),
        (["better", "undecided", "better"], 40.0),  # the smallest is not looked at
        (["worse", "better", "better"], 20.0),
        (["better", "better", "undecided"], None),
        (["practically equal"] * 3, None),
    ],
)
def test_sizes_are_looked_at_from_the_largest_on(run, judgements, size):
    one = from_which_size.since(run.results(), run.cells())[0].by_size[45.0]
    by_size = {
        float(n): replace(one, judgement=judgement)
        for n, judgement in zip((10, 20, 40), judgements, strict=True)
    }
    assert from_which_size.Since(by_size, "accuracy").size == size


def test_interval_of_a_reduced_part_is_that_of_the_rows_it_could_have(run):
    """A dummy answers alike whatever it is trained on; it was 1.8 times wider by that part."""
    table = run.table()
    dummies = table[table.model == "dummy"]
    widths = dummies.accuracy_high - dummies.accuracy_low
    small, whole = widths[dummies.n_train == 12], widths[dummies.n_train == 45]
    assert (small.to_numpy() < 1.4 * whole.to_numpy()).all()


def test_smaller_parts_lie_within_larger_ones_and_keep_class_shares(run):
    assert set(run.cells()["n_train"]) == {12, 45}
    y = np.repeat([0, 1, 2], [60, 30, 10])
    data = SimpleNamespace(y=y, groups=None, folds=None)
    place = Split(3, 0, 1, folds=4)
    whole, test = split(data, place)
    smaller = None
    for size in (0.9, 50, 20, 0.15):
        part, same_test = split(data, replace(place, train_size=size))
        assert same_test.tolist() == test.tolist()
        assert set(part) <= set(whole if smaller is None else smaller)
        assert len(part) == (size if size > 1 else round(size * len(whole)))
        shares = np.bincount(y[part]) / len(part)
        np.testing.assert_allclose(shares, [0.6, 0.3, 0.1], atol=1 / len(part))
        smaller = part


def test_confusion_matrices_count_every_test_row(run):
    text = tables.confusions(run.results())
    block = text.split("moons / dummy\n")[1].splitlines()
    counts = [int(cell) for line in block[2:4] for cell in line.split()[1:]]
    assert sum(counts) == 2 * 60
    folds = Predictions(np.array(["a", "b", "b"]), np.array(["b", "b", "b"]), np.array(["a", "b"]))
    assert counted(folds).tolist() == [[0, 1], [0, 2]]


def test_bootstrap_interval_is_about_the_test_rows(run):
    corrected, other = run.table(["accuracy"]), run.table(["accuracy"], "bootstrap")
    assert corrected["accuracy"].equals(other["accuracy"])
    row = other[(other["model"] == "dummy") & other["train_size"].isna()].iloc[0]
    half = 1.96 * np.sqrt(0.25 / 120)  # eight folds of 15 rows
    assert row["accuracy_high"] - row["accuracy"] == pytest.approx(half, abs=0.02)


def fold(scores, kind="probabilities", true=(0, 0, 1, 1), classes=(0, 1)):
    scores = np.asarray(scores, dtype=float)
    true, classes = np.asarray(true), np.asarray(classes)
    labels = classes[scores.argmax(axis=1)] if scores.ndim == 2 else classes[(scores > 0) * 1]
    return Predictions(true, labels, classes, scores, kind)


def test_scores_by_hand():
    one = fold([[0.9, 0.1], [0.6, 0.4], [0.65, 0.35], [0.2, 0.8]])
    assert score("roc_auc", one) == 0.75
    assert score("pr_auc", one) == pytest.approx(0.5 * 1 + 0.5 * 2 / 3)
    assert score("log_loss", one) == pytest.approx(-np.log([0.9, 0.6, 0.35, 0.8]).mean())
    assert score("brier", one) == pytest.approx(np.mean([0.01, 0.16, 0.65**2, 0.04]))
    # bins .6 to .7 (one of two right, confidence .625), .8 to .9 and .9 to 1
    expected = (abs(1 - 1.25) + 0.2 + 0.1) / 4
    assert score("calibration_error", one) == pytest.approx(expected)
    distances = fold([-1.0, -0.2, -0.3, 2.0], kind="decision")
    assert score("roc_auc", distances) == 0.75
    assert score("log_loss", distances) is None
    assert score("roc_auc", fold([[0.9, 0.1]] * 4, true=(0, 0, 0, 0))) is None


def test_areas_of_three_classes_are_means_over_classes():
    probabilities = [[0.6, 0.3, 0.1], [0.2, 0.5, 0.3], [0.1, 0.2, 0.7], [0.5, 0.4, 0.1]]
    three = fold(probabilities, true=(0, 1, 2, 1), classes=(0, 1, 2))
    assert score("roc_auc", three) == pytest.approx(np.mean([1.0, 1.0, 1.0]))
    assert score("brier", three) < score("log_loss", three)
    assert METRICS["log_loss"].higher_is_better is False


@pytest.mark.parametrize(
    "change, words",
    [
        ({"protocol": {"tuning": {"trials": 0}}}, "protocol.tuning.trials"),
        ({"protocol": {"tuning": {"trails": 5}}}, "did you mean 'trials'"),
        ({"protocol": {"tuning": {"metric": "f2"}}}, "protocol.tuning.metric"),
        ({"protocol": {"split": "stratifid"}}, "protocol.split"),
        ({"protocol": {"test_size": 1.0}}, "protocol.test_size"),
        ({"protocol": {"train_sizes": [0]}}, "protocol.train_sizes"),
        ({"protocol": {"limits": {"seconds": -1}}}, "protocol.limits.seconds"),
        ({"protocol": {"limits": {"memory": 1}}}, "did you mean 'memory_mib'"),
        ({"controls": "yes"}, "controls"),
        ({"rope": -0.1}, "rope"),
    ],
)
def test_mistakes_are_named(change, words):
    with pytest.raises(SpecError) as caught:
        Study.from_dict({**VALUES, **change})
    assert words in str(caught.value)


def test_controls_need_a_whole_training_part():
    values = {**VALUES, "controls": True, "protocol": {"train_sizes": [12]}}
    with pytest.raises(SpecError, match="add 1.0"):
        Study.from_dict(values).plan()


def test_arrays_of_ones_own_with_groups(tmp_path):
    rng = np.random.default_rng(0)
    mine = {"X": rng.normal(size=(40, 2)), "y": np.arange(40) % 2, "groups": np.arange(40) // 4}
    values = {
        "name": "grouped",
        "datasets": [{"name": "mine", "preprocessing": ["standard_scaler"]}],
        "models": ["svc", "dummy"],
        "protocol": {"split": "grouped", "folds": 5},
    }
    run = Study.from_dict(values, {"mine": mine}).run(jobs=1, out=tmp_path)
    assert (run.cells()["status"] == "done").all()
    tested = [list(run.find(key).predictions.row) for key in run.cells()["key"][:5]]
    groups = [set(mine["groups"][rows]) for rows in tested]
    assert sum(len(group) for group in groups) == 10
    stored = run.find(run.cells()["key"][0]).predictions
    assert stored.groups == tuple(mine["groups"][list(stored.row)])
    assert len(rows_of_stored("accuracy", stored).row) == len(set(stored.groups))
    mine = run.results().plan.provenance["mine"]
    assert mine.rows == 40
    assert len(mine.sha256) == 64
