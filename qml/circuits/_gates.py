"""The door of all that runs circuits: a circuit of gates alone, or one line that says what is not.

An initialisation of untouched qubits is what every run begins with, and goes. A reset of a qubit
that was acted on makes a mixed state, which no kernel and no adjoint derivative is defined for, and
what is measured is a backend's own affair: both are refused here, before any backend sees them.
"""

from __future__ import annotations

import warnings
from typing import Any

from qiskit.circuit import (
    AnnotatedOperation,
    Barrier,
    BoxOp,
    ControlModifier,
    Delay,
    Gate,
    Instruction,
    InverseModifier,
    Measure,
    QuantumCircuit,
    Qubit,
    Reset,
)
from qiskit.circuit.library import UnitaryGate, get_standard_gate_name_mapping
from qiskit.exceptions import QiskitError
from qiskit.quantum_info import Operator

from qml.errors import SpecError
from qml.texts import shown

__all__ = ["check_circuit", "gates_only", "plain"]

_PERIODS = dict.fromkeys(["rx", "ry", "rz", "rxx", "ryy", "rzz", "rzx", "crx", "cry", "crz"], 4)
_PERIODS |= dict.fromkeys(["p", "u1", "cp", "cu1"], 2)  # in pi, of the gate as a matrix
_PLAIN = frozenset(get_standard_gate_name_mapping()) - {"measure", "reset"} | {"barrier"}


def gates_only(circuit: QuantumCircuit, fresh: bool = True, resets: bool = False) -> QuantumCircuit:
    """Return the circuit as gates alone, on the same qubits and without classical bits.

    Resets of untouched qubits are left out, unless they are asked for. Boxes and instructions are
    replaced by what they hold, annotated operations and Cliffords by gates.

    Parameters
    ----------
    circuit : QuantumCircuit
        Circuit that somebody else made.
    fresh : bool, default=True
        True where it starts on untouched qubits, as an ansatz after a feature map does not.
    resets : bool, default=False
        True keeps resets of untouched qubits, which a noise model may have errors for.

    Returns
    -------
    QuantumCircuit
        Circuit of gates, barriers and delays; the same object if it was one already.

    Raises
    ------
    SpecError
        If it is no circuit, or holds what no state vector has: a measurement, a reset of a qubit
        that was acted on, control flow, an instruction without a definition.

    Examples
    --------
    >>> circuit = QuantumCircuit(1)
    >>> _ = circuit.reset(0), circuit.h(0)
    >>> dict(gates_only(circuit).count_ops())
    {'h': 1}
    """
    check_circuit(circuit)
    if circuit.count_ops().keys() <= _PLAIN and not circuit.clbits:
        return circuit
    rewriting = _Rewriting(circuit, set() if fresh else set(circuit.qubits), resets)
    rewriting.circuit(circuit, circuit.qubits)
    return rewriting.result if rewriting.changed or circuit.clbits else circuit


def check_circuit(circuit: object) -> None:
    """Raise one line for what is no Qiskit circuit: a tape, a gate, a name.

    Raises
    ------
    SpecError
        If it is something else.
    """
    if not isinstance(circuit, QuantumCircuit):
        raise SpecError(f"a Qiskit circuit is expected, got {shown(circuit)}")


class _Rewriting:
    """Collects the gates of a circuit, its instructions taken apart."""

    def __init__(self, circuit: QuantumCircuit, touched: set[Qubit], resets: bool) -> None:
        self.result = QuantumCircuit(circuit.qubits, *circuit.qregs, name=circuit.name)
        self.changed = False
        self.touched = touched
        self.resets = resets

    def circuit(self, circuit: QuantumCircuit, qubits: list[Qubit]) -> None:
        """Append a whole circuit, or an instruction's definition."""
        self.result.global_phase += circuit.global_phase
        place = dict(zip(circuit.qubits, qubits, strict=True))
        for step in circuit.data:
            self.operation(step.operation, [place[qubit] for qubit in step.qubits])

    def operation(self, operation: Any, on: list[Qubit]) -> None:
        """Append one operation by the first way that fits."""
        if isinstance(operation, Barrier | Delay):
            self.result.append(operation, on)
        elif isinstance(operation, Measure):
            raise SpecError(
                "the circuit holds a 'measure', which is no gate (backends read the results "
                "themselves; circuit.remove_final_measurements() takes it out)"
            )
        elif isinstance(operation, Gate):
            self.gate(operation, on)
        elif isinstance(operation, Instruction):
            self.instruction(operation, on)
        else:
            self.gate(_gate_of(operation), on)
            self.changed = True

    def gate(self, gate: Gate, on: list[Qubit]) -> None:
        """Append a gate."""
        self.result.append(gate, on)
        self.touched.update(on)

    def instruction(self, instruction: Instruction, on: list[Qubit]) -> None:
        """Append what an instruction is made of, or raise for what is not made of gates."""
        if isinstance(instruction, Reset):
            self.reset(instruction, on)
            return
        self.changed = True
        inside = instruction.blocks[0] if isinstance(instruction, BoxOp) else None
        if inside is None and not getattr(instruction, "blocks", ()):
            inside = None if instruction.num_clbits else instruction.definition
        if inside is None:
            raise SpecError(f"the circuit holds {instruction.name!r}, which is no gate")
        self.circuit(inside, on)

    def reset(self, reset: Reset, on: list[Qubit]) -> None:
        """Append or leave out what an untouched qubit begins with, or raise for another."""
        if self.touched.intersection(on):
            raise SpecError(
                "the circuit holds a 'reset' of a qubit that was acted on, which is no gate "
                "(allowed: to begin with)"
            )
        if self.resets:
            self.result.append(reset, on)
        else:
            self.changed = True


def plain(operation: Any) -> Any:
    """Return a gate for an operation that says what it is in another way; others as they are.

    Parameters
    ----------
    operation : Operation
        Annotated operation or Clifford, or any other.

    Raises
    ------
    SpecError
        If it is a broken power of a gate with open angles that is no rotation, or not made of
        gates.

    Examples
    --------
    >>> from qiskit.circuit.library import RXGate
    >>> plain(AnnotatedOperation(RXGate(0.1), [ControlModifier(1), InverseModifier()]))
    Instruction(name='crx', num_qubits=2, num_clbits=0, params=[-0.1])
    """
    return operation if isinstance(operation, Instruction) else _gate_of(operation)


def _gate_of(operation: Any) -> Gate:
    if isinstance(operation, Gate):
        return operation
    try:
        if not isinstance(operation, AnnotatedOperation):
            return _circuit_of(operation).to_gate()
        gate = _gate_of(operation.base_op)
        for modifier in operation.modifiers:
            gate = _modified(gate, modifier)
    except (QiskitError, AttributeError, TypeError) as error:
        reason = " ".join(str(error).split())
        raise SpecError(f"{operation.name!r} cannot be taken apart: {reason}") from None
    return gate


def _circuit_of(operation: Any) -> QuantumCircuit:
    definition = operation.definition if isinstance(operation, Instruction) else None
    return operation.to_circuit() if definition is None else definition


def _modified(gate: Gate, modifier: Any) -> Gate:
    if isinstance(modifier, InverseModifier):
        return gate.inverse()
    if isinstance(modifier, ControlModifier):
        with warnings.catch_warnings():  # its gates hand on an argument that Qiskit deprecates
            warnings.simplefilter("ignore", DeprecationWarning)
            return gate.control(modifier.num_ctrl_qubits, ctrl_state=modifier.ctrl_state)
    return _to_the(gate, modifier.power)


def _to_the(gate: Gate, power: float) -> Gate:
    if power != int(power):
        if not any(getattr(angle, "parameters", ()) for angle in gate.params):
            return UnitaryGate(Operator(gate).power(power))
        return _broken_power(gate, power)
    repeated = QuantumCircuit(gate.num_qubits)
    for _ in range(abs(int(power))):
        repeated.append(gate if power > 0 else gate.inverse(), repeated.qubits)
    return repeated.to_gate()


def _broken_power(gate: Gate, power: float) -> Gate:
    r"""Return the principal power of a rotation by an open angle.

    It is the rotation by `power` times the angle, brought into the period around 0:
    :math:`m\arctan\tan(a/m)` for the period :math:`m\pi`.
    """
    if gate.name not in _PERIODS:
        raise SpecError(f"{gate.name!r} to the power {power} while its angles are open")
    m, [angle] = _PERIODS[gate.name], gate.params
    turned = gate.to_mutable()
    turned.params = [power * m * (angle / m).tan().arctan()]
    return turned
