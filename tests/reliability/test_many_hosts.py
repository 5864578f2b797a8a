"""Several runs on one folder: hosts that cannot see each other's processes, killed, paused, late.

PID namespaces stand for hosts: each has its own processes, its own process 1, and the folder.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import random
import signal
import subprocess
import sys
import textwrap
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import pytest

import classical
from experiments import Study
from experiments.running.claims import Claims
from experiments.study import Run
from qml.hosts import Process, is_alive

pytestmark = pytest.mark.reliability

_NEW_MOUNTS, _NEW_PIDS = 0x00020000, 0x20000000
_PRIVATE = 0x4000 | 0x40000  # MS_REC, MS_PRIVATE

DIARIST = '''"""Writes down when it begins."""

import hashlib
import os
import time

import numpy as np
from sklearn.dummy import DummyClassifier

__all__ = ["Diarist"]


class Diarist(DummyClassifier):
    """Writes to a diary."""

    def __init__(self, number: int = 0, pause_s: float = 0.03):
        super().__init__()
        self.number = number
        self.pause_s = pause_s

    def fit(self, X, y):
        cell = hashlib.sha256(np.ascontiguousarray(X).tobytes()).hexdigest()[:12]
        diary = os.open(os.environ["QML_TEST_DIARY"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(diary, f"{self.number}-{cell} {os.environ['QML_TEST_HOST']}\\n".encode())
        os.close(diary)
        time.sleep(self.pause_s)
        return super().fit(X, y)
'''


@pytest.fixture
def diarist():
    """A model that writes down its fits; gone afterwards."""
    file = Path(classical.__file__).parent / f"diarist_{os.getpid()}.py"
    file.write_text(DIARIST)
    yield file.stem
    file.unlink()


def study(model, cells=24, **parameters):
    return {
        "name": "shared",
        "datasets": [{"name": "moons", "n_samples": 24}],
        "models": [{"name": model, "number": list(range(cells // 2)), **parameters}],
        "protocol": {"folds": 2, "repeats": 1},
        "compare": "none",
    }


@dataclass
class Host:
    """A run in a PID namespace of its own."""

    child: int
    process: int  # seen from here

    @classmethod
    def starting(cls, values, folder, name):
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            libc = ctypes.CDLL(None)
            if libc.unshare(_NEW_PIDS | _NEW_MOUNTS):
                os._exit(77)
            process = os.fork()
            if process == 0:
                os.environ["QML_TEST_HOST"] = name
                libc.mount(None, b"/", None, _PRIVATE, None)
                libc.mount(b"proc", b"/proc", b"proc", 0, None)
                try:
                    run = Study.from_dict(values).run(jobs=1, out=folder)
                    os._exit(0 if (run.cells().status == "done").all() else 1)
                finally:
                    os._exit(2)
            os.write(writing, str(process).encode())
            os.close(writing)
            _, status = os.waitpid(process, 0)
            os._exit(os.waitstatus_to_exitcode(status) % 256)
        os.close(writing)
        with os.fdopen(reading) as stream:
            return cls(child, int(stream.read() or 0))

    def signal(self, number):
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.process, number)

    def ended(self):
        return os.waitstatus_to_exitcode(os.waitpid(self.child, 0)[1])


def namespaces():
    """Whether this user may make them."""
    made = ["unshare", "--pid", "--mount", "--fork", "true"]
    return subprocess.run(made, capture_output=True, check=False).returncode == 0


@pytest.mark.reliability("R8", "N1")
@pytest.mark.skipif(sys.platform != "linux" or not namespaces(), reason="no PID namespaces here")
@pytest.mark.parametrize("wanted", [9, pytest.param(200, marks=pytest.mark.slow)])
@pytest.mark.timeout(1500)
def test_hosts_share_a_folder_and_lose_nothing(
    wanted, diarist, tmp_path, monkeypatch, record_property
):
    monkeypatch.setenv("QML_BEAT_SECONDS", "0.1")
    generator, values = random.Random(1), study(diarist)
    wanted_cells = {one.cell.key for one in Study.from_dict(values).plan()}
    for trial in range(wanted):
        folder, diary = tmp_path / f"{trial}" / "run", tmp_path / f"{trial}.diary"
        monkeypatch.setenv("QML_TEST_DIARY", str(diary))
        kind = ("kill", "pause", "late")[trial % 3]
        hosts = [Host.starting(values, folder, "hit"), Host.starting(values, folder, "steady")]
        time.sleep(generator.uniform(0.1, 0.5))
        if kind == "kill":
            hosts[0].signal(signal.SIGKILL)
        if kind == "pause":
            hosts[0].signal(signal.SIGSTOP)
            time.sleep(1.0)
            hosts[0].signal(signal.SIGCONT)
        hosts.append(Host.starting(values, folder, "late"))
        codes = [host.ended() for host in hosts]
        assert codes[1:] == [0, 0], (trial, kind)
        assert codes[0] == 0 or kind == "kill"

        store = Run(folder).store
        assert {key for key in store.stored_keys() if store.get(key) is not None} == wanted_cells
        runs = defaultdict(list)
        for line in diary.read_text().splitlines():
            cell, name = line.split()
            runs[cell].append(name)
        assert len(runs) == len(wanted_cells)
        for cell, names in runs.items():  # again only after a death, or what looked like one
            among = [name for name in names if name != "hit" or kind == "late"]
            assert len(among) <= 1, (trial, kind, cell, names)
            assert names.count("hit") <= 1
        assert not Claims(folder).all()
    told = f"{wanted} trials of three hosts, 0 cells lost, 0 run twice under a live claim"
    record_property("N1", told)


DRIVER = """
import sys
from experiments import Study
import yaml
Study.from_dict(yaml.safe_load(open(sys.argv[1]))).run(jobs=2, out=sys.argv[2])
"""


@pytest.mark.reliability("N2")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP])
def test_workers_end_with_their_driver(how, diarist, tmp_path, monkeypatch):
    import yaml

    monkeypatch.setenv("QML_TEST_DIARY", str(tmp_path / "diary"))
    monkeypatch.setenv("QML_TEST_HOST", "one")
    (tmp_path / "study.yaml").write_text(yaml.safe_dump(study(diarist, 200, pause_s=0.3)))
    folder = tmp_path / "run"
    command = [sys.executable, "-c", DRIVER, str(tmp_path / "study.yaml"), str(folder)]
    driver = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    workers: set[Process] = set()
    while len(workers) < 2 and driver.poll() is None:
        workers |= {claim.owner for claim in Claims(folder).all() if claim.owner}
        time.sleep(0.05)
    driver.send_signal(how)
    driver.wait()
    latest_s = time.monotonic() + 5.0
    while any(map(is_alive, workers)) and time.monotonic() < latest_s:
        time.sleep(0.1)
    assert not [worker for worker in workers if is_alive(worker)]
    stored = len(list((folder / "cells").glob("*.json")))
    time.sleep(1.0)
    assert len(list((folder / "cells").glob("*.json"))) == stored < 200


@pytest.mark.reliability("R8", "N1")
def test_a_second_run_joins_in_and_ends_when_all_is_there(diarist, tmp_path, monkeypatch):
    monkeypatch.setenv("QML_TEST_DIARY", str(tmp_path / "diary"))
    monkeypatch.setenv("QML_TEST_HOST", "one")
    import yaml

    (tmp_path / "study.yaml").write_text(yaml.safe_dump(study(diarist, 40, pause_s=0.1)))
    line = textwrap.dedent(DRIVER).replace("jobs=2", "jobs=1")
    command = [sys.executable, "-c", line, str(tmp_path / "study.yaml"), str(tmp_path / "run")]
    both = [subprocess.Popen(command) for _ in range(2)]
    assert [one.wait() for one in both] == [0, 0]
    fits = (tmp_path / "diary").read_text().splitlines()
    assert len(fits) == len(set(fits)) == 40
