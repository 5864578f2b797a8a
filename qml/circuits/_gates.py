"""A user's circuit as the gates that every backend runs alike, or one line that says why not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from qiskit.circuit import (
    AnnotatedOperation,
    Barrier,
    ControlFlowOp,
    ControlModifier,
    Delay,
    Gate,
    InverseModifier,
    QuantumCircuit,
)
from qiskit.quantum_info import Clifford

from qml.errors import SpecError

__all__ = ["gates_of", "plain"]


def gates_of(circuit: QuantumCircuit) -> QuantumCircuit:
    """Return the circuit of gates alone; the same object where it is that already.

    A model's circuit has an inverse and a pure state, so it holds no measurement and no reset. A
    reset of a qubit that nothing has touched does nothing and is left out: initialisations begin
    with it.

    Parameters
    ----------
    circuit : QuantumCircuit
        Circuit of gates, barriers, delays, and composite instructions of them.

    Returns
    -------
    QuantumCircuit
        Circuit without classical bits, with the same parameters.

    Raises
    ------
    SpecError
        If the circuit measures, resets a qubit in the middle or branches; the instruction is named.

    Examples
    --------
    >>> circuit = QuantumCircuit(1)
    >>> _ = circuit.initialize([0.6, 0.8]), circuit.x(0)
    >>> [step.name for step in gates_of(circuit).data]
    ['state_preparation', 'x']
    """
    if not circuit.clbits and all(_is_gate(step.operation) for step in circuit.data):
        return circuit
    gates = QuantumCircuit(*circuit.qregs, name=circuit.name, global_phase=circuit.global_phase)
    gates.add_bits([qubit for qubit in circuit.qubits if qubit not in set(gates.qubits)])
    _append(gates, circuit, gates.qubits, set())
    return gates


def plain(operation: Any) -> Any:
    """Return a gate with its modifiers carried out; a Clifford operator as an instruction."""
    if isinstance(operation, Clifford):
        return operation.to_instruction()
    if not isinstance(operation, AnnotatedOperation):
        return operation
    gate = plain(operation.base_op)
    for modifier in operation.modifiers:
        if isinstance(modifier, InverseModifier):
            gate = gate.inverse(annotated=False)
        elif isinstance(modifier, ControlModifier):
            gate = gate.control(
                modifier.num_ctrl_qubits, ctrl_state=modifier.ctrl_state, annotated=False
            )
        else:
            gate = gate.power(modifier.power, annotated=False)
    return gate


def _is_gate(operation: Any) -> bool:
    return isinstance(operation, Gate | Barrier | Delay | AnnotatedOperation | Clifford)


def _append(
    gates: QuantumCircuit, circuit: QuantumCircuit, qubits: Sequence[Any], touched: set[Any]
) -> None:
    """Append a circuit's gates; composite instructions that are no gates come apart."""
    place = dict(zip(circuit.qubits, qubits, strict=True))
    for step in circuit.data:
        on, operation = [place[qubit] for qubit in step.qubits], step.operation
        if operation.name == "reset" and not touched.intersection(on):
            continue
        if _is_gate(operation):
            gates.append(operation, on, copy=False)
            if operation.name != "barrier":
                touched.update(on)
        elif isinstance(operation, ControlFlowOp):
            raise SpecError(f"the circuit holds the control flow {operation.name!r}; {_ALLOWED}")
        elif operation.num_clbits or operation.definition is None:
            raise SpecError(
                f"the circuit holds {operation.name!r}, which is no gate"
                f"{_HINTS.get(operation.name, '')}; {_ALLOWED}"
            )
        else:
            gates.global_phase += operation.definition.global_phase
            _append(gates, operation.definition, on, touched)


_ALLOWED = "allowed are gates, barriers, delays, and resets of qubits that no gate has touched"
_HINTS = {
    "measure": " (results are read by the backend itself: circuit.remove_final_measurements())",
    "reset": " (gates have touched its qubit)",
}
