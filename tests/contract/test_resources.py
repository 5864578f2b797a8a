"""What is too large is one line at once, on every backend, of every feature map and ansatz.

Each backend is asked in a process of its own, whose imports count for nothing.
"""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
import time
import tracemalloc

import pytest

from experiments.registry import MODELS, build_estimator
from qml.backends import BACKENDS, resolve_backend
from qml.circuits import ANSATZES, FEATURE_MAPS
from qml.decisions import DECISIONS
from qml.engine import require_memory
from qml.errors import WorkbenchError
from qml.examples import BackendExample, examples_of
from qml.kernels import KERNELS
from qml.optimizers import OPTIMIZERS

EXAMPLES = dict(reversed(examples_of(BACKENDS, BackendExample).values()))  # the first of each

ASKED = """
import json, resource, sys, time, tracemalloc
import numpy as np
from qml.backends import resolve_backend
from qml.circuits import ANSATZES, FEATURE_MAPS, foreseen_width
from qml.classifiers.qsvc import QSVC
from qml.classifiers.vqc import VQC
from qml.errors import ResourceError, WorkbenchError

name = sys.argv[1]
few, many, y = np.ones((4, 2)), np.ones((4, 1000)), [0, 1] * 2
resolve_backend(name).most_qubits()
for _ in range(2):  # what a package brings when it is first asked is no circuit's
    for make in (QSVC(backend=name), VQC(backend=name, optimizer={"name": "spsa", "maxiter": 1})):
        try:
            make.fit(few, y)
        except WorkbenchError:
            pass


def wide():
    try:
        resolve_backend(name).require_qubits(500)
    except ResourceError:
        return False
    return True


def refused(ask):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    tracemalloc.start()
    began = time.process_time()
    try:
        ask()
        line = ""
    except WorkbenchError as error:
        line = str(error)
    seconds = time.process_time() - began
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    return line, seconds, peak, grown * 1024


found = {}
for each in FEATURE_MAPS.installed():
    machine, trained = QSVC(backend=name, feature_map=each), VQC(backend=name, feature_map=each)
    for model, called in ((machine, "QSVC"), (trained, "VQC")):
        found[f"{called}, 1e9 features by {each}"] = refused(
            lambda model=model: model.workload(4, 2, 10**9, 2)
        )
        if not wide():
            found[f"{called}, 1,000 features by {each}"] = refused(
                lambda model=model: model.fit(many, y)
            )
for each in ANSATZES.installed():
    model = VQC(backend=name, ansatz=each, feature_map="angle")
    found[f"1e9 qubits of {each}"] = refused(lambda model=model: model.workload(4, 2, 10**9, 2))
found["1e9 qubits"] = refused(lambda: resolve_backend(name).require_qubits(10**9))
print(json.dumps(found))
"""


def short_name(kind: str, parameters: dict[str, object]) -> str:
    """Return the backend as a study names it."""
    return f"{kind}:{','.join(f'{key}={value}' for key, value in parameters.items())}"


@pytest.mark.parametrize("kind", sorted(EXAMPLES))
def test_what_is_too_large_is_refused_at_once_and_in_no_memory(kind):
    name = short_name(kind, dict(EXAMPLES[kind].parameters))
    done = subprocess.run(
        [sys.executable, "-c", ASKED, name], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    for what, (line, seconds, peak, grown) in json.loads(done.stdout).items():
        told = f"{name}: {what}: {line!r} {seconds:.3f} s, {peak:,} and {grown:,} bytes"
        assert line, told
        assert "\n" not in line, told
        assert any(word in line for word in ("allowed", "may be used")), told
        assert seconds < 0.5, told  # 0.1 s where nothing else runs
        assert peak < 5 * 2**20, told
        assert grown < 8 * 2**20, told  # the process, whose allocator takes more at once


@pytest.mark.parametrize(
    "backend",
    ["aer", "aer:method=density_matrix", "aer:noise=uniform,noise.n_qubits=60", "ibm:fake_torino"],
)
def test_a_simulator_of_states_has_no_room_for_forty_qubits(backend):
    from qml.errors import ResourceError

    with pytest.raises(ResourceError, match=r"40 qubits(, allowed are \d+| needs .* may be used)"):
        resolve_backend(backend).require_qubits(40)


def test_a_backend_that_says_nothing_has_to_hold_its_outcomes():
    from dataclasses import dataclass

    from qml.backends import Backend
    from qml.errors import ResourceError

    @dataclass
    class Silent(Backend):
        def run_probabilities(self, circuit, values):
            raise AssertionError

        def estimate(self, workload):
            raise AssertionError

    Silent().require_qubits(20)
    with pytest.raises(ResourceError, match=r"1,000 qubits needs 2\^1003 bytes, .* qubits fit"):
        Silent().require_qubits(1000)


BILLION, SMALL = 10**9, (20, 10, 4)


def counted(room, name):
    """Return the parameters of a plug-in that count something."""
    return [
        key
        for key, each in inspect.signature(room.load(name)).parameters.items()
        if "Int" in str(each.annotation) or "int" in str(each.annotation)
        if key not in ("random_state", "seed")
    ]


def within(room, field, model):
    """Return models with a billion of whatever a plug-in of a room counts."""
    return [
        (f"{model}: {field}: {name}: {key}", model, {field: {"name": name, key: BILLION}}, SMALL)
        for name in room.installed()
        for key in counted(room, name)
    ]


def of_models():
    quantum = [name for name in MODELS.installed() if hasattr(MODELS.load(name), "workload")]
    for name in quantum:
        for rows in ((20, 10, BILLION), (BILLION, 10, 4), (20, BILLION, 4), (BILLION,) * 3):
            yield f"{name}: {rows}", name, {}, rows
        for key in counted(MODELS, name):
            yield f"{name}: {key}", name, {key: BILLION}, SMALL
    yield from within(FEATURE_MAPS, "feature_map", "qsvc")
    yield from within(KERNELS, "quantum_kernel", "qsvc")
    yield from within(ANSATZES, "ansatz", "vqc")
    yield from within(DECISIONS, "decision", "vqc")
    yield from within(OPTIMIZERS, "optimizer", "vqc")
    yield from within(OPTIMIZERS, "optimizer", "quantum_metric_learner")
    for key in ("restarts", "batch_size", "patience", "stages", "max_circuits"):
        yield f"vqc: training: {key}", "vqc", {"training": {key: BILLION}}, SMALL


OF_MODELS = {what: asked for what, *asked in of_models()}


@pytest.mark.reliability("N8")
@pytest.mark.parametrize("what", OF_MODELS)
def test_a_billion_of_whatever_is_counted_takes_no_time_and_no_memory(what):
    name, parameters, rows = OF_MODELS[what]
    backend = resolve_backend("exact")
    taken = []
    for given in (parameters, parameters):  # what is imported at first is nobody's
        said = ""
        tracemalloc.start()
        began = time.process_time()
        try:
            model = build_estimator(MODELS, name, given)
            backend.require_qubits(model.least_qubits(rows[2]))
            asked = model.workload(*rows, 2)
            require_memory(backend.estimate(asked).memory_bytes, what)
        except WorkbenchError as error:
            said = str(error)
        taken.append((time.process_time() - began, tracemalloc.get_traced_memory()[1]))
        tracemalloc.stop()
    seconds, peak = taken[-1]
    assert "\n" not in said
    assert seconds < 0.5  # 0.1 s where nothing else runs
    assert peak < 5 * 2**20
