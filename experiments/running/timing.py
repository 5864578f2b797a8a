"""How long a run will take: from cells of its kind, stored or timed for this, or from circuits.

A number stands here only where something was measured on a processor like this one: cells of the
same kind, or how fast the backend runs the circuits that a row asks for.
"""

from __future__ import annotations

import math
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import fmean
from typing import Literal, TypeAlias, get_args

from experiments.planning.plan import Plan, Planned
from experiments.records import Cell, CellRecord, StoredCell, canonical_json
from experiments.running.environment import describe_environment, usable_cores
from experiments.running.foreseen import Asked, Fit
from experiments.running.ledgers import ledger_of_run
from experiments.running.one_cell import Conditions, run_cell
from experiments.running.pace import Paces
from experiments.running.preflight import RowCheck
from experiments.running.shared_kernels import sharing_groups
from experiments.running.store import Store
from qml.backends import resolve_backend
from qml.engine import warm_up

__all__ = ["Basis", "RowTime", "Times", "foresee_times"]

_CELL_S = 0.03  # what a small cell takes besides its circuits
Basis: TypeAlias = Literal["stored", "timed", "circuits", "unknown"]


@dataclass(frozen=True)
class RowTime:
    """How long the cells that a row is short of will take.

    Parameters
    ----------
    dataset, model : str
        Labels of the data set and of the model, with the kind of a control.
    cells : int
        Cells that are still to be run.
    basis : {"stored", "timed", "circuits", "unknown"}
        Origin of the time: cells that are stored, a cell that was run for this, circuits like the
        row's that were timed, or none.
    measured : int, default=0
        Number of cells that were measured, or of circuits that a cell runs.
    seconds : float, default=nan
        Seconds of all these cells, one after the other; NaN where nothing of a kind is known.
    longest : float, default=nan
        Seconds of the one that takes longest.
    problem : str, default=""
        Reason why a cell could not be timed.
    """

    dataset: str
    model: str
    cells: int
    basis: Basis
    measured: int = 0
    seconds: float = math.nan
    longest: float = math.nan
    problem: str = ""


@dataclass(frozen=True)
class Times:
    """How long a run will take.

    Parameters
    ----------
    rows : tuple of RowTime
        Rows of the table, the controls among them.
    jobs : int
        Number of processes.
    """

    rows: tuple[RowTime, ...]
    jobs: int

    @property
    def unknown(self) -> tuple[RowTime, ...]:
        """Rows that nothing is known of."""
        return tuple(row for row in self.rows if row.cells and math.isnan(row.seconds))

    @property
    def seconds(self) -> float:
        """Seconds until all cells that something is known of are run."""
        known = [row for row in self.rows if row.cells and not math.isnan(row.seconds)]
        most = max((row.longest for row in known), default=0.0)
        return max(most, sum(row.seconds for row in known) / self.jobs)


@dataclass(frozen=True)
class _Measured:
    """What one kind of cell takes, and how much of it goes into kernel matrices."""

    basis: Basis
    count: int
    seconds: float
    kernel_s: float
    problem: str = ""


def foresee_times(
    plan: Plan,
    folder: Path,
    jobs: int | None = None,
    measure: bool = False,
    checks: Sequence[RowCheck] = (),
) -> Times:
    """Return how long the cells that are missing will take.

    Parameters
    ----------
    plan : Plan
        Study that was expanded.
    folder : Path
        Folder of the run. Cells there are of the same kind if model, data set and training size are
        the same and the processor was one like this.
    jobs : int or None, default=None
        Number of processes; None is every core.
    measure : bool, default=False
        Permission to run a cell of each kind that nothing is known of. Its result is not kept, and
        what would submit to a machine is not run.
    checks : sequence of RowCheck, default=()
        Needs of the rows. Of a kind that nothing else is known of, some of its circuits are
        timed, which takes a second or two for all.
    """
    store = Store(folder)
    stored = store.found(store.stored_keys()) if folder.is_dir() else {}
    # what two rows ask for, such as a control of both, is run for the first of them
    first = {one.cell.key: one for one in reversed(plan.cells)}
    missing = [one for one in first.values() if one.cell.key not in stored][::-1]
    known = _of_stored(store, stored.values())
    kinds = {_kind(one.cell): one for one in reversed(missing)}
    if measure:
        limit = plan.spec.protocol.limits.seconds
        known |= _timed([one for kind, one in kinds.items() if kind not in known], limit)
    fits = _fits(plan, checks)
    asking = {kind: fits[kind] for kind in kinds if kind not in known and kind in fits}
    known |= _of_circuits(asking)
    groups = sharing_groups(one.cell for one in plan)
    rows: dict[tuple[str, str], list[Planned]] = {}
    for one in plan:
        own = rows.setdefault(_labels(one), [])
        if one.cell.key not in stored and first[one.cell.key] is one:
            own.append(one)
    asked = set[str]()  # shared kernels that some row has counted
    found = tuple(_row(*names, own, known, groups, asked) for names, own in rows.items())
    return Times(found, jobs or usable_cores())


def _row(
    dataset: str,
    model: str,
    cells: Sequence[Planned],
    known: Mapping[str, _Measured],
    groups: Mapping[str, str],
    asked: set[str],
) -> RowTime:
    each = [known.get(_kind(one.cell)) for one in cells]
    measured = list(dict.fromkeys(one for one in each if one is not None))
    problem = next((one.problem for one in measured if one.problem), "")
    if not measured or problem or None in each:
        return RowTime(dataset, model, len(cells), "unknown", problem=problem)
    seconds = []
    for one, took in zip(cells, each, strict=True):
        group = groups.get(one.cell.key)
        slices = took is not None and group in asked
        seconds.append(0.0 if took is None else took.seconds - slices * took.kernel_s)
        if group is not None:
            asked.add(group)
    bases = {one.basis for one in measured}
    basis = next(basis for basis in get_args(Basis)[::-1] if basis in bases)  # the weakest
    count = sum(one.count for one in measured)
    return RowTime(dataset, model, len(cells), basis, count, sum(seconds), max(seconds))


def _labels(one: Planned) -> tuple[str, str]:
    control = f", control: {one.control}" if one.control else ""
    return one.dataset.label, one.model.label + control


def _kind(cell: Cell) -> str:
    """Return what decides how long a cell takes: not which rows it is trained on, but how many."""
    data = replace(cell.dataset, draw=0, sha256="")
    return canonical_json([cell.model, data, cell.split.train_size, cell.split.folds])


def _fits(plan: Plan, checks: Sequence[RowCheck]) -> dict[str, Fit]:
    """Return what a fit of each kind asks for, where the row's first cell, which tells, is one."""
    first: dict[tuple[str, str], Planned] = {}
    for one in plan:
        first.setdefault(_labels(one), one)
    return {
        _kind(first[row.dataset, row.model].cell): row.fit
        for row in checks
        if row.fit is not None and row.fit.backend
    }


def _of_circuits(fits: Mapping[str, Fit]) -> dict[str, _Measured]:
    """Return what the circuits of a cell take, by kind, where a simulator's pace is known."""
    paces, found = Paces(), {}
    for kind, fit in fits.items():
        seconds = _seconds_of(fit.alone, paces)
        if not math.isnan(seconds):
            apart = 0.0 if fit.apart is None else _seconds_of(fit.apart, paces)
            kernel_s = 0.0 if fit.shared is None else seconds - apart
            circuits = fit.alone.estimate.circuits
            found[kind] = _Measured("circuits", circuits, seconds + _CELL_S, kernel_s)
    return found


def _seconds_of(asked: Asked, paces: Paces) -> float:
    return sum(paces.seconds(work) * work.times for work in asked.works)


def _of_stored(store: Store, cells: Iterable[StoredCell]) -> dict[str, _Measured]:
    """Return what the stored cells took, by kind, each as if it were alone."""
    done = [one for one in cells if one.record.costs is not None]
    if not done:
        return {}
    environments, here = store.environments(), describe_environment().processor
    by_kind: dict[str, list[CellRecord]] = {}
    for one in done:
        where = environments.get(one.record.environment)
        if where is not None and where.processor == here:
            by_kind.setdefault(_kind(one.cell), []).append(one.record)
    return {
        kind: _Measured(
            "stored", len(records), fmean(map(_seconds, records)), fmean(map(_kernel_s, records))
        )
        for kind, records in by_kind.items()
    }


def _seconds(record: CellRecord) -> float:
    costs = record.costs
    return 0.0 if costs is None else costs.fit_s + costs.predict_s + (costs.tune_s or 0.0)


def _kernel_s(record: CellRecord) -> float:
    return 0.0 if record.costs is None else record.costs.kernel_s or 0.0


def _timed(kinds: Sequence[Planned], seconds: float | None) -> dict[str, _Measured]:
    """Run a cell of each kind, for its time alone."""
    warm_up()  # once a process, and in no cell's time
    with tempfile.TemporaryDirectory() as passing:
        folder = Path(passing)
        return {_kind(one.cell): _measured(one, folder, seconds) for one in kinds}


def _measured(one: Planned, folder: Path, seconds: float | None) -> _Measured:
    backend = one.cell.model.parameters.get("backend")
    if isinstance(backend, str) and resolve_backend(backend).submits:
        return _Measured("unknown", 0, math.nan, 0.0, f"{backend} submits jobs")
    conditions = Conditions(folder, (), "", ledger_of_run(folder), seconds)
    began = time.perf_counter()
    record = run_cell(one.cell, conditions, None).record
    took = time.perf_counter() - began
    if record.status != "done":
        return _Measured("unknown", 0, math.nan, 0.0, f"{record.status}: {record.error}")
    return _Measured("timed", 1, took, _kernel_s(record))
