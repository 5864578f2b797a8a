"""One kernel matrix for many cells: planned, computed once, kept on disk by content.

Cells whose models put the same question to the same backend about the same points share a table.
The points are the same for all folds if no preprocessing step is fitted, and for the cells of one
fold otherwise. The first cell that needs a table computes it; a file lock makes the others wait, in
other processes and other runs too, so that no shot is paid for twice.
"""

from __future__ import annotations

import contextlib
import fcntl
import functools
import hashlib
import io
import json
import time
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline
from sklearn.utils import get_tags

from experiments.evaluation.protocol import TrainingPart
from experiments.evaluation.splits import split
from experiments.planning.building import load_dataset, make_pipeline, make_step
from experiments.records import (
    SCHEMA,
    Cell,
    ModelSpec,
    Parameters,
    Step,
    canonical_json,
    plain,
)
from experiments.registry import MODELS, build_estimator
from experiments.running.sealed import sealed, unsealed
from experiments.seeds import child_seed
from qml.backends import (
    Request,
    SharedBackend,
    SharedTable,
    Usage,
    evaluate_table,
    resolve_backend,
)
from qml.bandwidth import found_bandwidth
from qml.durable import write_durably
from qml.errors import StoreError
from qml.kernels import KernelMachine

__all__ = ["KeptTable", "share_kernels", "sharing_groups", "tables_of"]

FOLDER = "kernels"
_MOST_POINTS = 10_000  # a table of 800 MB; more than that, and each fit evaluates its own part


def sharing_groups(cells: Iterable[Cell]) -> dict[str, str]:
    """Return the group of every cell that shares its kernel with another cell.

    Parameters
    ----------
    cells : iterable of Cell
        Cells of the whole study, so that what is shared does not depend on what is already stored.

    Returns
    -------
    dict
        Cell key to group.
    """
    found: dict[str, float] = {}
    groups = {cell.key: group for cell in cells if (group := _group(cell, found)) is not None}
    members = Counter(text for text, _ in groups.values())
    return {key: text for key, (text, drawn) in groups.items() if drawn or members[text] > 1}


def _group(cell: Cell, found: dict[str, float]) -> tuple[str, bool] | None:
    """Return what decides a cell's kernel evaluations, and whether its shots are drawn from that.

    None for models that have none to share. Simulated shots are drawn from the group even where a
    cell is alone in it: else its numbers would depend on what else the study holds.

    What a tuned model will ask is known only once it is tuned. A bandwidth that training rows
    decide is shared wherever it comes out the same; `found` keeps what was found.
    """
    if cell.model.tuning is not None:
        return None
    question = _question(canonical_json(cell.model), canonical_json(cell.preprocessing))
    if question is None:
        return None
    asked = dict(question.asked)
    if asked["bandwidth"] == "scale" and not question.by_fold:
        try:
            asked["bandwidth"] = _bandwidth(cell, asked["feature_map"], found)
        except Exception:  # whatever it is, the cell will say it
            return None
    start = cell.split.start if question.measured else 0  # what is exact is so at every start
    # the text that the tables' seeds are drawn from: its bytes stay
    decisive: dict[str, Any] = {
        "dataset": cell.dataset,
        # shuffled labels move no point
        "split": replace(cell.split, permuted=False, start=start) if question.by_fold else None,
        "seed": cell.split.seed,
        "asked": canonical_json(asked),
    }
    if cell.model.preprocessing:
        decisive["preprocessing"] = cell.model.preprocessing
    if cell.model.calibrations:
        decisive["calibrations"] = cell.model.calibrations
    if start and not question.by_fold:
        decisive["start"] = start
    return canonical_json(decisive), question.drawn


@dataclass(frozen=True)
class _Question:
    """What a model asks its backend, with shots or not, drawn here or not, by fold or not."""

    asked: Parameters
    by_fold: bool
    measured: bool
    drawn: bool


def _bandwidth(cell: Cell, feature_map: Any, found: dict[str, float]) -> float:
    """Return what "scale" is for the cell's training rows, behind steps that learn nothing."""
    split_ = replace(cell.split, permuted=False, start=0)
    steps = cell.model.preprocessing
    text = canonical_json([cell.dataset, split_, cell.model.name, feature_map, steps])
    if text not in found:
        data, pipeline = load_dataset(cell.dataset, cell.split.seed), make_pipeline(cell)
        part = TrainingPart(pipeline[-1], data.y, split(data, split_)[0])
        found[text] = _scaled(pipeline, data.X, part)[0]
    return found[text]


@functools.lru_cache(maxsize=1024)
def _question(model: str, preprocessing: str) -> _Question | None:
    """Return the question of a model behind preprocessing, both as canonical JSON."""
    described = ModelSpec(**json.loads(model))
    model_class = MODELS.load(described.name)
    if not (isinstance(model_class, type) and issubclass(model_class, KernelMachine)):
        return None
    steps = [make_step(Step(**step)) for step in json.loads(preprocessing)]
    if any(hasattr(step, "backend") for step in steps):
        return None  # its own shots would be spent twice
    machine = build_estimator(MODELS, described.name, described.parameters)
    kernel = machine.quantum_kernel
    asked = {
        "kernel": kernel if isinstance(kernel, str) else kernel["name"],
        "feature_map": machine.feature_map,
        "bandwidth": machine.bandwidth
        if machine.bandwidth == "scale"
        else float(machine.bandwidth),
        "backend": machine.backend,
    }
    backend = resolve_backend(machine.backend)
    measured = backend.shots is not None
    return _Question(
        asked,
        by_fold=any(get_tags(step).requires_fit for step in steps),
        measured=measured,
        drawn=measured and not backend.submits,
    )


def share_kernels(
    pipeline: Pipeline,
    X: NDArray[Any],
    part: TrainingPart,
    rows: NDArray[np.intp],
    group: str,
    folder: Path,
) -> None:
    """Give the pipeline's model a backend that answers from the group's tables.

    Parameters
    ----------
    pipeline : Pipeline
        Unfitted pipeline; its model's backend is replaced.
    X : ndarray
        Features of the whole data set.
    part : TrainingPart
        Part of the data that the pipeline will be fitted to; preprocessing is fitted to its rows
        alone.
    rows : ndarray of int
        Rows whose kernel with each other is shared.
    group : str
        Group of the cell, as `sharing_groups` names it.
    folder : Path
        Folder of the run, which keeps the tables.
    """
    model = pipeline[-1]
    points = _scaled(pipeline, X, part)[1][rows]
    if len(points) > _MOST_POINTS:
        return
    backend = resolve_backend(model.backend, child_seed(0, "kernel", group))
    tables = []
    for request in model.kernel(backend).requests(points.shape[1]):
        table = _table(backend, request, points, group, folder / FOLDER)
        if table is not None:
            tables.append(table)
    if tables:
        inner = resolve_backend(model.backend, model.random_state)
        model.set_params(backend=SharedBackend(inner, tables))


def _scaled(
    pipeline: Pipeline, X: NDArray[Any], part: TrainingPart
) -> tuple[float, NDArray[np.float64]]:
    """Return the bandwidth that the pipeline's model will find, and all points narrowed by it."""
    model, points = pipeline[-1], np.asarray(X)
    if len(pipeline) > 1:
        points = pipeline[:-1].fit(X[part.rows], part.labels).transform(X)
    points = np.asarray(points, dtype=np.float64)
    bandwidth = found_bandwidth(model.bandwidth, model.feature_map, points[part.rows])
    return bandwidth, bandwidth * points


@dataclass(frozen=True)
class KeptTable:
    """What stands beside a table's numbers on the disk.

    Parameters
    ----------
    request : str
        Kind of the question.
    points : int
        Number of points.
    evaluation_s : float
        Seconds that it took.
    usage : Usage
        Circuits, shots and so on that were spent on it.
    report : mapping
        Report of the backend.
    numbers_sha256 : str
        Hash of the file of numbers.
    computed_at_s : float
        Moment, in seconds since the epoch.
    """

    request: str
    points: int
    evaluation_s: float
    usage: Usage
    report: Parameters
    numbers_sha256: str
    computed_at_s: float


def tables_of(folder: Path) -> list[KeptTable]:
    """Return what each stored table cost, for a report."""
    kept = (_kept(file) for file in sorted((folder / FOLDER).glob("*.json")))
    return [table for table in kept if table is not None]


def damaged_tables(folder: Path) -> list[Path]:
    """Return the pages of stored tables of which the page or the numbers are not as they were."""
    return [file for file in sorted((folder / FOLDER).glob("*.json")) if _numbers(file) is None]


def _kept(file: Path) -> KeptTable | None:
    """Return what stands beside a table, or None if there is nothing or the disk changed it."""
    try:
        described = unsealed(file.read_bytes()) or {}
        return KeptTable(**{**described, "usage": Usage.of(described["usage"])})
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _table(
    backend: Any, request: Request, points: NDArray[np.float64], group: str, folder: Path
) -> SharedTable | None:
    """Return the table from the disk, or compute it while the others wait.

    The numbers are the same where the file system has no locks, or the disk no room, for each who
    needs them computes them for itself.
    """
    digest = hashlib.sha256(f"{SCHEMA}\x1f{group}\x1f{request.key}".encode())
    digest.update(np.ascontiguousarray(points).tobytes())
    name = digest.hexdigest()
    with _alone(folder / f"{name}.lock"):
        known = _read(folder / f"{name}.json", request, points)
        if known is not None:
            return known
        table = evaluate_table(backend, request, points)
        if table is not None:
            try:
                _write(folder / f"{name}.json", table)
            except StoreError as error:
                problem = f"the kernel is kept for nobody else: {error}"
                warnings.warn(problem, stacklevel=2)
        return table


@contextlib.contextmanager
def _alone(file: Path) -> Iterator[None]:
    """Wait until nobody else holds the lock, where there are locks."""
    with contextlib.ExitStack() as held:
        with contextlib.suppress(OSError):  # no locks here, or no room for a file
            file.parent.mkdir(parents=True, exist_ok=True)
            lock = held.enter_context(file.open("w"))
            fcntl.flock(
                lock, fcntl.LOCK_EX
            )  # given back by the system, whatever kills this process
        yield


def _write(file: Path, table: SharedTable) -> None:
    buffer = io.BytesIO()
    np.save(buffer, table.values)
    content = buffer.getvalue()
    kept = KeptTable(
        request=table.key.split(":")[0],
        points=len(table.points),
        evaluation_s=table.evaluation_s,
        usage=table.usage,
        report=table.report,
        numbers_sha256=hashlib.sha256(content).hexdigest(),
        computed_at_s=round(time.time(), 3),
    )
    write_durably(file.with_suffix(".npy"), content)
    # last: it says that all is there
    write_durably(file, sealed(plain(kept)))


def _read(file: Path, request: Request, points: NDArray[np.float64]) -> SharedTable | None:
    """Return a stored table, or None if there is none or the disk changed it."""
    known = _numbers(file)
    if known is None:
        return None
    kept, values = known
    return SharedTable(
        request.key, points, values, kept.evaluation_s, kept.usage, dict(kept.report)
    )


def _numbers(file: Path) -> tuple[KeptTable, NDArray[np.float64]] | None:
    kept = _kept(file)
    if kept is None:
        return None
    try:
        content = file.with_suffix(".npy").read_bytes()
        if hashlib.sha256(content).hexdigest() != kept.numbers_sha256:
            return None
        return kept, np.load(io.BytesIO(content), allow_pickle=False)
    except (OSError, ValueError):
        return None
