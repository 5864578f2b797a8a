"""Runs of a study on a disk that fails, in a process whose children may be forked.

Called by the tests as ``python faulty_runs.py FOLDER STUDY JOBS:TROUBLE:FIRST:STEP ...``; prints
a line of JSON a trial. It imports all that a run needs and simulates nothing itself, since a
simulator's threads do not survive a fork; so a trial takes a second. Its workers are forked, too,
and its figures are files without a picture.
"""

from __future__ import annotations

import itertools
import json
import os
import shutil
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeAlias

import qiskit_aer.primitives  # noqa: F401  # imported once, for all children
import qiskit_ibm_runtime
import yaml
from fake_runtime import MACHINE, service, submissions
from faulty_disk import Fault, calls_in
from joblib.externals.loky.backend import context
from matplotlib.figure import Figure

from experiments.commands import cli, progress, screen  # noqa: F401
from experiments.running import ledgers, resume
from experiments.running.upkeep import verify
from experiments.study import Run, Study
from qml.jobs import Patience

__all__ = ["STUDIES"]

STUDIES: dict[str, Study_] = {
    "local": {
        "name": "faulty",
        "datasets": [{"name": "moons", "n_samples": 16}],
        "models": [{"name": "qsvc", "bandwidth": 1.0, "backend": "exact:shots=20"}, "dummy"],
        "protocol": {"folds": 2, "repeats": 1},
        "compare": "none",
    },
    "ledger": {
        "name": "faulty",
        "datasets": [{"name": "ad_hoc", "n_samples": 8}],
        "models": [{"name": "qsvc", "bandwidth": 1.0}, "dummy"],
        "backend": f"ibm:name={MACHINE},shots=20",
        "protocol": {"folds": 2, "repeats": 1, "seed": 1},
        "compare": "none",
        "budget": {"max_shots": 100_000},
    },
}
_LONGEST_S = 60.0


Study_: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class Ended:
    """How a command ended: its code, what it wrote to its error stream, and its disk calls."""

    code: int
    errors: str
    calls: int


@dataclass(frozen=True)
class Trial:
    """A run that met a trouble at its n-th call, and what was wrong with it or after it."""

    jobs: int
    trouble: str
    number: int
    first: Ended
    problems: list[str]


def typed(place: Path, study: Study_, jobs: int, trouble: str = "", number: int = 0) -> Ended:
    """Type ``qml run`` in a child on a disk that fails."""
    place.mkdir(exist_ok=True)
    file, errors, tally = place / "study.yaml", place / "stderr.txt", place / "tally"
    file.write_text(yaml.safe_dump(study))
    tally.unlink(missing_ok=True)
    child = os.fork()
    if child == 0:
        try:
            os.setpgid(0, 0)
            os.dup2(os.open(errors, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 2)
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            sys.stdout, sys.stderr = (os.fdopen(n, "w", closefd=False) for n in (1, 2))
            qiskit_ibm_runtime.QiskitRuntimeService = service(place / "service")
            ledgers.PATIENCE = Patience(grace_s=0.3, poll_s=0.01, longest_poll_s=0.05)
            context._DEFAULT_START_METHOD = "fork"
            Figure.savefig = lambda _, buffer, **__: buffer.write(b"a figure")
            resume.lock = lambda: "as it is"
            Fault(place / "run", tally, trouble, number).strike()
            sys.argv = ["qml", "run", str(file), "--out", str(place / "run"), "--jobs", str(jobs)]
            code = 0
            try:
                cli.main()
            except SystemExit as ended:
                code = int(ended.code or 0)
            sys.stderr.flush()
            os._exit(code)
        except BaseException as error:
            os.write(2, f"Traceback: {type(error).__name__}: {error}\n".encode())
            os._exit(99)
    code = _waited(child)
    return Ended(code, errors.read_text(errors="replace"), calls_in(tally))


def _waited(child: int) -> int:
    """Return how a child ended; one that hangs is killed, with its workers."""
    until = time.monotonic() + _LONGEST_S
    while time.monotonic() < until:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.01)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return 98


def told(place: Path) -> str:
    """Return what a finished run holds: its cells, and what was submitted for them."""
    cells = Run(place / "run").cells()
    paid = sorted(Counter(submissions(place / "service")).values())
    exact = [] if paid else ["accuracy"]  # each job of the service draws anew
    columns = ["key", "model", "fold", "status", "circuits", "jobs", *exact]
    return f"{cells[columns].to_csv()}submissions a batch: {paid}"


def trial(place: Path, study: Study_, jobs: int, trouble: str, number: int, whole: str) -> Trial:
    """Run into a trouble, then type the same command on a disk that is well."""
    first = typed(place, study, jobs, trouble, number)
    problems = [*_line_problems(first, place, trouble)]
    if (place / "run" / "plan.json").is_file():
        unsound = [one for one in verify(Run(place / "run").store) if one.state != "sound"]
        problems += [f"not sound: {one}" for one in unsound]
    again = typed(place, study, jobs)
    if again.code:
        problems.append(f"the same command then ended with {again.code}: {again.errors}")
    elif (found := told(place)) != whole:
        problems.append(f"another outcome: {found} instead of {whole}")
    problems += [f"left behind: {file}" for file in (place / "run").rglob("*.tmp")]
    return Trial(jobs, trouble, number, first, problems)


def _line_problems(first: Ended, place: Path, trouble: str) -> Iterator[str]:
    if first.code not in ((0, -signal.SIGKILL) if trouble == "kill" else (0, 1)):
        yield f"it ended with {first.code}"
    if "Traceback" in first.errors:
        yield "a traceback"
    saved = len(list((place / "run" / "cells").glob("*.json")))
    if first.code == 1:
        lines = [line for line in first.errors.splitlines() if "cells are saved" in line]
        if len(lines) != 1:
            yield f"{len(lines)} lines count what is saved"
        elif not any(f" {k} of 4 cells are saved" in lines[0] for k in range(saved + 1)):
            yield f"the line counts another number of cells than {saved}"


def campaign(folder: Path, study: Study_, asked: list[str]) -> Iterator[Trial]:
    """Yield the trials that are asked for, until a number is beyond the calls of its run."""
    Study.from_dict(STUDIES["local"]).run(jobs=1, out=folder / "warm")
    once = typed(folder / "whole", study, 1)
    assert once.code == 0, once.errors
    whole = told(folder / "whole")
    for words in asked:
        jobs, trouble, start, step = words.split(":")
        for number in itertools.count(int(start), int(step)):
            place = folder / f"{jobs}-{trouble}-{number}"
            found = trial(place, study, int(jobs), trouble, number, whole)
            shutil.rmtree(place)
            if found.first.calls < number:
                break
            yield found


if __name__ == "__main__":
    place, study, *asked = sys.argv[1:]
    for found in campaign(Path(place), STUDIES[study], asked):
        print(json.dumps(asdict(found)), flush=True)
