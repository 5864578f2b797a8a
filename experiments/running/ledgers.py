"""The ledger of a run: where its jobs on machines are kept, and what they may take."""

from __future__ import annotations

from pathlib import Path

from experiments.planning.spec import Budget
from qml.jobs import Ledger, Patience

__all__ = ["JOBS_FOLDER", "ledger_of_run"]

JOBS_FOLDER = "jobs"
PATIENCE = Patience()  # with machines
_NO_LIMIT = Budget()


def ledger_of_run(
    folder: Path, budget: Budget = _NO_LIMIT, retry_before_s: float | None = None
) -> Ledger:
    """Return the ledger of a run.

    Parameters
    ----------
    folder : Path
        Folder of the run.
    budget : Budget, default=Budget()
        Limits of all jobs together.
    retry_before_s : float or None, default=None
        Moment (since the epoch) before which failed jobs may be submitted again; None is never.
    """
    return Ledger(
        folder / JOBS_FOLDER, PATIENCE, budget.max_shots, budget.max_qpu_seconds, retry_before_s
    )
