"""A circuit as a primitive runs it: gates alone, a fresh qubit a reset, what each bit reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from qiskit.circuit import (
    CircuitInstruction,
    Clbit,
    ControlFlowOp,
    Gate,
    ParameterExpression,
    QuantumCircuit,
    Qubit,
)
from qiskit.exceptions import QiskitError

from qml.circuits import plain
from qml.errors import SpecError

__all__ = ["PrimitiveCircuit", "RefusedCircuit", "primitive_circuit"]

_IDLE = ("barrier", "delay")


class RefusedCircuit(SpecError, QiskitError):
    """A circuit that a primitive cannot run; a `QiskitError` too, as the reference's refusals."""

    def __init__(self, problem: str, path: str = "") -> None:
        super().__init__(problem, path)
        self.message = str(self)  # what a QiskitError offers


@dataclass(frozen=True)
class PrimitiveCircuit:
    """Gates alone, and what is read of their final state.

    Parameters
    ----------
    gates : QuantumCircuit
        Circuit without measurements and resets. Its first qubits are those of the circuit that was
        given, as they are at its end; above them lie the qubits that resets threw away.
    n_qubits : int
        Number of qubits of the circuit that was given.
    reads : dict of Clbit to int
        Qubits that were measured at last, by the classical bit; bits that read none are not there.
    """

    gates: QuantumCircuit
    n_qubits: int
    reads: dict[Clbit, int]

    @property
    def n_thrown(self) -> int:
        """Number of qubits that resets threw away."""
        return int(self.gates.num_qubits) - self.n_qubits


def primitive_circuit(circuit: QuantumCircuit) -> PrimitiveCircuit:
    r"""Return the gates of a circuit, with a fresh qubit for every reset.

    A reset throws a qubit away and goes on with one in state 0. The state of all qubits, those
    thrown away too, stays pure, and what is read of the others is exact:
    :math:`\mathrm{Tr}_q[\rho] \otimes |0\rangle\langle 0|` is the reset of qubit :math:`q`. A reset
    of a qubit that no gate has touched costs nothing.

    Parameters
    ----------
    circuit : QuantumCircuit
        Circuit of gates, resets and final measurements, also inside composite instructions.

    Returns
    -------
    PrimitiveCircuit

    Raises
    ------
    RefusedCircuit
        If the circuit measures in the middle or branches; the instruction is named.

    Examples
    --------
    >>> circuit = QuantumCircuit(2, 1)
    >>> _ = circuit.h(0), circuit.cx(0, 1), circuit.reset(0), circuit.measure(1, 0)
    >>> found = primitive_circuit(circuit)
    >>> found.gates.num_qubits, list(found.reads.values())
    (3, [1])
    """
    if not circuit.clbits and all(step.is_standard_gate() for step in circuit.data):
        return PrimitiveCircuit(circuit, circuit.num_qubits, {})
    walk = _Walk(circuit.num_qubits)
    walk.circuit(circuit, range(circuit.num_qubits))
    return PrimitiveCircuit(walk.gates(circuit.qubits), circuit.num_qubits, walk.reads)


class _Walk:
    """Collects gates on wires; a reset moves its qubit to a new wire."""

    def __init__(self, n_qubits: int) -> None:
        self.wires = list(range(n_qubits))  # of each qubit, now
        self.n_wires = n_qubits
        self.steps: list[tuple[Any, list[int]]] = []
        self.phase: ParameterExpression | float = 0.0
        self.touched: set[int] = set()
        self.measured: set[int] = set()
        self.reads: dict[Clbit, int] = {}

    def circuit(self, circuit: QuantumCircuit, qubits: Sequence[int]) -> None:
        """Walk through a circuit, or through the definition of a composite instruction."""
        self.phase = self.phase + circuit.global_phase
        place = dict(zip(circuit.qubits, qubits, strict=True))
        for instruction in circuit.data:
            on = [place[qubit] for qubit in instruction.qubits]
            name = instruction.name
            if name in _IDLE:
                continue
            if name == "measure":
                self.reads[instruction.clbits[0]] = on[0]
                self.measured.update(on)
                continue
            operation = plain(instruction.operation)
            self.refuse(operation, on, len(instruction.clbits))
            if name == "reset":
                self.reset(on[0])
            elif _holds_instructions(operation):
                self.circuit(operation.definition, on)
            else:
                wires = [self.wires[qubit] for qubit in on]
                self.steps.append((operation, wires))
                self.touched.update(wires)

    def refuse(self, operation: Any, on: list[int], n_clbits: int) -> None:
        """Raise for what cannot be gates, and for what comes after a measurement."""
        name = operation.name
        if isinstance(operation, ControlFlowOp):
            raise RefusedCircuit(f"the circuit holds the control flow {name!r}")
        if self.measured.intersection(on):
            raise RefusedCircuit(f"the circuit goes on with {name!r} after a measurement")
        if n_clbits:
            raise RefusedCircuit(f"the circuit holds {name!r}, which uses classical bits")

    def reset(self, qubit: int) -> None:
        """Go on with a new wire, unless the qubit is 0 already."""
        if self.wires[qubit] in self.touched:
            self.wires[qubit] = self.n_wires
            self.n_wires += 1

    def gates(self, qubits: list[Qubit]) -> QuantumCircuit:
        """Return the collected gates, the wires that the qubits ended on first."""
        thrown = sorted(set(range(self.n_wires)) - set(self.wires))
        bits = [*qubits, *(Qubit() for _ in thrown)]
        bit_of = dict(zip([*self.wires, *thrown], bits, strict=True))
        steps = [
            CircuitInstruction(operation, [bit_of[wire] for wire in wires])
            for operation, wires in self.steps
        ]
        return QuantumCircuit.from_instructions(steps, qubits=bits, global_phase=self.phase)


def _holds_instructions(operation: Any) -> bool:
    """Return whether an operation is composite and no gate, so that resets may be inside."""
    return not isinstance(operation, Gate) and getattr(operation, "definition", None) is not None
