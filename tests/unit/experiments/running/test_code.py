"""Which code made a result: told by what runs, not by how it is written."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

import classical
from experiments import Study
from experiments.commands.status import report
from experiments.reporting import rendering, tables
from experiments.running import code as room
from experiments.running.code import changes, code_name, code_of
from experiments.running.environment import describe_environment
from experiments.running.one_cell import Conditions
from experiments.running.pool import Task, Worker
from experiments.running.store import Store
from qml.jobs import Ledger

MODEL = '''"""A model."""

from sklearn.dummy import DummyClassifier

__all__ = ["Edited"]


class Edited(DummyClassifier):
    """Says what is most frequent."""

    def fit(self, X, y):
        return super().fit(X, y)
'''


def study(*models):
    return Study.from_dict(
        {
            "name": "coded",
            "datasets": [{"name": "moons", "n_samples": 20}],
            "models": [*models],
            "protocol": {"folds": 2, "repeats": 1},
            "compare": "none",
        }
    )


@pytest.fixture
def forgetful():
    """Look at files again: in one process they are looked at once."""

    def forget():
        for cached in (room._code_of, room._digits, room._imported):
            cached.cache_clear()

    forget()
    yield forget
    forget()


@pytest.fixture
def edited(forgetful):
    """A model whose file a test may rewrite; gone afterwards."""
    file = Path(classical.__file__).parent / f"edited_{os.getpid()}.py"
    file.write_text(MODEL)
    yield file
    file.unlink()


def modules(model):
    [one, _] = study(model).plan()
    return set(code_of(one.cell))


def test_a_cell_has_the_code_of_what_it_names_and_of_what_that_is_by_default():
    found = modules({"name": "vqc", "optimizer": "spsa", "feature_map": {"name": "iqp"}})
    assert found >= {
        "qml.classifiers.vqc",
        "qml.optimizers.spsa",
        "qml.circuits.feature_maps.iqp",
        "qml.backends.exact",
        "qml.engine._kernels",
        "experiments.datasets.moons",
        "experiments.evaluation.protocol",
    }
    default = modules("vqc")
    assert default >= {"qml.optimizers.cobyla", "qml.losses.cross_entropy"}
    assert not {name for name in default if name.startswith("experiments.reporting")}
    on_aer = modules({"name": "vqc", "backend": "aer:shots=10"})
    assert on_aer - default >= {"qml.backends.aer"}
    noisy = modules({"name": "vqc", "backend": "aer:noise=uniform,noise.t1_us=50"})
    assert noisy - on_aer == {"qml.devices.uniform"}


@pytest.mark.reliability("N5")
@pytest.mark.parametrize(
    ("old", "new", "differs"),
    [
        ("return super()", "return  super( )", False),
        ('"""Says what is most frequent."""', '"""Says what most say."""', False),
        ("    def fit", "    # why\n    def fit", False),
        ("return super().fit(X, y)", "return super().fit(X, y[::-1])", True),
        ("    def fit", "    number = 3\n\n    def fit", True),
    ],
)
def test_comments_docstrings_and_formatting_are_no_code(edited, forgetful, old, new, differs):
    [before, _] = [code_of(one.cell) for one in study(edited.stem).plan()]
    assert old in MODEL
    edited.write_text(MODEL.replace(old, new))
    forgetful()
    [after, _] = [code_of(one.cell) for one in study(edited.stem).plan()]
    assert (before != after) == differs


@pytest.mark.reliability("N5")
def test_what_other_code_made_is_named_and_run_again_where_that_is_allowed(
    edited, forgetful, tmp_path
):
    asked = study(edited.stem, "svc")
    run = asked.run(jobs=1, out=tmp_path)
    assert not any("changed" in line for line in report(run))
    edited.write_text(MODEL.replace("return super().fit(X, y)", "return super().fit(X, 1 - y)"))
    forgetful()
    assert f"2 results of {edited.stem}: changed since: classical.{edited.stem}" in report(run)
    ran = []

    def finished(key, status):
        ran.append(key)

    asked.run(jobs=1, out=tmp_path, on_finished=finished)
    assert not ran  # nothing is thrown away unasked
    old = {fit.planned.key: (tmp_path / "cells" / f"{fit.planned.key}.json").read_bytes()
           for fit in run.results().fits}  # fmt: skip
    asked.run(jobs=1, out=tmp_path, rerun_stale=True, on_finished=finished)
    assert len(ran) == 2
    assert not any("changed" in line for line in report(run))
    aside = {file.stem: file.read_bytes() for file in (tmp_path / "stale").glob("*.json")}
    assert aside == {key: old[key] for key in ran}


def test_a_plug_in_that_is_gone_is_told_and_not_an_error(edited, forgetful, tmp_path):
    run = study(edited.stem, "svc").run(jobs=1, out=tmp_path)
    edited.rename(edited.with_suffix(".gone"))
    try:
        forgetful()
        [line] = [line for line in report(run) if line.startswith("2 results")]
    finally:
        edited.with_suffix(".gone").rename(edited)
    assert f"changed since: unknown model '{edited.stem}'" in line


@pytest.mark.reliability("N5")
def test_other_versions_are_named_with_both(tmp_path):
    results = study("svc").run(jobs=1, out=tmp_path).results()
    here = describe_environment()
    one = next(iter(results.cells.values()))
    assert changes(one, results, here) is None
    newer = replace(here, packages={**here.packages, "scipy": "99.0"})
    [told] = changes(one, results, newer)
    assert told == f"scipy {here.packages['scipy']} (now 99.0)"
    assert changes(replace(one, code=None), results, here) == ()


@pytest.mark.reliability("N5")
def test_a_table_marks_rows_of_other_code_and_of_other_versions(edited, forgetful, tmp_path):
    """Two models whose rows are told from each other must not differ by what made them."""
    asked = study(edited.stem, "svc", "logistic_regression")
    run = asked.run(jobs=1, out=tmp_path)
    assert (run.table().made_by_other == "").all()
    edited.write_text(MODEL.replace("return super().fit(X, y)", "return super().fit(X, 1 - y)"))
    forgetful()
    [first, _] = [fit.planned.key for fit in run.results().fits if fit.planned.model == edited.stem]
    run.store.remove(first)  # of two folds one is made by what is here now
    results = asked.run(jobs=1, out=tmp_path).results()
    assert list(tables.table(results).made_by_other) == [f"classical.{edited.stem}", "", ""]
    [svc, _] = [fit.planned.key for fit in results.fits if fit.planned.model == "svc"]
    before = replace(
        results.environments[results.cells[svc].record.environment],
        packages=describe_environment().packages | {"numpy": "1.0"},
    )
    old = replace(results.cells[svc].record, environment="old")
    mixed = replace(
        results,
        cells={**results.cells, svc: replace(results.cells[svc], record=old)},
        environments={**results.environments, "old": before},
    )
    table = tables.table(mixed)
    assert list(table.made_by_other) == [f"classical.{edited.stem}", "numpy", ""]
    for form in ("text", "markdown", "latex", "csv"):
        assert f"classical.{edited.stem}" in str(
            rendering.render(table, ["accuracy"], form)
        ).replace("\\", "").replace("allowbreak{}", "")


def test_a_process_that_has_other_code_than_the_run_says_so_and_runs_nothing(tmp_path):
    asked = study("dummy")
    plan, store = asked.plan(), Store(tmp_path)
    store.write_plan(plan.stored())
    cell = plan.cells[0].cell
    then = {**code_of(cell), "qml.texts": "0" * 12}
    store.write_code(then, code_name(then))
    conditions = Conditions(tmp_path, ("accuracy",), "none", Ledger(tmp_path / "jobs"))
    worker = Worker(conditions, 1)
    assert worker(Task(cell, None, code_name(then))) == (cell.key, "failed")
    record = store.get(cell.key).record
    assert record.pending
    assert record.error == "not run: its code changed since the run began (qml.texts)"
    run = asked.run(jobs=1, out=tmp_path)  # goes on with it unasked
    assert {fit.status for fit in run.results().fits} == {"done"}


def test_a_plug_in_that_is_edited_while_a_run_is_under_way_is_not_taken_for_the_old(tmp_path):
    """What a worker imports after the edit is no result of the code that the plan knew."""
    slow, edited = (Path(classical.__file__).parent / f"{n}_{os.getpid()}.py" for n in "se")
    body = (
        "import time\n\nfrom sklearn.dummy import DummyClassifier\n\n__all__ = ['Mine']\n\n\n"
        "class Mine(DummyClassifier):\n    '''A guess.'''\n\n    def fit(self, X, y):\n"
        "        time.sleep({seconds})\n        return super().fit(X, y)\n"
    )
    slow.write_text(body.format(seconds=1.0))
    edited.write_text(body.format(seconds=0.0))
    try:
        values = {
            "name": "edited",
            "datasets": [{"name": "moons", "n_samples": 40}],
            "models": [slow.stem, edited.stem],
            "protocol": {"folds": 4, "repeats": 1},
        }
        started = []

        def edit(key, status):
            if not started:
                started.append(key)
                edited.write_text(body.format(seconds=0.001))

        run = Study.from_dict(values).run(jobs=2, out=tmp_path, on_finished=edit)
        fits = [fit for fit in run.results().fits if fit.planned.model == edited.stem]
        told = {fit.stored.record.error for fit in fits}
        assert told <= {
            "",
            f"not run: its code changed since the run began (classical.{edited.stem})",
        }
        for fit in fits:
            assert (fit.status == "done") != fit.stored.record.pending
        assert any(fit.status == "failed" for fit in fits)
    finally:
        slow.unlink()
        edited.unlink()
