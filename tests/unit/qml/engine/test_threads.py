"""Threads: as many as NumPy's own matrix products may take, whoever else is in the process."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

_COUNTED = """
import importlib.util, json, sys
for name in sys.argv[1:]:
    if importlib.util.find_spec(name):
        __import__(name)
from threadpoolctl import threadpool_info, threadpool_limits
from qml.engine._threads import n_threads, own_threads

def products():
    return [lib["num_threads"] for lib in threadpool_info() if "numpy" in lib["filepath"]]

told = {"free": n_threads()}
with threadpool_limits(1):
    told["limited"] = n_threads()
with own_threads():
    told["inside"], told["products"] = n_threads(), products()
told["after"] = n_threads()
with threadpool_limits(1, user_api="blas"):
    told["limited again"] = n_threads()
print(json.dumps(told))
"""


TWO = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "NUMBA_NUM_THREADS"), "2")


def counted(*packages, **environment):
    """In a process whose user allows two threads; the tests' own process has one."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _COUNTED, *packages],
        env={**os.environ, **TWO, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


@pytest.mark.parametrize("packages", [("qiskit_aer",), ("scipy.linalg", "sklearn.svm", "torch")])
def test_a_package_that_brings_its_own_blas_takes_no_thread(packages):
    """Aer's has one thread, whatever the machine."""
    told = counted(*packages)
    assert told == counted()
    assert told["free"] == told["inside"] == told["after"]
    assert told["limited"] == told["limited again"] == 1
    assert set(told["products"]) <= {1}


@pytest.mark.parametrize(
    "limits",
    [
        {"OPENBLAS_NUM_THREADS": "1"},
        {"OPENBLAS_NUM_THREADS": "", "OMP_NUM_THREADS": "1"},  # the first goes before the second
        {"NUMBA_NUM_THREADS": "1"},
    ],
    ids=str,
)
def test_limits_of_the_environment_hold_beside_aer(limits):
    assert counted("qiskit_aer", **limits)["free"] == 1
