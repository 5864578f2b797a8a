"""A circuit's identity by what it does, not by how its objects are called."""

from __future__ import annotations

import hashlib

import numpy as np
from qiskit.circuit import QuantumCircuit
from qiskit.circuit.library import HamiltonianGate, get_standard_gate_name_mapping

from qml.circuits import gates_only
from qml.engine._lowering import definition_of, lower

__all__ = ["fingerprint"]

_N_PROBES = 2
_STANDARD = frozenset(get_standard_gate_name_mapping())


def fingerprint(circuit: QuantumCircuit) -> str:
    """Return a hash that two circuits share only if they have the same gates and angles.

    Names of parameters, object identities and printed numbers play no part: the gates are those of
    the circuit lowered to the engine's steps, and the angles are compared as functions, by their
    values to the last bit at two fixed random points. What a composite gate is made of counts too,
    since a machine runs its parts.

    Parameters
    ----------
    circuit : QuantumCircuit
        Circuit of gates alone.

    Returns
    -------
    str
        Hash of 64 hexadecimal digits.

    Raises
    ------
    SpecError
        If the circuit holds what the engine cannot run.

    Examples
    --------
    >>> from qiskit.circuit.library import zz_feature_map
    >>> one, two, three = (fingerprint(zz_feature_map(2, reps=reps)) for reps in (1, 1, 3))
    >>> one == two, one == three
    (True, False)
    """
    program = lower(circuit)
    digest = hashlib.sha256(f"{program.n_qubits},{circuit.num_parameters}".encode())
    probes = np.random.default_rng(20190313).uniform(-3, 3, (_N_PROBES, circuit.num_parameters))
    angles = program.table.evaluate(probes)
    for step in program.steps:
        digest.update(f"{step.kind.name}{step.qubits}{float(step.scale).hex()}".encode())
        digest.update(np.ascontiguousarray(angles[:, step.column]).tobytes())
        if step.matrix is not None:
            digest.update(np.ascontiguousarray(step.matrix).tobytes())
    _add_parts(gates_only(circuit), digest)
    return digest.hexdigest()


def _add_parts(circuit: QuantumCircuit, digest: hashlib._Hash) -> None:
    for instruction in circuit.data:
        operation = instruction.operation
        places = [circuit.find_bit(qubit).index for qubit in instruction.qubits]
        digest.update(f"{operation.name}{places}".encode())
        if operation.name not in _STANDARD and not isinstance(operation, HamiltonianGate):
            inside = definition_of(operation)
            if inside is not None:
                _add_parts(gates_only(inside), digest)
