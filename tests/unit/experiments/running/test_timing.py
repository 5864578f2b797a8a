"""Minutes of a run, from what was measured and from nothing else."""

from __future__ import annotations

import math

import pytest

from experiments.commands.screen import print_times
from experiments.running.pace import Paces
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
    assert told.strip() == "Of 2 rows no time is known; `--time` runs a cell of each."
    assert "cells left" not in told


def test_circuits_tell_what_nothing_else_tells(tmp_path, capsys):
    study = Study.from_dict(VALUES)
    checks = study.check(tmp_path).rows
    found = foresee_times(study.plan(), tmp_path, 1, checks=checks)
    svc, qsvc = found.rows
    assert (svc.basis, qsvc.basis, qsvc.measured) == ("unknown", "circuits", 20 + 40)
    assert 2 * 0.03 < qsvc.seconds < 60
    print_times(found)
    told = capsys.readouterr().out
    assert "60 circuits a cell" in told
    assert "are rough" in told
    assert "Of 1 row no time is known" in told
    study.run(jobs=1, out=tmp_path)
    more = Study.from_dict({**VALUES, "protocol": {"folds": 2, "repeats": 2}})
    times = foresee_times(more.plan(), tmp_path, 1, checks=more.check(tmp_path).rows)
    assert [row.basis for row in times.rows] == ["stored"] * 2


def test_circuits_of_a_shared_kernel_count_once(tmp_path, monkeypatch):
    monkeypatch.setattr(Paces, "seconds", lambda self, work: float(sum(work.workload.entries)))
    values = {**VALUES, "models": ["qsvc"], "protocol": {"folds": 2, "repeats": 5}}
    study = Study.from_dict(values)
    [row] = foresee_times(study.plan(), tmp_path, 1, checks=study.check(tmp_path).rows).rows
    alone = 20 * 19 / 2 + 20 * 20
    assert row.seconds == pytest.approx(alone + 10 * 0.03)


def test_answers_that_are_measured_apart_are_no_training(tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(Paces, "seconds", lambda self, work: asked.append(work) or 1.0)
    vqc = {"name": "vqc", "optimizer": {"name": "spsa", "maxiter": 3}, "backend": "exact:shots=9"}
    data = {"name": "moons", "n_samples": 20, "test_sets": 2, "test_rows": 30}
    classify = {"shots": 50, "times": 2}
    values = {**VALUES, "datasets": [data], "models": [{**vqc, "classify": classify}]}
    del values["protocol"]
    study = Study.from_dict(values)
    foresee_times(study.plan(), tmp_path, 1, checks=study.check(tmp_path).rows)
    training, answers, *again = asked
    assert again == [answers]  # which no other fit shares
    assert (training.optimizer is not None, answers.optimizer) == (True, None)
    assert answers.workload.n_evaluations == 60 == answers.workload.batch
    assert (answers.times, answers.backend.shots) == (2, 50)


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
