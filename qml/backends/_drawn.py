"""What simulators that know the distribution share: exact answers, and shots drawn from them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from qiskit.circuit import QuantumCircuit
from qiskit.quantum_info import SparsePauliOp

from qml.backends._contract import Backend, Values
from qml.backends._measuring import measurement_groups
from qml.costs import Estimate, Usage, Workload
from qml.engine import check_observables, rows_of

__all__ = ["DrawnBackend", "Draws", "Pairs"]

Pairs = NDArray[np.intp]


@dataclass
class Draws(Backend):
    """Shots drawn from exact answers, all out of one stream of random numbers."""

    def _start_stream(self) -> None:
        self._rng = np.random.default_rng(self.random_state)

    @property
    def state(self) -> dict[str, Any]:
        """Return the generator's state besides; nothing of it without shots."""
        drawn = {} if self.shots is None else {"stream": dict(self._rng.bit_generator.state)}
        return {**super().state, **drawn}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on in the stream."""
        super().restore(state)
        if "stream" in state:
            self._rng.bit_generator.state = state["stream"]

    def _frequencies_of(self, fidelities: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return fidelities as they are, or frequencies drawn from each."""
        if self.shots is None:
            return fidelities
        return np.asarray(
            self._rng.binomial(self.shots, np.clip(fidelities, 0.0, 1.0)) / self.shots
        )

    def _measured(self, exact: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return distributions as they are, or frequencies drawn from each row."""
        if self.shots is None:
            return exact
        positive = np.clip(exact, 0.0, None)  # rounding may leave -1e-17
        normalised = positive / positive.sum(axis=1, keepdims=True)
        return self._rng.multinomial(self.shots, normalised) / self.shots


@dataclass
class DrawnBackend(Draws):
    """Base of the backends that know the exact answer.

    Finite shots are a draw: an entry of a Gram matrix is binomial in the exact fidelity, an outcome
    multinomial in the exact probabilities. A subclass says how the exact answers come about.
    """

    def __post_init__(self) -> None:
        self._start_stream()

    @abstractmethod
    def _probabilities(self, circuit: QuantumCircuit, values: Values) -> Values:
        """Return the exact distributions, shape (batch, 2**n_qubits)."""

    @abstractmethod
    def _expectations(
        self, circuit: QuantumCircuit, observables: Sequence[SparsePauliOp], values: Values
    ) -> Values:
        """Return the exact expectation values, shape (batch, n_observables)."""

    @abstractmethod
    def _gram(self, feature_map: QuantumCircuit, X: Values, Y: Values | None) -> Values:
        """Return the exact fidelities, shape (n, m)."""

    @abstractmethod
    def _fidelities(self, feature_map: QuantumCircuit, points: Values, pairs: Pairs) -> Values:
        """Return the exact fidelities of pairs of these points, given by row, shape (n_pairs,)."""

    @abstractmethod
    def _memory(self, workload: Workload) -> int:
        """Return the bytes that a workload takes at its peak."""

    def run_probabilities(self, circuit: QuantumCircuit, values: Values) -> NDArray[np.float64]:
        """Return the squared amplitudes, or frequencies drawn from them."""
        exact = self._probabilities(circuit, values)
        self._count(len(exact))
        return self._measured(exact)

    def run_expectations(
        self, circuit: QuantumCircuit, observables: Sequence[SparsePauliOp], values: Values
    ) -> NDArray[np.float64]:
        """Return the exact values from the states, or measured ones."""
        if self.shots is not None:
            return super().run_expectations(circuit, observables, values)
        values = rows_of(circuit, values)
        check_observables(observables, circuit.num_qubits)
        exact = self._expectations(circuit, observables, values)
        self._count(len(exact), len(exact) * len(measurement_groups(circuit, observables)))
        return exact

    def gram(
        self, feature_map: QuantumCircuit, X: Values, Y: Values | None = None
    ) -> NDArray[np.float64]:
        """Return the fidelities from one state a point, or frequencies drawn from them."""
        X = rows_of(feature_map, X, "X")
        Y = None if Y is None else rows_of(feature_map, Y, "Y")
        K = self._gram(feature_map, X, Y)
        entries = len(X) * (len(X) - 1) // 2 if Y is None else K.size
        self._count(len(X) + (0 if Y is None else len(Y)), entries)
        if self.shots is not None and Y is None:
            pairs = np.triu_indices(len(X), k=1)
            K[pairs] = self._frequencies_of(K[pairs])
            K.T[pairs] = K[pairs]
        elif self.shots is not None:
            K = self._frequencies_of(K)
        if Y is None:
            np.fill_diagonal(K, 1.0)
        return K

    def fidelities(self, feature_map: QuantumCircuit, X: Values, Y: Values) -> NDArray[np.float64]:
        """Return them from one state a distinct point, or frequencies drawn from them."""
        both = np.vstack([rows_of(feature_map, X, "X"), rows_of(feature_map, Y, "Y")])
        points, places = np.unique(both, axis=0, return_inverse=True)
        result = self._fidelities(feature_map, points, places.reshape(2, -1).T)
        self._count(len(points), len(X))
        return self._frequencies_of(result)

    def estimate(self, workload: Workload) -> Estimate:
        """Return the cost; an exact Gram matrix counts one circuit a point."""
        circuits = workload.n_evaluations
        circuits += workload.n_points if self.shots is None else workload.n_entries
        return Estimate(circuits, circuits * (self.shots or 0), self._memory(workload))

    def _count(self, circuits: int, measured: int | None = None) -> None:
        """Count a call, and what it takes where every answer is measured: as much, if not said."""
        measured = circuits if measured is None else measured
        run = circuits if self.shots is None else measured
        self.usage += Usage.of_call(run, self.shots, machine_circuits=measured)
