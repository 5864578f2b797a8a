"""A circuit without its entanglement: the control that says what entanglement was good for."""

from __future__ import annotations

from qiskit.circuit import CircuitInstruction, QuantumCircuit
from qiskit.circuit.library import get_standard_gate_name_mapping

__all__ = ["disentangled"]

_STANDARD = frozenset(get_standard_gate_name_mapping())


def disentangled(circuit: QuantumCircuit) -> QuantumCircuit:
    r"""Return the circuit without its gates on two qubits or more, and all else as it was.

    A rotation by a parity, written as CX, a phase on the target and CX again (as the ZZ map writes
    :math:`e^{-i\phi Z_iZ_j}`), is one gate on two qubits, and goes as a whole.

    Parameters
    ----------
    circuit : QuantumCircuit
        Circuit of gates; composite ones are taken apart by their definitions.

    Returns
    -------
    QuantumCircuit
        Parameters that stood in removed gates alone are gone.

    Examples
    --------
    >>> from qiskit.circuit.library import zz_feature_map
    >>> dict(disentangled(zz_feature_map(2, reps=1)).count_ops())
    {'h': 2, 'p': 2}
    """
    bare = QuantumCircuit(*circuit.qregs, name=f"{circuit.name} without entanglement")
    if not circuit.qregs:
        bare.add_bits(circuit.qubits)
    for instruction in _without_parities(_flat(circuit)):
        if len(instruction.qubits) == 1:
            bare.append(instruction.operation, instruction.qubits)
    return bare


def _flat(circuit: QuantumCircuit) -> list[CircuitInstruction]:
    """Return the gates with every composite one replaced by its parts."""
    flat = []
    for instruction in circuit.data:
        operation = instruction.operation
        if operation.name == "barrier":
            continue
        composite = len(instruction.qubits) > 1 and operation.name not in _STANDARD
        if not composite or operation.definition is None:
            flat.append(instruction)
            continue
        place = dict(zip(operation.definition.qubits, instruction.qubits, strict=True))
        flat += [
            part.replace(qubits=tuple(place[qubit] for qubit in part.qubits))
            for part in _flat(operation.definition)
        ]
    return flat


def _without_parities(gates: list[CircuitInstruction]) -> list[CircuitInstruction]:
    """Drop every phase that stands alone between two equal CX, and with it the pair, inside out."""
    kept: list[CircuitInstruction] = []
    for gate in gates:
        kept.append(gate)
        while len(kept) >= 2 and kept[-1].operation.name == "cx":
            pair = kept[-1].qubits
            before = kept[-2]
            if before.operation.name == "cx" and before.qubits == pair:
                del kept[-2:]
                continue
            phase = before.operation.name in ("p", "rz") and before.qubits == pair[1:]
            if phase and len(kept) >= 3:
                opening = kept[-3]
                if opening.operation.name == "cx" and opening.qubits == pair:
                    del kept[-3:]
                    continue
            break
    return kept
