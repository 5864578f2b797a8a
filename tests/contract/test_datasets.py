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
