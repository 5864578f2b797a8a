"""Runs of a study on the fake service that are killed, in a process whose children may be forked.

Called by the tests as ``python killed_runs.py FOLDER COMMAND ...``; prints one line of JSON. It
imports all that a run needs and simulates nothing itself, since a simulator's threads do not
survive a fork; so a cycle takes a fraction of a second.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import qiskit_aer.primitives  # noqa: F401  # imported once, for all children
import qiskit_ibm_runtime
from fake_runtime import MACHINE, FakeClient, service, submissions

from experiments.running import ledgers
from experiments.study import Run, Study
from qml.jobs import Patience
from qml.jobs._offline import OfflineMachine

STUDY = {
    "name": "killed",
    "datasets": [{"name": "ad_hoc", "n_samples": 12}],
    "models": [
        {"name": "qsvc", "label": "QSVC"},
        {"name": "vqc", "optimizer": {"name": "cobyla", "maxiter": 2}, "ansatz": "havlicek"},
    ],
    "backend": f"ibm:name={MACHINE},shots=40",
    "protocol": {"split": "hold_out", "test_size": 0.5, "seed": 1},
    "metrics": ["accuracy"],
}


def events(stop_at: int) -> None:
    """Kill this process at its n-th step: before or after a call of the service or the disk."""
    count = 0

    def step() -> None:
        nonlocal count
        count += 1
        if count == stop_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def counted(owner: object, name: str) -> None:
        original = getattr(owner, name)

        def call(*arguments, **named):
            step()
            result = original(*arguments, **named)
            step()
            return result

        setattr(owner, name, call)

    for name in ("program_run", "job_get", "job_results", "jobs_get"):
        counted(FakeClient, name)
    for name in ("submit", "find", "state", "result"):
        counted(OfflineMachine, name)
    counted(os, "fsync")
    counted(Path, "replace")


def run(folder: Path, trouble: str = "", stop_at: int = 0, machine: str = MACHINE) -> int:
    """Run the study in a child; return 0, or the signal that killed it."""
    study = {**STUDY, "backend": f"ibm:name={machine},shots=40"}
    child = os.fork()
    if child == 0:
        try:
            qiskit_ibm_runtime.QiskitRuntimeService = service(folder / "service", trouble)
            ledgers.PATIENCE = Patience(grace_s=0.3, poll_s=0.01, longest_poll_s=0.05)
            if stop_at:
                events(stop_at)
            with contextlib.redirect_stderr(io.StringIO()):
                Study.from_dict(study).run(jobs=1, out=folder / "run")
            os._exit(0)
        except BaseException as error:
            print(f"{type(error).__name__}: {error}", file=sys.__stderr__, flush=True)
            os._exit(3)
    _, status = os.waitpid(child, 0)
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else -os.WEXITSTATUS(status)


def outcome(folder: Path) -> dict[str, object]:
    """Return what a finished run holds, and how often its batches were submitted."""
    cells = Run(folder / "run").cells()
    queue = folder / "run" / "jobs" / "offline"  # a snapshot's
    offline = (json.loads(str(np.load(file)["described"]))["tag"] for file in queue.glob("*.npz"))
    per_batch = Counter([*submissions(folder / "service"), *offline])
    jobs = {
        file.name: json.loads(file.read_text())["status"]
        for file in (folder / "run" / "jobs").glob("[0-9a-f]*.json")
    }
    return {
        "status": cells["status"].tolist(),
        "circuits": cells["circuits"].tolist(),
        "jobs": cells["jobs"].tolist(),
        "batches": len(per_batch),
        "most_submissions": max(per_batch.values()),
        "entries": sorted(set(jobs.values())),
        "stray": len(list(folder.rglob("*.tmp"))),
    }


def killed_at(folder: Path, machine: str, steps: list[int]) -> dict[str, object]:
    """Kill one run after the other at their n-th step; each is run again until it is done."""
    whole = folder / "whole"
    assert run(whole, machine=machine) == 0
    wanted, kills, differing = outcome(whole), 0, []
    for stop_at in steps:
        place = folder / str(stop_at)
        ended = run(place, stop_at=stop_at, machine=machine)
        kills += ended == signal.SIGKILL
        if ended == 0:
            break  # no more steps: every one has been tried
        again = run(place, machine=machine)
        found = outcome(place) if again == 0 else {"again": again}
        if found != wanted:
            differing.append({"stop_at": stop_at, "ended": ended, **found})
    return {"kills": kills, "wanted": wanted, "differing": differing}


def at_once(folder: Path) -> dict[str, object]:
    """Start two runs on one folder at the same time."""
    children = []
    for _ in range(2):
        child = os.fork()
        if child == 0:
            os._exit(0 if run(folder, "slow") == 0 else 1)
        children.append(child)
    ends = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    return {"ends": ends, **outcome(folder)}


if __name__ == "__main__":
    place, command, *rest = sys.argv[1:]
    commands = {
        "killed": lambda: killed_at(Path(place), rest[0], [int(step) for step in rest[1:]]),
        "at_once": lambda: at_once(Path(place)),
    }
    print(json.dumps(commands[command]()))
