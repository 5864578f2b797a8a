r"""Training a circuit on fixed data: what does not change is computed once.

The data's states do not depend on the weights, so they are encoded once. Where the trained part
reads no data and there are more samples than basis states, it is run on the basis states alone: the
outputs are one matrix product, and so is the gradient's fixed side. With
:math:`\psi_{iz} = \sum_j \phi_{ij} W_{zj}` and a loss of the outcome probabilities with slopes
:math:`G_{iz} = \partial L/\partial|\psi_{iz}|^2`,

.. math:: \mathrm dL = 2\,\mathrm{Re}\sum_{jz}\Big(\sum_i \phi_{ij} G_{iz}\psi^*_{iz}\Big)
    \mathrm dW_{zj},

which is one adjoint pass over the :math:`2^n` columns of :math:`W`, however many samples there are.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from qiskit.circuit import Parameter, QuantumCircuit

from qml.engine._fusion import fuse
from qml.engine._kernels import project, weigh
from qml.engine._lowering import lower
from qml.engine._memory import require_states
from qml.engine._rows import as_rows
from qml.engine._simulation import compile_program
from qml.errors import SpecError

__all__ = ["EncodedModel"]

Complex = NDArray[np.complex128]
Real = NDArray[np.float64]
Loss = Callable[[Real], tuple[float, Real]]


class EncodedModel:
    """A circuit with its data filled in; only the weights are open.

    Parameters
    ----------
    circuit : QuantumCircuit
        Circuit of gates alone.
    inputs : sequence of Parameter
        The parameters that take the features, in column order.
    weights : sequence of Parameter
        The parameters that are trained, in the order of the weight vector.
    X : array-like of shape (n_samples, n_features)
        Features of the samples.
    projector : array-like of shape (2**n_qubits, n_outputs) or None, default=None
        Outputs are linear in the outcome probabilities, ``probabilities @ projector``: class
        probabilities, or expectation values of diagonal observables. None: the probabilities.

    Raises
    ------
    SpecError
        If inputs and weights are not exactly the circuit's parameters, or a shape is wrong.
    ResourceError
        If the states do not fit the memory; nothing was allocated.

    Examples
    --------
    >>> from qiskit.circuit import Parameter, QuantumCircuit
    >>> x, w = Parameter("x"), Parameter("w")
    >>> circuit = QuantumCircuit(1)
    >>> _ = circuit.ry(x, 0), circuit.ry(w, 0)
    >>> model = EncodedModel(circuit, [x], [w], [[0.0], [np.pi]])
    >>> model.probabilities([np.pi]).round(6)
    array([[0., 1.],
           [1., 0.]])
    """

    def __init__(
        self,
        circuit: QuantumCircuit,
        inputs: list[Parameter] | tuple[Parameter, ...],
        weights: list[Parameter] | tuple[Parameter, ...],
        X: ArrayLike,
        projector: ArrayLike | None = None,
    ) -> None:
        parameters = list(circuit.parameters)
        if sorted(p.name for p in (*inputs, *weights)) != sorted(p.name for p in parameters):
            raise SpecError("inputs and weights together must be the circuit's parameters")
        rows = as_rows(X, len(inputs))
        n_qubits, self.n_samples = circuit.num_qubits, len(rows)
        self._n_qubits = n_qubits
        self.n_weights = len(weights)
        what = f"training on {self.n_samples} states of {n_qubits} qubits"
        require_states(n_qubits, self.n_samples, 4, what)
        self._input_places = [parameters.index(parameter) for parameter in inputs]
        self._weight_places = [parameters.index(parameter) for parameter in weights]
        encoding, trained = lower(circuit).split(self._weight_places)
        self._table = trained.table
        self._values = np.zeros((self.n_samples, len(parameters)))
        self._values[:, self._input_places] = rows
        self._encoded = compile_program(fuse(encoding)).states(
            self._table.evaluate(self._values), self.n_samples
        )
        data = set(self._input_places)
        self._reads_data = any(trained.depends_on(step) & data for step in trained.steps) or any(
            self._table.depends_on(column) & data for column, _ in trained.phase
        )
        if not self._reads_data:
            self._values = self._values[:1]  # the trained part is the same in every row
        self._trained = compile_program(trained)
        self._forward = compile_program(fuse(trained)) if self._reads_data else self._trained
        self._projector = _Projector(projector, 1 << n_qubits)
        self._basis = (
            np.eye(1 << n_qubits, dtype=complex)
            if not self._reads_data and self.n_samples > 1 << n_qubits
            else None
        )

    def projecting(self, projector: ArrayLike) -> Self:
        """Return the same model over the same encoded data with other outputs."""
        twin = copy.copy(self)
        twin._projector = _Projector(projector, 1 << self._n_qubits)
        return twin

    def selecting(self, rows: NDArray[np.intp]) -> Self:
        """Return the same model over some of the samples; nothing is encoded again."""
        twin = copy.copy(self)
        twin.n_samples = len(rows)
        twin._encoded = self._encoded[rows]
        twin._values = (self._values[rows] if self._reads_data else self._values).copy()
        size = 1 << self._n_qubits
        if self._basis is not None and len(rows) <= size:
            twin._basis = None
        return twin

    def states(self, weights: ArrayLike) -> Complex:
        """Return every sample's state, shape (n_samples, 2**n_qubits)."""
        table = self._evaluate(weights)
        if self._basis is None:
            return self._forward.states(table, self.n_samples, self._encoded)
        kets = self._trained.states(table, len(self._basis), self._basis)
        return np.asarray(self._encoded @ kets)

    def probabilities(self, weights: ArrayLike) -> Real:
        """Return every sample's outcome distribution, shape (n_samples, 2**n_qubits)."""
        states = self.states(weights)
        return np.asarray(states.real**2 + states.imag**2)

    def outputs(self, weights: ArrayLike) -> Real:
        """Return ``probabilities @ projector``, shape (n_samples, n_outputs)."""
        table = self._evaluate(weights)
        if self._basis is None:
            kets = self._forward.states(table, self.n_samples, self._encoded)
            return self._projector.outputs(kets)
        kets = self._trained.states(table, len(self._basis), self._basis)
        return self._projector.outputs(self._encoded @ kets[:, self._projector.read], read=True)

    def value_and_gradient(self, weights: ArrayLike, loss: Loss) -> tuple[float, Real]:
        """Return a loss of the outputs and its exact gradient, in one call.

        Parameters
        ----------
        weights : array-like of shape (n_weights,)
            Weights at which both are taken.
        loss : callable
            Function from the outputs, shape (n_samples, n_outputs), to the value and its slopes by
            output, of the same shape.

        Returns
        -------
        value : float
        gradient : ndarray of shape (n_weights,)
        """
        table = self._evaluate(weights)
        projector = self._projector
        if self._basis is None:
            kets = self._trained.states(table, self.n_samples, self._encoded)
            value, slopes = loss(projector.outputs(kets))
            bras = projector.weigh(kets, slopes)
        else:
            kets = self._trained.states(table, len(self._basis), self._basis)
            psi = self._encoded @ kets[:, projector.read]
            value, slopes = loss(projector.outputs(psi, read=True))
            weighed = projector.weigh(psi, slopes, read=True, conjugate=True)
            bras = np.zeros_like(kets)
            bras[:, projector.read] = (self._encoded.T @ weighed).conj()
        return float(value), self._gradient(table, kets, bras)

    def gram_and_gradient(self, weights: ArrayLike, loss: Loss) -> tuple[float, Real]:
        r"""Return a loss of the samples' Gram matrix and its exact gradient, in one call.

        With slopes :math:`G_{ij} = \partial L/\partial K_{ij}`, symmetric, and overlaps
        :math:`o_{ij} = \langle\psi_j|\psi_i\rangle`, the differential is
        :math:`\mathrm dL = 4\,\mathrm{Re}\sum_i\langle b_i|\mathrm d\psi_i\rangle` with
        :math:`b_i = \sum_j G_{ij}\,o_{ij}\,\psi_j`: a Gram matrix, one more product of that size
        and one adjoint pass, however many weights there are.

        Parameters
        ----------
        weights : array-like of shape (n_weights,)
            Weights at which both are taken.
        loss : callable
            Function from the Gram matrix, shape (n_samples, n_samples), to the value and its
            symmetric slopes by entry.

        Returns
        -------
        value : float
        gradient : ndarray of shape (n_weights,)
        """
        table = self._evaluate(weights)
        if self._basis is None:
            kets = states = self._trained.states(table, self.n_samples, self._encoded)
        else:
            kets = self._trained.states(table, len(self._basis), self._basis)
            states = self._encoded @ kets
        overlaps = states @ states.conj().T
        value, slopes = loss(overlaps.real**2 + overlaps.imag**2)
        bras = 2 * (slopes * overlaps) @ states
        if self._basis is not None:
            bras = self._encoded.conj().T @ bras
        return float(value), self._gradient(table, kets, np.ascontiguousarray(bras))

    def _gradient(self, table: Real, kets: Complex, bras: Complex) -> Real:
        by_expression = self._trained.gradient(table, kets, bras)
        by_parameter = self._table.chain(self._values, by_expression, self._weight_places)
        by_parameter = by_parameter.sum(axis=0)
        return np.asarray(by_parameter[self._weight_places])

    def _evaluate(self, weights: ArrayLike) -> Real:
        """Return the expression table: a row a sample only if the trained part reads the data."""
        point = np.asarray(weights, dtype=np.float64)
        if point.shape != (self.n_weights,):
            raise SpecError(f"weights: shape {point.shape}, expected ({self.n_weights},)")
        self._values[:, self._weight_places] = point
        return self._table.evaluate(self._values)


class _Projector:
    """Outputs of outcome probabilities, reading no more outcomes than they need.

    Class probabilities sum to 1. So one class, the one with the most outcomes, is 1 minus the
    others, and its outcomes need not be computed: for two classes half of the work.

    Parameters
    ----------
    projector : array-like of shape (n_outcomes, n_outputs) or None
        Matrix of the outputs; None is the identity.
    n_outcomes : int
        Number of outcomes of the circuit.

    Attributes
    ----------
    read : ndarray of int
        The outcomes that are read.
    """

    def __init__(self, projector: ArrayLike | None, n_outcomes: int) -> None:
        self._matrix: Real | None = None  # an identity would be large, and its product needless
        self._rest: int | None = None
        self.read = np.arange(n_outcomes)
        if projector is None:
            return
        matrix = np.asarray(projector, dtype=np.float64)
        if matrix.ndim != 2 or len(matrix) != n_outcomes:
            raise SpecError(f"projector: shape {matrix.shape}, expected ({n_outcomes}, n_outputs)")
        self._matrix = np.asfortranarray(matrix)
        kept = np.ones(matrix.shape[1], dtype=bool)
        if matrix.shape[1] > 1 and np.all(matrix.sum(axis=1) == 1.0):
            self._rest = int(np.count_nonzero(matrix, axis=0).argmax())
            kept[self._rest] = False
        self._kept = np.flatnonzero(kept)
        self.read = np.flatnonzero(matrix[:, kept].any(axis=1))
        self._reading = np.asfortranarray(matrix[np.ix_(self.read, self._kept)])

    def outputs(self, states: Complex, read: bool = False) -> Real:
        """Return the outputs of states, or of their amplitudes at the outcomes `read`."""
        if self._matrix is None:
            return np.asarray(states.real**2 + states.imag**2)
        if not read:
            outputs = np.empty((len(states), self._matrix.shape[1]))
            project(states, self._matrix, outputs)
            return outputs
        partial = np.empty((len(states), len(self._kept)))
        project(states, self._reading, partial)
        if self._rest is None:
            return partial
        outputs = np.empty((len(states), self._matrix.shape[1]))
        outputs[:, self._kept] = partial
        outputs[:, self._rest] = 1.0 - partial.sum(axis=1)
        return outputs

    def weigh(
        self, states: Complex, slopes: Real, read: bool = False, conjugate: bool = False
    ) -> Complex:
        """Return every amplitude, or its conjugate, times its probability's slope."""
        if self._matrix is None:
            return slopes * (states.conj() if conjugate else states)
        matrix = self._matrix
        if read:
            matrix = self._reading
            if self._rest is not None:
                slopes = slopes[:, self._kept] - slopes[:, self._rest, None]
        weighed = np.empty_like(states)
        weigh(states, np.ascontiguousarray(slopes, dtype=np.float64), matrix, conjugate, weighed)
        return weighed
