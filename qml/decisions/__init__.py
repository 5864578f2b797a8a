"""Decisions: what is read of the outcomes for each class; one per file."""

from qml.decisions._contract import (
    DECISIONS,
    Decision,
    DecisionSpec,
    measured_in,
    resolve_decision,
    vote,
)

__all__ = ["DECISIONS", "Decision", "DecisionSpec", "measured_in", "resolve_decision", "vote"]
