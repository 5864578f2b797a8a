"""Where circuits run: one backend per file, one contract, one usage ledger."""

from qml.backends._contract import (
    Backend,
    BoundCircuit,
    BoundGram,
    GramLoss,
    OutputLoss,
    Values,
)
from qml.backends._kept import Kept, keep_jobs
from qml.backends._resolve import (
    calibrations_of,
    describe_backend,
    resolve_backend,
    with_shots,
)
from qml.backends._room import BACKENDS
from qml.backends._shared import Request, SharedBackend, SharedTable, evaluate_table
from qml.costs import Cost, Estimate, Usage, Workload

__all__ = [
    "BACKENDS",
    "Backend",
    "BoundCircuit",
    "BoundGram",
    "Cost",
    "Estimate",
    "GramLoss",
    "Kept",
    "OutputLoss",
    "Request",
    "SharedBackend",
    "SharedTable",
    "Usage",
    "Values",
    "Workload",
    "calibrations_of",
    "describe_backend",
    "evaluate_table",
    "keep_jobs",
    "resolve_backend",
    "with_shots",
]
