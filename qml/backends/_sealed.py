"""Instructions that a noise model means by name, kept from the transpiler.

A transpiler merges gates, cancels them, drops idle ones, and forgets labels on the way; whatever
error a noise model has for them is lost with them. So they are handed to it as instructions that
it knows nothing of, and are put back afterwards.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from qiskit.circuit import (
    CircuitInstruction,
    Instruction,
    Operation,
    Parameter,
    QuantumCircuit,
    Qubit,
)
from qiskit.circuit.library import get_standard_gate_name_mapping

from qml.errors import SpecError

__all__ = ["Sealed", "seals"]

_WIDEST = 6  # qubits of a sealed instruction
_PREFIX = "sealed_"


def seals() -> list[Instruction]:
    """Return the instructions that a target must have."""
    return [_seal(n_qubits, Parameter("which")) for n_qubits in range(1, _WIDEST + 1)]


@dataclass(frozen=True)
class Sealed:
    """A circuit with some of its instructions replaced, and these.

    Parameters
    ----------
    circuit : QuantumCircuit
        Circuit to transpile.
    originals : tuple of Operation
        Instructions as they were, in the order of their seals' numbers.
    """

    circuit: QuantumCircuit
    originals: tuple[Operation, ...]

    @classmethod
    def of(cls, circuit: QuantumCircuit, wanted: Callable[[Any], bool]) -> Sealed:
        """Return the circuit with the instructions that are wanted sealed, nested ones too."""
        originals: list[Operation] = []
        sealed = circuit.copy_empty_like()
        for step in _flat(circuit, wanted):
            operation, n_qubits = step.operation, len(step.qubits)
            if not wanted(operation):
                sealed.append(step)
                continue
            if n_qubits > _WIDEST:
                raise SpecError(
                    f"noise: {operation.name!r} labelled {operation.label!r} acts on {n_qubits} "
                    f"qubits; labelled gates have at most {_WIDEST}"
                )
            sealed.append(step.replace(operation=_seal(n_qubits, len(originals))))
            originals.append(operation)
        return cls(sealed if originals else circuit, tuple(originals))

    def opened(self, isa: QuantumCircuit) -> QuantumCircuit:
        """Return the transpiled circuit with the instructions put back."""
        if not self.originals:
            return isa
        opened = isa.copy_empty_like()
        for step in isa.data:
            operation = step.operation
            if operation.name.startswith(_PREFIX):
                operation = self.originals[int(operation.params[0])]
            opened.append(step.replace(operation=operation))
        return opened


def _seal(n_qubits: int, which: Parameter | int) -> Instruction:
    return Instruction(f"{_PREFIX}{n_qubits}", n_qubits, 0, [which])


def _flat(circuit: QuantumCircuit, wanted: Callable[[Any], bool]) -> list[CircuitInstruction]:
    """Return the instructions; those that hide wanted ones come apart."""
    found: list[CircuitInstruction] = []
    for step in circuit.data:
        inside = _inside(step.operation)
        if wanted(step.operation) or inside is None or not _hides(inside, wanted):
            found.append(step)
            continue
        place: dict[Qubit, Qubit] = dict(zip(inside.qubits, step.qubits, strict=True))
        found += [
            inner.replace(qubits=[place[qubit] for qubit in inner.qubits])
            for inner in _flat(inside, wanted)
        ]
    return found


def _hides(circuit: QuantumCircuit, wanted: Callable[[Any], bool]) -> bool:
    for step in circuit.data:
        inside = _inside(step.operation)
        if wanted(step.operation) or (inside is not None and _hides(inside, wanted)):
            return True
    return False


def _inside(operation: Any) -> QuantumCircuit | None:
    """Return the definition of what a user may have composed; Qiskit's own gates hide nothing."""
    if operation.name in _standard_names() or operation.num_clbits:
        return None
    return getattr(operation, "definition", None)


@functools.cache
def _standard_names() -> frozenset[str]:
    return frozenset(get_standard_gate_name_mapping()) | {"PauliEvolution", "unitary"}
