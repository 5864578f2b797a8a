"""One evaluation for many fits: slices of matrices that were computed once.

Folds, repeats, values of C and models that differ only in what they do with a kernel ask for parts
of the same matrix. `SharedBackend` answers such questions from a table over all points, and hands
everything else to the backend that it stands for. A point is found by its coordinates: where the
preprocessing of another fold made other points, there is nothing to find, and nothing can leak.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from qiskit.circuit import QuantumCircuit
from qiskit.quantum_info import SparsePauliOp
from scipy.spatial import KDTree

from qml.backends._contract import (
    Backend,
    BoundCircuit,
    BoundGram,
    Values,
)
from qml.circuits import ModelCircuit
from qml.costs import Estimate, Usage, Workload
from qml.engine import check_observables, fingerprint
from qml.identity import ByIdentity
from qml.jobs import Ledger

__all__ = ["Request", "SharedBackend", "SharedTable", "evaluate_table"]

_KEPT_CIRCUITS = 8
_SAME_POINT = 1e-9  # distance, over a typical coordinate; batches of other sizes round differently

Indices = NDArray[np.intp]


@dataclass(frozen=True)
class Request:
    """A question that a kernel asks again and again.

    Parameters
    ----------
    feature_map : QuantumCircuit
        Circuit whose parameters take the features in order.
    observables : tuple of SparsePauliOp or None, default=None
        Observables whose expectation values are asked; None asks for fidelities.
    """

    feature_map: QuantumCircuit
    observables: tuple[SparsePauliOp, ...] | None = None

    @property
    def key(self) -> str:
        """What tells two requests apart."""
        return request_key(fingerprint(self.feature_map), self.observables)


def request_key(circuit: str, observables: tuple[SparsePauliOp, ...] | None) -> str:
    """Return the key of a request, from its circuit's fingerprint."""
    if observables is None:
        return f"gram:{circuit}"
    terms = ";".join(
        ",".join(f"{label}*{complex(c).real.hex()}" for label, c in observable.to_list())
        for observable in observables
    )
    return f"expectations:{circuit}:{terms}"


@dataclass(frozen=True)
class SharedTable:
    """The answers to a request over all points.

    Parameters
    ----------
    key : str
        Key of the request, which finds the table.
    points : ndarray of shape (n, n_features)
        Angles of all points, no two alike.
    values : ndarray of shape (n, n) or (n, n_observables)
        Fidelities or expectation values of the points.
    evaluation_s : float
        Seconds that the evaluation took.
    usage : Usage
        Cost of the evaluation.
    report : dict
        Remarks of the backend on how the values came about.
    """

    key: str
    points: Values
    values: Values
    evaluation_s: float
    usage: Usage
    report: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def tree(self) -> KDTree:
        """The points, ready to be found."""
        return KDTree(self.points)


def evaluate_table(backend: Backend, request: Request, points: Values) -> SharedTable | None:
    """Ask once for all points.

    Returns
    -------
    SharedTable or None
        Table of the answers. None where two points are the same: a measured entry of theirs is not
        1, and which of them is meant could not be told.
    """
    if len(np.unique(points, axis=0)) < len(points):
        return None
    before, start = backend.usage.copy(), time.perf_counter()
    if request.observables is None:
        values = backend.gram(request.feature_map, points)
    else:
        values = backend.run_expectations(request.feature_map, request.observables, points)
    elapsed = time.perf_counter() - start
    spent = backend.usage.since(before)
    return SharedTable(request.key, points, values, elapsed, spent, backend.report)


class SharedBackend(Backend):
    """A backend that answers from tables where it can.

    Its usage counts every answer as if it had been evaluated for this fit alone, so that the cost
    of a model does not depend on what else a study compares; `shared_s` are the seconds of that.

    Parameters
    ----------
    inner : Backend
        Backend that answers what no table holds.
    tables : sequence of SharedTable
        Tables that were evaluated on a backend like `inner`.
    """

    def __init__(self, inner: Backend, tables: Sequence[SharedTable]) -> None:
        self.inner = inner
        self.shots = inner.shots
        self.random_state = inner.random_state
        self.usage = inner.usage
        self._tables = {table.key: table for table in tables}
        # kernels ask with the same circuit again and again
        self._fingerprints: ByIdentity[str] = ByIdentity(most=_KEPT_CIRCUITS)

    def gram(
        self, feature_map: QuantumCircuit, X: Values, Y: Values | None = None
    ) -> NDArray[np.float64]:
        """Return a slice of the table if all points are in it, else evaluate."""
        table = self._tables.get(self._key(feature_map, None))
        rows = self._find(table, X)
        columns = rows if Y is None else self._find(table, Y)
        if table is None or rows is None or columns is None:
            return self.inner.gram(feature_map, X, Y)
        shape = (len(X), 0 if Y is None else len(Y))
        n = len(table.points)
        entries = len(X) * (len(X) - 1) / 2 if Y is None else len(X) * len(Y)
        self._count(
            table, Workload(feature_map.num_qubits, grams=(shape,)), entries / (n * (n - 1) / 2)
        )
        return np.array(table.values[np.ix_(rows, columns)])

    def run_expectations(
        self, circuit: QuantumCircuit, observables: Sequence[SparsePauliOp], values: Values
    ) -> NDArray[np.float64]:
        """Return rows of the table if all points are in it, else evaluate."""
        check_observables(observables, circuit.num_qubits)
        table = self._tables.get(self._key(circuit, tuple(observables)))
        rows = self._find(table, values)
        if table is None or rows is None:
            return self.inner.run_expectations(circuit, observables, values)
        share = len(values) / len(table.points)
        circuits = round(table.usage.circuits * share)
        work = Workload(circuit.num_qubits, n_evaluations=circuits, batch=len(values))
        self._count(table, work, share)
        return np.array(table.values[rows])

    def _key(self, circuit: QuantumCircuit, observables: tuple[SparsePauliOp, ...] | None) -> str:
        known = self._fingerprints.get(circuit, lambda: fingerprint(circuit))
        return request_key(known, observables)

    def _find(self, table: SharedTable | None, points: Values) -> Indices | None:
        """Return the points' rows in the table, or None if one is missing."""
        if table is None or points.shape[1] != table.points.shape[1]:
            return None
        near = _SAME_POINT * max(1.0, float(np.abs(table.points).max()))
        distances, rows = table.tree.query(points, distance_upper_bound=near)
        return np.asarray(rows) if np.isfinite(distances).all() else None

    def _count(self, table: SharedTable, work: Workload, share: float) -> None:
        cost, part = self.inner.estimate(work), table.usage.share(share)
        self.usage += replace(
            part,
            circuits=cost.circuits,
            shots=cost.shots,
            machine_circuits=part.machine_circuits if self.shots is None else cost.circuits,
            executions=round(cost.shots * table.usage.executions / max(1, table.usage.shots)),
            jobs=1,
            shared_s=table.evaluation_s * share,
        )

    @property
    def report(self) -> dict[str, Any]:
        """What the tables' backend said of them."""
        return {
            **self.inner.report,
            **{k: v for t in self._tables.values() for k, v in t.report.items()},
        }

    def __deepcopy__(self, memo: dict[int, Any]) -> SharedBackend:
        """Return one with its own ledger on the same tables: searches copy their estimators."""
        twin = SharedBackend(copy.deepcopy(self.inner, memo), tuple(self._tables.values()))
        twin._fingerprints = self._fingerprints
        return twin

    # What no table holds.

    def run_probabilities(self, circuit: QuantumCircuit, values: Values) -> NDArray[np.float64]:
        return self.inner.run_probabilities(circuit, values)

    def fidelities(self, feature_map: QuantumCircuit, X: Values, Y: Values) -> NDArray[np.float64]:
        return self.inner.fidelities(feature_map, X, Y)

    def gradients(
        self, circuit: QuantumCircuit, observables: Sequence[SparsePauliOp], values: Values
    ) -> NDArray[np.float64]:
        return self.inner.gradients(circuit, observables, values)

    def outcome_slopes(
        self, circuit: QuantumCircuit, values: Values, projector: Values, wrt: Sequence[int]
    ) -> NDArray[np.float64]:
        return self.inner.outcome_slopes(circuit, values, projector, wrt)

    def n_shifts(self, circuit: QuantumCircuit, wrt: Sequence[int]) -> int:
        return self.inner.n_shifts(circuit, wrt)

    def n_gram_shifts(self, model: ModelCircuit) -> int:
        return self.inner.n_gram_shifts(model)

    def n_metric_circuits(self, circuit: QuantumCircuit, wrt: Sequence[int], diagonal: bool) -> int:
        return self.inner.n_metric_circuits(circuit, wrt, diagonal)

    def bind(self, model: ModelCircuit, X: Values) -> BoundCircuit:
        return self.inner.bind(model, X)

    def bind_gram(self, model: ModelCircuit, X: Values) -> BoundGram:
        return self.inner.bind_gram(model, X)

    def gram_of(
        self, model: ModelCircuit, weights: Values, X: Values, Y: Values | None = None
    ) -> NDArray[np.float64]:
        return self.inner.gram_of(model, weights, X, Y)

    def measuring(self) -> Backend:
        return self.inner.measuring()

    def keep_jobs(self, ledger: Ledger) -> None:
        self.inner.keep_jobs(ledger)

    @property
    def called(self) -> str:
        """Name of the backend behind the tables."""
        return self.inner.called

    def most_qubits(self) -> int | None:
        return self.inner.most_qubits()

    def least_bytes(self, n_qubits: int) -> int:
        return self.inner.least_bytes(n_qubits)

    def estimate(self, workload: Workload) -> Estimate:
        """Return what the workload would cost without any table."""
        return self.inner.estimate(workload)

    def __repr__(self) -> str:
        return f"SharedBackend({self.inner!r}, {len(self._tables)} tables)"
