"""Cells on several processes: each stored by the process that ran it, the moment it is finished.

Every cell is claimed before it runs, so that any number of runs, on any number of hosts, share a
folder: what another one has at work is waited for, and taken over if that one dies. A worker that
dies takes only its own cell with it, and a driver that dies takes its workers with it. A cell at
whose side two processes died is run in a process of its own: if it kills that too it becomes a row,
and the innocent finish.
"""

from __future__ import annotations

import ctypes
import functools
import os
import signal
import sys
import time
import warnings
from collections.abc import Callable, Iterable
from concurrent.futures import BrokenExecutor
from dataclasses import dataclass, field, replace

import joblib

from experiments.records import Cell, Status, StoredCell
from experiments.running.claims import Claim, Claims, Heartbeat
from experiments.running.code import code_name, loaded_code
from experiments.running.limits import Supervisor
from experiments.running.one_cell import Conditions, failed_cell, run_cell
from experiments.running.store import Store
from qml.durable import sweep
from qml.engine import share_memory, warm_up
from qml.errors import SpecError, reason_of
from qml.hosts import Process, is_alive, this_process

__all__ = ["OnFinished", "OnWait", "Pool", "Task", "Worker"]

OnFinished = Callable[[str, str], object]
OnWait = Callable[[list[Claim]], object]

_ELSEWHERE = "elsewhere"  # in place of a status: somebody else has the cell
_LOOKS_S = 0.5  # between two looks at what others do
_TOLD_S = 30.0  # between two words about it
_SUSPECTED = 2  # deaths; once may be anybody's kill
_PR_SET_PDEATHSIG = 1
_NAMED = 3


@dataclass(frozen=True)
class Task:
    """A cell with all that goes along to the process that runs it.

    Parameters
    ----------
    cell : Cell
        Fit that is asked for.
    group : str or None
        Group of cells that shares kernel evaluations with it.
    code : str
        Digits of the code that makes it.
    deaths : int, default=0
        Number of the processes that died at it.
    """

    cell: Cell
    group: str | None
    code: str
    deaths: int = 0

    @property
    def key(self) -> str:
        """Key of the cell."""
        return self.cell.key


@dataclass(frozen=True)
class Worker:
    """What a process needs to run cells.

    Parameters
    ----------
    conditions : Conditions
        Circumstances of the run.
    jobs : int
        Number of processes that share the machine; with 1, all runs in this one.
    driver : Process
        Process that started the run.
    """

    conditions: Conditions
    jobs: int
    driver: Process = field(default_factory=this_process)

    def __call__(self, task: Task) -> tuple[str, str]:
        """Run one cell and store it; return its key and status."""
        store, claims = Store(self.conditions.folder), Claims(self.conditions.folder)
        with claims.taken(task.key, task.deaths + 1, self.driver) as mine:
            known = store.get(task.key)  # somebody may have finished it meanwhile
            if known is None and not mine:
                return task.key, _ELSEWHERE
            if known is None:
                self._run(task, store)
                known = store.get(task.key)
        claims.release(task.key)
        return task.key, "failed" if known is None else known.record.status

    def _run(self, task: Task, store: Store) -> None:
        cell = task.cell
        share_memory(self.jobs)
        if cell.model.backend:
            warm_up()  # once a process, and in no cell's time
        environment = self.conditions.environment
        if other := _changed(task, store):
            reason = f"not run: its code changed since the run began ({other})"
            store.put(
                cell.key, _of_code(failed_cell(cell, "failed", reason, environment, True), task)
            )
            return
        found = run_cell(cell, self.conditions, task.group)
        try:
            store.put(cell.key, _of_code(found, task))
        except (TypeError, ValueError) as error:  # a model that says what is no number
            reason = f"what the model says cannot be stored: {reason_of(error)}"
            store.put(cell.key, _of_code(failed_cell(cell, "failed", reason, environment), task))


def _of_code(found: StoredCell, task: Task) -> StoredCell:
    return replace(found, code=task.code)


def _changed(task: Task, store: Store) -> str:
    """Return what this process has otherwise than the run when it began; empty for nothing."""
    try:
        here = loaded_code(task.cell)
    except SpecError as error:
        return error.problem
    if code_name(here) == task.code:
        return ""
    then = store.codes().get(task.code, {})
    names = sorted(name for name in then.keys() | here.keys() if then.get(name) != here.get(name))
    return ", ".join(names[:_NAMED])


@functools.cache
def _end_with(driver: Process) -> None:
    """Let this process end when its driver does, however that ends and whatever runs here."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if is_alive(driver) is False:  # it died before this was said
        os._exit(1)


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
    on_wait : callable or None, default=None
        Listener, called now and then with what others have at work while nothing else is left.
    """

    store: Store
    worker: Worker
    on_finished: OnFinished
    memory_mib: float | None = None
    on_wait: OnWait | None = None

    def run(self, tasks: Iterable[Task]) -> None:
        """Run the cells that the store does not have, in the order in which they come."""
        known = {task.key: task for task in tasks}

        def stop(key: str, status: Status, reason: str) -> None:
            if key in known:
                self._fail(known[key], status, reason)

        claims = Claims(self.store.folder)
        sweep(self.store.folder)
        deaths, _ = claims.standing()
        for key in deaths:  # who died when all was done
            if self.store.get(key) is not None:
                claims.release(key)
        with (
            Heartbeat(self.store.folder),
            Supervisor(claims.at_work_here, self._seconds, self.memory_mib, stop),
            warnings.catch_warnings(),
        ):
            # a worker that has grown is replaced by another, which is nobody's concern
            warnings.filterwarnings("ignore", "A worker stopped while some jobs were given")
            self._run_all(dict(known), claims)

    @property
    def _seconds(self) -> float | None:
        return self.worker.conditions.seconds

    def _fail(self, task: Task, status: Status, reason: str) -> None:
        failed = failed_cell(task.cell, status, reason, self.worker.conditions.environment)
        self.store.put(task.key, _of_code(failed, task))

    def _run_all(self, open_: dict[str, Task], claims: Claims) -> None:
        """Run cells until none is open, starting again whenever a process died."""
        told_s = time.monotonic()
        while open_:
            deaths, busy = claims.standing()
            free = {
                key: replace(task, deaths=deaths.get(key, 0))
                for key, task in open_.items()
                if key not in busy
            }
            for key in [key for key, task in free.items() if task.deaths >= _SUSPECTED]:
                self._finish(open_, key, self._run_alone(free.pop(key), claims))
            try:
                for key, status in self._run_together(list(free.values())):
                    self._finish(open_, key, status)
            except BrokenExecutor:
                pass  # what its processes have finished is found below, what they had goes on
            for key in list(open_):
                finished = self.store.get(key)
                if finished is not None:
                    claims.release(key)
                    self._finish(open_, key, finished.record.status)
            if open_ and not free:  # all that is left is somebody else's
                if self.on_wait is not None and time.monotonic() - told_s > _TOLD_S:
                    self.on_wait([busy[key] for key in open_ if key in busy])
                    told_s = time.monotonic()
                time.sleep(_LOOKS_S)

    def _finish(self, open_: dict[str, Task], key: str, status: str) -> None:
        if status != _ELSEWHERE:
            del open_[key]
            self.on_finished(key, status)

    def _run_together(self, tasks: list[Task]) -> Iterable[tuple[str, str]]:
        alone = self.worker.jobs == 1 or len(tasks) < 2
        if alone and (self._seconds is not None or self.memory_mib is not None):
            # a process that may be killed must not be this one
            return (self._elsewhere(task) for task in tasks)
        if alone:
            return (self.worker(task) for task in tasks)
        parallel = self._processes(self.worker.jobs, return_as="generator_unordered")
        results: Iterable[tuple[str, str]] = parallel(
            joblib.delayed(self.worker)(task) for task in tasks
        )
        return results

    def _run_alone(self, task: Task, claims: Claims) -> str:
        """Run a suspect in a process of its own; if it kills that too, say so in its row."""
        try:
            _, status = self._elsewhere(task)
        except BrokenExecutor:
            stopped = self.store.get(task.key)
            if stopped is None:  # else it was beyond its limits
                reason = "every process that ran this cell was killed (a crash, or out of memory)"
                self._fail(task, "crashed", reason)
            claims.release(task.key)
            return "crashed" if stopped is None else stopped.record.status
        return status

    def _elsewhere(self, task: Task) -> tuple[str, str]:
        """Run one cell in another process."""
        # two workers for one task, because joblib runs a single worker in this very process
        call = joblib.delayed(self.worker)(task)
        [result] = self._processes(2)([call])
        key, status = result
        return str(key), str(status)

    def _processes(self, n: int, **how: str) -> joblib.Parallel:
        """Return processes that end with this one, also those that never get a cell."""
        driver = (self.worker.driver,)
        return joblib.Parallel(n, "loky", initializer=_end_with, initargs=driver, **how)
