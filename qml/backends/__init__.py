"""Where circuits run: one backend per file, one contract, one usage ledger."""

from qml.backends._contract import (
    Backend,
    BoundCircuit,
    BoundGram,
    Estimate,
    GramLoss,
    Usage,
    Workload,
)
from qml.backends._resolve import BACKENDS, describe_backend, resolve_backend
from qml.backends._shared import Request, SharedBackend, SharedTable, evaluate_table
from qml.backends._shifts import shifts_per_entry

__all__ = [
    "BACKENDS",
    "Backend",
    "BoundCircuit",
    "BoundGram",
    "Estimate",
    "GramLoss",
    "Request",
    "SharedBackend",
    "SharedTable",
    "Usage",
    "Workload",
    "describe_backend",
    "evaluate_table",
    "resolve_backend",
    "shifts_per_entry",
]
