"""Claims on cells: one owner, dead ones counted, other hosts judged by their heartbeat alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import asdict, replace

import pytest

from experiments.running.claims import Claims, Heartbeat, beat_seconds
from qml.errors import SpecError
from qml.hosts import Process, this_process

KEY = "5" * 64


@pytest.fixture
def claims(tmp_path):
    return Claims(tmp_path)


def left_by(claims, owner, number, driver=None):
    """Leave the file of a process that will never take it away."""
    file = claims._folder / f"{KEY}.{number}"
    file.parent.mkdir(exist_ok=True)
    said = {
        "owner": asdict(owner),
        "driver": asdict(driver or owner),
        "host": "far",
        "since_s": 1.0,
    }
    file.write_text(json.dumps(said))


def dead():
    """A process of this host that is gone."""
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    return Process(this_process().host, gone.pid, 12)


def test_a_cell_has_one_owner_at_a_time(claims):
    with claims.taken(KEY, 1, this_process()) as mine:
        assert mine
        with claims.taken(KEY, 1, this_process()) as again:
            assert not again
        [claim] = claims.all()
        assert (claim.key, claim.number, claim.owner) == (KEY, 1, this_process())
        assert claims.standing() == ({}, {KEY: claim})
        assert [pid for _, pid, _ in claims.at_work_here()] == [os.getpid()]
    assert not claims.all()


@pytest.mark.reliability("N1")
def test_the_dead_are_counted_and_two_cannot_take_over_the_same(claims):
    left_by(claims, dead(), 1)
    assert claims.standing() == ({KEY: 1}, {})
    here = this_process()
    with claims.taken(KEY, 2, here) as mine, claims.taken(KEY, 2, here) as other:
        assert (mine, other) == (True, False)
    left_by(claims, dead(), 2)
    assert claims.standing() == ({KEY: 2}, {})
    claims.release(KEY)
    assert claims.standing() == ({}, {})


@pytest.mark.reliability("N1")
def test_a_number_that_is_used_again_is_another_process(claims):
    left_by(claims, replace(this_process(), started=1), 1)
    assert claims.standing()[0] == {KEY: 1}


@pytest.mark.reliability("N1")
@pytest.mark.parametrize("beating", [True, False])
def test_another_host_is_judged_by_its_heartbeat_alone(claims, monkeypatch, beating):
    monkeypatch.setenv("QML_BEAT_SECONDS", "0.02")
    driver = Process("0" * 12, os.getpid(), this_process().started)  # a number that is alive here
    left_by(claims, replace(driver, pid=1), 1, driver)
    end = time.monotonic() + 0.4
    while time.monotonic() < end:
        if beating:
            (claims._folder / f"{driver}.beat").write_text(str(time.monotonic()))
        deaths, busy = claims.standing()
        time.sleep(0.01)
    assert (KEY in busy, deaths) == ((True, {}) if beating else (False, {KEY: 1}))


def test_a_claim_that_was_never_written_ends_like_one_of_another_host(claims, monkeypatch):
    monkeypatch.setenv("QML_BEAT_SECONDS", "0.02")
    claims._folder.mkdir()
    (claims._folder / f"{KEY}.1").touch()
    assert claims.standing()[1].keys() == {KEY}
    time.sleep(0.2)
    assert claims.standing() == ({KEY: 1}, {})


def test_a_driver_beats_while_it_is_at_work_and_buries_the_dead(claims, tmp_path, monkeypatch):
    monkeypatch.setenv("QML_BEAT_SECONDS", "0.02")
    claims._folder.mkdir()
    gone, far = (claims._folder / f"{one}.beat" for one in (dead(), Process("0" * 12, 1, 1)))
    gone.touch()
    far.touch()
    with Heartbeat(tmp_path):
        mine = claims._folder / f"{this_process()}.beat"
        first = mine.read_text()
        time.sleep(0.1)
        assert mine.read_text() != first
        assert not gone.exists()
    assert list(claims._folder.iterdir()) == [far]


@pytest.mark.parametrize("named", ["soon", "0", "-1", "nan", "inf"])
def test_beats_that_are_no_number_are_one_line(monkeypatch, named):
    monkeypatch.setenv("QML_BEAT_SECONDS", named)
    with pytest.raises(SpecError, match="QML_BEAT_SECONDS: got .*, allowed is a number"):
        beat_seconds()
