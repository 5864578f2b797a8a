"""Work sent to machines and never sent twice: batches, the ledger, and the services behind it."""

from qml.jobs._batch import Answer, Batch
from qml.jobs._ledger import Entry, Ledger, Patience, keeping_jobs, kept_jobs
from qml.jobs._machine import JobState, Machine, MachineError, Spent
from qml.jobs._machines import connect

__all__ = [
    "Answer",
    "Batch",
    "Entry",
    "JobState",
    "Ledger",
    "Machine",
    "MachineError",
    "Patience",
    "Spent",
    "connect",
    "keeping_jobs",
    "kept_jobs",
]
