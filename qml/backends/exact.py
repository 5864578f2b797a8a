"""The exact backend: state vectors of all samples at once."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

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
)
from qml.backends._drawn import DrawnBackend, Pairs
from qml.backends._measuring import measurement_groups
from qml.backends._metric import MetricCircuit
from qml.circuits import ModelCircuit
from qml.costs import Workload
from qml.engine import (
    EncodedModel,
    expectations,
    expectations_of_states,
    gradients,
    gram,
    gram_bytes,
    memory_needed,
    probabilities,
    rows_of,
    statevectors,
)
from qml.identity import ByIdentity

__all__ = ["ExactBackend"]

EXAMPLES: tuple[dict[str, object], ...] = ({}, {"shots": 4000})

_PAIRS = 1024  # whose states are held side by side


@dataclass
class ExactBackend(DrawnBackend):
    r"""Ideal qubits, simulated exactly; with `shots`, drawn from the exact distribution.

    A Gram matrix is N state vectors and one matrix product, not N² circuits. Finite shots are a
    draw: an entry is binomial in the exact fidelity, an outcome multinomial in the exact
    probabilities.

    Parameters
    ----------
    shots : int or None, default=None
        Measurements of each circuit; None gives exact results.
    random_state : int or None, default=None
        Root of the shots' seeds.
    gradient_circuits : {"one", "parameter_shift"}, default="one"
        Count of an exact gradient's circuits: the one a sample that it takes here, or those that a
        machine would need, two more a sample and rotation (and for the states' metric the
        fidelities that a machine would measure). The numbers are the same. Where optimizers are
        compared at equal budgets, the second is the honest count.

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
    gradient_circuits: Literal["one", "parameter_shift"] = "one"

    def gradients(
        self, circuit: QuantumCircuit, observables: Sequence[SparsePauliOp], values: Values
    ) -> NDArray[np.float64]:
        """Return exact derivatives by adjoint differentiation; measured ones by shifts."""
        if self.shots is not None:
            return super().gradients(circuit, observables, values)
        values = rows_of(circuit, values)
        found, n = gradients(circuit, observables, values), len(values)
        asked, bases = (circuit, range(circuit.num_parameters)), (circuit, observables)
        measured = self._measured_shifts(*asked) * len(measurement_groups(*bases))
        self._count(n * max(1, self.n_shifts(*asked)), n * measured)
        return found

    def n_shifts(self, circuit: QuantumCircuit, wrt: Sequence[int]) -> int:
        """Return none where one circuit gives value and gradient."""
        return 0 if self._in_one else super().n_shifts(circuit, wrt)

    def n_gram_shifts(self, model: ModelCircuit) -> int:
        """Return none where the states give the gradient."""
        return 0 if self.shots is None else super().n_gram_shifts(model)

    def n_metric_circuits(self, circuit: QuantumCircuit, wrt: Sequence[int], diagonal: bool) -> int:
        """Return one where the states give the metric and nobody asks what a machine would need."""
        return 1 if self._in_one else super().n_metric_circuits(circuit, wrt, diagonal)

    def _measured_shifts(self, circuit: QuantumCircuit, wrt: Sequence[int]) -> int:
        """Return what one row's derivatives take a machine, whatever they take here."""
        return super().n_shifts(circuit, wrt)

    @property
    def _in_one(self) -> bool:
        return self.shots is None and self.gradient_circuits == "one"

    def bind(self, model: ModelCircuit, X: Values) -> BoundCircuit:
        """Return the model with its data encoded, once for the whole training."""
        return _EncodedCircuit(self, model, X)

    def gram_of(
        self, model: ModelCircuit, weights: Values, X: Values, Y: Values | None = None
    ) -> NDArray[np.float64]:
        """Return it with the weights filled in: here no gate makes a difference."""
        return self.gram(model.with_weights(weights), X, Y)

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

    def least_bytes(self, n_qubits: int) -> int:
        """Return the bytes of a state and of what it is made from."""
        return memory_needed(n_qubits, copies=2)

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
        self._projected: ByIdentity[EncodedModel] = ByIdentity(most=1)

    def selecting(self, rows: NDArray[np.intp]) -> BoundCircuit:
        twin = copy.copy(self)
        twin.X = self.X[rows]
        twin._encoded, twin._projected = self._encoded.selecting(rows), ByIdentity(most=1)
        return twin

    def probabilities(self, weights: Values) -> NDArray[np.float64]:
        self.backend._count(len(self.X))
        return self.backend._measured(self._encoded.probabilities(weights))

    def expectations(
        self, observables: Sequence[SparsePauliOp], weights: Values
    ) -> NDArray[np.float64]:
        if self.backend.shots is not None:
            return super().expectations(observables, weights)
        bases = measurement_groups(self.model.circuit, observables)
        self.backend._count(len(self.X), len(self.X) * len(bases))
        return expectations_of_states(self._encoded.states(weights), observables)

    def value_and_gradient(
        self, weights: Values, projector: Values, loss: OutputLoss
    ) -> tuple[float, Values]:
        if self.backend.shots is not None:
            return super().value_and_gradient(weights, projector, loss)
        encoded = self._projected.get(projector, lambda: self._encoded.projecting(projector))
        asked, n = (self.model.circuit, self.model.weight_places), len(self.X)
        shifts, measured = self.backend.n_shifts(*asked), self.backend._measured_shifts(*asked)
        self.backend._count(n * (1 + shifts), n * (1 + measured))
        return encoded.value_and_gradient(weights, loss)

    def fidelity(self, first: Values, second: Values) -> float:
        if self.backend.shots is not None:
            return super().fidelity(first, second)
        self.backend._count(len(self.X))
        left, right = self._encoded.states(first), self._encoded.states(second)
        return float((np.abs(np.einsum("ij,ij->i", left.conj(), right)) ** 2).mean())

    def metric(self, weights: Values, diagonal: bool) -> Values:
        if self.backend.shots is not None:
            return super().metric(weights, diagonal)
        asked, n = (self.model.circuit, self.model.weight_places, diagonal), len(self.X)
        values, moved = self._values(weights), self._moved_by_half_turns()
        self.backend._count(
            n * self.backend.n_metric_circuits(*asked), n * moved.n_circuits(diagonal)
        )
        return moved.by_weight(values, _metric_of_states(moved, values, diagonal))


def _metric_of_states(moved: MetricCircuit, values: Values, diagonal: bool) -> Values:
    """Return every row's metric by angle, from the states' derivatives."""
    parts = []
    n_turned = len(moved.turned(values[:1])[0])
    block = max(1, _PAIRS // max(1, n_turned))
    for first in range(0, len(values), block):
        rows = values[first : first + block]
        kets = statevectors(moved.circuit, moved.angles(rows))
        angles, factors = moved.turned(rows)
        turned = statevectors(moved.circuit, angles).reshape(len(rows), n_turned, -1)
        slopes = factors[:, None] * turned
        along = np.einsum("nkz,nz->nk", slopes, kets.conj())
        if diagonal:
            parts.append((np.abs(slopes) ** 2).sum(axis=2) - np.abs(along) ** 2)
        else:
            overlaps = slopes.conj() @ slopes.transpose(0, 2, 1)
            parts.append((overlaps - along.conj()[:, :, None] * along[:, None, :]).real)
    return np.concatenate(parts)


class _EncodedGram(BoundGram):
    """Gram matrices and their gradients by the engine."""

    backend: ExactBackend

    def __init__(self, backend: ExactBackend, model: ModelCircuit, X: Values) -> None:
        super().__init__(backend, model, X)
        self._encoded = EncodedModel(model.circuit, model.inputs, model.weights, X)

    def value_and_gradient(self, weights: Values, loss: GramLoss) -> tuple[float, Values]:
        overlap, _, places = self.backend._overlap_with_weights(self.model)
        shifts, n = self.backend._measured_shifts(overlap.circuit, places), len(self.X)
        self.backend._count(n, n * (n - 1) // 2 * (1 + shifts))
        return self._encoded.gram_and_gradient(weights, loss)
