"""Derivatives by parameter shifts, of the circuit as it is.

Every angle of every gate is shifted by itself, all shifted rows go in one broadcast item, and the
chain rule does the rest. On a machine the circuit is the transpiled one: its shifted runs have its
layout, its gates and its errors, so the slopes are those of the values that the machine gives.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray
from qiskit.circuit import QuantumCircuit

from qml.backends._own_angles import OwnAngles

__all__ = ["ShiftedCircuit"]

Values = NDArray[np.float64]


class ShiftedCircuit(OwnAngles):
    """A circuit whose angles are shifted one at a time.

    Parameters
    ----------
    circuit : QuantumCircuit
        Circuit of gates, measured or not.
    wrt : collection of int
        Places in ``circuit.parameters`` by which to differentiate: only angles that depend on them
        are shifted.
    """

    def __init__(self, circuit: QuantumCircuit, wrt: Collection[int]) -> None:
        super().__init__(circuit, wrt, serves=lambda rule: True)
        # the first shift of every angle, then the second, ...
        n_ranks = max((len(rule.shifts) for rule in self._rules), default=0)
        self._plan = [
            (k, *rule.shifts[rank])
            for rank in range(n_ranks)
            for k, rule in enumerate(self._rules)
            if rank < len(rule.shifts)
        ]

    @property
    def n_shifts(self) -> int:
        """The circuits that one row's derivatives take."""
        return len(self._plan)

    def rows(self, values: Values) -> Values:
        """Return the shifted angles of every row, shape (batch * n_shifts, n_angles)."""
        shifts = np.zeros((self.n_shifts, len(self._own)))
        for row, (k, shift, _) in enumerate(self._plan):
            shifts[row, self._moved[k]] = shift
        return self._shifted(values, shifts)

    def combine(self, values: Values, shifted: Values) -> Values:
        """Return the derivatives, shape (batch, n_outputs, len(wrt)).

        Parameters
        ----------
        values : ndarray of shape (batch, n_parameters)
            Points at which the derivatives are asked.
        shifted : ndarray of shape (batch * n_shifts, n_outputs)
            Outputs at `rows`, linear in the outcomes' probabilities.
        """
        n_outputs = shifted.shape[1]
        outputs = shifted.reshape(len(values), self.n_shifts, n_outputs)
        by_angle = np.zeros((len(values), len(self._moved), n_outputs))
        for row, (k, _, weight) in enumerate(self._plan):
            by_angle[:, k] += weight * outputs[:, row]
        result = np.empty((len(values), n_outputs, len(self._wrt)))
        for k in range(n_outputs):
            result[:, k] = self._by_parameter(values, by_angle[:, :, k])
        return result
