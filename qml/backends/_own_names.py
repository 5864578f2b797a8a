"""Gates of somebody's own under names of their own, since transpilers and simulators go by names.

A gate that a user calls ``"rx"`` and defines as something else is Qiskit's RX to them.
"""

from __future__ import annotations

from collections.abc import Container

import numpy as np
from qiskit.circuit import CircuitInstruction, ControlledGate, Gate, QuantumCircuit
from qiskit.circuit.library import UnitaryGate
from qiskit.exceptions import QiskitError
from qiskit.quantum_info import Operator

from qml.engine import definition_of
from qml.errors import SpecError

__all__ = ["with_own_names"]


def with_own_names(circuit: QuantumCircuit, taken: Container[str]) -> QuantumCircuit:
    """Return the circuit with no gate of its author's own under a name that means another.

    Parameters
    ----------
    circuit : QuantumCircuit
        Circuit of gates.
    taken : container of str
        Names that mean something.

    Returns
    -------
    QuantumCircuit
        The same object if nothing had to be renamed, within definitions too. A gate that has a
        matrix alone becomes a `UnitaryGate`.

    Raises
    ------
    SpecError
        If a gate has neither a matrix nor a definition.
    """
    given = list(circuit.data)
    steps = [_renamed(step, taken) for step in given]
    if all(new is old for new, old in zip(steps, given, strict=True)):
        return circuit
    renamed = circuit.copy_empty_like()
    for step in steps:
        renamed.append(step)
    return renamed


def _renamed(step: CircuitInstruction, taken: Container[str]) -> CircuitInstruction:
    if step.is_standard_gate() or not _somebodys(gate := step.operation):
        return step
    definition = definition_of(gate)
    if definition is None:
        return step.replace(operation=_of_matrix(gate))
    inside = with_own_names(definition, taken)
    if inside is definition and gate.name not in taken:
        return step
    name = f"{gate.name}_own" if gate.name in taken else gate.name
    own = Gate(name, gate.num_qubits, list(inside.parameters), label=gate.label)
    own.definition = inside
    return step.replace(operation=own)


def _somebodys(operation: object) -> bool:
    """Return whether a gate is not of a class that Qiskit has for just this gate."""
    if not isinstance(operation, Gate):
        return False
    made = operation.base_class
    return made in (Gate, ControlledGate) or made.__module__.split(".")[0] != "qiskit"


def _of_matrix(gate: Gate) -> UnitaryGate:
    try:
        return UnitaryGate(np.asarray(Operator(gate).data), label=gate.label)
    except QiskitError:
        raise SpecError(f"the gate {gate.name!r} has neither a matrix nor a definition") from None
