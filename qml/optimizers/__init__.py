"""Optimizers: one per file, one contract, true counts."""

from qml.optimizers._contract import (
    OPTIMIZERS,
    Objective,
    Optimizer,
    OptimizerSpec,
    Result,
    Stopped,
    resolve_optimizer,
)

__all__ = [
    "OPTIMIZERS",
    "Objective",
    "Optimizer",
    "OptimizerSpec",
    "Result",
    "Stopped",
    "resolve_optimizer",
]
