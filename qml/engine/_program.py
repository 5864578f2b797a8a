"""The engine's own little language: what every circuit is brought to.

The kinds of `Kind` are enough. Rotations about X and Y and parities of Z carry angles; what is
fixed is a Hadamard, a permutation or a matrix; a diagonal of the whole register has phases. A
rotation's angle is `scale` times a column of the expression table.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from qml.engine._expressions import ExpressionTable

__all__ = ["Kind", "Phases", "Program", "Step"]


class Kind(IntEnum):
    """What a step does; the numbers are the opcodes of the compiled kernels."""

    RX = 0  # exp(-i angle X / 2) on qubits[0]
    RY = 1  # exp(-i angle Y / 2) on qubits[0]
    PARITY = 2  # exp(-i angle Z...Z / 2) on all qubits
    H = 3
    X = 4
    CX = 5  # control, target
    SWAP = 6
    MATRIX1 = 7  # a fixed 2x2 matrix on qubits[0]
    MATRIX = 8  # a fixed matrix on all qubits, the first the least significant bit
    PHASES = 9  # exp(i (sum_q l_q b_q + sum_pq c_pq b_p b_q)) on the whole register


@dataclass(frozen=True)
class Step:
    """One step of a program.

    Parameters
    ----------
    kind : Kind
        Operation that the step does.
    qubits : tuple of int
        Qubits that it acts on.
    column : int, default=0
        Column of the expression table that the angle is read from; column 0 is the constant 1.
    scale : float, default=0.0
        Factor on that column.
    matrix : ndarray or None, default=None
        Entries of a step of a fixed matrix, None for others.
    phases : Phases or None, default=None
        Phases of a diagonal, None for others.
    """

    kind: Kind
    qubits: tuple[int, ...]
    column: int = 0
    scale: float = 0.0
    matrix: NDArray[np.complex128] | None = None
    phases: Phases | None = None

    @property
    def columns(self) -> tuple[int, ...]:
        """The columns of the expression table that the step reads."""
        if self.phases is not None:
            return tuple(np.flatnonzero(self.phases.coefficients.any(axis=1)))
        return (self.column,) if self.scale else ()


@dataclass(frozen=True)
class Phases:
    """A diagonal whose phase is a quadratic polynomial of the bits.

    Parameters
    ----------
    coefficients : ndarray of shape (n_expressions, 1 + n + n(n-1)/2)
        Matrix by which the expression table's row is multiplied to get the constant, the n linear
        and the quadratic coefficients, the pairs (p, q) with p < q in the order q = 1: p = 0; q =
        2: p = 0, 1; and so on.
    """

    coefficients: NDArray[np.float64]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Phases) and np.array_equal(self.coefficients, other.coefficients)

    def __hash__(self) -> int:
        return hash(self.coefficients.tobytes())


@dataclass(frozen=True)
class Program:
    """A lowered circuit.

    Parameters
    ----------
    n_qubits : int
        Width of the circuit.
    table : ExpressionTable
        The circuit's angles as functions of its parameters.
    steps : tuple of Step
        Steps in the order of time.
    phase : tuple of (column, factor) pairs
        The global phase in radians, as a sum over the expression table.
    """

    n_qubits: int
    table: ExpressionTable
    steps: tuple[Step, ...]
    phase: tuple[tuple[int, float], ...] = field(default=())

    def depends_on(self, step: Step) -> set[int]:
        """Return the places of the parameters that a step depends on."""
        return {place for column in step.columns for place in self.table.depends_on(column)}

    def split(self, weights: Iterable[int]) -> tuple[Program, Program]:
        """Return the steps before the first that depends on `weights`, and the rest.

        Parameters
        ----------
        weights : iterable of int
            Places of parameters. What comes before them does not change while they are trained.
        """
        trained = set(weights)
        cut = next(
            (i for i, step in enumerate(self.steps) if self.depends_on(step) & trained),
            len(self.steps),
        )
        late = tuple(term for term in self.phase if self.table.depends_on(term[0]) & trained)
        early = tuple(term for term in self.phase if term not in late)
        return (
            replace(self, steps=self.steps[:cut], phase=early),
            replace(self, steps=self.steps[cut:], phase=late),
        )
