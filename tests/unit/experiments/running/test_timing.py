"""Minutes of a run, from what was measured and from nothing else."""

from __future__ import annotations

import math

import pytest

from experiments.commands.screen import print_times
from experiments.running.timing import RowTime, Times, foresee_times
from experiments.study import Study

VALUES = {
    "name": "timed",
    "datasets": [{"name": "moons", "n_samples": 40}],
    "models": ["svc", "qsvc"],
    "protocol": {"folds": 2, "repeats": 1},
    "compare": "none",
}


def times(tmp_path, values=VALUES, **how):
    return foresee_times(Study.from_dict(values).plan(), tmp_path, **how)


def test_nothing_is_said_where_nothing_was_measured(tmp_path, capsys):
    found = times(tmp_path, jobs=1)
    assert [(row.model, row.cells, row.basis) for row in found.rows] == [
        ("svc", 2, "unknown"),
        ("qsvc", 2, "unknown"),
    ]
    assert len(found.unknown) == 2
    print_times(found)
    told = capsys.readouterr().out
    assert told.count("unknown; --time measures it") == 2
    assert "not known" in told


def test_one_cell_of_each_kind_is_timed_and_none_is_kept(tmp_path, capsys):
    found = times(tmp_path / "run", jobs=1, measure=True)
    assert [(row.basis, row.measured) for row in found.rows] == [("timed", 1)] * 2
    assert all(0 < row.longest <= row.seconds < 60 for row in found.rows)
    assert not (tmp_path / "run").exists()
    print_times(found)
    assert capsys.readouterr().out.count("1 timed cell") == 2


def test_stored_cells_say_what_others_of_their_kind_take(tmp_path):
    Study.from_dict(VALUES).run(jobs=1, out=tmp_path)
    assert [row.cells for row in times(tmp_path).rows] == [0, 0]
    more = {**VALUES, "protocol": {"folds": 2, "repeats": 3}}
    found = times(tmp_path, more, jobs=1)
    assert [(row.cells, row.basis, row.measured) for row in found.rows] == [(4, "stored", 2)] * 2
    assert not found.unknown
    other = {**VALUES, "datasets": [{"name": "moons", "n_samples": 60}]}
    assert [row.basis for row in times(tmp_path, other).rows] == ["unknown"] * 2


def test_what_submits_jobs_is_not_timed_and_what_fails_says_why(tmp_path):
    values = {**VALUES, "models": ["qsvc"], "backend": "ibm:name=fake_manila,shots=10"}
    [row] = times(tmp_path, values, measure=True).rows
    assert row.problem == "ibm:name=fake_manila,shots=10 submits jobs"
    values = {**VALUES, "models": ["qsvc"], "datasets": [{"name": "linearly_separable"}]}
    values["models"] = [{"name": "qsvc", "feature_map": "chebyshev", "bandwidth": 50.0}]
    [row] = times(tmp_path, values, measure=True).rows
    assert row.problem.startswith("failed: ")
    assert math.isnan(row.seconds)


def test_processes_divide_the_time_but_no_cell():
    rows = tuple(RowTime("d", name, 2, "stored", 2, 10.0, 8.0) for name in "ab")
    assert Times(rows, 1).seconds == pytest.approx(20.0)
    assert Times(rows, 2).seconds == pytest.approx(10.0)
    assert Times(rows, 16).seconds == pytest.approx(8.0)
