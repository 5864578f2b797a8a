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

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray
from qiskit.circuit import Parameter, QuantumCircuit

from qml.engine._fusion import fuse
from qml.engine._kernels import project, weigh
from qml.engine._lowering import lower
from qml.engine._memory import require_states
from qml.engine._simulation import as_rows, compile_program
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
        Gates only.
    inputs : sequence of Parameter
        The parameters that take the features, in column order.
    weights : sequence of Parameter
        The parameters that are trained, in the order of the weight vector.
    X : array-like of shape (n_samples, n_features)
        The data.

    Raises
    ------
    SpecError
        If inputs and weights are not exactly the circuit's parameters.
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
    ) -> None:
        parameters = list(circuit.parameters)
        if sorted(p.name for p in (*inputs, *weights)) != sorted(p.name for p in parameters):
            raise SpecError("inputs and weights together must be the circuit's parameters")
        rows = as_rows(X, len(inputs))
        n_qubits, self.n_samples = circuit.num_qubits, len(rows)
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
        self._basis = (
            np.eye(1 << n_qubits, dtype=complex)
            if not self._reads_data and self.n_samples > 1 << n_qubits
            else None
        )

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

    def outputs(self, weights: ArrayLike, projector: Real) -> Real:
        """Return ``probabilities @ projector``, shape (n_samples, n_outputs)."""
        return _project(self.states(weights), projector)

    def value_and_gradient(
        self, weights: ArrayLike, projector: Real, loss: Loss
    ) -> tuple[float, Real]:
        """Return a loss of the outputs and its exact gradient, in one call.

        Parameters
        ----------
        weights : array-like of shape (n_weights,)
            Where.
        projector : ndarray of shape (2**n_qubits, n_outputs)
            Outputs are linear in the outcome probabilities: class probabilities, or expectation
            values of diagonal observables.
        loss : callable
            From the outputs, shape (n_samples, n_outputs), to the value and its slopes by output,
            of the same shape.

        Returns
        -------
        value : float
        gradient : ndarray of shape (n_weights,)
        """
        table = self._evaluate(weights)
        if self._basis is None:
            kets = self._trained.states(table, self.n_samples, self._encoded)
            value, slopes = loss(_project(kets, projector))
            bras = _weigh(kets, slopes, projector, conjugate=False)
        else:
            kets = self._trained.states(table, len(self._basis), self._basis)
            psi = self._encoded @ kets
            value, slopes = loss(_project(psi, projector))
            bras = (self._encoded.T @ _weigh(psi, slopes, projector, conjugate=True)).conj()
        by_expression = self._trained.gradient(table, kets, bras)
        by_parameter = self._table.chain(self._values, by_expression).sum(axis=0)
        return float(value), np.asarray(by_parameter[self._weight_places])

    def _evaluate(self, weights: ArrayLike) -> Real:
        """Return the expression table: a row a sample only if the trained part reads the data."""
        point = np.asarray(weights, dtype=np.float64)
        if point.shape != (self.n_weights,):
            raise SpecError(f"weights: shape {point.shape}, expected ({self.n_weights},)")
        self._values[:, self._weight_places] = point
        return self._table.evaluate(self._values)


def _project(states: Complex, projector: Real) -> Real:
    """Return the outputs, ``|states|**2 @ projector``."""
    outputs = np.empty((len(states), projector.shape[1]))
    project(states, np.asfortranarray(projector, dtype=np.float64), outputs)
    return outputs


def _weigh(states: Complex, slopes: Real, projector: Real, conjugate: bool) -> Complex:
    """Return every amplitude times its probability's slope."""
    weighed = np.empty_like(states)
    columns = np.asfortranarray(projector, dtype=np.float64)
    weigh(states, np.ascontiguousarray(slopes, dtype=np.float64), columns, conjugate, weighed)
    return weighed
