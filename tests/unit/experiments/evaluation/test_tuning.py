"""Tuning: equal budgets, nothing leaks, what was tried is kept."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pytest
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.svm import SVC

from experiments import Study
from experiments.evaluation.splits import inner_folds
from experiments.evaluation.tuning import tune, with_values
from experiments.planning.rows import model_rows
from experiments.records import Split, TuningBudget
from qml.errors import DataError, SpecError

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 3))
Y = (X[:, 0] * X[:, 1] > 0).astype(int)
TRAIN = np.arange(45)


class Folds:
    y, groups, folds = Y, np.arange(60) // 3, None


FOLDS = inner_folds(Folds, TRAIN, Split(1, 0, 0, folds=3), 3)
SPACE = {"C": {"low": 0.01, "high": 1000.0, "log": True}, "gamma": [0.1, 1.0, 10.0]}


def search(space=SPACE, model=None, X=X, trials=12, metric="accuracy", seconds=None, seed=0):
    pipeline = model if isinstance(model, Pipeline) else Pipeline([("model", model or SVC())])
    budget = TuningBudget(trials, seconds, 3, metric, space)
    return tune(pipeline, X, Y, FOLDS, budget, seed)


def test_trials_are_the_budget_and_the_named_parameters_the_first():
    found = search()
    assert len(found.trials) == 12
    assert found.trials[0].parameters == {}
    assert found.score == max(trial.score for trial in found.trials)
    assert found.score >= found.trials[0].score
    assert search().trials == found.trials
    assert search(seed=1).trials != found.trials


def test_small_grid_is_tried_whole_and_once():
    found = search({"C": [1.0, 10.0], "kernel": ["rbf", "linear"]}, trials=50)
    tried = [tuple(sorted(trial.parameters.items())) for trial in found.trials]
    assert len(tried) == len(set(tried)) == 4  # one of them is the model as it is named
    assert tried[0] == ()


def test_seconds_end_the_search():
    assert len(search(trials=10_000, seconds=0.2).trials) < 2000


class Count(SVC):
    fits = 0

    def fit(self, X, y):
        type(self).fits += 1
        return super().fit(X, y)


@pytest.mark.parametrize("seed", range(3))
def test_no_point_is_fitted_twice(seed):
    Count.fits = 0
    space = {"C": [1.0, 2.0, 3.0], "shrinking": [True, False], "tol": [1e-3, 1e-2]}
    found = search(space, Count(), trials=8, seed=seed)
    tried = [{"C": 1.0, "shrinking": True, "tol": 1e-3, **t.parameters} for t in found.trials]
    assert len({tuple(sorted(point.items())) for point in tried}) == len(tried) == 8
    assert Count.fits == 3 * 8


def test_failing_trials_are_kept_with_their_reason_and_all_failing_is_an_error():
    found = search({"C": [-1.0, 1.0]})
    assert "must be a float" in found.trials[1].problem
    assert found.parameters in ({}, {"C": 1.0})
    with pytest.raises(DataError, match="all 3 tuning trials failed: .*The 'C'"):
        search({"C": [-1.0, -2.0]}, SVC(C=-3.0))


def test_metric_that_a_model_cannot_give_is_a_failed_trial():
    with pytest.raises(DataError, match="no log_loss of what the model gives"):
        search(metric="log_loss")


def test_lower_is_better_where_it_is():
    found = search({"C": [1e-4, 10.0]}, LogisticRegression(), metric="log_loss")
    scores = [trial.score for trial in found.trials]
    assert found.score == min(scores)


class Spy(TransformerMixin, BaseEstimator):
    seen: ClassVar[set] = set()

    def fit(self, X, y=None):
        type(self).seen |= set(X[:, 0])
        self.fitted_ = True
        return self

    def transform(self, X):
        return X


def test_no_test_row_reaches_the_search():
    """A poisoned feature: every fit of every trial is asked which rows it saw."""
    poisoned = X.copy()
    poisoned[45:, 0] = 1e9
    Spy.seen = set()
    pipeline = Pipeline([("spy", Spy()), ("model", SVC())])
    found = search(model=pipeline, X=poisoned)
    assert max(Spy.seen) < 1e9
    assert found.trials == search(model=Pipeline([("spy", Spy()), ("model", SVC())])).trials


def test_inner_folds_part_the_training_rows_and_keep_groups():
    place = Split(1, 0, 0, kind="grouped", folds=4)
    for fitted, validated in inner_folds(Folds, TRAIN, place, 3):
        assert not set(Folds.groups[fitted]) & set(Folds.groups[validated])
        assert set(fitted) | set(validated) == set(TRAIN)


@pytest.mark.parametrize(
    "space, words",
    [
        ({"C": []}, "an empty list"),
        ({"C": 1.0}, "expected a list of values"),
        ({"C": {"low": 1}}, "a range has low, high"),
        ({"C": {"low": 1, "high": 2, "step": 1}}, "a range has low, high"),
        ({"C": {"low": 2, "high": 1}}, "no range from 2 to 1"),
        ({"C": {"low": 0, "high": 1, "log": True}}, "no range from 0 to 1"),
        ({"C": {"low": "a", "high": 1}}, "no range from 'a'"),
        ({"c": [1.0]}, "nothing to tune of 'svc'"),
        ({"random_state": [1]}, "nothing to tune of 'svc'"),
        ({"C": [1.0, -1.0]}, "The 'C' parameter"),
        ({"C": {"low": -1.0, "high": 1.0}}, "The 'C' parameter"),
        ({"kernel.rep": [1]}, "kernel"),
    ],
)
def test_bad_spaces_are_one_line(space, words):
    values = {
        "name": "bad",
        "datasets": ["wine"],
        "models": [{"name": "svc", "search": space}],
        "protocol": {"repeats": 1, "tuning": {"trials": 3}},
    }
    with pytest.raises(SpecError, match=r"models\[0\]\.search") as caught:
        Study.from_dict(values)
    assert words in str(caught.value)


def study(**protocol):
    return Study.from_dict(
        {
            "name": "tuned",
            "datasets": [{"name": "linearly_separable", "n_samples": 40}],
            "models": [
                {"name": "svc", "C": 2.0},
                {"name": "qsvc", "backend": "exact:shots=50", "feature_map": "angle"},
                {"name": "logistic_regression", "tune": False},
                "dummy",
            ],
            "protocol": {
                "folds": 2,
                "repeats": 1,
                "tuning": {"trials": 3, "folds": 2, "untuned": True},
            }
            | protocol,
            "metrics": ["accuracy", "roc_auc", "log_loss"],
        }
    )


def test_study_tunes_all_alike_and_shows_the_untuned_beside():
    rows = {row.label: row.search for row in model_rows(study().spec)}
    assert list(rows) == [
        "svc",
        "svc, untuned",
        "qsvc",
        "qsvc, untuned",
        "logistic_regression",
        "dummy",
    ]
    assert "C" not in rows["svc"]  # named in the study: not tuned
    assert set(rows["qsvc"]) == {"C", "bandwidth"}


def test_tuned_cells_say_what_was_tried_and_what_it_cost(tmp_path):
    run = study().run(jobs=1, out=tmp_path)
    cells = run.cells().set_index(["model", "fold"])
    assert (cells["status"] == "done").all()
    assert (cells.loc[["svc", "qsvc"], "tune_trials"] == 3).all()
    quantum = cells.loc[("qsvc", 0)]
    assert quantum["tune_shots"] > 0
    assert quantum["shots"] > quantum["tune_shots"]
    assert cells.loc[("qsvc, untuned", 0), "shots"] < quantum["shots"]
    assert 0.5 < quantum["roc_auc"] <= 1.0
    assert np.isnan(cells["log_loss"].loc["qsvc"]).all()
    stored = run.find(quantum["key"])
    assert len(stored.tuning.trials) == 3
    said = stored.predictions  # scores of a measured kernel, from the labels' own shots
    assert said.predicted == tuple(int(one > 0) for one in said.scores)
    again = study().run(jobs=2, out=tmp_path / "again").cells()
    for name in ("accuracy", "tuned", "circuits"):
        assert again[name].astype(str).tolist() == run.cells()[name].astype(str).tolist()


def test_dots_reach_into_components_and_need_an_owner():
    assert with_values({"optimizer": {"name": "adam"}}, {"optimizer.maxiter": 5}) == {
        "optimizer": {"name": "adam", "maxiter": 5}
    }
    with pytest.raises(SpecError, match="not named in the study"):
        with_values({"C": 1.0}, {"C.x": 5})


def test_parts_make_the_whole(tmp_path):
    whole = study().run(jobs=1, out=tmp_path / "whole").cells()
    counts = []
    for number in (1, 2, 3):
        run = study().run(jobs=1, out=tmp_path / "parts", part=(number, 3))
        counts.append(int((run.cells()["status"] == "done").sum()))
    assert counts[0] < counts[1] < counts[2] == len(whole)
    assert run.cells()["accuracy"].tolist() == whole["accuracy"].tolist()


@pytest.mark.parametrize(
    "model, words",
    [
        ({"name": "qsvc", "search": {"feature_map.rep": [1]}}, "did you mean 'reps'"),
        ({"name": "vqc", "search": {"ansatz.reps": ["two"]}}, "ansatz.reps"),
        ({"name": "qsvcc", "search": {"C": [1.0]}}, "unknown model 'qsvcc'"),
    ],
)
def test_values_of_a_space_are_tried_before_anything_runs(model, words):
    values = {"name": "bad", "datasets": ["wine"], "models": [model]}
    values["protocol"] = {"repeats": 1, "tuning": {"trials": 3}}
    with pytest.raises(SpecError) as caught:
        Study.from_dict(values)
    assert words in str(caught.value)
    assert str(caught.value).count("\n") == 0


def test_space_without_tuning_is_no_silence():
    values = {"name": "bad", "datasets": ["wine"], "models": [{"name": "svc", "search": {}}]}
    with pytest.raises(SpecError, match=r"models\[0\].search: nothing is tuned"):
        Study.from_dict(values)
