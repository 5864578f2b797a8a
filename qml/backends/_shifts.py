"""Parameter shifts for any circuit: every rotation gets an angle of its own.

The shift rule holds for one rotation, not for a parameter that several rotations share or that
stands inside an expression. So the circuit is written anew with one angle a rotation, every angle
is shifted by itself, all shifted rows go in one broadcast item, and the chain rule does the rest.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from qiskit.circuit import ParameterVector, QuantumCircuit

from qml.engine import append_step, lower, rotates

__all__ = ["ShiftedCircuit", "shifts_per_entry"]

Values = NDArray[np.float64]


class ShiftedCircuit:
    """A circuit with one parameter a rotation.

    Parameters
    ----------
    circuit : QuantumCircuit
        Gates only.
    """

    def __init__(self, circuit: QuantumCircuit) -> None:
        program = lower(circuit)
        self._table = program.table
        rotations = [step for step in program.steps if rotates(step)]
        self._columns = np.array([step.column for step in rotations], dtype=np.intp)
        self._scales = np.array([step.scale for step in rotations])
        angles = iter(ParameterVector("angle", len(rotations)))
        self.circuit = QuantumCircuit(program.n_qubits)
        for step in program.steps:
            append_step(self.circuit, step, next(angles) if rotates(step) else step.scale)

    def rows(self, values: Values) -> Values:
        """Return the shifted angles of every row, shape (batch * 2 * n_rotations, n_rotations)."""
        angles = self._table.evaluate(np.asarray(values, dtype=np.float64))[:, self._columns]
        angles = angles * self._scales
        shifts = np.pi / 2 * np.vstack([np.eye(len(self._scales)), -np.eye(len(self._scales))])
        return np.asarray((angles[:, None, :] + shifts).reshape(-1, len(self._scales)))

    def combine(self, values: Values, shifted: Values) -> Values:
        """Return the derivatives, shape (batch, n_observables, n_parameters).

        Parameters
        ----------
        values : ndarray of shape (batch, n_parameters)
            Where.
        shifted : ndarray of shape (batch * 2 * n_rotations, n_observables)
            Expectation values at `rows`.
        """
        points = np.asarray(values, dtype=np.float64)
        n_rotations, n_observables = len(self._scales), shifted.shape[1]
        both = shifted.reshape(len(points), 2, n_rotations, n_observables)
        by_angle = (both[:, 0] - both[:, 1]) / 2 * self._scales[:, None]
        result = np.empty((len(points), n_observables, len(self._table.parameters)))
        for k in range(n_observables):
            by_expression = np.zeros((len(points), len(self._table.expressions)))
            np.add.at(by_expression.T, self._columns, by_angle[:, :, k].T)
            result[:, k] = self._table.chain(points, by_expression)
        return result


def shifts_per_entry(feature_map: QuantumCircuit) -> int:
    """Return the circuits that the gradient of one measured kernel entry takes."""
    rotations = sum(map(rotates, lower(feature_map).steps))
    return 2 * 2 * rotations  # two shifts, in either half of compute-uncompute
