"""From a Qiskit circuit to a program: once per circuit, whatever the batch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from qiskit.circuit import Barrier, Delay, Gate, ParameterExpression, QuantumCircuit
from qiskit.circuit.library import (
    HamiltonianGate,
    IGate,
    PauliEvolutionGate,
    UnitaryGate,
    get_standard_gate_name_mapping,
)
from qiskit.exceptions import QiskitError
from qiskit.quantum_info import Operator, SparseObservable, SparsePauliOp

from qml.circuits import gates_only
from qml.engine._expressions import ExpressionTable
from qml.engine._program import Kind, Program, Step
from qml.errors import SpecError

__all__ = ["definition_of", "lower", "lower_into"]

_LARGEST_MATRIX = 3  # qubits; a wider fixed gate is brought down by its definition if it has one
_LARGEST_EVOLUTION = 8  # qubits of a Hamiltonian of non-commuting terms that is diagonalised

Angle: TypeAlias = ParameterExpression | float


def lower(circuit: QuantumCircuit) -> Program:
    """Return the circuit in the engine's own steps.

    Parameters
    ----------
    circuit : QuantumCircuit
        Gates; see `qml.circuits.gates_only` for what else may stand at its begin and its end.

    Returns
    -------
    Program
        Program of the same unitary, global phase included.

    Raises
    ------
    SpecError
        If an instruction is no gate (a reset or measurement in the middle, control flow), or
        cannot be taken apart; it is named.

    Examples
    --------
    >>> from qiskit.circuit.library import zz_feature_map
    >>> len(lower(zz_feature_map(2, reps=1)).steps)
    7
    """
    bare = gates_only(circuit)
    lowering = _Lowering(ExpressionTable(tuple(circuit.parameters)))
    lowering.circuit(bare, tuple(range(bare.num_qubits)))
    phase = tuple((column, factor) for column, factor in lowering.phase.items() if factor)
    return Program(bare.num_qubits, lowering.table, tuple(lowering.steps), phase)


def lower_into(table: ExpressionTable, operation: Any, qubits: tuple[int, ...]) -> tuple[Step, ...]:
    """Return the steps of one instruction; its angles get columns of a table that is shared."""
    lowering = _Lowering(table)
    lowering.instruction(operation, qubits)
    return tuple(lowering.steps)


class _Lowering:
    """Collects steps; gates that are not steps themselves come apart by rule or definition."""

    def __init__(self, table: ExpressionTable) -> None:
        self.table = table
        self.steps: list[Step] = []
        self.phase: dict[int, float] = {}

    def circuit(self, circuit: QuantumCircuit, qubits: tuple[int, ...]) -> None:
        """Append the steps of a whole circuit, or of a gate's definition."""
        self.add_phase(circuit.global_phase)
        place = {qubit: qubits[i] for i, qubit in enumerate(circuit.qubits)}
        for instruction in circuit.data:
            on = tuple(place[qubit] for qubit in instruction.qubits)
            self.instruction(instruction.operation, on)

    def instruction(self, operation: Any, on: tuple[int, ...]) -> None:
        """Append one instruction by the first way that fits."""
        if isinstance(operation, Barrier | Delay | IGate):
            return
        if not isinstance(operation, Gate):
            self.circuit(_gates_in(operation), on)
            return
        rule = _RULES.get(operation.name)
        if rule is not None and operation.base_class is _CLASSES[operation.name]:
            rule(self, on, *operation.params)
        elif isinstance(operation, PauliEvolutionGate):
            self.evolution(operation, on)
        elif isinstance(operation, HamiltonianGate):
            self.exponential(operation.params[0], on, operation.params[1])
        else:
            self.by_parts(operation, on)

    def by_parts(self, gate: Gate, on: tuple[int, ...]) -> None:
        """Append a gate's matrix where it is fixed and small, else its definition."""
        definition = definition_of(gate)
        matrix = _fixed_matrix(gate, definition)
        if matrix is not None:
            kind = Kind.MATRIX1 if len(on) == 1 else Kind.MATRIX
            self.steps.append(Step(kind, on, matrix=matrix))
        elif definition is not None:
            self.circuit(definition, on)
        else:
            raise SpecError(f"the gate {gate.name!r} has neither a matrix nor a definition")

    def add_phase(self, angle: Angle, factor: float = 1.0) -> None:
        """Add to the global phase."""
        column, scale = self.read(angle)
        self.phase[column] = self.phase.get(column, 0.0) + factor * scale

    def read(self, angle: Angle) -> tuple[int, float]:
        """Return the column and the scale that give an angle."""
        if _varies(angle):
            return self.table.column(angle), 1.0
        return 0, float(angle)

    def rotate(self, kind: Kind, qubits: tuple[int, ...], angle: Angle, scale: float = 1.0) -> None:
        """Append a rotation by ``scale * angle``."""
        column, factor = self.read(angle)
        self.steps.append(Step(kind, qubits, column, scale * factor))

    def fixed(self, kind: Kind, *qubits: int) -> None:
        """Append a step without an angle."""
        self.steps.append(Step(kind, qubits))

    def controlled_phase(self, qubits: tuple[int, ...], angle: Angle, scale: float = 1.0) -> None:
        r"""Append :math:`\exp(i\,\mathrm{angle}\,b_0 b_1\cdots)` as parities of Z.

        :math:`\prod_k b_k = 2^{-m}\sum_{S}(-1)^{|S|} Z_S`.
        """
        m = len(qubits)
        column, factor = self.read(angle)
        weight = scale * factor / 2**m
        for subset in range(1, 1 << m):
            members = tuple(qubit for k, qubit in enumerate(qubits) if subset >> k & 1)
            sign = -1.0 if len(members) % 2 else 1.0
            # exp(i s Z_S) is a parity rotation by -2 s
            self.steps.append(Step(Kind.PARITY, members, column, -2.0 * sign * weight))
        self.phase[column] = self.phase.get(column, 0.0) + weight

    def evolution(self, gate: Any, on: tuple[int, ...]) -> None:
        r"""Append :math:`\exp(-i t H)`, exactly as the gate is defined, whatever its synthesis.

        Commuting terms are parities of Z in each term's own basis, one after the other. Other
        Hamiltonians are diagonalised, and the diagonal is written in parities.
        """
        operators = gate.operator if isinstance(gate.operator, list) else [gate.operator]
        total = SparsePauliOp.sum([_paulis(operator) for operator in operators]).simplify()
        time = gate.params[0]
        coefficients = total.coeffs.real
        paulis = total.paulis
        if all(bool(np.all(paulis.commutes(pauli))) for pauli in paulis):
            for pauli, coefficient in zip(paulis, coefficients, strict=True):
                self.pauli_rotation(pauli, on, time, 2.0 * coefficient)
            return
        if len(on) > _LARGEST_EVOLUTION:
            raise SpecError(
                f"an evolution of {len(on)} qubits under terms that do not commute; at most "
                f"{_LARGEST_EVOLUTION} qubits are diagonalised, split the Hamiltonian"
            )
        self.exponential(total.to_matrix(), on, time)

    def exponential(
        self, hamiltonian: NDArray[np.complex128], on: tuple[int, ...], time: Angle
    ) -> None:
        r"""Append :math:`\exp(-i t H)` in the eigenbasis of a Hermitian matrix."""
        energies, vectors = np.linalg.eigh(hamiltonian)
        kind = Kind.MATRIX1 if len(on) == 1 else Kind.MATRIX
        self.steps.append(Step(kind, on, matrix=vectors.conj().T.copy()))
        self.diagonal(on, time, -energies)
        self.steps.append(Step(kind, on, matrix=vectors))

    def diagonal(self, on: tuple[int, ...], angle: Angle, phases: NDArray[np.float64]) -> None:
        r"""Append :math:`|k\rangle \to \exp(i\,\mathrm{angle}\,\mathrm{phases}_k)|k\rangle`."""
        indices = np.arange(len(phases))
        for subset in indices:
            signs = 1.0 - 2.0 * (np.bitwise_count(indices & subset) & 1)
            weight = float(signs @ phases) / len(phases)
            members = tuple(qubit for k, qubit in enumerate(on) if subset >> k & 1)
            if not members:
                self.add_phase(angle, weight)
            elif abs(weight) > 1e-15:
                self.rotate(Kind.PARITY, members, angle, -2.0 * weight)

    def pauli_rotation(self, pauli: Any, on: tuple[int, ...], angle: Angle, scale: float) -> None:
        r"""Append :math:`\exp(-i\,\mathrm{scale}\,\mathrm{angle}\,P/2)`."""
        letters = pauli.to_label()[::-1]
        pairs = zip(on, letters, strict=True)
        turned = [(qubit, letter) for qubit, letter in pairs if letter != "I"]
        if not turned:
            self.add_phase(angle, -scale / 2)
            return
        for qubit, letter in turned:
            self.into_z(qubit, letter)
        self.rotate(Kind.PARITY, tuple(qubit for qubit, _ in turned), angle, scale)
        for qubit, letter in turned:
            self.out_of_z(qubit, letter)

    def into_z(self, qubit: int, letter: str) -> None:
        """Turn the letter's eigenbasis into that of Z."""
        if letter == "X":
            self.fixed(Kind.H, qubit)
        elif letter == "Y":
            self.steps.append(Step(Kind.RX, (qubit,), 0, np.pi / 2))

    def out_of_z(self, qubit: int, letter: str) -> None:
        """Turn it back."""
        if letter == "X":
            self.fixed(Kind.H, qubit)
        elif letter == "Y":
            self.steps.append(Step(Kind.RX, (qubit,), 0, -np.pi / 2))


# Rules: gates that are steps, or that come apart into few of them.

Rule = Callable[..., None]


def _phase_rule(scale: float | None = None) -> Rule:
    """Return the rule of a controlled phase; `scale` where the angle is fixed."""

    def rule(low: _Lowering, on: tuple[int, ...], *angles: Angle) -> None:
        low.controlled_phase(on, 1.0 if scale is not None else angles[0], scale or 1.0)

    return rule


def _rotation_rule(letters: str) -> Rule:
    """Return the rule of a Pauli rotation; `letters` by qubit, the first qubit first."""

    def rule(low: _Lowering, on: tuple[int, ...], angle: Angle) -> None:
        for qubit, letter in zip(on, letters, strict=True):
            low.into_z(qubit, letter)
        low.rotate(Kind.PARITY, on, angle)
        for qubit, letter in zip(on, letters, strict=True):
            low.out_of_z(qubit, letter)

    return rule


def _u(low: _Lowering, on: tuple[int, ...], theta: Angle, phi: Angle, lam: Angle) -> None:
    low.rotate(Kind.PARITY, on, lam)
    low.rotate(Kind.RY, on, theta)
    low.rotate(Kind.PARITY, on, phi)
    low.add_phase(phi, 0.5)
    low.add_phase(lam, 0.5)


def _crz(low: _Lowering, on: tuple[int, ...], angle: Angle) -> None:
    low.rotate(Kind.PARITY, on[1:], angle, 0.5)
    low.rotate(Kind.PARITY, on, angle, -0.5)


def _global_phase(low: _Lowering, on: tuple[int, ...], angle: Angle) -> None:
    low.add_phase(angle)


def _single(kind: Kind) -> Rule:
    def rule(low: _Lowering, on: tuple[int, ...], *angles: Angle) -> None:
        if angles:
            low.rotate(kind, on, angles[0])
        else:
            low.fixed(kind, *on)

    return rule


_RULES: dict[str, Rule] = {
    "h": _single(Kind.H),
    "x": _single(Kind.X),
    "cx": _single(Kind.CX),
    "swap": _single(Kind.SWAP),
    "rx": _single(Kind.RX),
    "ry": _single(Kind.RY),
    "rz": _single(Kind.PARITY),
    "rzz": _single(Kind.PARITY),
    "rxx": _rotation_rule("XX"),
    "ryy": _rotation_rule("YY"),
    "rzx": _rotation_rule("ZX"),
    "p": _phase_rule(),
    "u1": _phase_rule(),
    "cp": _phase_rule(),
    "cu1": _phase_rule(),
    "z": _phase_rule(np.pi),
    "s": _phase_rule(np.pi / 2),
    "sdg": _phase_rule(-np.pi / 2),
    "t": _phase_rule(np.pi / 4),
    "tdg": _phase_rule(-np.pi / 4),
    "cz": _phase_rule(np.pi),
    "cs": _phase_rule(np.pi / 2),
    "csdg": _phase_rule(-np.pi / 2),
    "crz": _crz,
    "u": _u,
    "u3": _u,
    "global_phase": _global_phase,
}


_CLASSES = {
    name: gate.base_class  # what somebody else calls by the same name is another gate
    for name, gate in get_standard_gate_name_mapping().items()
    if name in _RULES
}


def _varies(parameter: object) -> bool:
    return isinstance(parameter, ParameterExpression) and bool(parameter.parameters)


def _gates_in(operation: Any) -> QuantumCircuit:
    """Return the circuit of what is no gate in itself, its own resets gone."""
    within = QuantumCircuit(operation.num_qubits, operation.num_clbits)
    within.append(operation, within.qubits, within.clbits)
    return gates_only(within)


def _paulis(operator: Any) -> SparsePauliOp:
    if isinstance(operator, SparseObservable):  # of a controlled evolution: with projectors
        return SparsePauliOp.from_sparse_observable(operator)
    return SparsePauliOp(operator)


def definition_of(gate: Gate) -> QuantumCircuit | None:
    """Return what Qiskit says that a gate is made of, or None if it does not say."""
    try:
        found: QuantumCircuit | None = gate.definition
    except (QiskitError, TypeError) as error:
        reason = " ".join(str(error).split())
        raise SpecError(f"the gate {gate.name!r} cannot be taken apart: {reason}") from None
    return found


def _fixed_matrix(gate: Gate, definition: QuantumCircuit | None) -> NDArray[np.complex128] | None:
    """Return the matrix of a gate without open parameters, or None to use its definition."""
    if isinstance(gate, UnitaryGate):
        return np.asarray(gate.params[0], dtype=complex)
    if any(_varies(parameter) for parameter in gate.params):
        return None
    if definition is not None and (gate.num_qubits > _LARGEST_MATRIX or definition.num_parameters):
        return None  # a composite gate may hide its parameters in its definition
    try:
        return np.asarray(Operator(gate).data, dtype=complex)
    except QiskitError:
        return None
