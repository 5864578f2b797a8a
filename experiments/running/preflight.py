"""Before anything runs: what a study will need, whether it fits its budget, what would be cheaper.

What a machine is asked is counted as it will be asked: a kernel that several fits share is measured
once, and cells that are stored cost nothing more.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel

from experiments.planning.grid import BackendPoint, expand_backends
from experiments.planning.making import make_plan
from experiments.planning.plan import Planned
from experiments.planning.spec import Budget, ModelEntry, StudySpec
from experiments.registry import MODELS
from experiments.running.foreseen import Asked, CostUnknown, Fit, first_part, fit_of
from experiments.running.ledgers import JOBS_FOLDER
from experiments.running.shared_kernels import sharing_groups
from qml.errors import ResourceError, WorkbenchError
from qml.jobs import Ledger
from qml.kernels import KernelMachine
from qml.texts import shown

__all__ = ["Preflight", "RowCheck", "cheaper", "check_budget", "examine"]

Section = TypeVar("Section", bound=BaseModel)


@dataclass(frozen=True)
class RowCheck:
    """What one model on one data set will need, known before anything runs.

    Parameters
    ----------
    dataset, model : str
        Labels of the data set and of the model, with the kind of a control.
    cells, finished : int
        Fits that the study asks for, and those already stored.
    features : int
        Number of features after preprocessing; 0 if that failed.
    circuits, machine_circuits, shots : int
        Circuits here, circuits on a machine, and shots at most, over all cells, as if each fit were
        alone; 0 for classical models.
    memory_bytes : int
        Memory at the peak of one cell's simulation.
    backend : str
        Name of the backend; empty for classical models.
    jobs, qpu_s : int, float
        Submissions to a machine and its seconds by the service's rule, over all cells.
    depth, two_qubit_gates : int
        Depth and two-qubit gates of one transpiled circuit; 0 where they are not known.
    problem : str
        Reason why the row cannot run; empty if it can.
    unknown : str
        Reason why what it costs is not known; empty if it is.
    reading : int
        Number of the reading of the study that the row is of; 0 is the study as it is written.
    fit : Fit or None, default=None
        Needs of one of its fits; None where that is not known.
    """

    dataset: str
    model: str
    cells: int
    finished: int
    features: int = 0
    circuits: int = 0
    machine_circuits: int = 0
    shots: int = 0
    memory_bytes: int = 0
    backend: str = ""
    jobs: int = 0
    qpu_s: float = 0.0
    depth: int = 0
    two_qubit_gates: int = 0
    problem: str = ""
    unknown: str = ""
    reading: int = 0
    fit: Fit | None = None


@dataclass(frozen=True)
class Preflight:
    """What a study will need.

    Parameters
    ----------
    rows : list of RowCheck
        A row a data set and model, the controls among them.
    circuits, machine_circuits, shots, jobs, qpu_s
        Totals of what is still to be done, a machine's seconds among them; kernels that are shared
        are counted once.
    """

    rows: list[RowCheck]
    circuits: int
    machine_circuits: int
    shots: int
    jobs: int
    qpu_s: float


def examine(planned: Sequence[Planned], stored: set[str], folder: Path) -> Preflight:
    """Return what the cells will need; preprocessing is fitted once a data set, no model is.

    Parameters
    ----------
    planned : sequence of Planned
        Cells of a study with their rows.
    stored : set of str
        Keys of the cells that are there.
    folder : Path
        Folder of the run; a machine's calibration that is kept there is the one that counts.
    """
    rows: dict[tuple[str, str], list[Planned]] = {}
    for one in planned:
        label = f"{one.model.label}, control: {one.control}" if one.control else one.model.label
        rows.setdefault((one.dataset.label, label), []).append(one)
    groups = sharing_groups(one.cell for one in planned)
    checks, asked = [], _Totals()
    seen: dict[tuple[str, int], int] = {}
    with _machines_of(folder) as ledger:
        for labels, cells in rows.items():
            open_cells = [one for one in cells if one.cell.key not in stored]
            counts, features = (len(cells), len(cells) - len(open_cells)), 0
            reading = cells[0].dataset.reading
            try:
                part = first_part(cells[0].cell, ledger, seen)
                features = part.features
                fit = fit_of(cells[0].cell, part)
            except CostUnknown as error:
                unknown = RowCheck(*labels, *counts, features, unknown=str(error), reading=reading)
                checks.append(unknown)
                continue
            except (ValueError, MemoryError) as error:  # the five errors, and scikit-learn's
                problem = shown(str(error), 500)
                missing = RowCheck(*labels, *counts, features, problem=problem, reading=reading)
                checks.append(missing)
                continue
            checks.append(replace(_row(labels, counts, fit), reading=reading, fit=fit))
            for one in open_cells:
                asked.add(groups.get(one.cell.key), fit)
    totals = asked.circuits, asked.machine_circuits, asked.shots, asked.jobs, asked.qpu_s
    return Preflight(checks, *totals)


def check_budget(whole: Preflight, budget: Budget) -> None:
    """Refuse a study that may ask for more than it is allowed, before anything is submitted.

    Parameters
    ----------
    whole : Preflight
        Needs of all the study's cells, the finished ones too: what a killed run has paid for is
        part of that, so a study that was let start is let go on.
    budget : Budget
        Limits of the study on shots and on a machine's seconds.

    Raises
    ------
    ResourceError
        One line: what it may ask for at most, and what is allowed.
    """
    for asked, allowed, name in (
        (whole.shots, budget.max_shots, "max_shots"),
        (whole.qpu_s, budget.max_qpu_seconds, "max_qpu_seconds"),
    ):
        if allowed is not None and asked > allowed:
            raise ResourceError(
                f"budget.{name}: the study may ask for {asked:,.10g}, allowed are "
                f"{allowed:,.10g}; nothing was run. `qml check` says what would be cheaper"
            )


class _Totals:
    """The sum over open cells; a shared kernel is asked for once."""

    def __init__(self) -> None:
        self.circuits = self.machine_circuits = self.shots = self.jobs = 0
        self.qpu_s = 0.0
        self._groups: set[str] = set()

    def add(self, group: str | None, fit: Fit) -> None:
        if group is None or fit.shared is None:
            self._add(fit.alone)
            return
        if group not in self._groups:
            self._groups.add(group)
            self._add(fit.shared)
        if fit.apart is not None:
            self._add(fit.apart)

    def _add(self, asked: Asked) -> None:
        self.machine_circuits += asked.machine_circuits
        self.circuits += asked.estimate.circuits
        self.shots += asked.estimate.shots
        self.jobs += asked.estimate.jobs
        self.qpu_s += asked.estimate.qpu_s


def _row(labels: tuple[str, str], counts: tuple[int, int], fit: Fit) -> RowCheck:
    every = fit.alone.often(counts[0])
    asked = every.estimate
    return RowCheck(
        *labels,
        *counts,
        fit.features,
        asked.circuits,
        every.machine_circuits,
        asked.shots,
        asked.memory_bytes,
        fit.backend,
        asked.jobs,
        asked.qpu_s,
        asked.depth,
        asked.two_qubit_gates,
    )


@contextlib.contextmanager
def _machines_of(folder: Path) -> Iterator[Ledger]:
    """Yield a ledger with the calibrations of the run, or today's: a check keeps none."""
    with tempfile.TemporaryDirectory() as passing:
        kept = folder / JOBS_FOLDER
        yield Ledger(kept if kept.is_dir() else Path(passing))


def cheaper(spec: StudySpec) -> list[tuple[str, Preflight]]:
    """Return what would ask less of a machine, and how much each of these would ask."""
    now = _examined(spec)
    found = []
    for change, changed in _routes(spec):
        with contextlib.suppress(WorkbenchError):  # no route: it cannot be split or run so
            asked = _examined(changed)
            if asked.qpu_s < now.qpu_s and not any(row.problem for row in asked.rows):
                found.append((change, asked))
    return found


def _examined(spec: StudySpec) -> Preflight:
    nowhere = Path(os.devnull)  # no run, so nothing is stored
    return examine(make_plan(spec).cells, set(), nowhere)


def _routes(spec: StudySpec) -> Iterator[tuple[str, StudySpec]]:
    """Yield what a study could change to ask less of a machine, and the study so changed."""
    protocol = spec.protocol
    if protocol.split == "stratified" and protocol.folds > 2:
        yield "protocol.folds=2", _with(spec, protocol=_with(protocol, folds=2))
    if protocol.repeats is not None and protocol.repeats > 1:
        yield "protocol.repeats=1", _with(spec, protocol=_with(protocol, repeats=1))
    low_rank = [_of_low_rank(model) for model in spec.models]
    if low_rank != spec.models:
        changed = "quantum_kernel: {name: nystrom, n_landmarks: 16}"
        yield changed, _with(spec, models=low_rank)
    snapshot = next(filter(None, map(_snapshot_of, _backends(spec))), None)
    if snapshot is not None:
        exact = f"density_matrix:noise={snapshot}"
        models = [_with(model, backend=None) for model in spec.models]
        yield (
            f"backend: {exact} (its noise, exactly)",
            _with(spec, backend=exact, models=models),
        )


def _with(section: Section, **changes: Any) -> Section:
    return section.model_copy(update=changes)


def _of_low_rank(model: ModelEntry) -> ModelEntry:
    """Return a kernel machine with a kernel of few landmarks; other models as they are."""
    known = MODELS.load(model.name)
    named = model.parameters.get("quantum_kernel", "fidelity")
    if isinstance(known, type) and issubclass(known, KernelMachine) and named == "fidelity":
        return _with(model, quantum_kernel={"name": "nystrom", "n_landmarks": 16})
    return model


def _snapshot_of(backend: str) -> str | None:
    """Return the machine that a backend is the offline snapshot of, if it is one."""
    spec = BackendPoint(backend).spec
    name = str(spec.parameters.get("name", ""))
    return name if spec.kind == "ibm" and name.startswith("fake_") else None


def _backends(spec: StudySpec) -> list[str]:
    chosen = [spec.backend, *(model.backend or [] for model in spec.models)]
    return [point.name for one in chosen for point in expand_backends(one)]
