"""Limits of a cell: an overrun is a row with its reason, and costs nobody else anything."""

from __future__ import annotations

import os
import textwrap
import time
from pathlib import Path

import pytest

import classical
from experiments import Study
from experiments.running.limits import LimitExceeded, time_limit

pytestmark = pytest.mark.reliability

MODELS = {
    "sleeper": "time.sleep(300)",
    "swallower": """
while True:
    try:
        time.sleep(300)
    except BaseException:
        pass
""",
    "hog": "self.rows = np.ones((700, 2**17)); time.sleep(300)",
}


@pytest.fixture
def greedy_model(request):
    """A model that takes too much when it is fitted on the last fold; gone afterwards."""
    name = f"{request.param}_{os.getpid()}"
    place = Path(classical.__file__).parent / f"{name}.py"
    body = textwrap.indent(MODELS[request.param].strip(), " " * 12)
    place.write_text(
        f'''"""Takes too much."""
import time

import numpy as np
from sklearn.dummy import DummyClassifier

__all__ = ["Greedy"]


class Greedy(DummyClassifier):
    """Takes too much where the first training row says so."""

    def fit(self, X, y):
        if X[0, 0] == X.min():
{body}
        return super().fit(X, y)
'''
    )
    yield name
    place.unlink()


def study(model, limits):
    X = [[float(k), k % 2] for k in range(20)]
    mine = {"X": X, "y": [k % 2 for k in range(20)], "folds": [-1] + [k % 3 for k in range(19)]}
    mine["folds"][0] = 0  # the smallest value is trained on, first, in every fold but this one
    values = {
        "name": "limits",
        "datasets": ["mine"],
        "models": [model, "dummy"],
        "protocol": {"split": "predefined", "limits": limits},
    }
    return Study.from_dict(values, {"mine": mine})


@pytest.mark.reliability("R4", "R5")
@pytest.mark.parametrize(
    "greedy_model, limits, status, words",
    [
        ("sleeper", {"seconds": 2.0}, "timed_out", "not done after 2 s"),
        ("swallower", {"seconds": 2.0}, "timed_out", "still at work after 2 s"),
        ("hog", {"memory_mib": 700}, "out_of_memory", "the limit is 700 MiB"),
    ],
    indirect=["greedy_model"],
)
@pytest.mark.parametrize("jobs", [1, 2])
def test_overruns_are_rows_and_the_others_finish(
    tmp_path, monkeypatch, greedy_model, limits, status, words, jobs
):
    monkeypatch.setattr("experiments.running.limits._GRACE_S", 1.0)
    start = time.monotonic()
    cells = study(greedy_model, limits).run(jobs=jobs, out=tmp_path).cells()
    assert time.monotonic() - start < 120
    greedy = cells[cells["model"] == greedy_model].set_index("fold")
    assert greedy.loc[0, "status"] == "done"
    assert set(greedy.loc[1:, "status"]) == {status}
    assert greedy.loc[1:, "error"].str.contains(words).all()
    assert (cells.loc[cells["model"] == "dummy", "status"] == "done").all()


def test_finished_cells_know_no_limit_and_overruns_can_be_asked_for_again(tmp_path):
    """A limit is no part of what decides a result."""
    first = study("svc", {"seconds": 100.0}).run(jobs=1, out=tmp_path)
    keys = first.cells()["key"].tolist()
    assert study("svc", {}).run(jobs=1, out=tmp_path).cells()["key"].tolist() == keys


def test_time_limit_ends_python_code_and_leaves_no_alarm_behind():
    start = time.monotonic()
    with pytest.raises(LimitExceeded), time_limit(0.2):
        time.sleep(30)
    assert time.monotonic() - start < 5
    with time_limit(0.2):
        pass
    time.sleep(0.4)
    with time_limit(None):
        pass
