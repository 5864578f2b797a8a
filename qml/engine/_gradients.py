"""Expectation values and their exact derivatives, by adjoint differentiation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from qiskit.circuit import Parameter, QuantumCircuit
from qiskit.quantum_info import SparsePauliOp

from qml.engine._lowering import lower
from qml.engine._memory import require_states
from qml.engine._rows import rows_of
from qml.engine._simulation import compile_program, statevectors
from qml.errors import SpecError
from qml.texts import shown

__all__ = [
    "apply_observable",
    "check_observables",
    "expectations",
    "expectations_of_states",
    "gradients",
    "probabilities",
]

Complex = NDArray[np.complex128]
Real = NDArray[np.float64]


def probabilities(circuit: QuantumCircuit, values: ArrayLike) -> Real:
    """Return the outcome distribution of all qubits for every row, shape (batch, 2**n_qubits)."""
    states = statevectors(circuit, values)
    return np.asarray(states.real**2 + states.imag**2)


def expectations(
    circuit: QuantumCircuit, observables: Sequence[SparsePauliOp], values: ArrayLike
) -> Real:
    r"""Return :math:`\langle\psi(v)|O_k|\psi(v)\rangle`.

    Parameters
    ----------
    circuit : QuantumCircuit
        Circuit of gates alone.
    observables : sequence of SparsePauliOp
        Hermitian operators on the circuit's qubits.
    values : array-like of shape (batch, n_parameters)
        Parameter values in ``circuit.parameters`` order.

    Returns
    -------
    ndarray of shape (batch, n_observables)

    Raises
    ------
    SpecError
        If it is no list of observables, or one has another width or is not Hermitian.

    Examples
    --------
    >>> from qiskit.circuit import QuantumCircuit
    >>> expectations(QuantumCircuit(1), [SparsePauliOp("Z")], [[]])
    array([[1.]])
    """
    rows = rows_of(circuit, values)
    check_observables(observables, circuit.num_qubits)
    return expectations_of_states(statevectors(circuit, rows), observables)


def gradients(
    circuit: QuantumCircuit,
    observables: Sequence[SparsePauliOp],
    values: ArrayLike,
    wrt: Sequence[Parameter] | None = None,
) -> Real:
    r"""Return :math:`\partial\langle O_k\rangle/\partial v_p` for every row.

    All derivatives of one observable for about four times the cost of its value: the state and the
    observable's state walk back through the circuit together, and every rotation is differentiated
    where it stands. The chain rule leads through whatever expressions the angles are.

    Parameters
    ----------
    circuit : QuantumCircuit
        Circuit of gates alone.
    observables : sequence of SparsePauliOp
        Hermitian operators on the circuit's qubits.
    values : array-like of shape (batch, n_parameters)
        Parameter values in ``circuit.parameters`` order.
    wrt : sequence of Parameter or None, default=None
        Parameters of the derivatives; None is all, in ``circuit.parameters`` order.

    Returns
    -------
    ndarray of shape (batch, n_observables, n_wrt)

    Raises
    ------
    SpecError
        If an observable does not fit, or a parameter is not in the circuit.
    ResourceError
        If the states do not fit the memory.

    References
    ----------
    Jones and Gacon, arXiv:2009.02823 (2020).

    Examples
    --------
    >>> from qiskit.circuit import Parameter, QuantumCircuit
    >>> circuit = QuantumCircuit(1)
    >>> _ = circuit.ry(2 * Parameter("a"), 0)
    >>> gradients(circuit, [SparsePauliOp("Z")], [[np.pi / 4]]).round(6)
    array([[[-2.]]])
    """
    rows = rows_of(circuit, values)
    check_observables(observables, circuit.num_qubits)
    parameters = list(circuit.parameters)
    wanted = parameters if wrt is None else list(wrt)
    for parameter in wanted:
        if parameter not in parameters:
            raise SpecError(f"the circuit has no parameter {parameter}")
    what = f"gradients of {len(rows)} states of {circuit.num_qubits} qubits"
    require_states(circuit.num_qubits, len(rows), 4, what)
    program = lower(circuit)
    compiled = compile_program(program)
    table = program.table.evaluate(rows)
    kets = compiled.states(table, len(rows))
    places = [parameters.index(parameter) for parameter in wanted]
    result = np.empty((len(rows), len(observables), len(wanted)))
    for k, observable in enumerate(observables):
        by_expression = compiled.gradient(table, kets, apply_observable(observable, kets))
        result[:, k] = program.table.chain(rows, by_expression, places)[:, places]
    return result


def expectations_of_states(states: Complex, observables: Sequence[SparsePauliOp]) -> Real:
    """Return the expectation values in given states, shape (batch, n_observables)."""
    columns = [
        np.einsum("bi,bi->b", states.conj(), apply_observable(observable, states)).real
        for observable in observables
    ]
    return np.stack(columns, axis=1) if columns else np.empty((len(states), 0))


def apply_observable(observable: SparsePauliOp, states: Complex) -> Complex:
    """Return the observable applied to every state, Pauli by Pauli, without its matrix."""
    result = np.zeros_like(states)
    outcomes = np.arange(states.shape[1])
    weights = 1 << np.arange(observable.num_qubits)
    for z, x, coefficient in zip(
        observable.paulis.z, observable.paulis.x, observable.coeffs, strict=True
    ):
        z_mask, x_mask = int(z @ weights), int(x @ weights)
        # P|k> = i^{#Y} (-1)^{|k & z|} |k ^ x>: read at the outcome from which x leads here
        source = outcomes ^ x_mask
        signs = 1.0 - 2.0 * (np.bitwise_count(source & z_mask) & 1)
        phase = coefficient * 1j ** int((z & x).sum())
        result += (phase * signs) * (states[:, source] if x_mask else states)
    return result


def check_observables(observables: Sequence[SparsePauliOp], n_qubits: int) -> None:
    """Raise a `SpecError` unless it is a list of Hermitian observables of the circuit's width.

    A bare operator is refused, since it is a sequence too, of its terms.
    """
    if isinstance(observables, str) or not isinstance(observables, Sequence):
        hint = "; a single one is [observable]" if isinstance(observables, SparsePauliOp) else ""
        got = shown(observables)
        raise SpecError(f"observables: got {got}, expected a list of SparsePauliOp{hint}")
    for index, observable in enumerate(observables):
        if not isinstance(observable, SparsePauliOp):
            raise SpecError(
                f"observable {index}: got {shown(observable)} ({type(observable).__name__}), "
                "expected a SparsePauliOp, as SparsePauliOp('ZZ')"
            )
        if observable.num_qubits != n_qubits:
            raise SpecError(
                f"observable {index} acts on {observable.num_qubits} qubits, "
                f"the circuit has {n_qubits}"
            )
        if observable.coeffs.dtype == object:
            raise SpecError(
                f"observable {index}: coefficients with open parameters, expected numbers"
            )
        if not np.isfinite(observable.coeffs).all():
            place = int(np.argmin(np.isfinite(observable.coeffs)))
            label, coefficient = observable.to_list()[place]
            raise SpecError(
                f"observable {index}: the coefficient of {label} is {coefficient}, "
                "expected finite numbers"
            )
        if not np.allclose(observable.coeffs.imag, 0.0):
            raise SpecError(f"observable {index} is not Hermitian: {shown(observable.coeffs)}")
