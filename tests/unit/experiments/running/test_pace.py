"""The pace of a backend: what calls take is found from few of them, and no more is told."""

from __future__ import annotations

import math

import numpy as np
import pytest
from qiskit.circuit.library import efficient_su2, zz_feature_map

from experiments.running import pace
from experiments.running.foreseen import Work
from experiments.running.pace import Paces
from qml.backends import resolve_backend
from qml.backends.exact import ExactBackend
from qml.circuits import compose_model
from qml.costs import Workload
from qml.optimizers import resolve_optimizer

MODEL = compose_model(zz_feature_map(2), efficient_su2(2, reps=1))
WEIGHTS = tuple(MODEL.weights)


class Clock:
    """A clock that only calls of a backend move on."""

    def __init__(self) -> None:
        self.now = 0.0

    def perf_counter(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(pace, "time", clock)
    monkeypatch.setattr(pace, "warm_up", lambda: None)
    return clock


def slow(monkeypatch, clock, name, seconds):
    """Let a method of the exact backend take so long by the clock, by its rows."""
    method = getattr(ExactBackend, name)

    def slowed(self, circuit, values, *others):
        clock.now += seconds(len(values))
        return method(self, circuit, values, *others)

    monkeypatch.setattr(ExactBackend, name, slowed)


def test_a_call_and_its_rows_are_told_apart(monkeypatch, clock):
    slow(monkeypatch, clock, "run_probabilities", lambda rows: 1e-4 + 1e-5 * rows)
    asked = Workload(2, n_evaluations=10**6, batch=500, circuit=zz_feature_map(2))
    assert Paces().seconds(Work(ExactBackend(), asked)) == pytest.approx(2000 * (1e-4 + 5e-3))
    more = Workload(2, n_evaluations=10**6, batch=500, circuit=zz_feature_map(2, reps=4))
    longer = len(zz_feature_map(2, reps=4).data) / len(zz_feature_map(2).data)
    paces = Paces()
    one = paces.seconds(Work(ExactBackend(), asked))
    assert paces.seconds(Work(ExactBackend(), more)) == pytest.approx(longer * one)


def test_points_and_pairs_of_a_gram_matrix_are_told_apart(monkeypatch, clock):
    slow(monkeypatch, clock, "gram", lambda n: 2e-6 * n + 1e-8 * n * (n - 1) / 2)
    asked = Workload(2, grams=((10_000, 0), (3_000, 10_000)), circuit=zz_feature_map(2))
    points, pairs = 10_000 + 13_000, 10_000 * 9_999 / 2 + 3e7
    expected = 2e-6 * points + 1e-8 * pairs
    assert Paces().seconds(Work(ExactBackend(), asked)) == pytest.approx(expected, rel=0.02)


@pytest.mark.parametrize("optimizer", ["spsa", "adam", "l_bfgs_b", "cobyla", "qnspsa"])
@pytest.mark.parametrize("backend", ["exact", "exact:shots=20", "density_matrix"])
def test_a_training_is_timed_as_it_will_ask(monkeypatch, backend, optimizer):
    asked = Workload(2, 4000, 40, circuit=MODEL.circuit, weights=WEIGHTS)
    called = []
    place = resolve_backend(backend)
    bind = type(place).bind

    def bound(self, model, X):
        found = bind(self, model, X)
        for name in ("probabilities", "value_and_gradient"):
            monkeypatch.setattr(found, name, noted(name, getattr(found, name)), raising=False)
        return found

    def noted(name, method):
        return lambda *given: called.append(name) or method(*given)

    monkeypatch.setattr(type(place), "bind", bound)
    chosen = resolve_optimizer(optimizer)
    assert 0 < Paces().seconds(Work(place, asked, optimizer=chosen)) < math.inf
    first = "value_and_gradient" if chosen.uses_gradient else "probabilities"
    assert called[0] == first


def test_the_optimizer_s_own_time_is_that_of_an_evaluation(clock):
    class Slow(type(resolve_optimizer("spsa"))):
        def _minimize(self, objective, x0, rng):
            for _ in range(1000):
                clock.now += 0.004
                objective(x0)
            return x0, None, 1000

    assert pace._own_seconds(Slow(), 3) == pytest.approx(0.004, rel=0.01)


@pytest.mark.parametrize(
    ("backend", "circuit"),
    [
        ("exact", None),  # which has nothing to run
        ("exact", zz_feature_map(24)),
        ("density_matrix", zz_feature_map(13)),
        ("ibm:name=fake_manila,shots=10", zz_feature_map(2)),
    ],
)
def test_what_cannot_be_timed_here_is_not_told(backend, circuit):
    width = 2 if circuit is None else circuit.num_qubits
    asked = Workload(width, n_evaluations=10, circuit=circuit)
    assert math.isnan(Paces().seconds(Work(resolve_backend(backend), asked)))


def test_the_time_that_timing_takes_is_bounded(monkeypatch):
    timed = []
    measured = pace._measured
    monkeypatch.setattr(pace, "_MOST_S", -1.0)
    monkeypatch.setattr(
        pace, "_measured", lambda *given: timed.append(given[0]) or measured(*given)
    )
    paces, asked = Paces(), Workload(2, n_evaluations=10, circuit=zz_feature_map(2))
    for shots in (10, 20, 30, None):
        assert paces.seconds(Work(ExactBackend(shots=shots), asked)) > 0
    assert [backend.shots for backend in timed] == [10, None]


def test_what_a_backend_has_spent_is_left_as_it_is():
    backend = ExactBackend()
    backend.run_probabilities(zz_feature_map(2), np.ones((3, 2)))
    Paces().seconds(Work(backend, Workload(2, n_evaluations=9, circuit=zz_feature_map(2))))
    assert backend.usage.circuits == 3
