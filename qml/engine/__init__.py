"""Exact simulation of one circuit over many parameter values at once."""

from qml.engine._lowering import Program, lower
from qml.engine._memory import available_bytes, require_memory, state_bytes
from qml.engine._simulation import apply_program, statevectors, zero_states

__all__ = [
    "Program",
    "apply_program",
    "available_bytes",
    "lower",
    "require_memory",
    "state_bytes",
    "statevectors",
    "zero_states",
]
