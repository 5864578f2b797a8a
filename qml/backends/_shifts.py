"""Parameter shifts for any circuit: every rotation gets an angle of its own.

The shift rule holds for one rotation, not for a parameter that several rotations share or that
stands inside an expression. So the circuit is written anew with one angle a rotation, every angle
is shifted by itself, all shifted rows go in one broadcast item, and the chain rule does the rest.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray
from qiskit.circuit import ParameterVector, QuantumCircuit

from qml.engine import append_step, lower, rotates

__all__ = ["ShiftedCircuit", "n_shifts"]

Values = NDArray[np.float64]


class ShiftedCircuit:
    """A circuit with one parameter a rotation.

    Parameters
    ----------
    circuit : QuantumCircuit
        Gates only.
    wrt : collection of int or None, default=None
        Places in ``circuit.parameters`` by which to differentiate: only rotations that depend on
        them are shifted. None is all.
    """

    def __init__(self, circuit: QuantumCircuit, wrt: Collection[int] | None = None) -> None:
        program = lower(circuit)
        self._table = program.table
        self._wrt = range(circuit.num_parameters) if wrt is None else wrt
        rotations = [step for step in program.steps if rotates(step)]
        self._columns = np.array([step.column for step in rotations], dtype=np.intp)
        self._scales = np.array([step.scale for step in rotations])
        self._moved = np.array(
            [i for i, step in enumerate(rotations) if program.depends_on(step) & set(self._wrt)],
            dtype=np.intp,
        )
        angles = iter(ParameterVector("angle", len(rotations)))
        self.circuit = QuantumCircuit(program.n_qubits)
        for step in program.steps:
            append_step(self.circuit, step, next(angles) if rotates(step) else step.scale)

    def rows(self, values: Values) -> Values:
        """Return the shifted angles of every row, shape (batch * 2 * n_shifted, n_rotations)."""
        angles = self._table.evaluate(np.asarray(values, dtype=np.float64))[:, self._columns]
        angles = angles * self._scales
        shifts = np.pi / 2 * np.eye(len(self._scales))[self._moved]
        shifts = np.vstack([shifts, -shifts])
        return np.asarray((angles[:, None, :] + shifts).reshape(-1, len(self._scales)))

    def combine(self, values: Values, shifted: Values) -> Values:
        """Return the derivatives, shape (batch, n_observables, len(wrt)).

        Parameters
        ----------
        values : ndarray of shape (batch, n_parameters)
            Where.
        shifted : ndarray of shape (batch * 2 * n_shifted, n_observables)
            Expectation values at `rows`.
        """
        points = np.asarray(values, dtype=np.float64)
        wanted, n_observables = list(self._wrt), shifted.shape[1]
        both = shifted.reshape(len(points), 2, len(self._moved), n_observables)
        by_angle = (both[:, 0] - both[:, 1]) / 2 * self._scales[self._moved, None]
        result = np.empty((len(points), n_observables, len(wanted)))
        for k in range(n_observables):
            by_expression = np.zeros((len(points), len(self._table.expressions)))
            np.add.at(by_expression.T, self._columns[self._moved], by_angle[:, :, k].T)
            result[:, k] = self._table.chain(points, by_expression, wanted)[:, wanted]
        return result


def n_shifts(circuit: QuantumCircuit, wrt: Collection[int]) -> int:
    """Return the circuits that one row's derivatives take."""
    program, places = lower(circuit), set(wrt)
    return 2 * sum(
        rotates(step) and bool(program.depends_on(step) & places) for step in program.steps
    )
