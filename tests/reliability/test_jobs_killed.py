"""Kill -9 inside submit, wait and fetch: no batch is submitted twice, and nothing is lost."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.reliability

DRIVER = Path(__file__).parents[1] / "killed_runs.py"


def driven(folder, command, *words):
    done = subprocess.run(
        [sys.executable, "-W", "ignore", DRIVER, folder, command, *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.strip().splitlines()[-1])


@pytest.mark.reliability("R9")
@pytest.mark.parametrize(
    "steps, least",
    [
        pytest.param(range(2, 200, 13), 15, id="15 kills"),
        # the first run of a batch, step by step, then every seventh step
        pytest.param(
            [*range(1, 31), *range(34, 200, 7)], 50, marks=pytest.mark.slow, id="50 kills"
        ),
        pytest.param(range(1, 2000), 50, marks=pytest.mark.slow, id="at every step"),
    ],
)
@pytest.mark.timeout(1800)
def test_killed_at_any_step_no_batch_is_submitted_twice(tmp_path, steps, least):
    found = driven(tmp_path, "killed", "ibm_test", *steps)
    wanted = found["wanted"]
    assert set(wanted["status"]) == {"done"}
    assert wanted["batches"] >= 5
    assert wanted["most_submissions"] == 1
    assert wanted["entries"] == ["done"]
    assert wanted["stray"] == 0
    assert found["differing"] == []
    assert found["kills"] >= least


@pytest.mark.reliability("R9")
@pytest.mark.parametrize(
    "steps, kills",
    [
        pytest.param(range(12, 132, 24), 5, id="5 kills"),
        pytest.param(range(12, 132, 12), 10, marks=pytest.mark.slow, id="10 kills"),
    ],
)
@pytest.mark.timeout(300)
def test_a_snapshots_jobs_outlive_the_run_that_submitted_them(tmp_path, steps, kills):
    """The rehearsal's own way: jobs on files, no service."""
    found = driven(tmp_path, "killed", "fake_manila", *steps)
    assert found["wanted"]["most_submissions"] == 1
    assert found["wanted"]["batches"] >= 5
    assert found["differing"] == []
    assert found["kills"] == kills


@pytest.mark.reliability("R8", "R9")
@pytest.mark.timeout(300)
def test_two_runs_at_once_submit_each_batch_once(tmp_path):
    found = driven(tmp_path, "at_once")
    assert found["ends"] == [0, 0]
    assert found["most_submissions"] == 1
    assert set(found["status"]) == {"done"}
