r"""Noisy circuits, exactly and for all samples at once: states forwards, effects backwards.

A density matrix is held by its real coordinates :math:`r_P = \mathrm{Tr}[P\rho]` in the Pauli
basis, four a qubit. A gate with its errors is a real matrix on the coordinates of its qubits, and a
rotation about Z by a sample's own angle turns two of them. Measuring is a scalar product with the
coordinates of an *effect*, and an effect can be pulled back through a circuit just as well as a
state is pushed through it (the Heisenberg picture). So where the first part of a circuit depends on
one point and the second on another, N + M runs give all N x M outcomes.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from qml.engine._expressions import ExpressionTable
from qml.engine._memory import memory_needed
from qml.engine._program import Kind

__all__ = ["Fixed", "Matrix", "NoisyProgram", "Operation", "Places", "Turn", "noisy_bytes"]

Values = NDArray[np.float64]
Matrix = NDArray[np.float64]
Places = tuple[int, ...]

_KEPT_BYTES = 256 * 2**20  # of the states that a gradient goes back through, at a time
# coordinates I X Y Z; a turn about an axis moves the first of these to the second
_TURNED = {Kind.RX: (2, 3), Kind.RY: (3, 1), Kind.PARITY: (1, 2)}


@dataclass(frozen=True)
class Fixed:
    """A real matrix on the coordinates of some qubits, the first the least significant."""

    qubits: Places
    matrix: Matrix


@dataclass(frozen=True)
class Turn:
    """A rotation of one qubit by ``scale`` times a column of the table."""

    kind: Kind
    qubits: Places
    column: int
    scale: float


Operation = Fixed | Turn


@dataclass(frozen=True)
class NoisyProgram:
    """A transpiled circuit with its errors.

    States and effects are arrays of shape ``(4,) * n_qubits + (batch,)``.

    Parameters
    ----------
    n_qubits : int
        Number of qubits that something happens to.
    table : ExpressionTable
        The angles as functions of the parameters.
    operations : tuple
        Operations in the order of time.
    measured : tuple of int
        The qubit that each classical bit is read from.
    """

    n_qubits: int
    table: ExpressionTable
    operations: tuple[Operation, ...]
    measured: Places

    def depends_on(self) -> set[int]:
        """Return the places of the parameters that the operations depend on."""
        turns = [op for op in self.operations if isinstance(op, Turn)]
        return {place for turn in turns for place in self.table.depends_on(turn.column)}

    def split(self, places: Collection[int]) -> tuple[NoisyProgram, NoisyProgram]:
        """Return what happens before any qubit has felt these parameters, and the rest."""
        felt: set[int] = set()
        early, late = [], []
        for op in self.operations:
            own = isinstance(op, Turn) and bool(self.table.depends_on(op.column) & set(places))
            if own or felt & set(op.qubits):
                felt |= set(op.qubits)
                late.append(op)
            else:
                early.append(op)
        return replace(self, operations=tuple(early)), replace(self, operations=tuple(late))

    def ground(self, batch: int = 1) -> Values:
        """Return all qubits in 0, so many times."""
        state = np.ones(1)
        for _ in range(self.n_qubits):
            state = np.multiply.outer(state, [1.0, 0.0, 0.0, 1.0])
        return np.ascontiguousarray(np.repeat(state[0][..., None], batch, axis=-1))

    def push(self, states: Values, values: Values) -> Values:
        """Return the states after the operations.

        Parameters
        ----------
        states : ndarray of shape (4, ..., 4, batch)
            States before the operations.
        values : ndarray of shape (batch or 1, n_parameters)
            Parameter values of each state, or of all.
        """
        table = self.table.evaluate(values)
        for op in self.operations:
            states = _applied(op, states, table, backwards=False)
        return states

    def pull(self, effects: Values, values: Values) -> Values:
        """Return the effects as they are before the operations; see `push`."""
        table = self.table.evaluate(values)
        for op in reversed(self.operations):
            effects = _applied(op, effects, table, backwards=True)
        return effects

    def outcome_probabilities(self, states: Values) -> Values:
        """Return the distribution of the classical bits, shape (batch, 2**n_bits)."""
        n_bits = len(self.measured)
        kept = _along_z(states, self.measured, self.n_qubits)  # (2,) * n_bits + (batch,)
        for axis in range(n_bits):
            one, z = np.take(kept, 0, axis=axis), np.take(kept, 1, axis=axis)
            kept = np.stack([one + z, one - z], axis=axis)
        return np.asarray(kept.reshape(1 << n_bits, -1).T / 2.0**n_bits)

    def effects(self, projector: Values) -> Values:
        """Return what measures each column of a function of the outcomes.

        Parameters
        ----------
        projector : ndarray of shape (2**n_bits, n_outputs)
            Matrix of the outputs, which are ``probabilities @ projector``.
        """
        n_bits, n_outputs = len(self.measured), projector.shape[1]
        kept = np.asarray(projector, dtype=np.float64).reshape((2,) * n_bits + (n_outputs,))
        for axis in range(n_bits):
            zero, one = np.take(kept, 0, axis=axis), np.take(kept, 1, axis=axis)
            kept = np.stack([zero + one, zero - one], axis=axis)
        effects = np.zeros((4,) * self.n_qubits + (n_outputs,))
        target = _along_z(effects, self.measured, self.n_qubits)
        target[...] = kept / 2.0**n_bits
        return effects

    def slopes(self, states: Values, effects: Values, values: Values) -> Values:
        """Return the derivatives of ``sum(effects * push(states))`` by every parameter.

        Parameters
        ----------
        states : ndarray of shape (4, ..., 4, batch)
            States before the operations.
        effects : ndarray of the same shape
            Effects after the operations.
        values : ndarray of shape (batch or 1, n_parameters)
            Parameter values of each state, or of all.

        Returns
        -------
        ndarray of shape (n_parameters,)
            Slopes summed over the batch. No noise can be undone, so the states at every turn are
            kept on the way forwards: a block of samples at a time.
        """
        turns = [op for op in self.operations if isinstance(op, Turn)]
        batch = states.shape[-1]
        block = max(1, _KEPT_BYTES // max(1, 8 * 4**self.n_qubits * len(turns)))
        n_parameters = len(self.table.parameters)
        total = np.zeros(n_parameters)
        if not turns:
            return total
        for first in range(0, batch, block):
            rows = slice(first, first + block)
            own = values if len(values) == 1 else values[rows]
            by_turn = self._slopes_by_turn(states[..., rows], effects[..., rows], own)
            if len(own) == 1:
                by_turn = by_turn.sum(axis=0, keepdims=True)
            by_expression = np.zeros((len(own), len(self.table.expressions)))
            for column, turn in enumerate(turns):
                by_expression[:, turn.column] += turn.scale * by_turn[:, column]
            places = list(range(n_parameters))
            total += self.table.chain(own, by_expression, places).sum(axis=0)
        return total

    def _slopes_by_turn(self, states: Values, effects: Values, values: Values) -> Values:
        """Return the derivatives by every turn's own angle, shape (batch, n_turns)."""
        table = self.table.evaluate(values)
        after = []
        for op in self.operations:
            states = _applied(op, states, table, backwards=False)
            if isinstance(op, Turn):
                after.append(states)
        found = []
        for op in reversed(self.operations):
            if isinstance(op, Turn):
                one, other = _TURNED[op.kind]
                r, e = (np.moveaxis(x, op.qubits[0], 0) for x in (after.pop(), effects))
                product = e[other] * r[one] - e[one] * r[other]
                found.append(product.reshape(-1, product.shape[-1]).sum(axis=0))
            effects = _applied(op, effects, table, backwards=True)
        return np.stack(found[::-1], axis=1)


def noisy_bytes(n_qubits: int, batch: int) -> int:
    """Return what a batch of states takes while an operation is applied."""
    return memory_needed(2 * n_qubits, batch, 3) // 2


def _applied(op: Operation, x: Values, table: Values, backwards: bool) -> Values:
    if isinstance(op, Turn):
        angles = op.scale * table[:, op.column]
        cosine, sine = np.cos(angles), np.sin(-angles if backwards else angles)
        turned = x.copy()
        (one, other), axis = _TURNED[op.kind], op.qubits[0]
        a, b = (np.moveaxis(x, axis, 0)[i] for i in (one, other))
        view = np.moveaxis(turned, axis, 0)
        view[one] = cosine * a - sine * b
        view[other] = sine * a + cosine * b
        return turned
    k = len(op.qubits)
    axes = list(reversed(op.qubits))  # the first is the least significant
    matrix = op.matrix.T if backwards else op.matrix
    moved = np.moveaxis(x, axes, range(k))
    shape = moved.shape
    result = (matrix @ moved.reshape(4**k, -1)).reshape(shape)
    return np.moveaxis(result, range(k), axes)


def _along_z(x: Values, measured: Places, n_qubits: int) -> Values:
    """Return the view of I and Z on the measured qubits, of I on the others; last bit first."""
    index: list[int | slice] = [0] * n_qubits
    for qubit in measured:
        index[qubit] = slice(0, 4, 3)
    view: Values = x[(*index, slice(None))]
    kept = sorted(measured)  # the axes that are left, in order of qubits
    return np.moveaxis(
        view, [kept.index(qubit) for qubit in reversed(measured)], range(len(measured))
    )
