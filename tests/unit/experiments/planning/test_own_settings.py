"""Models with preprocessing, settings by data set, and trainings by data set of their own."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import make_moons
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from experiments import Study
from experiments.reporting.published import place_of
from experiments.running.preflight import examine
from experiments.running.shared_kernels import sharing_groups
from qml.errors import SpecError

X, Y = make_moons(60, noise=0.3, random_state=0)
X[:, 0] *= 100
FOLDS = np.where(np.arange(60) < 40, -1, 0)
ARRAYS = {name: {"X": X, "y": Y, "folds": FOLDS} for name in ("near", "far")}
SPLIT = {"split": "predefined"}


def study(**changes):
    values = {"name": "own", "datasets": ["near"], "models": ["svc"], "protocol": SPLIT, **changes}
    return Study.from_dict(values, arrays={n: ARRAYS[n] for n in values["datasets"]})


def test_a_models_own_preprocessing_stands_behind_that_of_the_data_set(tmp_path):
    scaled = {"name": "svc", "label": "scaled", "C": 3.0, "preprocessing": ["standard_scaler"]}
    asked = study(models=[{"name": "svc", "C": 3.0}, scaled])
    cells = asked.run(jobs=1, out=tmp_path).cells().set_index("model")
    train, test = FOLDS < 0, FOLDS == 0
    for label, steps in (("svc", []), ("scaled", [StandardScaler()])):
        expected = make_pipeline(*steps, SVC(C=3.0)).fit(X[train], Y[train])
        assert cells.accuracy[label] == expected.score(X[test], Y[test])
    plain = study(models=[{"name": "svc", "C": 3.0}]).plan()
    first, second = asked.plan().cells
    assert first.cell.key == plain.cells[0].cell.key  # models without it keep their results
    assert second.cell.key != first.cell.key


def test_features_are_counted_behind_a_models_own_preprocessing(tmp_path):
    reduced = {"name": "qsvc", "preprocessing": [{"name": "pca", "n_components": 1}]}
    asked = study(models=[reduced, {"name": "qsvc", "label": "whole"}], controls=True)
    checked = examine(asked.plan().cells, set(), tmp_path).rows
    features = {row.model: row.features for row in checked}
    assert (features["qsvc"], features["whole"]) == (1, 2)
    kinds = {one.model.label: set() for one in asked.plan()}
    for one in asked.plan():
        kinds[one.model.label].add(one.control)
    assert kinds["whole"] - kinds["qsvc"] == {"no entanglement"}  # one qubit has none


def test_kernels_behind_other_preprocessing_are_not_shared():
    models = [
        {"name": "qsvc", "label": "a", "bandwidth": 1.0, "C": 1.0},
        {"name": "qsvc", "label": "b", "bandwidth": 1.0, "C": 2.0},
        {"name": "qsvc", "label": "c", "bandwidth": 1.0, "preprocessing": ["angle_scaler"]},
        {
            "name": "qsvc",
            "label": "d",
            "bandwidth": 1.0,
            "C": 2.0,
            "preprocessing": ["angle_scaler"],
        },
    ]
    cells = study(models=models).plan().cells
    groups = sharing_groups(one.cell for one in cells)
    of = {one.model.label: groups[one.cell.key] for one in cells}
    assert of["a"] == of["b"] != of["c"] == of["d"]


def test_a_model_may_have_other_settings_on_other_data_sets(tmp_path):
    models = [
        {"name": "svc", "C": 1.0, "datasets": ["near"]},
        {"name": "svc", "C": 7.0, "datasets": ["far"]},
    ]
    asked = study(datasets=["near", "far"], models=models)
    cells = {one.dataset.label: one.cell.model for one in asked.plan()}
    assert {label: model.parameters["C"] for label, model in cells.items()} == {"near": 1, "far": 7}
    stored = asked.plan().stored()
    assert place_of("far", "svc", stored, 40.0).on("C") == 7.0
    results = asked.run(jobs=1, out=tmp_path).results()
    assert results.model_of("near", "svc").parameters["C"] == 1.0
    assert results.model_of("far", "svc").parameters["C"] == 7.0


def test_rows_of_a_grid_are_named_one_by_one():
    grid = {"name": "bowles2024", "label": "lines", "level": [2, 3]}
    models = [{"name": "svc", "datasets": ["lines [level=3]"]}]
    plan = Study.from_dict({"name": "own", "datasets": [grid], "models": models}).plan()
    assert {one.dataset.label for one in plan} == {"lines [level=3]"}


@pytest.mark.parametrize(
    ("models", "line"),
    [
        (
            [{"name": "svc", "datasets": ["near", "far"]}, {"name": "svc", "datasets": ["far"]}],
            "models: two rows are called 'svc'; give each a label of its own",
        ),
        (
            [{"name": "svc", "preprocessing": ["standrd_scaler"]}],
            "models[0].preprocessing[0].name: unknown preprocessing step 'standrd_scaler'",
        ),
    ],
)
def test_what_is_wrong_is_one_line(models, line):
    with pytest.raises(SpecError) as error:
        study(datasets=["near", "far"], models=models)
    assert line in str(error.value)


def test_a_data_set_may_have_trainings_of_its_own_number():
    models = [{"name": "mlp"}, {"name": "naive_bayes"}]
    datasets = ["moons", {"name": "moons", "label": "once", "seeds": 1, "draws": 3}]
    values = {
        "name": "own",
        "datasets": datasets,
        "models": models,
        "protocol": {"split": "hold_out", "repeats": 1, "seeds": 5},
    }
    counts = {}
    for one in Study.from_dict(values).plan():
        place = one.dataset.label, one.model.label
        counts[place] = counts.get(place, 0) + 1
    assert counts == {
        ("moons", "mlp"): 5,
        ("moons", "naive_bayes"): 1,
        ("once", "mlp"): 3,
        ("once", "naive_bayes"): 3,
    }
