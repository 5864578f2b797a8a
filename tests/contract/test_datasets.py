"""Every data set: says where it comes from, and repeats by its seed."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.datasets import Dataset
from experiments.evaluation.tasks import task_of
from experiments.registry import DATASETS
from qml.errors import DataError
from qml.examples import DataExample, examples_of

EXAMPLES = examples_of(DATASETS, DataExample)
every_example = pytest.mark.parametrize("name, example", EXAMPLES.values(), ids=EXAMPLES)


@every_example
def test_data_sets_say_where_they_come_from_and_repeat_by_seed(
    name, example, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    for file, text in example.files.items():
        (tmp_path / file).write_text(text)
    make = DATASETS.bind({"name": name, **example.parameters})
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


DRAWN_ONCE = {"qiskit_ad_hoc": "the library draws a unitary anew in every call"}
LAWLESS = {"checkerboard": "the shortest plug-in, which offers no more than it must"}


@every_example
def test_generators_draw_more_rows_of_their_law(name, example, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for file, text in example.files.items():
        (tmp_path / file).write_text(text)
    make = DATASETS.bind({"name": name, **example.parameters})
    try:
        data = make(random_state=3)
    except DataError as error:
        pytest.skip(f"no network and no cached file: {error}")
    if data.more is None:
        assert "generated" not in data.source or name in {**DRAWN_ONCE, **LAWLESS}
        return
    first, second, other = data.more(1, 30), data.more(1, 30), data.more(2, 30)
    assert first.sha256 == second.sha256 != other.sha256
    assert len({data.sha256, first.sha256, make(random_state=1).sha256}) >= 2
    assert len(first.y) == 30
    assert first.X.shape[1] == data.X.shape[1]
    assert set(first.y) <= set(data.y)
    assert first.X.dtype == data.X.dtype
    assert first.y.dtype == data.y.dtype


def nearest(data, test):
    """Return the share of test rows whose nearest training row has their label."""
    apart = ((test.X[:, None, :] - data.X[None, :, :]) ** 2).sum(axis=2)
    return (data.y[apart.argmin(axis=1)] == test.y).mean()


@pytest.mark.parametrize(
    "name, parameters",
    [
        ("ad_hoc", {"gap": 0.3}),
        ("graph_covariant", {"n_qubits": 2}),
        ("hidden_manifold", {"n_features": 8, "manifold_dimension": 2}),
        ("hyperplanes_parity", {"n_features": 4, "manifold_dimension": 2}),
        ("two_curves", {"n_features": 6, "offset": 0.3}),
    ],
)
def test_what_was_drawn_once_is_the_same_for_fresh_rows(name, parameters):
    """Neighbours have one label under one law, and the labels of another draw are another's."""
    make = DATASETS.bind({"name": name, "n_samples": 400, **parameters})
    data, other = make(random_state=3), make(random_state=4)
    assert nearest(data, data.more(9, 200)) > 0.8
    assert nearest(data, data.more(9, 200)) > nearest(data, other) + 0.1
