"""Running a program on a batch of states, all samples in one array operation a step."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from qiskit.circuit import Parameter, QuantumCircuit

from qml.engine._expressions import evaluate
from qml.engine._lowering import Program, lower
from qml.engine._memory import require_memory, state_bytes
from qml.errors import SpecError

__all__ = ["apply_program", "as_columns", "statevectors", "zero_states"]

_COPIES = 3  # the states, the product being written, and the contiguous copy it is read from


def statevectors(circuit: QuantumCircuit, values: ArrayLike) -> NDArray[np.complex128]:
    r"""Return :math:`U(v)|0\rangle` for every row :math:`v`.

    Parameters
    ----------
    circuit : QuantumCircuit
        Gates only.
    values : array-like of shape (batch, n_parameters)
        In ``circuit.parameters`` order.

    Returns
    -------
    ndarray of shape (batch, 2**n_qubits)
        In Qiskit's order: qubit 0 is the least significant bit.

    Raises
    ------
    SpecError
        If the circuit holds something that is no gate, or the values do not fit its parameters.
    ResourceError
        If the states do not fit the memory; nothing was allocated.

    Examples
    --------
    >>> from qiskit.circuit.library import zz_feature_map
    >>> statevectors(zz_feature_map(2), [[0.1, 0.2], [0.3, 0.4]]).shape
    (2, 4)
    """
    rows = np.atleast_2d(np.asarray(values, dtype=np.float64))
    require_memory(
        state_bytes(circuit.num_qubits, len(rows), _COPIES),
        f"{len(rows)} states of {circuit.num_qubits} qubits",
    )
    program = lower(circuit)
    columns = as_columns(program, rows)
    return apply_program(program, columns, zero_states(program.n_qubits, len(rows)))


def zero_states(n_qubits: int, batch: int) -> NDArray[np.complex128]:
    """Return `batch` copies of the all-zeros state."""
    states = np.zeros((batch, 1 << n_qubits), dtype=complex)
    states[:, 0] = 1
    return states


def as_columns(program: Program, rows: NDArray[np.float64]) -> dict[Parameter, NDArray[np.float64]]:
    """Return each parameter's values over the batch."""
    if rows.ndim != 2 or rows.shape[1] != len(program.parameters):
        raise SpecError(f"values: shape {rows.shape}, expected (batch, {len(program.parameters)})")
    return dict(zip(program.parameters, rows.T, strict=True))


def apply_program(
    program: Program, columns: dict[Parameter, NDArray[np.float64]], states: NDArray[np.complex128]
) -> NDArray[np.complex128]:
    """Return the program's unitary applied to each state.

    Parameters
    ----------
    program : Program
        A lowered circuit.
    columns : dict of Parameter to ndarray
        Per parameter, one value a state, or one value for all.
    states : ndarray of shape (batch, 2**n_qubits)
        Left as they are.
    """
    n_qubits = program.n_qubits
    for step in program.operations:
        states = _apply(step.matrices(columns), step.qubits, states, n_qubits)
    phase = evaluate(program.global_phase, columns)
    if np.any(phase):
        states = states * np.exp(1j * phase)[..., None]
    return states


def _apply(
    matrix: NDArray[np.complex128],
    qubits: tuple[int, ...],
    states: NDArray[np.complex128],
    n_qubits: int,
) -> NDArray[np.complex128]:
    """Return the k-qubit `matrix`, fixed or one a state, applied on `qubits`."""
    batch, dimension, k = len(states), states.shape[1], len(qubits)
    if k == 1:  # without moving axes: two slices
        view = states.reshape(batch, dimension >> (qubits[0] + 1), 2, 1 << qubits[0])
        m = np.broadcast_to(matrix, (batch, 2, 2))[:, :, :, None, None]
        out = np.empty_like(view)
        out[:, :, 0] = m[:, 0, 0] * view[:, :, 0] + m[:, 0, 1] * view[:, :, 1]
        out[:, :, 1] = m[:, 1, 0] * view[:, :, 0] + m[:, 1, 1] * view[:, :, 1]
        return out.reshape(batch, dimension)
    tensor = states.reshape((batch,) + (2,) * n_qubits)
    axes = [n_qubits - qubit for qubit in reversed(qubits)]  # most significant bit first
    front = list(range(1, k + 1))
    moved = np.moveaxis(tensor, axes, front).reshape(batch, 1 << k, -1)
    product = np.matmul(matrix, moved).reshape((batch,) + (2,) * n_qubits)
    return np.asarray(np.moveaxis(product, front, axes).reshape(batch, dimension))
