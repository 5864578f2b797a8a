"""Records: the keys that they give, and their one text."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pytest

from experiments.records import (
    Cell,
    DatasetSpec,
    ModelSpec,
    Split,
    canonical_json,
    from_json,
    json_text,
    plain,
    pretty_json,
)


def test_key_depends_on_what_decides_the_result_and_on_nothing_else():
    data = DatasetSpec("a", {"x": 1, "y": 2}, (), "0")
    cell = Cell(data, ModelSpec("m", {}), Split(0, 0, 0))
    twin = Cell(DatasetSpec("a", {"y": 2, "x": 1}, (), "0"), ModelSpec("m", {}), Split(0, 0, 0))
    assert cell.key == twin.key
    changed = [
        replace(cell, split=Split(1, 0, 0)),
        replace(cell, dataset=replace(data, sha256="1")),
        replace(cell, model=ModelSpec("m", {"C": 1.0})),
        replace(cell, model=ModelSpec("m", {}, {"noise.json": "0"})),
    ]
    assert len({cell.key, *(one.key for one in changed)}) == 5


def test_text_of_a_record_has_no_default_no_space_and_one_order():
    """Keys and seeds are drawn from these bytes."""
    text = '{"fold":2,"folds":5,"repeat":0,"seed":1}'
    assert canonical_json(Split(seed=1, repeat=0, fold=2, folds=5)) == text
    assert json_text(json.loads(text)) == text
    assert plain({"a": (1, ModelSpec("m", {"C": 0.1}))}) == {
        "a": [1, {"name": "m", "parameters": {"C": 0.1}}]
    }


@pytest.mark.reliability("N4")
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, np.float64("nan")])
def test_what_is_not_finite_comes_back_as_it_was(value):
    stored = json_text(plain({"a": [1.5, value], "b": {"c": value}}))
    assert "NaN" not in stored
    assert "Infinity" not in stored
    again = from_json(stored)
    for found in (again["a"][1], again["b"]["c"]):
        assert repr(found) == repr(float(value))
    assert again["a"][0] == 1.5
    assert from_json(pretty_json(again)).keys() == again.keys()
    assert from_json('{"not finite": "else"}') == {"not finite": "else"}
