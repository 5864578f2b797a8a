"""Every call to the disk fails once: only before or after, one line that counts what is saved.

Plan, cells, shared kernels and tables are those of a study that is computed here; the ledger of
jobs is that of a study on a machine, where besides nothing may be submitted or paid twice. A trial
is a run into the trouble and the same command on a disk that is well; see `faulty_runs`.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import pytest
from faulty_disk import TROUBLES, Fault, calls_in

pytestmark = pytest.mark.reliability("R2", "R6", "N7")

TESTS = Path(__file__).parents[1]
# threads of a library do not survive a fork
ENVIRONMENT = {"QISKIT_PARALLEL": "FALSE", "QISKIT_IN_PARALLEL": "TRUE"}
SPREAD = {  # the first call that fails, and how many come between: two or three a trouble
    "1:kill": "19:97",
    "1:EIO": "57:89",
    "1:ENOSPC": "33:61",
    "1:ENOLCK": "71:67",
    "1:short write": "5:17",
    "2:kill": "83:97",
    "2:EIO": "31:89",
    "2:ENOSPC": "45:61",
    "2:ENOLCK": "22:67",
    "2:short write": "11:17",
}
EVERY = {f"{jobs}:{trouble}": "1:1" for jobs in (1, 2) for trouble in TROUBLES}


@pytest.fixture
def memory():
    """A folder in memory where there is one: what is flushed there costs no time."""
    within = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    place = Path(tempfile.mkdtemp(dir=within))
    yield place
    shutil.rmtree(place)


def trials_of(place, study, asked):
    words = [f"{what}:{numbers}" for what, numbers in asked.items()]
    done = subprocess.run(
        [sys.executable, "-W", "ignore", TESTS / "faulty_runs.py", place, study, *words],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **ENVIRONMENT},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize("study", ["local", "ledger"])
@pytest.mark.timeout(300)
def test_a_spread_of_calls_to_the_disk_may_fail(study, memory, record_property):
    trials = trials_of(memory, study, SPREAD)
    assert [trial for trial in trials if trial["problems"]] == []
    met = Counter((trial["jobs"], trial["trouble"]) for trial in trials)
    assert set(met) == {(jobs, trouble) for jobs in (1, 2) for trouble in TROUBLES}
    assert {trial["first"]["code"] for trial in trials} >= {-9, 1}
    record_property("R2", f"{study}: {_told(trials, 'kill')}")
    record_property("R6", f"{study}: {_told(trials, *TROUBLES[1:])}")


@pytest.mark.slow
@pytest.mark.parametrize("study", ["local", "ledger"])
@pytest.mark.parametrize("what", EVERY)
@pytest.mark.timeout(5400)
def test_every_call_to_the_disk_may_fail(study, what, memory, record_property):
    trials = trials_of(memory, study, {what: EVERY[what]})
    assert [trial for trial in trials if trial["problems"]] == []
    assert [trial["number"] for trial in trials] == list(range(1, len(trials) + 1))
    assert len(trials) >= 20
    _, trouble = what.split(":")
    told = _told(trials, trouble)
    record_property("R2" if trouble == "kill" else "R6", f"{study}, {what}: {told}")


def _told(trials, *troubles):
    met = [trial for trial in trials if trial["trouble"] in troubles]
    sound = sum(not trial["problems"] for trial in met)
    return f"{sound} of {len(met)} recovered equal ({', '.join(troubles)})"


@pytest.mark.slow
@pytest.mark.parametrize("trouble", TROUBLES)
@pytest.mark.parametrize("number", [40, 80, 120])
@pytest.mark.timeout(300)
def test_workers_that_were_started_meet_the_trouble_too(trouble, number, tmp_path):
    """The processes are those that a user's command starts."""
    (tmp_path / "sitecustomize.py").write_text(
        "from faulty_disk import named_fault\nif fault := named_fault():\n    fault.strike()\n"
    )
    file, run, tally = tmp_path / "study.yaml", tmp_path / "run", tmp_path / "tally"
    file.write_text(
        "name: faulty\n"
        "datasets: [{name: moons, n_samples: 16}]\n"
        "models: [{name: qsvc, bandwidth: 1.0, backend: 'exact:shots=20'}, dummy]\n"
        "protocol: {folds: 2, repeats: 1}\n"
        "compare: none\n"
    )
    path = os.pathsep.join([str(tmp_path), str(TESTS), os.environ.get("PYTHONPATH", "")])
    command = [sys.executable, "-m", "qml_workbench", "run", file, "--out", run, "--jobs", "2"]

    def typed(fault):
        environment = {**os.environ, "PYTHONPATH": path, **fault.named}
        return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)

    first = typed(Fault(run, tally, trouble, number))
    assert "Traceback" not in first.stderr
    assert first.returncode in ((0, -9) if trouble == "kill" else (0, 1)), first.stderr
    assert calls_in(tally) >= min(number, 30)
    if first.returncode == 1:
        assert first.stderr.count("of 4 cells are saved") == 1
    tally.unlink()
    assert typed(Fault(run, tally)).returncode == 0
