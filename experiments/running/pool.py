"""Cells on several processes: each stored by the process that ran it, the moment it is finished.

A worker that dies takes only its own cell with it. A cell that was at work at two deaths is run in
a process of its own: if it kills that too it becomes a row, and the innocent finish.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import BrokenExecutor
from dataclasses import dataclass

import joblib

from experiments.records import Cell, Status
from experiments.running.limits import Supervisor
from experiments.running.one_cell import Conditions, failed_cell, reason_of, run_cell
from experiments.running.store import Store
from qml.engine import share_memory, warm_up

__all__ = ["OnFinished", "Pool", "Worker"]

OnFinished = Callable[[str, str], object]


@dataclass(frozen=True)
class Worker:
    """What a process needs to run cells.

    Parameters
    ----------
    conditions : Conditions
        Circumstances of the run.
    jobs : int
        Number of processes that share the machine; with 1, all runs in this one.
    groups : mapping
        Cell key to the group that shares kernel evaluations.
    """

    conditions: Conditions
    jobs: int
    groups: Mapping[str, str]

    def __call__(self, cell: Cell) -> tuple[str, str]:
        """Run one cell and store it; return its key and status."""
        store = Store(self.conditions.folder)
        known = store.get(cell.key)
        if known is None:
            share_memory(self.jobs)
            if cell.model.backend:
                warm_up()  # once a process, and in no cell's time
            with store.working_on(cell.key):
                known = run_cell(cell, self.conditions, self.groups.get(cell.key))
                try:
                    store.put(cell.key, known)
                except (TypeError, ValueError) as error:  # a model that says what is no number
                    reason = f"what the model says cannot be stored: {reason_of(error)}"
                    known = failed_cell(cell, "failed", reason, self.conditions.environment)
                    store.put(cell.key, known)
            store.forgive(cell.key)
        return cell.key, known.record.status


@dataclass(frozen=True)
class Pool:
    """The processes of a run.

    Parameters
    ----------
    store : Store
        Place where each cell goes as it finishes.
    worker : Worker
        Task of each process.
    on_finished : callable
        Listener, called with each cell's key and status.
    memory_mib : float or None, default=None
        Memory that a cell may take; None is no limit.
    """

    store: Store
    worker: Worker
    on_finished: OnFinished
    memory_mib: float | None = None

    def run(self, cells: Iterable[Cell]) -> None:
        """Run the cells that the store does not have, in the order in which they come."""
        known = {cell.key: cell for cell in cells}

        def stop(key: str, status: Status, reason: str) -> None:
            if key in known:
                self._fail(known[key], status, reason)

        suspects = self.store.suspects()
        with Supervisor(self.store.at_work, self._seconds, self.memory_mib, stop):
            self._run_all(dict(known), suspects)

    @property
    def _seconds(self) -> float | None:
        return self.worker.conditions.seconds

    def _fail(self, cell: Cell, status: Status, reason: str) -> None:
        environment = self.worker.conditions.environment
        self.store.put(cell.key, failed_cell(cell, status, reason, environment))

    def _run_all(self, open_cells: dict[str, Cell], suspects: set[str]) -> None:
        """Run cells until none is open, starting again whenever a process died."""
        while open_cells:
            for key in sorted(suspects & open_cells.keys()):
                self.on_finished(key, self._run_alone(open_cells.pop(key)))
            try:
                for key, status in self._run_together(list(open_cells.values())):
                    del open_cells[key]
                    self.on_finished(key, status)
            except BrokenExecutor:
                for key in list(open_cells):
                    finished = self.store.get(key)
                    if finished is not None:
                        del open_cells[key]
                        self.on_finished(key, finished.record.status)
            suspects = self.store.suspects()

    def _run_together(self, cells: list[Cell]) -> Iterable[tuple[str, str]]:
        alone = self.worker.jobs == 1 or len(cells) < 2
        if alone and (self._seconds is not None or self.memory_mib is not None):
            # a process that may be killed must not be this one
            return (self._elsewhere(cell) for cell in cells)
        if alone:
            return map(self.worker, cells)
        parallel = joblib.Parallel(n_jobs=self.worker.jobs, return_as="generator_unordered")
        results: Iterable[tuple[str, str]] = parallel(
            joblib.delayed(self.worker)(cell) for cell in cells
        )
        return results

    def _run_alone(self, cell: Cell) -> str:
        """Run a suspect in a process of its own; if it kills that too, say so in its row."""
        try:
            _, status = self._elsewhere(cell)
        except BrokenExecutor:
            self.store.suspects()
            stopped = self.store.get(cell.key)
            if stopped is not None:  # beyond its limits
                return stopped.record.status
            reason = "every process that ran this cell was killed (a crash, or out of memory)"
            self._fail(cell, "crashed", reason)
            self.store.forgive(cell.key)
            return "crashed"
        return status

    def _elsewhere(self, cell: Cell) -> tuple[str, str]:
        """Run one cell in another process."""
        # two workers for one task, because joblib runs a single worker in this very process
        [result] = joblib.Parallel(n_jobs=2, backend="loky")([joblib.delayed(self.worker)(cell)])
        key, status = result
        return str(key), str(status)
