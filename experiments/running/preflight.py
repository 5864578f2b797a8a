"""Before anything runs: what a study will need, whether it fits its budget, what would be cheaper.

What a machine is asked is counted as it will be asked: a kernel that several fits share is measured
once, and cells that are stored cost nothing more.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel
from sklearn.base import clone

from experiments.evaluation.splits import split
from experiments.planning.building import load_dataset, make_pipeline
from experiments.planning.grid import BackendPoint, expand_backends
from experiments.planning.plan import Planned, make_plan
from experiments.planning.spec import Budget, ModelEntry, StudySpec
from experiments.registry import MODELS
from experiments.running.ledgers import JOBS_FOLDER
from experiments.running.shared_kernels import sharing_groups
from qml.backends import Estimate, Workload, keep_jobs, resolve_backend
from qml.engine import require_memory
from qml.errors import ResourceError, SpecError, WorkbenchError, reason_of
from qml.jobs import Ledger
from qml.kernels import KernelMachine
from qml.offers import Quantum
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


@dataclass(frozen=True)
class _Part:
    """A row's model, the features and labels it gets, and the rows it trains on and predicts."""

    model: Any
    features: int
    y: NDArray[Any]
    rows: tuple[int, int]


@dataclass(frozen=True)
class _Fit:
    """What one fit of a row asks, as the first of its cells tells."""

    features: int
    backend: str
    fits: int
    alone: Estimate
    machine_circuits: int
    shared: Estimate | None = None
    shared_machine_circuits: int = 0


def examine(planned: Sequence[Planned], stored: set[str], folder: Path) -> Preflight:
    """Return what the cells will need; preprocessing is fitted once a row, no model is.

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
    checks, asked = [], _Asked()
    with _machines_of(folder) as ledger:
        for labels, cells in rows.items():
            open_cells = [one for one in cells if one.cell.key not in stored]
            counts, features = (len(cells), len(cells) - len(open_cells)), 0
            try:
                part = _first_part(cells[0], ledger)
                features = part.features
                fit = _fit(cells[0], part)
            except _CostUnknown as error:
                checks.append(RowCheck(*labels, *counts, features, unknown=str(error)))
                continue
            except (ValueError, MemoryError) as error:  # the five errors, and scikit-learn's
                problem = " ".join(str(error).split())
                checks.append(RowCheck(*labels, *counts, features, problem=problem))
                continue
            checks.append(_row(labels, counts, fit))
            for one in open_cells:
                asked.add(one.cell.key, groups.get(one.cell.key), fit)
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


class _CostUnknown(Exception):
    """A model fails when it is asked what it will ask; whether it runs is another question."""


class _Asked:
    """The sum over open cells; a shared kernel is asked for once."""

    def __init__(self) -> None:
        self.circuits = self.machine_circuits = self.shots = self.jobs = 0
        self.qpu_s = 0.0
        self._groups: set[str] = set()

    def add(self, key: str, group: str | None, fit: _Fit) -> None:
        estimate, on_machine, times = fit.alone, fit.machine_circuits, fit.fits
        if group is not None and fit.shared is not None:
            if group in self._groups:
                return
            self._groups.add(group)
            estimate, on_machine, times = fit.shared, fit.shared_machine_circuits, 1
        self.machine_circuits += on_machine * times
        self.circuits += estimate.circuits * times
        self.shots += estimate.shots * times
        self.jobs += estimate.jobs * times
        self.qpu_s += estimate.qpu_s * times


def _first_part(first: Planned, ledger: Ledger) -> _Part:
    """Return what the model of a row's first cell gets to see; its preprocessing is fitted."""
    data = load_dataset(first.cell.dataset, first.cell.split.seed)
    train, test = split(data, first.cell.split)
    pipeline = make_pipeline(first.cell)
    keep_jobs(pipeline, ledger)
    X = data.X
    if len(pipeline) > 1:
        X = pipeline[:-1].fit_transform(data.X[train], data.y[train])
    if X.ndim != 2:
        raise SpecError("the data are texts; the first preprocessing step must read texts")
    return _Part(pipeline[-1], X.shape[1], data.y, (len(train), len(test)))


def _fit(first: Planned, part: _Part) -> _Fit:
    model, features = part.model, part.features
    if not isinstance(model, Quantum):
        return _Fit(features, "", 1, Estimate(0, 0, 0), 0)
    workload, backend = _workload(model, part), resolve_backend(model.backend)
    alone = backend.estimate(workload)
    require_memory(
        alone.memory_bytes, f"a cell of {features} features on {workload.n_qubits} qubits"
    )
    measuring = backend.measuring()
    asked = workload
    if measuring is not backend:  # a machine takes gradients by shifts, for one
        asked = _workload(clone(model).set_params(backend=measuring), part)
    on_machine = measuring.estimate(asked).circuits
    shared, of_shared = None, 0
    if isinstance(model, KernelMachine) and workload.grams and model.kernel().requests(features):
        whole = Workload(workload.n_qubits, grams=((len(part.y), 0),), circuit=workload.circuit)
        shared, of_shared = backend.estimate(whole), measuring.estimate(whole).circuits
    tuning = first.cell.model.tuning
    fits = 1 if tuning is None else 1 + tuning.trials * tuning.folds  # as large as it at most
    return _Fit(features, str(model.backend), fits, alone, on_machine, shared, of_shared)


def _workload(model: Any, part: _Part) -> Workload:
    """Return what a fit and its predictions ask of the model's backend."""
    try:
        asked = model.workload(*part.rows, part.features, len(np.unique(part.y)))
    except (WorkbenchError, KeyboardInterrupt):
        raise
    except BaseException as error:  # somebody's model, which may as well exit
        raise _CostUnknown(reason_of(error)) from None
    if not isinstance(asked, Workload):
        raise _CostUnknown(f"workload: {shown(asked)} is none")
    return asked


def _row(labels: tuple[str, str], counts: tuple[int, int], fit: _Fit) -> RowCheck:
    times = fit.fits * counts[0]
    return RowCheck(
        *labels,
        *counts,
        fit.features,
        fit.alone.circuits * times,
        fit.machine_circuits * times,
        fit.alone.shots * times,
        fit.alone.memory_bytes,
        fit.backend,
        fit.alone.jobs * times,
        fit.alone.qpu_s * times,
        fit.alone.depth,
        fit.alone.two_qubit_gates,
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
