"""From a transpiled circuit and its errors to a noisy program, by the rules of Aer.

An error belongs to a name and to qubits. The name is a gate's label where it has one, and its name
otherwise; a labelled gate never has the error of its name. The error of a measurement comes before
it and its wrong readout after it; every other error follows its instruction.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from qiskit.circuit import QuantumCircuit
from qiskit.quantum_info import PTM, Operator, SuperOp

from qml.engine._emission import append_step, rotates
from qml.engine._expressions import ExpressionTable
from qml.engine._lowering import lower_into
from qml.engine._noise import Fixed, Matrix, NoisyProgram, Operation, Places, Turn
from qml.engine._program import Kind, Step
from qml.errors import SpecError

__all__ = ["Channels", "error_name", "lower_noisy", "pauli_matrix"]

_CHANNELS = ("kraus", "superop", "quantum_channel")
# Aer reads no label of these
_NAMED_ALONE = ("measure", "reset", "initialize", "diagonal", "multiplexer", *_CHANNELS)
_RESET = np.zeros((4, 4))
_RESET[[0, 3], 0] = 1.0  # whatever it was, it is 0 now: I and Z are what I was


@dataclass(frozen=True)
class Channels:
    """What goes wrong, and where.

    Parameters
    ----------
    after : callable
        Function from the name that an error is under and the instruction's physical qubits to the
        error's matrix, on Pauli coordinates as `pauli_matrix` gives them, or None. It may be one of
        the first qubits alone. That under ``"measure"`` comes before the measurement.
    readout : callable
        Function from a physical qubit to the matrix of its readout, ``[read, was]``, or None.
    """

    after: Callable[[str, Places], Matrix | None]
    readout: Callable[[int], Matrix | None]


def lower_noisy(circuit: QuantumCircuit, channels: Channels) -> NoisyProgram:
    """Return the transpiled and measured circuit with the errors of its gates.

    Parameters
    ----------
    circuit : QuantumCircuit
        Gates, resets, delays and channels on physical qubits, and a final measurement into
        classical bits; barriers and qubits that nothing happens to are left out.
    channels : Channels
        Errors of instructions and readouts.

    Raises
    ------
    SpecError
        If something happens after a measurement, an instruction is none of these, or an error has
        more qubits than its instruction.
    """
    lowering = _NoisyLowering(circuit, channels)
    for instruction in circuit.data:
        places = tuple(circuit.find_bit(qubit).index for qubit in instruction.qubits)
        bits = [circuit.find_bit(bit).index for bit in instruction.clbits]
        lowering.instruction(instruction.operation, places, bits)
    return lowering.program()


def error_name(operation: Any) -> str:
    """Return the name that an instruction's error is under: its label, where Aer reads one."""
    name = str(operation.name)
    return name if name in _NAMED_ALONE else str(getattr(operation, "label", None) or name)


class _NoisyLowering:
    """Collects operations, and joins fixed ones that follow each other on the same qubits."""

    def __init__(self, circuit: QuantumCircuit, channels: Channels) -> None:
        active = sorted(
            {
                circuit.find_bit(qubit).index
                for instruction in circuit.data
                if instruction.operation.name != "barrier"
                for qubit in instruction.qubits
            }
        )
        self.place = {physical: i for i, physical in enumerate(active)}
        self.channels = channels
        self.table = ExpressionTable(tuple(circuit.parameters))
        self.operations: list[Operation | None] = []
        self.last: dict[int, int] = {}  # qubit -> its latest operation
        self.bits: dict[int, int] = {}

    def instruction(self, operation: Any, physical: Places, bits: list[int]) -> None:
        """Append an instruction and its error: after it, but before a measurement."""
        name = str(operation.name)
        if name == "barrier":
            return
        qubits = tuple(self.place[place] for place in physical)
        if set(qubits) & set(self.bits.values()):
            raise SpecError(f"{name!r} after the measurement of its qubit has no exact noise")
        if name == "measure":
            self.error(name, qubits, physical)
            self.measure(qubits[0], physical[0], bits[0])
        elif name in _CHANNELS:  # noise themselves, they get none
            self.add(Fixed(qubits, pauli_matrix(operation)))
        else:
            self.noiseless(operation, name, qubits)
            self.error(error_name(operation), qubits, physical)

    def noiseless(self, operation: Any, name: str, qubits: Places) -> None:
        """Append what an instruction itself does."""
        if name in ("reset", "initialize"):  # the second is a reset and a preparation
            for qubit in qubits:
                self.add(Fixed((qubit,), _RESET))
        if name not in ("reset", "delay"):
            for step in lower_into(self.table, operation, qubits):
                self.step(step)

    def measure(self, qubit: int, physical: int, bit: int) -> None:
        """Read a qubit, as wrongly as it is read."""
        self.bits[bit] = qubit
        matrix = self.channels.readout(physical)
        if matrix is not None:
            self.add(Fixed((qubit,), _of_readout(matrix)))

    def error(self, name: str, qubits: Places, physical: Places) -> None:
        """Append the error under this name, which may be one of the first qubits alone."""
        matrix = self.channels.after(name, physical)
        if matrix is None:
            return
        n_qubits = round(math.log(len(matrix), 4))
        if n_qubits > len(qubits):
            raise SpecError(
                f"noise: the error under {name!r} is one of {n_qubits} qubits, and the circuit has "
                f"{name!r} on {len(qubits)}; allowed are at most as many"
            )
        self.add(Fixed(qubits[:n_qubits], matrix))

    def step(self, step: Step) -> None:
        """Append a step of the engine."""
        if not rotates(step):
            entries = step.matrix.tobytes() if step.matrix is not None else b""
            matrix = _fixed_matrix(step.kind, len(step.qubits), step.scale, entries)
            self.add(Fixed(step.qubits, matrix))
        elif step.kind is Kind.PARITY and len(step.qubits) > 1:
            *others, last = step.qubits
            gather = [Step(Kind.CX, (qubit, last)) for qubit in others]
            for fixed in gather:
                self.step(fixed)
            self.add(Turn(Kind.PARITY, (last,), step.column, step.scale))
            for fixed in reversed(gather):
                self.step(fixed)
        else:
            self.add(Turn(step.kind, step.qubits, step.column, step.scale))

    def add(self, op: Operation) -> None:
        """Append, or multiply into what is there."""
        if isinstance(op, Fixed):
            for qubit in op.qubits:
                # single-qubit matrices just before it become part of a wider one
                before = self._fixed_at(qubit)
                if before is not None and set(before.qubits) < set(op.qubits):
                    widened = _widened(before, op.qubits)
                    op = Fixed(op.qubits, op.matrix @ widened)
                    self.operations[self.last.pop(qubit)] = None
            latest = {self.last.get(qubit) for qubit in op.qubits}
            index = latest.pop() if len(latest) == 1 else None
            known = None if index is None else self.operations[index]
            if isinstance(known, Fixed) and set(op.qubits) <= set(known.qubits):
                joined = _widened(op, known.qubits) @ known.matrix
                self.operations[index] = Fixed(known.qubits, joined)  # type: ignore[index]
                return
        self.operations.append(op)
        self.last.update(dict.fromkeys(op.qubits, len(self.operations) - 1))

    def _fixed_at(self, qubit: int) -> Fixed | None:
        """Return the qubit's latest operation if it is fixed and on this qubit alone."""
        index = self.last.get(qubit)
        known = None if index is None else self.operations[index]
        return known if isinstance(known, Fixed) and known.qubits == (qubit,) else None

    def program(self) -> NoisyProgram:
        if sorted(self.bits) != list(range(len(self.bits))):
            raise SpecError(f"classical bits {sorted(self.bits)} are measured, not all from 0")
        measured = tuple(self.bits[bit] for bit in sorted(self.bits))
        kept = tuple(op for op in self.operations if op is not None)
        return NoisyProgram(len(self.place), self.table, kept, measured)


def pauli_matrix(channel: object) -> Matrix:
    """Return a channel's real matrix on Pauli coordinates, the first qubit the least significant.

    Parameters
    ----------
    channel : QuantumCircuit, Instruction or one of Qiskit's channels
        Channel in any form that `qiskit.quantum_info.SuperOp` takes.
    """
    return np.ascontiguousarray(PTM(SuperOp(channel)).data.real)


@functools.lru_cache(maxsize=1024)
def _fixed_matrix(kind: Kind, n_qubits: int, angle: float, fixed: bytes) -> Matrix:
    """Return a step's that depends on no parameter."""
    qubits = tuple(range(n_qubits))
    entries = (
        np.frombuffer(fixed, dtype=np.complex128).reshape(1 << n_qubits, -1) if fixed else None
    )
    circuit = QuantumCircuit(n_qubits)
    append_step(circuit, Step(kind, qubits, matrix=entries), angle)
    return pauli_matrix(Operator(circuit))


def _of_readout(matrix: Matrix) -> Matrix:
    """Return what wrong readouts do to the coordinates: only I and Z are ever read."""
    hadamard = np.array([[1.0, 1.0], [1.0, -1.0]])
    inner = hadamard @ matrix @ hadamard / 2
    result = np.zeros((4, 4))
    result[np.ix_([0, 3], [0, 3])] = inner
    return result


def _widened(op: Fixed, qubits: Places) -> Matrix:
    """Return the matrix on more qubits, or on the same in another order."""
    n, k = len(qubits), len(op.qubits)
    others = [qubit for qubit in qubits if qubit not in op.qubits]
    full = np.kron(np.eye(4 ** (n - k)), op.matrix)  # op's qubits least significant, then the rest
    order = [*op.qubits, *others]
    axes = [n - 1 - order.index(qubit) for qubit in reversed(qubits)]
    tensor = full.reshape((4,) * (2 * n)).transpose([*axes, *(n + axis for axis in axes)])
    return np.ascontiguousarray(tensor.reshape(4**n, 4**n))
