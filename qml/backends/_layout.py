"""Transpiled circuits: which qubits they use, and whether they still do what they should."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from qiskit.circuit import QuantumCircuit

from qml.engine import probabilities
from qml.errors import BackendError

__all__ = ["active_qubits", "check_layout", "compacted", "measured_qubits", "without_readout"]

_WIDEST = 16  # qubits whose states are compared
_POINTS = 3
_TOLERANCE = 1e-7


def active_qubits(isa: QuantumCircuit) -> tuple[int, ...]:
    """Return the physical qubits that something happens to, in order."""
    return tuple(
        sorted(
            {
                isa.find_bit(qubit).index
                for instruction in isa.data
                if instruction.operation.name != "barrier"
                for qubit in instruction.qubits
            }
        )
    )


def measured_qubits(isa: QuantumCircuit) -> tuple[int, ...]:
    """Return the physical qubit that each classical bit is read from."""
    read = {
        isa.find_bit(instruction.clbits[0]).index: isa.find_bit(instruction.qubits[0]).index
        for instruction in isa.data
        if instruction.operation.name == "measure"
    }
    return tuple(read[bit] for bit in sorted(read))


def without_readout(isa: QuantumCircuit) -> QuantumCircuit:
    """Return the circuit without its measurements, on the same qubits."""
    bare = QuantumCircuit(*isa.qregs, global_phase=isa.global_phase)
    for step in isa.data:
        if step.operation.name not in ("measure", "barrier"):
            bare.append(step.operation, step.qubits, copy=False)
    return bare


def compacted(isa: QuantumCircuit, measured: bool = True) -> QuantumCircuit:
    """Return the circuit on its active qubits alone, in their physical order."""
    active = active_qubits(isa)
    place = {physical: i for i, physical in enumerate(active)}
    small = QuantumCircuit(len(active), global_phase=isa.global_phase)
    if measured:
        small = QuantumCircuit(*_fresh_qubits(len(active)), *isa.cregs)
        small.global_phase = isa.global_phase
    for instruction in isa.data:
        name = instruction.operation.name
        if name == "barrier" or (name == "measure" and not measured):
            continue
        qubits = [place[isa.find_bit(qubit).index] for qubit in instruction.qubits]
        small.append(instruction.operation, qubits, list(instruction.clbits), copy=False)
    return small


def check_layout(circuit: QuantumCircuit, isa: QuantumCircuit, where: str) -> bool:
    """Compare both circuits without noise at a few random points, before shots are spent.

    Returns
    -------
    bool
        False where the circuit is too wide to be simulated here.

    Raises
    ------
    BackendError
        If the outcomes of the transpiled circuit are not those of the circuit itself.
    """
    active = active_qubits(isa)
    if max(len(active), circuit.num_qubits) > _WIDEST:
        return False
    points = np.random.default_rng(20190313).uniform(
        -np.pi, np.pi, (_POINTS, circuit.num_parameters)
    )
    columns = [list(circuit.parameters).index(parameter) for parameter in isa.parameters]
    wanted = probabilities(circuit, points)
    bare = compacted(isa, measured=False)
    physical = probabilities(bare, points[:, columns])
    place = {qubit: i for i, qubit in enumerate(active)}
    indices = np.arange(physical.shape[1])
    outcome = np.zeros(len(indices), dtype=np.intp)
    for bit, qubit in enumerate(measured_qubits(isa)):
        outcome |= (indices >> place[qubit] & 1) << bit
    got = np.stack([np.bincount(outcome, row, wanted.shape[1]) for row in physical])
    worst = float(np.abs(got - wanted).max(initial=0.0)) if got.shape == wanted.shape else np.inf
    if worst > _TOLERANCE:
        raise BackendError(
            f"{where}: the transpiled circuit is not the circuit: without noise their outcomes "
            f"differ by up to {worst:.2g} (allowed: {_TOLERANCE:g}); nothing was run"
        )
    return True


def _fresh_qubits(n_qubits: int) -> list[NDArray[np.intp]]:
    from qiskit.circuit import QuantumRegister

    return [QuantumRegister(n_qubits, "q")] if n_qubits else []
