"""Where circuits run: one backend per file, one contract, one usage ledger."""

from qml.backends._contract import Backend, BoundCircuit, Estimate, Usage, Workload
from qml.backends._resolve import BACKENDS, describe_backend, resolve_backend

__all__ = [
    "BACKENDS",
    "Backend",
    "BoundCircuit",
    "Estimate",
    "Usage",
    "Workload",
    "describe_backend",
    "resolve_backend",
]
