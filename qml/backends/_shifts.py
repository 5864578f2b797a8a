r"""Parameter shifts for any circuit: every rotation gets an angle of its own.

With :math:`R_k = e^{-i a_k G_k/2}` and :math:`G_k^2 = 1`, shifts by :math:`\pm\pi/2` give the
slopes of expectation values, and shifts of pairs the states' Fubini-Study metric.

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

__all__ = ["ShiftedCircuit", "n_metric_circuits", "n_shifts"]

Values = NDArray[np.float64]


class ShiftedCircuit:
    """A circuit with one parameter a rotation.

    Parameters
    ----------
    circuit : QuantumCircuit
        Circuit of gates only.
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
        quarter = np.pi / 2 * self._units
        return self._shifted(self.angles(values), np.vstack([quarter, -quarter]))

    def angles(self, values: Values) -> Values:
        """Return every rotation's angle, shape (batch, n_rotations)."""
        table = self._table.evaluate(np.asarray(values, dtype=np.float64))
        return np.asarray(table[:, self._columns] * self._scales)

    @property
    def _units(self) -> Values:
        """One direction a shifted rotation, shape (n_shifted, n_rotations)."""
        return np.eye(len(self._scales))[self._moved]

    def _shifted(self, angles: Values, shifts: Values) -> Values:
        return np.asarray((angles[:, None, :] + shifts).reshape(-1, len(self._scales)))

    def combine(self, values: Values, shifted: Values) -> Values:
        """Return the derivatives, shape (batch, n_observables, len(wrt)).

        Parameters
        ----------
        values : ndarray of shape (batch, n_parameters)
            Points at which the derivatives are asked.
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

    def turned(self, values: Values) -> Values:
        r"""Return the angles with one rotation at a time turned by :math:`\pi`.

        They give the states' derivatives, :math:`\partial_k\psi(a) = \psi(a + \pi e_k)/2`. Shape
        (batch * n_shifted, n_rotations).
        """
        return self._shifted(self.angles(values), np.pi * self._units)

    def metric_pairs(self, values: Values, diagonal: bool) -> tuple[Values, Values]:
        r"""Return the pairs of angles whose fidelities give the metric; see `metric`.

        On the diagonal :math:`g_{kk} = (1 - F(\pi e_k))/4`; beside it, with
        :math:`\pm` for quarter turns, :math:`g_{kl} = -(F_{++} - F_{+-} - F_{-+} + F_{--})/8`.
        """
        angles, units = self.angles(values), self._units
        shifts = [np.pi * units]
        if not diagonal:
            first, second = np.triu_indices(len(units), k=1)
            shifts += [
                np.pi / 2 * (s * units[first] + t * units[second]) for s in (1, -1) for t in (1, -1)
            ]
        rows = self._shifted(angles, np.vstack(shifts))
        return np.repeat(angles, len(rows) // len(angles), axis=0), rows

    def metric(self, values: Values, fidelities: Values, diagonal: bool) -> Values:
        """Return every row's metric by rotation from the fidelities of `metric_pairs`.

        Shape (batch, n_shifted, n_shifted), or (batch, n_shifted) for the diagonal.
        """
        rows, size = fidelities.reshape(len(values), -1), len(self._moved)
        own = (1 - rows[:, :size]) / 4
        if diagonal:
            return np.asarray(own)
        both, ahead, behind, neither = np.split(rows[:, size:], 4, axis=1)
        g = np.zeros((len(rows), size, size))
        first, second = np.triu_indices(size, k=1)
        g[:, first, second] = -(both - ahead - behind + neither) / 8
        g += g.transpose(0, 2, 1)
        g[:, np.arange(size), np.arange(size)] = own
        return g

    def metric_by_weight(self, values: Values, by_rotation: Values) -> Values:
        r"""Return the mean over rows of :math:`J^TgJ`, J being the angles' slopes by `wrt`."""
        points, wanted = np.asarray(values, dtype=np.float64), list(self._wrt)
        slopes = np.empty((len(points), len(self._moved), len(wanted)))
        for row, place in enumerate(self._moved):
            by_expression = np.zeros((len(points), len(self._table.expressions)))
            by_expression[:, self._columns[place]] = self._scales[place]
            slopes[:, row] = self._table.chain(points, by_expression, wanted)[:, wanted]
        pulled = by_rotation[..., None] * slopes if by_rotation.ndim == 2 else by_rotation @ slopes
        return np.asarray(np.einsum("nrv,nrw->vw", slopes, pulled, optimize=True) / len(points))


def n_metric_circuits(circuit: QuantumCircuit, wrt: Collection[int], diagonal: bool) -> int:
    """Return the fidelities that one row's metric takes."""
    size = n_shifts(circuit, wrt) // 2
    return size if diagonal else size + 2 * size * (size - 1)


def n_shifts(circuit: QuantumCircuit, wrt: Collection[int]) -> int:
    """Return the circuits that one row's derivatives take."""
    program, places = lower(circuit), set(wrt)
    return 2 * sum(
        rotates(step) and bool(program.depends_on(step) & places) for step in program.steps
    )
