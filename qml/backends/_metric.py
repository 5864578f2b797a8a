r"""The states' Fubini-Study metric, from states or fidelities with angles moved."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray
from qiskit.circuit import QuantumCircuit

from qml.backends._own_angles import OwnAngles

__all__ = ["MetricCircuit"]

Values = NDArray[np.float64]


class MetricCircuit(OwnAngles):
    r"""A circuit whose angles are moved by :math:`\pi`, or two of them by a quarter turn each.

    The rules hold for gates with two eigenvalues; rotations that qubits control come apart.

    Parameters
    ----------
    circuit : QuantumCircuit
        Circuit of gates only.
    wrt : collection of int
        Places in ``circuit.parameters`` by which to differentiate.
    """

    def __init__(self, circuit: QuantumCircuit, wrt: Collection[int]) -> None:
        super().__init__(circuit, wrt, serves=lambda rule: rule.turn is not None)

    def n_circuits(self, diagonal: bool) -> int:
        """Return the fidelities that one row's metric takes."""
        size = len(self._moved)
        return size if diagonal else size + 2 * size * (size - 1)

    def turned(self, values: Values) -> tuple[Values, NDArray[np.complex128]]:
        r"""Return the angles with one at a time moved by :math:`\pi`, and each state's factor.

        The factor times the state is the state's derivative, up to a multiple of the state that is
        not moved. Shapes (batch * n_moved, n_angles) and (n_moved,).
        """
        factors = np.array([rule.turn for rule in self._rules], dtype=np.complex128)
        return self._shifted(values, np.pi * self._units), factors

    def pairs(self, values: Values, diagonal: bool) -> tuple[Values, Values]:
        r"""Return the pairs of angles whose fidelities give the metric; see `by_angle`.

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
        rows = self._shifted(values, np.vstack(shifts))
        return np.repeat(angles, len(rows) // len(angles), axis=0), rows

    def by_angle(self, values: Values, fidelities: Values, diagonal: bool) -> Values:
        """Return every row's metric by angle from the fidelities of `pairs`.

        Shape (batch, n_moved, n_moved), or (batch, n_moved) for the diagonal.
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

    def by_weight(self, values: Values, by_angle: Values) -> Values:
        r"""Return the mean over rows of :math:`J^TgJ`, J being the angles' slopes by `wrt`."""
        size = len(self._moved)
        slopes = np.empty((len(values), size, len(self._wrt)))
        for k, unit in enumerate(np.eye(size)):
            slopes[:, k] = self._by_parameter(values, np.broadcast_to(unit, (len(values), size)))
        pulled = by_angle[..., None] * slopes if by_angle.ndim == 2 else by_angle @ slopes
        return np.asarray(np.einsum("nrv,nrw->vw", slopes, pulled, optimize=True) / len(values))
