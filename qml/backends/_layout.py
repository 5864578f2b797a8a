"""Whether a transpiled circuit still does what it should, before shots are spent on it."""

from __future__ import annotations

import numpy as np
from qiskit.circuit import QuantumCircuit

from qml.circuits import active_qubits, compacted, measured_qubits, without_readout
from qml.engine import probabilities
from qml.errors import BackendError

__all__ = ["check_layout"]

_WIDEST = 16  # qubits whose states are compared
_POINTS = 3
_TOLERANCE = 1e-7


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
    # between 0 and 1, where arc cosines, logarithms and roots of the data are defined, too
    points = np.random.default_rng(20190313).uniform(size=(_POINTS, circuit.num_parameters))
    columns = [list(circuit.parameters).index(parameter) for parameter in isa.parameters]
    wanted = probabilities(circuit, points)
    bare = without_readout(compacted(isa))
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
            f"differ by up to {worst:.2g} (allowed: {_TOLERANCE:g}){_cause(circuit)}; "
            "nothing was run"
        )
    return True


def _cause(circuit: QuantumCircuit) -> str:
    """Return what is known to make them differ, where the circuit holds it."""
    if not any(step.operation.name == "PauliEvolution" for step in circuit.data):
        return ""
    return (
        ", as a PauliEvolution of terms that do not commute comes apart by a product formula "
        "(circuit.decompose() writes that formula itself)"
    )
