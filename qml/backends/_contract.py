"""What every backend answers, with a correct default built on the answer below it.

A backend must say how to get probabilities for a batch of parameter values. From that alone follow
expectation values (by measuring in each commuting group's basis) and Gram matrices (by the
all-zeros frequency of compute-uncompute circuits). A backend that can do better overrides.
"""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from qiskit.circuit import QuantumCircuit
from qiskit.quantum_info import SparsePauliOp

from qml.backends._limits import Limited
from qml.backends._measuring import measurement_groups, observed
from qml.backends._metric import MetricCircuit
from qml.backends._shifts import ShiftedCircuit
from qml.circuits import ModelCircuit, overlap_circuit
from qml.costs import Estimate, Usage, Workload
from qml.engine import rows_of
from qml.identity import ByIdentity
from qml.jobs import Ledger

__all__ = [
    "Backend",
    "BoundCircuit",
    "BoundGram",
    "GramLoss",
    "OutputLoss",
]

Values = NDArray[np.float64]
GramLoss = Callable[[Values], tuple[float, Values]]
OutputLoss = Callable[[Values], tuple[float, Values]]


@dataclass
class Backend(Limited, ABC):
    """A place where circuits run.

    Parameters
    ----------
    shots : int or None
        Measurements per circuit; None asks for exact results.
    random_state : int or None, default=None
        Root of the seeds; each job gets a child of its own, so that no two jobs repeat a stream.
    """

    #: Whether it submits jobs, which a ledger can keep.
    submits: ClassVar[bool] = False

    shots: int | None = None
    random_state: int | None = None
    usage: Usage = field(default_factory=Usage, init=False)
    # training asks again and again for the same circuit, which is transpiled by object
    _overlap: ByIdentity[ModelCircuit] = field(
        default_factory=lambda: ByIdentity(most=4), init=False, repr=False, compare=False
    )
    _shifts: ByIdentity[ShiftedCircuit] = field(
        default_factory=lambda: ByIdentity(most=8), init=False, repr=False, compare=False
    )
    _half_turns: ByIdentity[MetricCircuit] = field(
        default_factory=lambda: ByIdentity(most=4), init=False, repr=False, compare=False
    )

    @abstractmethod
    def run_probabilities(self, circuit: QuantumCircuit, values: Values) -> NDArray[np.float64]:
        """Return the outcome distribution for every row of values.

        Parameters
        ----------
        circuit : QuantumCircuit
            Circuit of gates only; all qubits are measured at the end.
        values : ndarray of shape (batch, n_parameters)
            Rows of values, in ``circuit.parameters`` order.

        Returns
        -------
        ndarray of shape (batch, 2**n_qubits)
            Frequencies where the backend has shots. One circuit a row.
        """

    def _linear_probabilities(self, circuit: QuantumCircuit, values: Values) -> Values:
        """Return what stands in sums: where a backend mitigates, entries may be below 0."""
        return self.run_probabilities(circuit, values)

    @property
    def state(self) -> dict[str, Any]:
        """Where the streams of random numbers stand, and what it measured of itself; plain."""
        return {}

    def restore(self, state: dict[str, Any]) -> None:  # most have nothing
        """Go on where a backend with the same parameters stood."""

    def keep_jobs(self, ledger: Ledger) -> None:  # most backends submit none
        """Keep the jobs that are submitted from now on in this ledger."""

    @property
    def report(self) -> dict[str, Any]:
        """What a record should say of how the results came about, beyond what they cost."""
        return {}

    def measuring(self) -> Backend:
        """Return this backend with answers that are measured, as a machine has to.

        Itself where they are already, or where it has no ``shots`` to set.
        """
        if self.shots is not None or "shots" not in {each.name for each in fields(self)}:
            return self
        return replace(self, shots=1)

    @abstractmethod
    def estimate(self, workload: Workload) -> Estimate:
        """Return what `workload` would cost here; nothing is run."""

    def run_expectations(
        self, circuit: QuantumCircuit, observables: Sequence[SparsePauliOp], values: Values
    ) -> NDArray[np.float64]:
        """Return expectation values for every row and observable.

        Parameters
        ----------
        circuit : QuantumCircuit
            Circuit of gates only.
        observables : sequence of SparsePauliOp
            Hermitian observables on the circuit's qubits.
        values : ndarray of shape (batch, n_parameters)
            Rows of values, in ``circuit.parameters`` order.

        Returns
        -------
        ndarray of shape (batch, n_observables)
            Expectation values. The default runs one circuit a row and group of qubit-wise commuting
            terms.
        """
        values = rows_of(circuit, values)
        groups = measurement_groups(circuit, observables)
        result = np.zeros((len(values), len(observables)))
        for measured, terms in groups:
            projector = observed(terms, circuit.num_qubits, len(observables))
            result += self._linear_probabilities(measured, values) @ projector
        return result

    def gradients(
        self, circuit: QuantumCircuit, observables: Sequence[SparsePauliOp], values: Values
    ) -> NDArray[np.float64]:
        """Return the derivatives of every expectation value by every parameter.

        Parameters
        ----------
        circuit : QuantumCircuit
            Circuit of gates only.
        observables : sequence of SparsePauliOp
            Hermitian observables on the circuit's qubits.
        values : ndarray of shape (batch, n_parameters)
            Rows of values, in ``circuit.parameters`` order.

        Returns
        -------
        ndarray of shape (batch, n_observables, n_parameters)
            Derivatives. The default takes them by parameter shifts: two circuits a row, angle and
            group of terms (four where qubits control the rotation), in one call.
        """
        values = rows_of(circuit, values)
        shifted = self._shifted(circuit, range(circuit.num_parameters))
        rows = shifted.rows(values)
        return shifted.combine(values, self.run_expectations(shifted.circuit, observables, rows))

    def outcome_slopes(
        self, circuit: QuantumCircuit, values: Values, projector: Values, wrt: Sequence[int]
    ) -> NDArray[np.float64]:
        """Return the derivatives of outputs that are linear in the outcomes' probabilities.

        Parameters
        ----------
        circuit : QuantumCircuit
            Circuit of gates only.
        values : ndarray of shape (batch, n_parameters)
            Rows of values, in ``circuit.parameters`` order.
        projector : ndarray of shape (2**n_qubits, n_outputs)
            Matrix that makes the outputs, ``probabilities @ projector``.
        wrt : sequence of int
            Places of the parameters by which to differentiate.

        Returns
        -------
        ndarray of shape (batch, n_outputs, len(wrt))
            Derivatives, by parameter shifts: `n_shifts` circuits a row, in one call.
        """
        values, shifted = rows_of(circuit, values), self._shifted(circuit, wrt)
        outcomes = self._linear_probabilities(shifted.circuit, shifted.rows(values))
        return shifted.combine(values, outcomes @ projector)

    def n_shifts(self, circuit: QuantumCircuit, wrt: Sequence[int]) -> int:
        """Return the circuits that one row's derivatives take here, beyond its value."""
        return self._shifted(circuit, wrt).n_shifts

    def n_gram_shifts(self, model: ModelCircuit) -> int:
        """Return the circuits that the derivatives of one entry of a Gram matrix take here."""
        overlap, _, places = self._overlap_with_weights(model)
        return self.n_shifts(overlap.circuit, places)

    def n_metric_circuits(self, circuit: QuantumCircuit, wrt: Sequence[int], diagonal: bool) -> int:
        """Return the circuits that one row's metric takes here."""
        return self._moved_by_half_turns(circuit, wrt).n_circuits(diagonal)

    def _shifted(self, circuit: QuantumCircuit, wrt: Sequence[int]) -> ShiftedCircuit:
        """Return the circuit with angles of its own, made once: machines transpile it once."""
        places = tuple(wrt)
        return self._shifts.get(circuit, lambda: ShiftedCircuit(circuit, places), places)

    def _moved_by_half_turns(self, circuit: QuantumCircuit, wrt: Sequence[int]) -> MetricCircuit:
        places = tuple(wrt)
        return self._half_turns.get(circuit, lambda: MetricCircuit(circuit, places), places)

    def gram(
        self, feature_map: QuantumCircuit, X: Values, Y: Values | None = None
    ) -> NDArray[np.float64]:
        r"""Return :math:`K_{ij} = |\langle\Phi(y_j)|\Phi(x_i)\rangle|^2`.

        Parameters
        ----------
        feature_map : QuantumCircuit
            Circuit whose parameters take the features in order.
        X : ndarray of shape (n, n_features)
            Points of the rows.
        Y : ndarray of shape (m, n_features) or None, default=None
            Points of the columns; None means X, where each pair is measured once and the diagonal
            is 1.

        Returns
        -------
        ndarray of shape (n, m) or (n, n)
            Gram matrix. The default runs one compute-uncompute circuit an entry that is measured.
        """
        X = rows_of(feature_map, X, "X")
        overlap = self._overlap_of(feature_map)
        if Y is None:
            rows, columns = np.triu_indices(len(X), k=1)
            K = np.eye(len(X))
            if rows.size:
                K[rows, columns] = self._overlaps(overlap, np.hstack([X[rows], X[columns]]))
                K[columns, rows] = K[rows, columns]
            return K
        Y = rows_of(feature_map, Y, "Y")
        pairs = np.hstack([np.repeat(X, len(Y), axis=0), np.tile(Y, (len(X), 1))])
        return self._overlaps(overlap, pairs).reshape(len(X), len(Y))

    def fidelities(self, feature_map: QuantumCircuit, X: Values, Y: Values) -> NDArray[np.float64]:
        r"""Return :math:`|\langle\Phi(y_i)|\Phi(x_i)\rangle|^2`, row by row.

        A point with itself gives its survival probability: 1 on ideal qubits, less by the noise.
        The two halves have angles of their own, so that no transpiler cancels them.

        Parameters
        ----------
        feature_map : QuantumCircuit
            Circuit whose parameters take the features in order.
        X, Y : ndarray of shape (n, n_features)
            Points of the pairs, row by row.

        Returns
        -------
        ndarray of shape (n,)
            Fidelities. The default runs one compute-uncompute circuit a pair.
        """
        pairs = np.hstack([rows_of(feature_map, X, "X"), rows_of(feature_map, Y, "Y")])
        return self._overlaps(self._overlap_of(feature_map), pairs)

    def _overlap_of(self, feature_map: QuantumCircuit) -> ModelCircuit:
        return self._overlap.get(feature_map, lambda: overlap_circuit(feature_map))

    def _overlap_with_weights(
        self, model: ModelCircuit
    ) -> tuple[ModelCircuit, list[int], list[int]]:
        """Return compute and uncompute, which weights stand in it, and where in either half."""
        circuit = model.encoding.circuit
        overlap = self._overlap_of(circuit)
        place = {parameter: k for k, parameter in enumerate(circuit.parameters)}
        kept = [k for k, weight in enumerate(model.weights) if weight in place]
        places = [
            overlap.columns.index(half * circuit.num_parameters + place[model.weights[k]])
            for half in (0, 1)
            for k in kept
        ]
        return overlap, kept, places

    def _overlaps(self, overlap: ModelCircuit, pairs: Values) -> NDArray[np.float64]:
        return self.run_probabilities(overlap.circuit, pairs[:, overlap.columns])[:, 0]

    def gram_of(
        self, model: ModelCircuit, weights: Values, X: Values, Y: Values | None = None
    ) -> NDArray[np.float64]:
        """Return the Gram matrix of a model at some weights, by the circuit that trains them.

        Its weights stay open until it runs: a transpiler that knew them could leave out gates, and
        the noise of those gates, that the slopes by the weights have.

        Parameters
        ----------
        model : ModelCircuit
            Feature map with weights; what follows the last gate that a feature reaches is left out.
        weights : ndarray of shape (n_weights,)
            Weights at which it is asked.
        X : ndarray of shape (n, n_features)
            Points of the rows.
        Y : ndarray of shape (m, n_features) or None
            Points of the columns; None compares X with itself.

        Returns
        -------
        ndarray of shape (n, m) or (n, n)
            Gram matrix, as `gram` gives it.
        """
        encoding = model.encoding
        columns = None if Y is None else encoding.rows(Y, weights)
        return self.gram(encoding.circuit, encoding.rows(X, weights), columns)

    def bind_gram(self, model: ModelCircuit, X: Values) -> BoundGram:
        """Return the Gram matrix of data over a circuit whose weights are still open."""
        return BoundGram(self, model, X)

    def bind(self, model: ModelCircuit, X: Values) -> BoundCircuit:
        """Return the model with its data filled in, to be asked again for each set of weights."""
        return BoundCircuit(self, model, X)


class BoundCircuit:
    """A model circuit over fixed data: only the weights are still open.

    Training asks the same circuits again and again while only the weights move. This is where a
    backend may keep what does not change; the default keeps nothing and asks anew.
    """

    def __init__(self, backend: Backend, model: ModelCircuit, X: Values) -> None:
        self.backend = backend
        self.model = model
        self.X = X

    def probabilities(self, weights: Values) -> NDArray[np.float64]:
        """Return the outcome distribution of every sample, shape (n_samples, 2**n_qubits).

        Entries of a backend that mitigates may be below 0: a loss of them and its gradient are then
        of the same numbers.
        """
        return self.backend._linear_probabilities(self.model.circuit, self._values(weights))

    def expectations(
        self, observables: Sequence[SparsePauliOp], weights: Values
    ) -> NDArray[np.float64]:
        """Return expectation values of every sample, shape (n_samples, n_observables)."""
        return self.backend.run_expectations(self.model.circuit, observables, self._values(weights))

    def value_and_gradient(
        self, weights: Values, projector: Values, loss: OutputLoss
    ) -> tuple[float, Values]:
        """Return a loss of outputs that are linear in the probabilities, and its gradient.

        Parameters
        ----------
        weights : ndarray of shape (n_weights,)
            Weights at which it is asked.
        projector : ndarray of shape (2**n_qubits, n_outputs)
            Matrix that makes the outputs, ``probabilities @ projector``.
        loss : callable
            Function of the outputs, shape (n_samples, n_outputs), that returns the value and its
            slopes by output.

        Returns
        -------
        value : float
        gradient : ndarray of shape (n_weights,)
            Slopes by weight. The default takes them by parameter shifts: two circuits a sample and
            angle that depends on a weight (four where qubits control the rotation).
        """
        value, slopes = loss(self.probabilities(weights) @ projector)
        by_output = self.backend.outcome_slopes(
            self.model.circuit, self._values(weights), projector, self.model.weight_places
        )
        return float(value), np.einsum("io,iow->w", slopes, by_output)

    def fidelity(self, first: Values, second: Values) -> float:
        """Return the mean over samples of the fidelity of the states at two sets of weights.

        Here by one compute-uncompute circuit a sample.
        """
        pairs = self._values(first), self._values(second)
        return float(self.backend.fidelities(self.model.circuit, *pairs).mean())

    def metric(self, weights: Values, diagonal: bool) -> Values:
        r"""Return the mean over samples of the Fubini-Study metric by weight.

        .. math:: g_{ij} = \mathrm{Re}\big[\langle\partial_i\psi|\partial_j\psi\rangle
            - \langle\partial_i\psi|\psi\rangle\langle\psi|\partial_j\psi\rangle\big]

        Parameters
        ----------
        weights : ndarray of shape (n_weights,)
            Weights at which it is asked.
        diagonal : bool
            True takes entries between two angles for 0.

        Returns
        -------
        ndarray of shape (n_weights, n_weights)
            Metric. The default takes it from fidelities with moved angles: one circuit a sample and
            angle, and four more a sample and pair of angles where the whole is asked for.

        References
        ----------
        Mari, Bromley and Killoran, Phys. Rev. A 103, 012405 (2021),
        doi:10.1103/PhysRevA.103.012405.
        """
        values, moved = self._values(weights), self._moved_by_half_turns()
        fidelities = self.backend.fidelities(moved.circuit, *moved.pairs(values, diagonal))
        return moved.by_weight(values, moved.by_angle(values, fidelities, diagonal))

    def selecting(self, rows: NDArray[np.intp]) -> BoundCircuit:
        """Return the same model over some of the samples."""
        twin = copy.copy(self)
        twin.X = self.X[rows]
        return twin

    def _moved_by_half_turns(self) -> MetricCircuit:
        circuit, places = self.model.circuit, self.model.weight_places
        return self.backend._moved_by_half_turns(circuit, places)

    def _values(self, weights: Values) -> Values:
        return self.model.rows(self.X, weights)


class BoundGram:
    """The Gram matrix of fixed data, as a function of the feature map's weights."""

    def __init__(self, backend: Backend, model: ModelCircuit, X: Values) -> None:
        self.backend = backend
        self.model = model
        self.X = X

    def gram(self, weights: Values) -> NDArray[np.float64]:
        """Return the Gram matrix, shape (n_samples, n_samples)."""
        return self.backend.gram_of(self.model, weights, self.X)

    def value_and_gradient(self, weights: Values, loss: GramLoss) -> tuple[float, Values]:
        """Return a loss of the Gram matrix and its gradient by the weights.

        Parameters
        ----------
        weights : ndarray of shape (n_weights,)
            Weights at which it is asked.
        loss : callable
            Function of the matrix that returns the value and its symmetric slopes by entry.

        Returns
        -------
        value : float
        gradient : ndarray of shape (n_weights,)
            Slopes by weight. The default takes them by parameter shifts of the compute-uncompute
            circuits: two circuits a pair of points and angle that depends on a weight (four where
            qubits control the rotation).
        """
        value, slopes = loss(self.gram(weights))
        points = self.model.encoding.rows(self.X, weights)
        rows, columns = np.triu_indices(len(points), k=1)
        overlap, kept, places = self.backend._overlap_with_weights(self.model)
        pairs = np.hstack([points[rows], points[columns]])[:, overlap.columns]
        all_zeros = np.zeros((1 << overlap.circuit.num_qubits, 1))
        all_zeros[0] = 1.0
        slopes_of = self.backend.outcome_slopes(overlap.circuit, pairs, all_zeros, places)
        by_half = slopes_of[:, 0].reshape(len(pairs), 2, len(kept))
        gradient = np.zeros(len(weights))
        # above the diagonal once; the slopes count every entry twice
        gradient[kept] = 2 * slopes[rows, columns] @ by_half.sum(axis=1)
        return float(value), gradient
