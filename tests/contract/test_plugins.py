"""Every room: each file is one plug-in with a name, a doc, and nothing else can be loaded."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.datasets import Dataset
from experiments.evaluation.tasks import task_of
from experiments.registry import COMPONENTS, DATASETS, MODELS, PREPROCESSING, build_estimator
from qml.backends import BACKENDS
from qml.circuits import (
    ANSATZES,
    FEATURE_MAPS,
    resolve_ansatz,
    resolve_feature_map,
    resolve_trainable_map,
)
from qml.errors import DataError, SpecError
from qml.registry import first_sentence

ROOMS = [MODELS, DATASETS, PREPROCESSING, BACKENDS, *COMPONENTS.values()]
PAYLOADS = [
    "os.system",
    "..",
    "../svc",
    "svc.SVC",
    "__init__",
    "__main__",
    "_base",
    "_contract",
    "",
    " svc",
    "svc ",
    "svc\n",
    "SVC",
    "svc;import os",
    "svc/../svc",
    "/etc/passwd",
    "con",
    "s" * 300,
    "svc\x00",
    "sv\u0441",
    "%2e%2e",
    "subprocess",
    "builtins",
    "eval",
    "qml.registry",
    ".svc",
    "-svc",
    None,
    3,
    ["svc"],
    {"a": 1},
    True,
]


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.kind)
def test_every_file_is_one_documented_plugin(room):
    assert room.names()
    for name in room.names():
        assert callable(room.load(name))
        assert first_sentence(room.module(name)), f"{name} has no docstring"


def test_no_two_models_share_a_name():
    files = [file for package in MODELS.packages for file in _stems(package)]
    assert len(files) == len(set(files))


def _stems(package):
    import importlib
    from pathlib import Path

    folder = Path(importlib.import_module(package).__file__).parent
    return [file.stem for file in folder.glob("*.py") if not file.stem.startswith("_")]


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.kind)
@pytest.mark.parametrize("payload", PAYLOADS, ids=repr)
def test_only_files_of_the_room_can_be_loaded(room, payload):
    with pytest.raises(SpecError):
        room.load(payload)


@pytest.mark.parametrize("name", FEATURE_MAPS.names())
@pytest.mark.parametrize("n_features", [1, 2, 5])
def test_feature_maps_take_the_features_in_order(name, n_features):
    model = resolve_trainable_map(name, n_features)
    assert len(model.inputs) == n_features
    assert [p.index for p in model.inputs] == list(range(n_features))
    assert not model.circuit.num_clbits
    if not model.weights:
        assert resolve_feature_map(name, n_features).num_parameters == n_features


@pytest.mark.parametrize("name", ANSATZES.names())
def test_ansatzes_have_the_width_and_something_to_train(name):
    circuit = resolve_ansatz(name, 3)
    assert circuit.num_qubits == 3
    assert circuit.num_parameters > 0


@pytest.mark.parametrize("name", DATASETS.names())
def test_data_sets_say_where_they_come_from_and_repeat_by_seed(name, tmp_path):
    spec = {"name": name}
    if name == "file":
        spec["path"] = str(tmp_path / "file.csv")
        (tmp_path / "file.csv").write_text("x,y\n1,a\n2,b\n")
    make = DATASETS.bind(spec)
    try:
        first, second = make(random_state=3), make(random_state=3)
    except DataError as error:
        if "not cached" not in str(error):
            raise
        pytest.skip(f"no network and no cached file: {error}")
    assert isinstance(first, Dataset)
    assert first.sha256 == second.sha256
    assert first.name.startswith(name)
    assert first.source
    assert first.licence
    if task_of(first.y) == "classification":
        assert len(np.unique(first.y)) >= 2


@pytest.mark.parametrize("name", PREPROCESSING.names())
def test_preprocessing_learns_from_training_rows_alone(name):
    step = build_estimator(PREPROCESSING, name, {})
    texts = name == "bag_of_words"
    rng = np.random.default_rng(0)
    train = np.array(["good food", "bad food"], dtype=object) if texts else rng.normal(size=(9, 3))
    test = np.array(["unseen word food"], dtype=object) if texts else 100 + rng.normal(size=(4, 3))
    before = step.fit(train).transform(train)
    step.transform(test)
    np.testing.assert_array_equal(step.transform(train), before)
