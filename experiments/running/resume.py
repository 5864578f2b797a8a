"""A study in a folder: what is missing is run, what is there is kept, and all is read once."""

from __future__ import annotations

import time
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass
from typing import TypeAlias

from experiments.planning.plan import Plan
from experiments.records import Cell, Environment, StoredCell
from experiments.running.code import changes, code_name, code_of
from experiments.running.environment import describe_environment, lock, usable_cores
from experiments.running.ledgers import ledger_of_run
from experiments.running.one_cell import Conditions
from experiments.running.pool import OnFinished, OnWait, Pool, Task, Worker
from experiments.running.preflight import check_budget, examine
from experiments.running.results import Results
from experiments.running.shared_kernels import sharing_groups
from experiments.running.store import Store

__all__ = ["OnStart", "Resumption", "resume"]

OnStart: TypeAlias = Callable[[int, int], object]


def _ignore(*_: object) -> None:
    """Listen to nothing."""


@dataclass(frozen=True)
class Resumption:
    """How a study goes on.

    Parameters
    ----------
    jobs : int or None, default=None
        Number of processes; None uses every core. The numbers do not depend on it.
    retry_failed : bool, default=False
        Permission to run stored failures again.
    rerun_stale : bool, default=False
        Permission to run again what other code or other versions made.
    part : (int, int) or None, default=None
        The k-th of n parts of the cells, from 1; None is all.
    on_start : callable or None, default=None
        Listener, called with the number of cells and of those that are missing.
    on_finished : callable or None, default=None
        Listener, called with key and status after every cell.
    on_wait : callable or None, default=None
        Listener, called now and then with the claims of other runs while only theirs is left.
    """

    jobs: int | None = None
    retry_failed: bool = False
    rerun_stale: bool = False
    part: tuple[int, int] | None = None
    on_start: OnStart | None = None
    on_finished: OnFinished | None = None
    on_wait: OnWait | None = None


def resume(plan: Plan, store: Store, how: Resumption) -> Results:
    """Run what is missing of a plan, and return all that is there then.

    Raises
    ------
    ResourceError
        If the study may ask for more than its budget; nothing is run then.
    StoreError
        If the folder holds another study, or cannot be written.
    """
    stored = plan.stored()
    store.write_plan(stored)
    here = describe_environment()
    environment = store.write_environment(here)
    spec, cells = plan.spec, plan.by_key
    if spec.budget.max_shots or spec.budget.max_qpu_seconds:
        check_budget(examine(plan.cells, set(), store.folder), spec.budget)
    asked = {key: cell for key, cell in cells.items() if _in_part(key, how.part)}
    if how.rerun_stale:
        _set_stale_aside(store, asked, here)
    kept = _kept(store, cells, asked, how.retry_failed)
    missing = {key: cell for key, cell in asked.items() if key not in kept}
    (how.on_start or _ignore)(len(asked), len(missing))
    limits = spec.protocol.limits
    ledger = ledger_of_run(store.folder, spec.budget, time.time() if how.retry_failed else None)
    conditions = Conditions(store.folder, stored.metrics, environment, ledger, limits.seconds)
    groups = sharing_groups(one.cell for one in plan.cells)
    codes = _written_codes(store, missing.values())
    worker = Worker(conditions, how.jobs or usable_cores())
    pool = Pool(store, worker, how.on_finished or _ignore, limits.memory_mib, how.on_wait)
    pool.run(Task(cell, groups.get(key), codes[key]) for key, cell in missing.items())
    store.write_origin(stored, lock())
    found = kept | store.found(key for key in cells if key not in kept)
    return Results(stored, found, store.environments(), store.codes())


def _written_codes(store: Store, cells: Iterable[Cell]) -> dict[str, str]:
    """Return the digits of the code that will make each cell; the store knows what they are."""
    codes = {cell.key: code_of(cell) for cell in cells}
    names = {key: code_name(code) for key, code in codes.items()}
    for name, code in {names[key]: code for key, code in codes.items()}.items():
        store.write_code(code, name)
    return names


def _set_stale_aside(store: Store, asked: Iterable[str], here: Environment) -> None:
    results = store.results()
    for key in asked:
        known = results.cells.get(key)
        if known is not None and changes(known, results, here) is not None:
            store.set_aside(key)


def _kept(
    store: Store, cells: Iterable[str], asked: Container[str], retry_failed: bool
) -> dict[str, StoredCell]:
    """Return the cells that stay as they are; what this part is to run again is forgotten."""
    kept = {}
    for key, known in store.found(cells).items():
        record = known.record
        again = record.status != "done" and (retry_failed or record.pending)
        if again and key in asked:
            store.remove(key)
        else:
            kept[key] = known
    return kept


def _in_part(key: str, part: tuple[int, int] | None) -> bool:
    return part is None or int(key, 16) % part[1] == part[0] - 1
