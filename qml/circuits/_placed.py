"""Circuits on the qubits of a machine: which they use, and the circuit on those alone."""

from __future__ import annotations

from collections.abc import Iterable

from qiskit.circuit import QuantumCircuit, QuantumRegister

__all__ = ["active_qubits", "compacted", "measured_qubits", "without_readout"]


def active_qubits(isa: QuantumCircuit) -> tuple[int, ...]:
    """Return the physical qubits that something happens to, in order."""
    return tuple(
        sorted(
            {
                isa.find_bit(qubit).index
                for step in isa.data
                if step.operation.name != "barrier"
                for qubit in step.qubits
            }
        )
    )


def measured_qubits(isa: QuantumCircuit) -> tuple[int, ...]:
    """Return the physical qubit that each classical bit is read from."""
    read = {
        isa.find_bit(step.clbits[0]).index: isa.find_bit(step.qubits[0]).index
        for step in isa.data
        if step.operation.name == "measure"
    }
    return tuple(read[bit] for bit in sorted(read))


def without_readout(isa: QuantumCircuit) -> QuantumCircuit:
    """Return the circuit without its measurements, on the same qubits."""
    bare = QuantumCircuit(*isa.qregs, global_phase=isa.global_phase)
    for step in isa.data:
        if step.operation.name not in ("measure", "barrier"):
            bare.append(step.operation, step.qubits, copy=False)
    return bare


def compacted(isa: QuantumCircuit, places: Iterable[int] | None = None) -> QuantumCircuit:
    """Return the circuit on some qubits alone, numbered from 0 in their physical order.

    Parameters
    ----------
    isa : QuantumCircuit
        Circuit on the machine's qubits.
    places : iterable of int or None, default=None
        Qubits to keep, the active ones among them; None is the active ones.
    """
    kept = sorted(active_qubits(isa) if places is None else places)
    place = {physical: i for i, physical in enumerate(kept)}
    registers = [QuantumRegister(len(kept), "q")] if kept else []
    small = QuantumCircuit(*registers, *isa.cregs, global_phase=isa.global_phase)
    for step in isa.data:
        if step.operation.name != "barrier":
            qubits = [place[isa.find_bit(qubit).index] for qubit in step.qubits]
            small.append(step.operation, qubits, list(step.clbits), copy=False)
    return small
