"""What every backend answers, with a correct default built on the answer below it.

A backend must say how to get probabilities for a batch of parameter values. From that alone follow
expectation values (by measuring in each commuting group's basis) and Gram matrices (by the
all-zeros frequency of compute-uncompute circuits). A backend that can do better overrides.
"""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray
from qiskit.circuit import QuantumCircuit
from qiskit.quantum_info import Pauli, SparsePauliOp

from qml.backends._shifts import ShiftedCircuit
from qml.circuits import ModelCircuit, overlap_circuit
from qml.engine import check_observables, outcomes

__all__ = [
    "Backend",
    "BoundCircuit",
    "BoundGram",
    "Estimate",
    "GramLoss",
    "OutputLoss",
    "Usage",
    "Workload",
    "measurement_groups",
]

Values = NDArray[np.float64]
GramLoss = Callable[[Values], tuple[float, Values]]
OutputLoss = Callable[[Values], tuple[float, Values]]


@dataclass
class Usage:
    """What was really spent, counted where it was spent.

    Parameters
    ----------
    circuits : int
        Circuits run: one per row of parameter values and measurement basis. An exact Gram matrix
        needs one per point, a measured one a circuit per entry.
    shots : int
        Measurements taken; 0 where results are exact.
    jobs : int
        Calls of the simulator or submissions to the machine.
    executions : int
        Runs of a circuit as a service's limits count them: the shots, and what the service runs
        besides for its own mitigation.
    qpu_s : float
        Seconds of quantum processor time billed.
    queue_s : float
        Seconds between submission and start, over all jobs.
    shared_s : float
        Seconds that evaluations would have taken here, had they not been done once for several
        fits; circuits and shots count them as if they had.
    two_qubit_gates : int
        Gates on two qubits or more in the circuits as they were run, after transpiling, over all
        circuits; 0 where nothing is transpiled.
    """

    circuits: int = 0
    shots: int = 0
    executions: int = 0
    jobs: int = 0
    qpu_s: float = 0.0
    queue_s: float = 0.0
    shared_s: float = 0.0
    two_qubit_gates: int = 0

    def add(
        self,
        circuits: int,
        shots: int = 0,
        jobs: int = 1,
        qpu_s: float = 0.0,
        two_qubit_gates: int = 0,
        executions: int | None = None,
        queue_s: float = 0.0,
    ) -> None:
        """Count one call; without a count of its own, an execution is a shot."""
        self.circuits += int(circuits)
        self.shots += int(shots)
        self.executions += int(shots if executions is None else executions)
        self.jobs += jobs
        self.qpu_s += qpu_s
        self.queue_s += queue_s
        self.two_qubit_gates += int(two_qubit_gates)

    def include(self, other: Usage) -> None:
        """Count what another has spent too."""
        for f in fields(self):
            setattr(self, f.name, getattr(self, f.name) + getattr(other, f.name))

    def since(self, earlier: Usage) -> Usage:
        """Return what was spent after `earlier` was copied."""
        return Usage(*(getattr(self, f.name) - getattr(earlier, f.name) for f in fields(self)))

    def copy(self) -> Usage:
        """Return the counts as they stand."""
        return Usage(**asdict(self))


@dataclass(frozen=True)
class Workload:
    """What a model is about to ask, known before anything runs.

    Parameters
    ----------
    n_qubits : int
        Width of the circuits.
    n_evaluations : int, default=0
        Rows of parameter values whose outcome is asked, over the whole of fit and predict.
    batch : int, default=1
        The most rows asked at once.
    grams : tuple of (rows, columns) pairs, default=()
        Gram matrices; ``(n, 0)`` is the symmetric matrix of n points.
    circuit : QuantumCircuit or None, default=None
        What is evaluated, or encodes the points of the Gram matrices, for a machine to say how
        long it is there.
    """

    n_qubits: int
    n_evaluations: int = 0
    batch: int = 1
    grams: tuple[tuple[int, int], ...] = ()
    circuit: QuantumCircuit | None = None

    @property
    def entries(self) -> tuple[int, ...]:
        """Each Gram matrix's entries that have to be measured."""
        return tuple(
            rows * columns if columns else rows * (rows - 1) // 2 for rows, columns in self.grams
        )


@dataclass(frozen=True)
class Estimate:
    """What a workload will cost at most on a backend.

    Parameters
    ----------
    circuits, shots : int
        As in `Usage`.
    memory_bytes : int
        At the peak, on this machine.
    jobs, qpu_s : int, float
        Submissions to a machine, and its seconds; 0 where nothing is submitted.
    depth, two_qubit_gates : int
        Of one circuit after transpiling; 0 where that is not known.
    """

    circuits: int
    shots: int
    memory_bytes: int
    jobs: int = 0
    qpu_s: float = 0.0
    depth: int = 0
    two_qubit_gates: int = 0


@dataclass
class Backend(ABC):
    """A place where circuits run.

    Parameters
    ----------
    shots : int or None
        Measurements per circuit; None asks for exact results.
    random_state : int or None, default=None
        Root of the seeds; each job gets a child of its own, so that no two jobs repeat a stream.
    """

    shots: int | None = None
    random_state: int | None = None
    usage: Usage = field(default_factory=Usage, init=False)
    _last_overlap: tuple[QuantumCircuit, ModelCircuit] | None = field(
        default=None, init=False, repr=False, compare=False
    )

    @abstractmethod
    def run_probabilities(self, circuit: QuantumCircuit, values: Values) -> NDArray[np.float64]:
        """Return the outcome distribution for every row of values.

        Parameters
        ----------
        circuit : QuantumCircuit
            Gates only; all qubits are measured at the end.
        values : ndarray of shape (batch, n_parameters)
            In ``circuit.parameters`` order.

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
        """Where the streams of random numbers stand, as plain values."""
        return {}

    def restore(self, state: dict[str, Any]) -> None:  # noqa: B027  # no stream, nothing to do
        """Go on where a backend with the same parameters stood."""

    @property
    def report(self) -> dict[str, Any]:
        """What a record should say of how the results came about, beyond what they cost."""
        return {}

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
            Gates only.
        observables : sequence of SparsePauliOp
            Hermitian, on the circuit's qubits.
        values : ndarray of shape (batch, n_parameters)
            In ``circuit.parameters`` order.

        Returns
        -------
        ndarray of shape (batch, n_observables)
            One circuit a row and group of qubit-wise commuting terms.
        """
        result = np.zeros((len(values), len(observables)))
        for measured, terms in measurement_groups(circuit, observables):
            probabilities = self._linear_probabilities(measured, values)
            signs = _parity_signs([mask for mask, _, _ in terms], circuit.num_qubits)
            expectations = probabilities @ signs.T
            for column, (_, observable, coefficient) in enumerate(terms):
                result[:, observable] += coefficient * expectations[:, column]
        return result

    def gradients(
        self, circuit: QuantumCircuit, observables: Sequence[SparsePauliOp], values: Values
    ) -> NDArray[np.float64]:
        """Return the derivatives of every expectation value by every parameter.

        Parameters
        ----------
        circuit : QuantumCircuit
            Gates only.
        observables : sequence of SparsePauliOp
            Hermitian, on the circuit's qubits.
        values : ndarray of shape (batch, n_parameters)
            In ``circuit.parameters`` order.

        Returns
        -------
        ndarray of shape (batch, n_observables, n_parameters)
            Here by parameter shifts: two circuits a row, rotation and group of terms, in one call.
        """
        shifted = ShiftedCircuit(circuit)
        rows = shifted.rows(values)
        return shifted.combine(values, self.run_expectations(shifted.circuit, observables, rows))

    def gram(
        self, feature_map: QuantumCircuit, X: Values, Y: Values | None = None
    ) -> NDArray[np.float64]:
        r"""Return :math:`K_{ij} = |\langle\Phi(y_j)|\Phi(x_i)\rangle|^2`.

        Parameters
        ----------
        feature_map : QuantumCircuit
            Its parameters take the features in order.
        X : ndarray of shape (n, n_features)
            Points of the rows.
        Y : ndarray of shape (m, n_features) or None, default=None
            Points of the columns; None means X, where each pair is measured once and the diagonal
            is 1.

        Returns
        -------
        ndarray of shape (n, m) or (n, n)
            Here by one compute-uncompute circuit an entry.
        """
        overlap = overlap_circuit(feature_map)
        if Y is None:
            rows, columns = np.triu_indices(len(X), k=1)
            K = np.eye(len(X))
            if rows.size:
                K[rows, columns] = self._overlaps(overlap, np.hstack([X[rows], X[columns]]))
                K[columns, rows] = K[rows, columns]
            return K
        pairs = np.hstack([np.repeat(X, len(Y), axis=0), np.tile(Y, (len(X), 1))])
        return self._overlaps(overlap, pairs).reshape(len(X), len(Y))

    def fidelities(self, feature_map: QuantumCircuit, X: Values, Y: Values) -> NDArray[np.float64]:
        r"""Return :math:`|\langle\Phi(y_i)|\Phi(x_i)\rangle|^2`, row by row.

        A point with itself gives its survival probability: 1 on ideal qubits, less by the noise.
        The two halves have angles of their own, so that no transpiler cancels them.

        Parameters
        ----------
        feature_map : QuantumCircuit
            Its parameters take the features in order.
        X, Y : ndarray of shape (n, n_features)
            The pairs.

        Returns
        -------
        ndarray of shape (n,)
            Here by one compute-uncompute circuit a pair.
        """
        if not len(X):
            return np.empty(0)
        if self._last_overlap is None or self._last_overlap[0] is not feature_map:
            # training asks again and again for the same circuit, which is transpiled by object
            self._last_overlap = feature_map, overlap_circuit(feature_map)
        return self._overlaps(self._last_overlap[1], np.hstack([X, Y]))

    def _overlaps(self, overlap: ModelCircuit, pairs: Values) -> NDArray[np.float64]:
        return self.run_probabilities(overlap.circuit, pairs[:, overlap.columns])[:, 0]

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
        self._with_shifts: ShiftedCircuit | None = None

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
            Where.
        projector : ndarray of shape (2**n_qubits, n_outputs)
            The outputs are ``probabilities @ projector``.
        loss : callable
            From the outputs, shape (n_samples, n_outputs), to the value and its slopes by output.

        Returns
        -------
        value : float
        gradient : ndarray of shape (n_weights,)
            Here by parameter shifts: two circuits a sample and rotation that depends on a weight.
        """
        value, slopes = loss(self.probabilities(weights) @ projector)
        rows, shifted = self._values(weights), self._shifted()
        outcomes = self.backend._linear_probabilities(shifted.circuit, shifted.rows(rows))
        by_output = shifted.combine(rows, outcomes @ projector)
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
            Where.
        diagonal : bool
            Whether entries between rotations are taken for 0.

        Returns
        -------
        ndarray of shape (n_weights, n_weights)
            Here from fidelities with shifted angles: one circuit a sample and rotation, and four
            more a sample and pair of rotations where the whole is asked for.

        References
        ----------
        Mari, Bromley and Killoran, Phys. Rev. A 103, 012405 (2021),
        doi:10.1103/PhysRevA.103.012405.
        """
        values, shifted = self._values(weights), self._shifted()
        pairs = shifted.metric_pairs(values, diagonal)
        fidelities = self.backend.fidelities(shifted.circuit, *pairs)
        return shifted.metric_by_weight(values, shifted.metric(values, fidelities, diagonal))

    def selecting(self, rows: NDArray[np.intp]) -> BoundCircuit:
        """Return the same model over some of the samples."""
        self._shifted()  # one for all minibatches, so that it is transpiled once
        twin = copy.copy(self)
        twin.X = self.X[rows]
        return twin

    def _shifted(self) -> ShiftedCircuit:
        """Return the circuit with an angle a rotation, made once: machines transpile it once."""
        if self._with_shifts is None:
            places = self.model.weight_places
            self._with_shifts = ShiftedCircuit(self.model.circuit, places)
        return self._with_shifts

    def _values(self, weights: Values) -> Values:
        rows = np.hstack([self.X, np.broadcast_to(weights, (len(self.X), len(weights)))])
        return rows[:, self.model.columns]


class BoundGram:
    """The Gram matrix of fixed data, as a function of the feature map's weights."""

    def __init__(self, backend: Backend, model: ModelCircuit, X: Values) -> None:
        self.backend = backend
        self.model = model
        self.X = X

    def gram(self, weights: Values) -> NDArray[np.float64]:
        """Return the Gram matrix, shape (n_samples, n_samples)."""
        return self.backend.gram(self.model.with_weights(weights), self.X)

    def value_and_gradient(self, weights: Values, loss: GramLoss) -> tuple[float, Values]:
        """Return a loss of the Gram matrix and its gradient by the weights.

        Parameters
        ----------
        weights : ndarray of shape (n_weights,)
            Where.
        loss : callable
            From the matrix to the value and its symmetric slopes by entry.

        Returns
        -------
        value : float
        gradient : ndarray of shape (n_weights,)
            Here by parameter shifts of the compute-uncompute circuits: two circuits an entry and
            rotation.
        """
        value, slopes = loss(self.gram(weights))
        n_weights = len(weights)
        points = np.hstack([self.X, np.broadcast_to(weights, (len(self.X), n_weights))])
        points = points[:, self.model.columns]
        rows, columns = np.triu_indices(len(points), k=1)
        overlap = overlap_circuit(self.model.circuit)
        pairs = np.hstack([points[rows], points[columns]])[:, overlap.columns]
        # both halves of the circuit hold the weights
        places = [
            overlap.columns.index(half * points.shape[1] + place)
            for half in (0, 1)
            for place in self.model.weight_places
        ]
        shifted = ShiftedCircuit(overlap.circuit, places)
        zeros = self.backend._linear_probabilities(shifted.circuit, shifted.rows(pairs))[:, :1]
        by_half = shifted.combine(pairs, zeros)[:, 0].reshape(len(pairs), 2, n_weights)
        # above the diagonal once; the slopes count every entry twice
        gradient = 2 * slopes[rows, columns] @ by_half.sum(axis=1)
        return float(value), np.asarray(gradient)


def _parity_signs(masks: Sequence[int], n_qubits: int) -> NDArray[np.float64]:
    """Return ``(-1)**popcount(outcome & mask)``, shape (n_masks, 2**n_qubits)."""
    bits = np.bitwise_count(outcomes(n_qubits)[None, :] & np.asarray(masks)[:, None])
    return np.asarray(1.0 - 2.0 * (bits & 1))


Term = tuple[int, int, float]  # mask of measured qubits, index of the observable, coefficient


def measurement_groups(
    circuit: QuantumCircuit, observables: Sequence[SparsePauliOp]
) -> list[tuple[QuantumCircuit, list[Term]]]:
    """Group all Pauli terms that one measurement basis serves, and rotate into that basis.

    Greedy: a term joins the first group whose basis agrees with it on every qubit.
    """
    check_observables(observables, circuit.num_qubits)
    groups: list[tuple[dict[int, str], list[Term]]] = []
    for index, observable in enumerate(observables):
        for pauli, coefficient in zip(observable.paulis, observable.coeffs.real, strict=True):
            basis = _basis_of(pauli)
            term = (sum(1 << qubit for qubit in basis), index, float(coefficient))
            for shared, terms in groups:
                if all(shared.get(qubit, letter) == letter for qubit, letter in basis.items()):
                    shared.update(basis)
                    terms.append(term)
                    break
            else:
                groups.append((dict(basis), [term]))
    return [(_rotated(circuit, basis), terms) for basis, terms in groups]


def _basis_of(pauli: Pauli) -> dict[int, str]:
    letters = pauli.to_label().lstrip("+")[::-1]
    return {qubit: letter for qubit, letter in enumerate(letters) if letter != "I"}


def _rotated(circuit: QuantumCircuit, basis: dict[int, str]) -> QuantumCircuit:
    rotated = circuit.copy()
    for qubit, letter in sorted(basis.items()):
        if letter == "Y":
            rotated.sdg(qubit)
        if letter in "XY":
            rotated.h(qubit)
    return rotated
