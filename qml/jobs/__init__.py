"""Work sent to machines and never sent twice: batches, the ledger, and the services behind it."""

from qml.jobs._batch import Answer, Batch
from qml.jobs._entry import Entry
from qml.jobs._ledger import Ledger
from qml.jobs._machine import JobState, Machine, MachineError
from qml.jobs._machines import connect
from qml.jobs._patience import Patience

__all__ = [
    "Answer",
    "Batch",
    "Entry",
    "JobState",
    "Ledger",
    "Machine",
    "MachineError",
    "Patience",
    "connect",
]
