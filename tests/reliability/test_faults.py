"""Every call to the disk fails once: only before or after, one line that counts what is saved."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest
import yaml

from experiments import Study
from experiments.commands import cli
from experiments.running.upkeep import verify
from experiments.study import Run
from tests.faulty_disk import TROUBLES, break_at

pytestmark = [pytest.mark.reliability, pytest.mark.filterwarnings("ignore")]

STUDY = {
    "name": "faulty",
    "datasets": [{"name": "moons", "n_samples": 16}],
    "models": [{"name": "qsvc", "bandwidth": 1.0, "backend": "exact:shots=20"}, "dummy"],
    "protocol": {"folds": 2, "repeats": 1},
    "compare": "none",
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    place = tmp_path_factory.mktemp("whole")
    return told(Study.from_dict(STUDY).run(jobs=1, out=place / "run"))


def told(run):
    cells = run.cells()
    return cells[["key", "model", "fold", "status", "accuracy", "circuits"]]


def typed(place, trouble="", fails_at=0):
    """Run the study in a child on a disk that fails; return its end, its calls and its errors."""
    file, errors = place / "study.yaml", place / "stderr.txt"
    file.write_text(yaml.safe_dump(STUDY))
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            printed = os.open(errors, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(printed, 2)
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            sys.stderr = os.fdopen(2, "w", closefd=False)
            sys.stdout = os.fdopen(1, "w", closefd=False)
            calls = break_at(place / "run", trouble, fails_at)
            sys.argv = ["qml", "run", str(file), "--out", str(place / "run"), "--jobs", "1"]
            code = 0
            try:
                cli.main()
            except SystemExit as ended:
                code = int(ended.code or 0)
            sys.stderr.flush()
            os.write(writing, str(calls()).encode())
            os._exit(code)
        except BaseException as error:
            os.write(2, f"Traceback: {type(error).__name__}: {error}\n".encode())
            os._exit(99)
    os.close(writing)
    with os.fdopen(reading) as stream:
        calls = int(stream.read() or 0)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), calls, errors.read_text()


@pytest.mark.parametrize("trouble", TROUBLES)
@pytest.mark.parametrize("every", [17, pytest.param(1, marks=pytest.mark.slow)])
@pytest.mark.timeout(1500)
def test_every_call_to_the_disk_may_fail(trouble, every, whole, tmp_path):
    (tmp_path / "0").mkdir()
    code, n_calls, _ = typed(tmp_path / "0")
    assert code == 0
    assert n_calls > 60
    for fails_at in range(1 + TROUBLES.index(trouble), n_calls + 1, every):
        place = tmp_path / str(fails_at)
        place.mkdir()
        code, _, errors = typed(place, trouble, fails_at)
        where = (trouble, fails_at, errors)
        if trouble == "kill":
            assert code == -signal.SIGKILL, where
        else:
            assert code in (0, 1), where
            assert "Traceback" not in errors, where
        if code == 1:
            last = [line for line in errors.splitlines() if "cannot be written" in line]
            assert len(last) == 1, where
            assert "of 4 cells are saved" in last[0], where
        if (place / "run" / "plan.json").is_file():
            stored = Run(place / "run").store
            assert all(one.state == "sound" for one in verify(stored)), where
        assert typed(place)[0] == 0, where
        run = Run(place / "run")
        assert told(run).equals(whole), where
        assert not list(Path(place).rglob("*.tmp")), where
