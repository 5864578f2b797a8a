"""Processes told apart: by host, number and start."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import replace

import pytest

from qml import hosts
from qml.hosts import is_alive, this_process


def test_this_process_is_alive_and_nobody_else_with_its_number_is():
    here = this_process()
    assert here.pid == os.getpid()
    assert is_alive(here)
    assert is_alive(replace(here, started=1)) is False
    assert is_alive(replace(here, host="0" * 12)) is None


def test_one_that_has_ended_is_dead_before_it_is_buried():
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    seen = hosts._described(child.pid)
    assert is_alive(seen)
    child.stdin.close()
    end = time.monotonic() + 10
    while is_alive(seen) and time.monotonic() < end:  # ended, and not waited for
        time.sleep(0.05)
    assert is_alive(seen) is False
    child.wait()
    assert is_alive(seen) is False


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_child_is_another_process():
    this_process()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, str(this_process()).encode())
        os._exit(0)
    os.waitpid(child, 0)
    os.close(writing)
    with os.fdopen(reading) as stream:
        host, pid, _ = stream.read().split("-")
    assert (host, int(pid)) == (this_process().host, child)
