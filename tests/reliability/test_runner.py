"""What a run survives: kills, dying workers, damage, two runners at once."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from experiments.study import Run, Study

pytestmark = pytest.mark.reliability


def stable(run: Run):
    """The cells without the columns that time alone decides."""
    cells = run.cells()
    seconds = [column for column in cells if column.endswith("_s")]
    return cells.drop(columns=[*seconds, "environment"], errors="ignore")


@pytest.fixture
def sweep(tiny_study):
    """Sixty fast cells."""
    return {**tiny_study, "protocol": {"folds": 4, "repeats": 5, "seed": 1}}


@pytest.mark.reliability("R15")
def test_one_job_and_two_and_a_second_study_give_the_same_numbers(tiny_study, tmp_path):
    tiny_study["models"].append({"name": "qsvc", "label": "shots", "backend": "aer:shots=200"})
    tiny_study["models"].append(
        {"name": "vqc", "optimizer": {"name": "cobyla", "maxiter": 20}, "ansatz": "havlicek"}
    )
    study = Study.from_dict(tiny_study)
    runs = [
        study.run(jobs=jobs, out=tmp_path / name)
        for jobs, name in ((1, "one"), (2, "two"), (1, "again"))
    ]
    first = stable(runs[0])
    for other in map(stable, runs[1:]):
        assert list(other) == list(first)
        unlike = [column for column in first if not first[column].equals(other[column])]
        assert not unlike, (first[unlike], other[unlike])
    assert set(runs[0].cells()["status"]) == {"done"}


@pytest.mark.reliability("R1")
@pytest.mark.parametrize("wanted", [20, pytest.param(500, marks=pytest.mark.slow)])
@pytest.mark.timeout(1200)
def test_killed_many_times_nothing_is_lost_and_nothing_doubled(
    sweep, tmp_path, wanted, record_property
):
    """Children print a key only once it is stored; each is killed at a random moment."""
    (tmp_path / "sweep.yaml").write_text(yaml.safe_dump(sweep))
    whole = Study.from_dict(sweep).run(jobs=1, out=tmp_path / "whole")
    generator = random.Random(0)
    folder = tmp_path / "killed"
    acknowledged: set[str] = set()
    kills = 0
    while kills < wanted:
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:  # the interpreter is warm: a cycle takes milliseconds
            os.setsid()
            os.close(reading)
            Study.from_dict(sweep).run(
                jobs=1,
                out=folder,
                on_finished=lambda key, status: os.write(writing, f"{key}\n".encode()),
            )
            os._exit(0)
        os.close(writing)
        time.sleep(generator.uniform(0.01, 0.25))
        os.killpg(child, signal.SIGKILL) if os.waitpid(child, os.WNOHANG) == (0, 0) else None
        with os.fdopen(reading) as stream:
            acknowledged |= {line for line in stream.read().split("\n") if len(line) == 64}
        try:
            _, status = os.waitpid(child, 0)
            finished = os.WIFEXITED(status)
        except ChildProcessError:
            finished = True
        kills += not finished
        store = Run(folder).store
        stored = {key for key in store.stored_keys() if store.get(key) is not None}
        assert acknowledged <= stored
        if finished:  # start the sweep anew, so that every kill falls into work
            for key in stored:
                store.remove(key)
            acknowledged.clear()
    resumed = Study.from_dict(sweep).run(jobs=1, out=folder)
    assert stable(resumed).equals(stable(whole))
    assert len(resumed.store.stored_keys()) == 60
    assert not list(folder.rglob("*.tmp"))
    assert not list((folder / "running").iterdir())
    record_property("R1", f"{kills} kills, 0 of 60 cells lost, 0 twice")


KILLER = '''
import os
import signal
from sklearn.dummy import DummyClassifier

__all__ = ["Killer"]


class Killer(DummyClassifier):
    """Kills its process, as a crash in a C library would."""

    def fit(self, X, y):
        os.kill(os.getpid(), signal.SIGKILL)
'''


@pytest.fixture
def killer_model():
    """A model that kills its worker, present for one test."""
    import classical

    file = Path(classical.__file__).parent / f"killer_{os.getpid()}.py"
    file.write_text(f'"""A model that kills its process."""\n{KILLER}')
    yield file.stem
    file.unlink()


@pytest.mark.reliability("R4")
@pytest.mark.parametrize("jobs", [2])
def test_worker_that_dies_costs_its_own_cells_only(tiny_study, tmp_path, killer_model, jobs):
    tiny_study["models"].insert(1, {"name": killer_model, "label": "killer"})
    tiny_study["protocol"]["folds"] = 2
    start = time.monotonic()
    run = Study.from_dict(tiny_study).run(jobs=jobs, out=tmp_path / "run")
    cells = run.cells()
    crashed = cells["model"] == "killer"
    assert set(cells[crashed]["status"]) == {"crashed"}
    assert set(cells[~crashed]["status"]) == {"done"}
    assert "killed" in run.table().set_index("model").loc["killer", "problem"]
    assert time.monotonic() - start < 120


@pytest.mark.reliability("R1", "R4")
def test_run_killed_inside_a_cell_is_resumed_and_finds_the_guilty(
    tiny_study, tmp_path, killer_model
):
    """In one process the killer takes the whole run with it; the next run isolates it."""
    tiny_study["models"].insert(1, {"name": killer_model, "label": "killer"})
    tiny_study["protocol"]["folds"] = 2
    (tmp_path / "study.yaml").write_text(yaml.safe_dump(tiny_study))
    command = [sys.executable, "-m", "experiments", "run", "study.yaml", "--jobs", "1"]
    first = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    assert first.returncode == -signal.SIGKILL
    for _ in range(4):  # a cell is suspected at its first death and found out at its second
        last = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert last.returncode == 3  # two cells without a result
    cells = Run(tmp_path / "results/tiny").cells()
    assert (cells["status"] == "crashed").sum() == 2
    assert (cells["status"] == "done").sum() == len(cells) - 2


def test_a_finished_study_is_read_once(tiny_study, tmp_path, monkeypatch):
    """The command reads the plan and each cell once, and hands them on to all that it prints."""
    from typer.testing import CliRunner

    from experiments.commands.cli import app

    (tmp_path / "study.yaml").write_text(yaml.safe_dump({**tiny_study, "controls": True}))
    command = ["run", str(tmp_path / "study.yaml"), "--out", str(tmp_path / "run"), "--jobs", "1"]
    assert CliRunner().invoke(app, command).exit_code == 0
    time.sleep(0.2)  # what was changed a moment ago is read again
    reads: list[str] = []
    for name in ("read_bytes", "read_text"):
        original = getattr(Path, name)

        def counted(file, *given, original=original, **named):
            reads.append(file.name)
            return original(file, *given, **named)

        monkeypatch.setattr(Path, name, counted)
    assert CliRunner().invoke(app, command).exit_code == 0
    stored = [file.name for file in (tmp_path / "run" / "cells").iterdir()]
    assert sorted(name for name in reads if name in stored) == sorted(stored)
    assert reads.count("plan.json") == 1


@pytest.mark.reliability("R7")
def test_damaged_results_run_again(tiny_study, tmp_path):
    study = Study.from_dict(tiny_study)
    before = study.run(jobs=1, out=tmp_path / "run")
    [victim, *_] = (tmp_path / "run" / "cells").glob("*.json")
    victim.write_bytes(victim.read_bytes()[:-40])
    with pytest.warns(UserWarning, match="was damaged"):
        after = study.run(jobs=1, out=tmp_path / "run")
    assert stable(before).equals(stable(after))
    assert (tmp_path / "run" / "quarantine" / victim.name).is_file()


@pytest.mark.reliability("R8")
def test_two_runners_on_one_folder(sweep, tmp_path):
    (tmp_path / "sweep.yaml").write_text(yaml.safe_dump(sweep))
    command = [sys.executable, "-m", "experiments", "run", "sweep.yaml", "--jobs", "1"]
    both = [
        subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        for _ in range(2)
    ]
    for process in both:
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
    run = Run(tmp_path / "results" / "tiny")
    assert set(run.cells()["status"]) == {"done"}
    assert len(run.store.stored_keys()) == 60


def test_failed_cells_stay_until_they_are_asked_for_again(tiny_study, tmp_path):
    tiny_study["models"] = [{"name": "svc", "kernel": "precomputed"}]
    study = Study.from_dict(tiny_study)
    run = study.run(jobs=1, out=tmp_path / "run")
    assert set(run.cells()["status"]) == {"failed"}
    stamps = run.cells()["finished_at_s"].tolist()
    assert study.run(jobs=1, out=tmp_path / "run").cells()["finished_at_s"].tolist() == stamps
    again = study.run(jobs=1, out=tmp_path / "run", retry_failed=True)
    assert again.cells()["finished_at_s"].tolist() != stamps


def test_a_part_retries_its_own_failures_alone(tiny_study, tmp_path):
    tiny_study["models"] = [{"name": "svc", "kernel": "precomputed", "C": [1.0, 2.0, 3.0]}]
    study = Study.from_dict(tiny_study)
    study.run(jobs=1, out=tmp_path)
    study.run(jobs=1, out=tmp_path, retry_failed=True, part=(1, 2))
    assert set(Run(tmp_path).cells()["status"]) == {"failed"}


REPORTER = '''
import numpy as np
from sklearn.dummy import DummyClassifier

__all__ = ["Reporter"]


class Reporter(DummyClassifier):
    """Reports what no JSON holds, and a course with a column of its own."""

    def __init__(self, told="nan", strategy="prior", random_state=None, constant=None):
        super().__init__(strategy=strategy, random_state=random_state, constant=constant)
        self.told = told

    @property
    def training_(self):
        own = {1} if self.told == "set" else 1
        return {"nan": float("nan"), "numpy": np.float32(0.5), "own": own}

    @property
    def trace_(self):
        names = ("steps", "evaluations", "circuits", "shots", "seconds", "losses", "own")
        return {name: [1.0] for name in names}
'''


@pytest.mark.reliability("N4")
def test_what_a_model_reports_of_itself_ends_no_study(tiny_study, tmp_path):
    import classical

    file = Path(classical.__file__).parent / f"reporter_{os.getpid()}.py"
    file.write_text(f'"""A model that says strange things."""\n{REPORTER}')
    try:
        tiny_study["models"] = [{"name": file.stem, "label": "r", "told": ["nan", "set"]}, "dummy"]
        cells = Study.from_dict(tiny_study).run(jobs=1, out=tmp_path).cells().set_index("model")
    finally:
        file.unlink()
    assert set(cells.loc["r [told=nan]", "status"]) == {"done"}
    assert (cells.loc["r [told=nan]", "training_numpy"] == 0.5).all()
    assert cells.loc["r [told=nan]", "training_nan"].isna().all()
    assert set(cells.loc["r [told=set]", "status"]) == {"failed"}
    assert cells.loc["r [told=set]", "error"].str.contains("cannot be stored").all()
    assert set(cells.loc["dummy", "status"]) == {"done"}


def test_a_killed_run_leaves_no_locked_checkout():
    """`git status` locks the index to refresh it, unless it is told not to."""
    from experiments.running import environment

    asked = []
    original = environment.subprocess.run
    try:
        environment.subprocess.run = lambda command, **options: (
            asked.append(command),
            original(command, **options),
        )[1]
        environment._git_state()
    finally:
        environment.subprocess.run = original
    assert all("--no-optional-locks" in command for command in asked)
    assert asked or not (Path(environment.__file__).parents[1] / ".git").exists()
