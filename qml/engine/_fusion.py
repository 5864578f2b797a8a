r"""Fusing what commutes: runs of CX, X and diagonal steps become one diagonal and the permutation.

Inside such a run every wire carries a parity of the run's incoming bits, so a rotation on a wire
is a phase that depends on a parity. Parities of one and two bits are quadratic polynomials of the
bits, and all of them together are one `Phases` step:

.. math:: Z_a = 1 - 2a, \qquad Z_a Z_b = 1 - 2a - 2b + 4ab.

A diagonal built from a quadratic polynomial costs two complex products an amplitude, however many
rotations went into it: the feature map with all pairs of n qubits needs no more than one pair.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from qml.engine._program import Kind, Phases, Program, Step

__all__ = ["fuse"]

_FEWEST = 3  # rotations worth a diagonal of their own
_MOST_QUBITS = 24  # beyond, the kernels' scratch space for a diagonal is not worth having


def fuse(program: Program) -> Program:
    """Return an equal program with fewer, larger steps; for simulation, not for derivatives."""
    if program.n_qubits > _MOST_QUBITS:
        return program
    steps: list[Step] = []
    phase = dict(program.phase)
    run = _Run(program)
    for step in program.steps:
        if step.kind in (Kind.PARITY, Kind.CX, Kind.X):
            run.take(step)
        elif run.touched & set(step.qubits):
            run.close(steps, phase)
            run = _Run(program)
            steps.append(step)
        else:  # it commutes with the whole run, so it may come first
            steps.append(step)
    run.close(steps, phase)
    return replace(program, steps=tuple(steps), phase=tuple(phase.items()))


@dataclass
class _Run:
    program: Program
    taken: list[Step] = field(default_factory=list)
    touched: set[int] = field(default_factory=set)

    def take(self, step: Step) -> None:
        self.taken.append(step)
        self.touched.update(step.qubits)

    def close(self, steps: list[Step], phase: dict[int, float]) -> None:
        """Write the run out: one diagonal, what did not fit in it, and the permutation."""
        rotations = [step for step in self.taken if step.kind is Kind.PARITY]
        permutation = [step for step in self.taken if step.kind is not Kind.PARITY]
        if len(rotations) < _FEWEST:
            steps.extend(self.taken)
            return
        diagonal, wide, wires, flips = self._parities(phase)
        steps.append(diagonal)
        steps.extend(wide)
        unchanged = all(wire == 1 << q for q, wire in enumerate(wires)) and not any(flips)
        if not unchanged:
            steps.extend(permutation)

    def _parities(self, phase: dict[int, float]) -> tuple[Step, list[Step], list[int], list[bool]]:
        n = self.program.n_qubits
        coefficients = np.zeros((len(self.program.table.expressions), 1 + n + n * (n - 1) // 2))
        wide = []
        wires = [1 << q for q in range(n)]
        flips = [False] * n
        for step in self.taken:
            if step.kind is Kind.CX:
                control, target = step.qubits
                wires[target] ^= wires[control]
                flips[target] ^= flips[control]
                continue
            if step.kind is Kind.X:
                flips[step.qubits[0]] ^= True
                continue
            mask, sign = 0, 1.0
            for qubit in step.qubits:
                mask ^= wires[qubit]
                sign = -sign if flips[qubit] else sign
            bits = [q for q in range(n) if mask >> q & 1]
            half = -0.5 * sign * step.scale  # the phase is half * Z_mask
            if len(bits) > 2:
                wide.append(Step(Kind.PARITY, tuple(bits), step.column, sign * step.scale))
                continue
            row = coefficients[step.column]
            row[0] += half
            for q in bits:
                row[1 + q] -= 2 * half
            if len(bits) == 2:
                row[1 + n + bits[1] * (bits[1] - 1) // 2 + bits[0]] += 4 * half
        phase_column = coefficients[:, 0].copy()
        for column in np.flatnonzero(phase_column):
            phase[int(column)] = phase.get(int(column), 0.0) + float(phase_column[column])
        coefficients[:, 0] = 0.0
        step = Step(Kind.PHASES, tuple(range(n)), phases=Phases(coefficients))
        return step, wide, wires, flips
