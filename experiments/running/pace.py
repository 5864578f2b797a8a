"""How fast a backend runs circuits like a row's on this processor: a few of them are timed.

They are run with made-up angles: no data are read and no model is fitted, so a check can afford it.
"""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

from experiments.running.foreseen import Work
from qml.backends import Backend
from qml.circuits import ModelCircuit
from qml.costs import Usage, Workload
from qml.engine import warm_up
from qml.errors import WorkbenchError
from qml.optimizers import Objective, Optimizer, Result

__all__ = ["Paces"]

_LONG_S = 0.02  # a call that takes so long is the last that is timed
_WIDE_BYTES = 2**25  # a state that is larger is not tried
_MOST_ROWS = 1024
_MOST_S = 3.0  # of timing; then a backend of the same kind and width says what others take
_LEAST_STEPS = 5

Values = NDArray[np.float64]


@dataclass(frozen=True)
class _Pace:
    """Seconds of a call, of each of its circuits or points, and of each pair of points."""

    call: float
    each: float
    pair: float = 0.0

    def seconds(self, count: float, pairs: int = 0, calls: int = 1) -> float:
        return self.call * calls + self.each * count + self.pair * pairs


class Paces:
    r"""Seconds that workloads take on this processor, by backend, width and optimizer.

    A call of a backend takes :math:`g\,(a + b N + c P)` for N circuits, or for N points and P pairs
    of a Gram matrix, of g gates each; a, b and c come of calls of 1, 4, 16, ... rows that are
    timed, once for each backend and number of qubits. An optimizer's own time an evaluation comes
    of some steps on a square. What else a model does, such as a machine's training on a matrix, is
    not in it.

    Examples
    --------
    >>> from qiskit.circuit.library import zz_feature_map
    >>> from qml.backends import resolve_backend
    >>> asked = Workload(2, n_evaluations=10**6, batch=100, circuit=zz_feature_map(2))
    >>> 0 < Paces().seconds(Work(resolve_backend("exact"), asked)) < 3600
    True
    """

    def __init__(self) -> None:
        self._known: dict[tuple[object, ...], _Pace | None] = {}  # of one gate
        self._alike: dict[tuple[object, ...], _Pace | None] = {}  # by kind of backend alone
        self._spent_s = 0.0
        self._steps: dict[tuple[str, int], float] = {}

    def seconds(self, work: Work) -> float:
        """Return the seconds of a workload once; NaN where its circuit or backend does not tell.

        Parameters
        ----------
        work : Work
            Workload of a fit and its predictions, with the backend that runs it.
        """
        asked, total = work.workload, 0.0
        if asked.circuit is None:
            return math.nan
        gates = max(1, len(asked.circuit.data))
        if asked.n_evaluations:
            pace = self._pace(work, gram=False)
            if pace is None:
                return math.nan
            calls = asked.n_evaluations / asked.batch
            total += calls * (gates * pace.seconds(asked.batch) + self._step(work))
        if asked.grams:
            pace = self._pace(work, gram=True)
            if pace is None:
                return math.nan
            calls = asked.of_all((1,) * len(asked.grams))
            total += gates * pace.seconds(asked.n_points, asked.n_entries, calls)
        return total

    def _pace(self, work: Work, gram: bool) -> _Pace | None:
        slopes = not gram and work.optimizer is not None and work.optimizer.uses_gradient
        trained = not gram and bool(work.workload.weights)
        backend, asked = work.backend, (work.workload.n_qubits, gram, trained, slopes)
        key, alike = (_told_apart(backend), *asked), (backend.called, backend.shots is None, *asked)
        if key in self._known:
            return self._known[key]
        if self._spent_s > _MOST_S and alike in self._alike:
            return self._alike[alike]
        if not self._known:
            warm_up()  # once a process, and in no circuit's time
        began = time.perf_counter()
        found = self._known[key] = self._alike[alike] = _measured(copy.copy(backend), work, gram)
        self._spent_s += time.perf_counter() - began
        return found

    def _step(self, work: Work) -> float:
        if work.optimizer is None:
            return 0.0
        key = repr(work.optimizer), len(work.workload.weights)
        if key not in self._steps:
            self._steps[key] = _own_seconds(work.optimizer, len(work.workload.weights))
        return self._steps[key]


def _own_seconds(optimizer: Optimizer, n_weights: int) -> float:
    """Return what an optimizer takes an evaluation by itself, of some that cost nothing."""
    square = Objective(
        lambda x: float(x @ x),
        lambda x: 2 * x,
        lambda x, diagonal: np.ones_like(x) if diagonal else np.eye(len(x)),
        lambda x, y: float(np.exp(-np.sum((x - y) ** 2))),
    )
    start = np.full(n_weights, 0.5)

    def steps() -> Result:
        began = time.perf_counter()
        return optimizer.minimize(
            square,
            start,
            lambda n, _x, _f: n >= _LEAST_STEPS and time.perf_counter() - began > _LONG_S,
        )

    steps()  # which may import what it runs
    before = square.n_evaluations
    return _timed(steps) / (square.n_evaluations - before)


def _timed(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def _told_apart(backend: Backend) -> str:
    """Return what tells a backend from others: not what it has spent, and no seed."""
    named = [each.name for each in fields(backend) if each.init and each.name != "random_state"]
    return f"{backend.called} {[(name, getattr(backend, name)) for name in named]}"


def _measured(backend: Backend, work: Work, gram: bool) -> _Pace | None:
    """Return the pace of a gate of a circuit; None where it cannot be timed here."""
    asked = work.workload
    if backend.submits or backend.least_bytes(asked.n_qubits) > _WIDE_BYTES:
        return None
    backend.usage = Usage()
    call = _gram(backend, asked) if gram else _evaluation(backend, work)
    counted: list[tuple[int, int, int]] = []
    taken: list[float] = []
    rows = 2 if gram else 1
    while rows <= _MOST_ROWS and (not taken or taken[-1] < _LONG_S):
        try:
            asking = call(rows)
            asking()  # what is made ready at first is in no later call
            before = backend.usage.circuits
            taken.append(min(_timed(asking), _timed(asking)))
        except (WorkbenchError, ValueError):
            return None
        circuits = (backend.usage.circuits - before) // 2
        counted.append((1, rows, rows * (rows - 1) // 2) if gram else (1, circuits, 0))
        rows *= 4
    times = np.array(taken)
    parts, _ = nnls(np.array(counted) / times[:, None], np.ones(len(times)))  # relative errors
    of_gate = parts / max(1, len(asked.circuit.data if asked.circuit else ()))
    return _Pace(*of_gate.tolist())


def _gram(backend: Backend, asked: Workload) -> Callable[[int], Callable[[], object]]:
    circuit = asked.circuit
    assert circuit is not None

    def points(rows: int) -> Callable[[], object]:
        angles = _angles(rows, circuit.num_parameters)
        return lambda: backend.gram(circuit, angles)

    return points


def _evaluation(backend: Backend, work: Work) -> Callable[[int], Callable[[], object]]:
    """Return what runs so many circuits, or samples of a model that is trained, as fits do."""
    asked, optimizer = work.workload, work.optimizer
    circuit, weights = asked.circuit, asked.weights
    assert circuit is not None
    inputs = tuple(each for each in circuit.parameters if each not in set(weights))
    model, projector = ModelCircuit(circuit, inputs, weights), np.zeros((1 << asked.n_qubits, 1))
    projector[0] = 1.0

    def samples(rows: int) -> Callable[[], object]:
        if not weights:
            angles = _angles(rows, circuit.num_parameters)
            return lambda: backend.run_probabilities(circuit, angles)
        bound, values = backend.bind(model, _angles(rows, len(inputs))), _angles(1, len(weights))[0]
        if optimizer is not None and optimizer.uses_gradient:
            return lambda: bound.value_and_gradient(values, projector, _mean)
        return lambda: bound.probabilities(values)

    return samples


def _mean(outputs: Values) -> tuple[float, Values]:
    return float(outputs.mean()), np.full_like(outputs, 1 / outputs.size)


def _angles(rows: int, columns: int) -> Values:
    return np.random.default_rng(rows).uniform(0.1, 3.0, (rows, columns))
