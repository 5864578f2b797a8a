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
    BoundCircuit,
    BoundGram,
    GramLoss,
    OutputLoss,
    Values,
    Workload,
)
from qml.backends._ideal import IdealBackend, Pairs
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
class ExactBackend(IdealBackend):
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

    def gradients(
        self, circuit: QuantumCircuit, observables: Sequence[SparsePauliOp], values: Values
    ) -> NDArray[np.float64]:
        """Return exact derivatives by adjoint differentiation; measured ones by shifts."""
        if self.shots is not None:
            return super().gradients(circuit, observables, values)
        self._count(len(values))
        return gradients(circuit, observables, values)

    def bind(self, model: ModelCircuit, X: Values) -> BoundCircuit:
        """Return the model with its data encoded, once for the whole training."""
        return _EncodedCircuit(self, model, X)

    def bind_gram(self, model: ModelCircuit, X: Values) -> BoundGram:
        """Return the Gram matrix as a function of the weights, with adjoint gradients."""
        return BoundGram(self, model, X) if self.shots else _EncodedGram(self, model, X)

    def _probabilities(self, circuit: QuantumCircuit, values: Values) -> Values:
        return probabilities(circuit, values)

    def _expectations(
        self, circuit: QuantumCircuit, observables: Sequence[SparsePauliOp], values: Values
    ) -> Values:
        return expectations(circuit, observables, values)

    def _gram(self, feature_map: QuantumCircuit, X: Values, Y: Values | None) -> Values:
        return gram(feature_map, X, Y)

    def _fidelities(self, feature_map: QuantumCircuit, points: Values, pairs: Pairs) -> Values:
        states = statevectors(feature_map, points)
        result = np.empty(len(pairs))
        for first in range(0, len(pairs), _PAIRS):
            left, right = (states[pairs[first : first + _PAIRS, side]] for side in (0, 1))
            result[first : first + _PAIRS] = np.abs(np.einsum("ij,ij->i", left.conj(), right)) ** 2
        return result

    def _memory(self, workload: Workload) -> int:
        memory = memory_needed(workload.n_qubits, workload.batch, copies=4)
        grams = (gram_bytes(workload.n_qubits, *shape) for shape in workload.grams)
        return max(memory, *grams, 0)


class _EncodedCircuit(BoundCircuit):
    """Data encoded once by the engine."""

    backend: ExactBackend

    def __init__(self, backend: ExactBackend, model: ModelCircuit, X: Values) -> None:
        super().__init__(backend, model, X)
        self._encoded = EncodedModel(model.circuit, model.inputs, model.weights, X)
        self._projected: tuple[Values, EncodedModel] | None = None

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

    def value_and_gradient(
        self, weights: Values, projector: Values, loss: OutputLoss
    ) -> tuple[float, Values]:
        if self.backend.shots is not None:
            return super().value_and_gradient(weights, projector, loss)
        if self._projected is None or self._projected[0] is not projector:
            self._projected = (projector, self._encoded.projecting(projector))
        self.backend._count(len(self.X))
        return self._projected[1].value_and_gradient(weights, loss)


class _EncodedGram(BoundGram):
    """Gram matrices and their gradients by the engine."""

    backend: ExactBackend

    def __init__(self, backend: ExactBackend, model: ModelCircuit, X: Values) -> None:
        super().__init__(backend, model, X)
        self._encoded = EncodedModel(model.circuit, model.inputs, model.weights, X)

    def value_and_gradient(self, weights: Values, loss: GramLoss) -> tuple[float, Values]:
        self.backend._count(len(self.X))
        return self._encoded.gram_and_gradient(weights, loss)
