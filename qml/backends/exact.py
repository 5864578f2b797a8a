"""The exact backend: state vectors of all samples at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import PositiveInt
from qiskit.circuit import QuantumCircuit
from qiskit.quantum_info import SparsePauliOp

from qml.backends._contract import (
    Backend,
    BoundCircuit,
    BoundGram,
    Estimate,
    GramLoss,
    Values,
    Workload,
)
from qml.circuits import ModelCircuit
from qml.engine import (
    EncodedModel,
    check_observables,
    expectations,
    expectations_of_states,
    gradients,
    gram,
    gram_bytes,
    memory_needed,
    probabilities,
    statevectors,
)

__all__ = ["ExactBackend"]

_PAIRS = 1024  # whose states are held side by side


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
        return self._measured(probabilities(circuit, values))

    def run_expectations(
        self, circuit: QuantumCircuit, observables: Sequence[SparsePauliOp], values: Values
    ) -> NDArray[np.float64]:
        """Return the exact values from the states, or measured ones."""
        if self.shots is not None:
            return super().run_expectations(circuit, observables, values)
        self._count(len(values))
        return expectations(circuit, observables, values)

    def gradients(
        self, circuit: QuantumCircuit, observables: Sequence[SparsePauliOp], values: Values
    ) -> NDArray[np.float64]:
        """Return exact derivatives by adjoint differentiation; measured ones by shifts."""
        if self.shots is not None:
            return super().gradients(circuit, observables, values)
        self._count(len(values))
        return gradients(circuit, observables, values)

    def gram(
        self, feature_map: QuantumCircuit, X: Values, Y: Values | None = None
    ) -> NDArray[np.float64]:
        """Return the fidelities from one state a point, or frequencies drawn from them."""
        K = gram(feature_map, X, Y)
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

    def fidelities(self, feature_map: QuantumCircuit, X: Values, Y: Values) -> NDArray[np.float64]:
        """Return them from one state a distinct point, or frequencies drawn from them."""
        points, places = np.unique(np.vstack([X, Y]), axis=0, return_inverse=True)
        states = statevectors(feature_map, points)
        result = np.empty(len(X))
        for first in range(0, len(X), _PAIRS):
            left = states[places[: len(X)][first : first + _PAIRS]]
            right = states[places[len(X) :][first : first + _PAIRS]]
            result[first : first + _PAIRS] = np.abs(np.einsum("ij,ij->i", left.conj(), right)) ** 2
        if self.shots is None:
            self._count(len(points))
            return result
        self._count(len(X))
        return self._frequencies(result)

    def bind(self, model: ModelCircuit, X: Values) -> BoundCircuit:
        """Return the model with its data encoded, once for the whole training."""
        return _EncodedCircuit(self, model, X)

    def bind_gram(self, model: ModelCircuit, X: Values) -> BoundGram:
        """Return the Gram matrix as a function of the weights, with adjoint gradients."""
        return BoundGram(self, model, X) if self.shots else _EncodedGram(self, model, X)

    def estimate(self, workload: Workload) -> Estimate:
        """Return the cost; an exact Gram matrix counts one circuit a point."""
        circuits = workload.n_evaluations
        memory = memory_needed(workload.n_qubits, workload.batch, copies=4)
        for rows, columns in workload.grams:
            memory = max(memory, gram_bytes(workload.n_qubits, rows, columns))
            if self.shots is None:
                circuits += rows + columns
            else:
                circuits += rows * columns if columns else rows * (rows - 1) // 2
        return Estimate(circuits, circuits * (self.shots or 0), memory)

    def _count(self, circuits: int) -> None:
        self.usage.add(circuits, circuits * (self.shots or 0))

    def _frequencies(self, fidelities: NDArray[np.float64]) -> NDArray[np.float64]:
        n_shots = self.shots or 0
        return np.asarray(self._rng.binomial(n_shots, np.clip(fidelities, 0.0, 1.0)) / n_shots)

    def _measured(self, exact: NDArray[np.float64]) -> NDArray[np.float64]:
        if self.shots is None:
            return exact
        normalised = exact / exact.sum(axis=1, keepdims=True)
        return self._rng.multinomial(self.shots, normalised) / self.shots


class _EncodedCircuit(BoundCircuit):
    """Data encoded once by the engine."""

    backend: ExactBackend

    def __init__(self, backend: ExactBackend, model: ModelCircuit, X: Values) -> None:
        super().__init__(backend, model, X)
        self._encoded = EncodedModel(model.circuit, model.inputs, model.weights, X)

    def probabilities(self, weights: Values) -> NDArray[np.float64]:
        self.backend._count(len(self.X))
        return self.backend._measured(self._encoded.probabilities(weights))

    def expectations(
        self, observables: Sequence[SparsePauliOp], weights: Values
    ) -> NDArray[np.float64]:
        if self.backend.shots is not None:
            return super().expectations(observables, weights)
        check_observables(observables, self.model.circuit.num_qubits)
        self.backend._count(len(self.X))
        return expectations_of_states(self._encoded.states(weights), observables)


class _EncodedGram(BoundGram):
    """Gram matrices and their gradients by the engine."""

    backend: ExactBackend

    def __init__(self, backend: ExactBackend, model: ModelCircuit, X: Values) -> None:
        super().__init__(backend, model, X)
        self._encoded = EncodedModel(model.circuit, model.inputs, model.weights, X)

    def value_and_gradient(self, weights: Values, loss: GramLoss) -> tuple[float, Values]:
        self.backend._count(len(self.X))
        return self._encoded.gram_and_gradient(weights, loss)


def _rows(Y: Values | None) -> int:
    return 0 if Y is None else len(Y)
