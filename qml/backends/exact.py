"""The exact backend: state vectors of all samples at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import PositiveInt
from qiskit.circuit import QuantumCircuit
from qiskit.quantum_info import SparsePauliOp

from qml.backends._contract import Backend, BoundCircuit, Estimate, Values, Workload
from qml.circuits import ModelCircuit
from qml.engine import (
    apply_program,
    lower,
    require_memory,
    state_bytes,
    statevectors,
    zero_states,
)

__all__ = ["ExactBackend"]


@dataclass
class ExactBackend(Backend):
    r"""Ideal qubits, simulated exactly; with `shots`, drawn from the exact distribution.

    A Gram matrix is N state vectors and one matrix product, not N² circuits. Finite shots are a
    draw: an entry is binomial in the exact fidelity, an outcome multinomial in the exact
    probabilities.

    Parameters
    ----------
    shots : int or None, default=None
        None gives exact results.
    random_state : int or None, default=None
        Root of the shots' seeds.

    Examples
    --------
    >>> import numpy as np
    >>> from qiskit.circuit.library import zz_feature_map
    >>> K = ExactBackend().gram(zz_feature_map(2), np.array([[0.1, 0.2], [0.3, 0.4]]))
    >>> bool(np.allclose(np.diag(K), 1.0))
    True
    """

    shots: PositiveInt | None = None
    random_state: int | None = None

    def __post_init__(self) -> None:
        self._rng = np.random.default_rng(self.random_state)

    def run_probabilities(self, circuit: QuantumCircuit, values: Values) -> NDArray[np.float64]:
        """Return the squared amplitudes, or frequencies drawn from them."""
        self._count(len(values))
        return self._measured(np.abs(statevectors(circuit, values)) ** 2)

    def run_expectations(
        self, circuit: QuantumCircuit, observables: Sequence[SparsePauliOp], values: Values
    ) -> NDArray[np.float64]:
        """Return the exact values from the states, or measured ones."""
        if self.shots is not None:
            return super().run_expectations(circuit, observables, values)
        self._count(len(values))
        states = statevectors(circuit, values)
        columns = [_expectation(states, observable) for observable in observables]
        return np.stack(columns, axis=1)

    def gram(
        self, feature_map: QuantumCircuit, X: Values, Y: Values | None = None
    ) -> NDArray[np.float64]:
        """Return the fidelities from one state a point, or frequencies drawn from them."""
        needed = self.estimate(Workload(feature_map.num_qubits, grams=((len(X), _rows(Y)),)))
        require_memory(
            needed.memory_bytes,
            f"a Gram matrix of {len(X)} x {_rows(Y) or len(X)} points on "
            f"{feature_map.num_qubits} qubits",
        )
        left = statevectors(feature_map, X)
        right = left if Y is None else statevectors(feature_map, Y)
        K = np.abs(left @ right.conj().T) ** 2
        if self.shots is None:
            self._count(len(X) + _rows(Y))
        elif Y is None:
            pairs = np.triu_indices(len(X), k=1)
            self._count(len(pairs[0]))
            K[pairs] = self._frequencies(K[pairs])
            K.T[pairs] = K[pairs]
        else:
            self._count(K.size)
            K = self._frequencies(K)
        if Y is None:
            np.fill_diagonal(K, 1.0)
        return K

    def bind(self, model: ModelCircuit, X: Values) -> BoundCircuit:
        """Return the model with its data encoded, once for the whole training."""
        return _EncodedCircuit(self, model, X)

    def estimate(self, workload: Workload) -> Estimate:
        """Return the cost; an exact Gram matrix counts one circuit a point."""
        circuits, points = workload.n_evaluations, workload.batch
        gram_bytes = 0
        for rows, columns in workload.grams:
            points = max(points, rows + columns)
            gram_bytes = max(gram_bytes, 24 * rows * (columns or rows))
            if self.shots is None:
                circuits += rows + columns
            else:
                circuits += rows * columns if columns else rows * (rows - 1) // 2
        memory = state_bytes(workload.n_qubits, points, copies=3) + gram_bytes
        return Estimate(circuits, circuits * (self.shots or 0), memory)

    def _count(self, circuits: int) -> None:
        self.usage.add(circuits, circuits * (self.shots or 0))

    def _frequencies(self, fidelities: NDArray[np.float64]) -> NDArray[np.float64]:
        n_shots = self.shots or 0
        return np.asarray(self._rng.binomial(n_shots, np.clip(fidelities, 0.0, 1.0)) / n_shots)

    def _measured(self, probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
        if self.shots is None:
            return probabilities
        exact = probabilities / probabilities.sum(axis=1, keepdims=True)
        return self._rng.multinomial(self.shots, exact) / self.shots


class _EncodedCircuit(BoundCircuit):
    """Data encoded once; each call applies only what depends on the weights.

    For few qubits and many samples the trained part becomes one matrix and one product: its cost
    is that of 2**n basis states, whatever the number of samples.
    """

    backend: ExactBackend

    def __init__(self, backend: ExactBackend, model: ModelCircuit, X: Values) -> None:
        super().__init__(backend, model, X)
        n_qubits = model.circuit.num_qubits
        require_memory(
            state_bytes(n_qubits, len(X), copies=4), f"{len(X)} states of {n_qubits} qubits"
        )
        encoding, self._trained = lower(model.circuit).split(set(model.weights))
        self._columns = dict(zip(model.inputs, np.asarray(X, dtype=float).T, strict=True))
        self._encoded = apply_program(encoding, self._columns, zero_states(n_qubits, len(X)))
        mixes_data = any(step.parameters & set(model.inputs) for step in self._trained.operations)
        self._as_matrix = not mixes_data and len(X) > 1 << n_qubits

    def probabilities(self, weights: Values) -> NDArray[np.float64]:
        self.backend._count(len(self.X))
        return self.backend._measured(np.abs(self._states(weights)) ** 2)

    def expectations(
        self, observables: Sequence[SparsePauliOp], weights: Values
    ) -> NDArray[np.float64]:
        if self.backend.shots is not None:
            return super().expectations(observables, weights)
        self.backend._count(len(self.X))
        states = self._states(weights)
        return np.stack([_expectation(states, observable) for observable in observables], axis=1)

    def _states(self, weights: Values) -> NDArray[np.complex128]:
        columns = dict(self._columns)
        for parameter, weight in zip(self.model.weights, weights, strict=True):
            columns[parameter] = np.asarray(weight, dtype=float)
        if not self._as_matrix:
            return apply_program(self._trained, columns, self._encoded)
        basis = np.eye(self._encoded.shape[1], dtype=complex)
        return self._encoded @ apply_program(self._trained, columns, basis)


def _rows(Y: Values | None) -> int:
    return 0 if Y is None else len(Y)


def _expectation(states: NDArray[np.complex128], observable: SparsePauliOp) -> NDArray[np.float64]:
    product = observable.to_matrix(sparse=True) @ states.T
    return np.asarray(np.einsum("bi,ib->b", states.conj(), product).real)
