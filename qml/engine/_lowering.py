"""From a Qiskit circuit to a flat program: once per circuit, whatever the batch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from qiskit.circuit import Gate, Instruction, Parameter, ParameterExpression, QuantumCircuit
from qiskit.quantum_info import Operator

from qml.engine._expressions import evaluate
from qml.engine._gates import ROTATIONS
from qml.errors import SpecError

__all__ = ["Operation", "Program", "lower"]

_LARGEST_MATRIX = 4  # qubits; a wider fixed gate is brought down by its definition if it has one


@dataclass(frozen=True)
class Operation:
    """One step: a fixed matrix, or a rotation whose angles come from the batch.

    Parameters
    ----------
    qubits : tuple of int
        The first is the least significant bit of the matrix index.
    matrix : ndarray of shape (2**k, 2**k) or None
        The fixed matrix, if it is fixed.
    rotation : str
        The key in `ROTATIONS`, if it is not.
    angles : tuple of ParameterExpression or float
        The rotation's arguments.
    """

    qubits: tuple[int, ...]
    matrix: NDArray[np.complex128] | None = None
    rotation: str = ""
    angles: tuple[ParameterExpression | float, ...] = ()

    @property
    def parameters(self) -> set[Parameter]:
        """The circuit parameters this step depends on."""
        return {
            parameter
            for angle in self.angles
            if isinstance(angle, ParameterExpression)
            for parameter in angle.parameters
        }

    def matrices(self, columns: dict[Parameter, NDArray[np.float64]]) -> NDArray[np.complex128]:
        """Return the matrix, with a leading batch axis where the angles have one."""
        if self.matrix is not None:
            return self.matrix
        return ROTATIONS[self.rotation](*(evaluate(angle, columns) for angle in self.angles))


@dataclass(frozen=True)
class Program:
    """A lowered circuit.

    Parameters
    ----------
    n_qubits : int
        Width of the circuit.
    parameters : tuple of Parameter
        The columns of ``values``, in ``circuit.parameters`` order.
    operations : tuple of Operation
        The steps in the order of time.
    global_phase : ParameterExpression or float
        In radians.
    """

    n_qubits: int
    parameters: tuple[Parameter, ...]
    operations: tuple[Operation, ...]
    global_phase: ParameterExpression | float

    def split(self, weights: set[Parameter]) -> tuple[Program, Program]:
        """Return the steps before the first that depends on `weights`, and the rest.

        The first part is the encoding: it does not change while the weights are trained.
        """
        cut = next(
            (i for i, step in enumerate(self.operations) if step.parameters & weights),
            len(self.operations),
        )
        head = Program(self.n_qubits, self.parameters, self.operations[:cut], 0.0)
        tail = Program(self.n_qubits, self.parameters, self.operations[cut:], self.global_phase)
        return head, tail


def lower(circuit: QuantumCircuit) -> Program:
    """Return the circuit as a flat list of matrices and rotations.

    Parameters
    ----------
    circuit : QuantumCircuit
        Gates only; barriers and final measurements are left out.

    Returns
    -------
    Program
        The same unitary, global phase included.

    Raises
    ------
    SpecError
        If an instruction is no gate (a reset, a mid-circuit measurement, control flow); it is
        named.

    Examples
    --------
    >>> from qiskit.circuit.library import zz_feature_map
    >>> len(lower(zz_feature_map(2, reps=1)).operations)
    7
    """
    bare = circuit.remove_final_measurements(inplace=False) if circuit.num_clbits else circuit
    operations: list[Operation] = []
    phase = bare.global_phase + _lower_into(operations, bare, tuple(range(bare.num_qubits)))
    return Program(bare.num_qubits, tuple(circuit.parameters), tuple(operations), phase)


def _lower_into(
    operations: list[Operation], circuit: QuantumCircuit, qubits: tuple[int, ...]
) -> ParameterExpression | float:
    """Append the circuit's steps; return the global phase that its definitions carry."""
    phase: ParameterExpression | float = 0.0
    for step in circuit.data:
        gate = step.operation
        on = tuple(qubits[circuit.find_bit(qubit).index] for qubit in step.qubits)
        if gate.name in ("barrier", "id"):
            continue
        if gate.name == "global_phase":
            phase = phase + gate.params[0]
            continue
        _refuse_what_is_not_unitary(gate)
        parametrised = any(
            isinstance(angle, ParameterExpression) and angle.parameters for angle in gate.params
        )
        if parametrised and gate.name in ROTATIONS:
            operations.append(Operation(on, rotation=gate.name, angles=tuple(gate.params)))
            continue
        matrix = None if parametrised else _fixed_matrix(gate)
        if matrix is not None:
            operations.append(Operation(on, matrix=matrix))
            continue
        definition = gate.definition
        if definition is None:
            raise SpecError(f"the gate {gate.name!r} has neither a matrix nor a definition")
        phase = phase + definition.global_phase + _lower_into(operations, definition, on)
    return phase


def _refuse_what_is_not_unitary(operation: Instruction) -> None:
    if isinstance(operation, Gate) or operation.name in ("unitary", "PauliEvolution"):
        return
    if operation.name in ("measure", "reset", "initialize") or operation.num_clbits:
        raise SpecError(f"the circuit holds {operation.name!r}, which is no gate")
    if getattr(operation, "blocks", ()):
        raise SpecError(f"the circuit holds the control flow {operation.name!r}")


def _fixed_matrix(gate: Instruction) -> NDArray[np.complex128] | None:
    if gate.num_qubits > _LARGEST_MATRIX and gate.definition is not None:
        return None
    if gate.definition is not None and gate.definition.num_parameters:
        return None  # a composite gate hides its parameters in its definition
    return np.asarray(Operator(gate).data, dtype=complex)
