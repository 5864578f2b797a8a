"""A circuit in which every occurrence of a parameter has an angle of its own.

A shift rule holds for one angle of one gate, not for a parameter that several gates share or that
stands inside an expression. Here the gates stay what they are; only their angles become parameters
of their own, and the chain rule leads back.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from qiskit.circuit import ControlledGate, ParameterExpression, ParameterVector, QuantumCircuit

from qml.backends._shift_rules import PAULI, Rule, rules_of
from qml.circuits import plain
from qml.engine import ExpressionTable, append_step, lower_into, rotates

__all__ = ["OwnAngles"]

Values = NDArray[np.float64]


@dataclass(frozen=True)
class _Angle:
    """An angle: `scale` times a column of the table, and how outcomes depend on it."""

    column: int
    scale: float
    rule: Rule


class OwnAngles:
    """A circuit with an angle for each parameter of each gate.

    Parameters
    ----------
    circuit : QuantumCircuit
        Circuit of gates, measured or not.
    wrt : collection of int
        Places in ``circuit.parameters`` by which to differentiate.
    serves : callable
        Test of a rule; a gate with one that does not serve comes apart by its definition.
    """

    def __init__(
        self, circuit: QuantumCircuit, wrt: Collection[int], serves: Callable[[Rule], bool]
    ) -> None:
        self._wrt, self._serves = list(wrt), serves
        self._table = ExpressionTable(tuple(circuit.parameters))
        self._named, self._own = ParameterVector("angle", 0), list[_Angle]()
        self.circuit = circuit.copy_empty_like()
        self.circuit.global_phase = 0.0  # no outcome depends on it
        self._append(circuit, [*self.circuit.qubits, *self.circuit.clbits])
        self._columns = np.array([angle.column for angle in self._own], dtype=np.intp)
        self._scales = np.array([angle.scale for angle in self._own])
        wanted = set(self._wrt)
        depends = [bool(self._table.depends_on(angle.column) & wanted) for angle in self._own]
        self._moved = np.flatnonzero(depends)
        self._rules = [self._own[k].rule for k in self._moved]

    def angles(self, values: Values) -> Values:
        """Return every angle, shape (batch, n_angles)."""
        table = self._table.evaluate(np.asarray(values, dtype=np.float64))
        return np.asarray(table[:, self._columns] * self._scales)

    def _shifted(self, values: Values, shifts: Values) -> Values:
        """Return every row's angles with each shift, shape (batch * n_shifts, n_angles)."""
        rows = self.angles(values)[:, None, :] + shifts
        return np.asarray(rows.reshape(len(values) * len(shifts), len(self._own)))

    @property
    def _units(self) -> Values:
        """One direction for each angle that depends on `wrt`, shape (n_moved, n_angles)."""
        return np.eye(len(self._own))[self._moved]

    def _by_parameter(self, values: Values, by_angle: Values) -> Values:
        """Return derivatives by `wrt` from those by the moved angles, both one row a point."""
        points = np.asarray(values, dtype=np.float64)
        by_expression = np.zeros((len(points), len(self._table.expressions)))
        scaled = by_angle * self._scales[self._moved]
        np.add.at(by_expression.T, self._columns[self._moved], scaled.T)
        return self._table.chain(points, by_expression, self._wrt)[:, self._wrt]

    def _append(self, circuit: QuantumCircuit, bits: Sequence[Any]) -> None:
        """Append a circuit's gates, or those of a gate's definition, on these qubits and bits."""
        place = dict(zip([*circuit.qubits, *circuit.clbits], bits, strict=True))
        for step in circuit.data:
            on, operation = [place[qubit] for qubit in step.qubits], plain(step.operation)
            if any(_varies(parameter) for parameter in operation.params):
                self._append_with_angles(operation, on)
            else:
                read = [place[clbit] for clbit in step.clbits]
                self.circuit.append(operation, on, read, copy=False)

    def _append_with_angles(self, operation: Any, on: list[Any]) -> None:
        rules = rules_of(operation) or ()
        pairs = list(zip(operation.params, rules, strict=False))
        if rules and all(self._serves(rule) for angle, rule in pairs if _varies(angle)):
            angles = [
                self._angle(self._table.column(angle), 1.0, rule) if _varies(angle) else angle
                for angle, rule in pairs
            ]
            self.circuit.append(_with_angles(operation, angles), on, copy=False)
        elif operation.name != "PauliEvolution" and operation.definition is not None:
            self._append(operation.definition, on)
        else:
            self._append_steps(operation, on)

    def _append_steps(self, operation: Any, on: list[Any]) -> None:
        """Append what the engine alone brings down exactly, as it runs it: an evolution."""
        places = tuple(self.circuit.find_bit(qubit).index for qubit in on)
        for step in lower_into(self._table, operation, places):
            turns = rotates(step)
            angle = self._angle(step.column, step.scale, PAULI) if turns else step.scale
            append_step(self.circuit, step, angle)

    def _angle(self, column: int, scale: float, rule: Rule) -> Any:
        self._own.append(_Angle(column, scale, rule))
        self._named.resize(len(self._own))
        return self._named[-1]


def _with_angles(gate: Any, angles: list[Any]) -> Any:
    """Return the gate with other angles; none keeps the definition that it has for its own."""
    if gate.base_class is ControlledGate:  # a class for all bases, which cannot define them
        controls, state = gate.num_ctrl_qubits, gate.ctrl_state
        base = _with_angles(gate.base_gate, angles)
        return base.control(controls, gate.label, state, annotated=False)
    own = gate.to_mutable()
    own._definition, own.params = None, angles
    if isinstance(own, ControlledGate):
        own.base_gate._definition = None
    return own


def _varies(angle: object) -> bool:
    return isinstance(angle, ParameterExpression) and bool(angle.parameters)
