"""One kernel matrix for many cells: planned, computed once, kept on disk by content.

Cells whose models put the same question to the same backend about the same points share a table.
The points are the same for all folds if no preprocessing step is fitted, and for the cells of one
fold otherwise. The first cell that needs a table computes it; a file lock makes the others wait, in
other processes and other runs too, so that no shot is paid for twice.
"""

from __future__ import annotations

import fcntl
import functools
import hashlib
import io
import json
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline
from sklearn.utils import get_tags

from experiments.cells import SCHEMA, Cell, canonical_json
from experiments.evaluation.protocol import TrainingPart
from experiments.registry import MODELS, PREPROCESSING, build_estimator
from experiments.seeds import child_seed
from qml.backends import (
    Request,
    SharedBackend,
    SharedTable,
    Usage,
    evaluate_table,
    resolve_backend,
)
from qml.durable import write_durably
from qml.kernels import KernelMachine

__all__ = ["share_kernels", "sharing_groups", "tables_of"]

FOLDER = "kernels"
_MOST_POINTS = 10_000  # a table of 800 MB; more than that, and each fit evaluates its own part


def sharing_groups(cells: Iterable[Cell]) -> dict[str, str]:
    """Return the group of every cell that shares its kernel with another cell.

    Parameters
    ----------
    cells : iterable of Cell
        All of a study's, so that what is shared does not depend on what is already stored.

    Returns
    -------
    dict
        Cell key to group.
    """
    groups = {cell.key: group for cell in cells if (group := _group(cell)) is not None}
    members = Counter(groups.values())
    return {key: group for key, group in groups.items() if members[group] > 1}


def _group(cell: Cell) -> str | None:
    """Return what decides a cell's kernel evaluations; None for models that have none to share.

    What a tuned model will ask is known only once it is tuned.
    """
    if "tuning" in cell.model:
        return None
    question = _question(canonical_json(cell.model), canonical_json(cell.dataset["preprocessing"]))
    if question is None:
        return None
    asked, fitted = question
    decisive = {
        "dataset": cell.dataset,
        "split": _of_points(cell.split) if fitted else None,
        "seed": cell.split["seed"],
        "asked": asked,
    }
    if "calibrations" in cell.model:  # not named elsewhere, so that earlier tables keep their keys
        decisive["calibrations"] = cell.model["calibrations"]
    return canonical_json(decisive)


def _of_points(split: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of a split decides the points: shuffled labels move none."""
    return {name: value for name, value in split.items() if name != "permuted"}


@functools.lru_cache(maxsize=1024)
def _question(model: str, preprocessing: str) -> tuple[str, bool] | None:
    """Return what a model asks its backend, and whether its points depend on the fold."""
    described = json.loads(model)
    model_class = MODELS.load(described["name"])
    if not (isinstance(model_class, type) and issubclass(model_class, KernelMachine)):
        return None
    steps = [
        build_estimator(PREPROCESSING, step["name"], step["parameters"])
        for step in json.loads(preprocessing)
    ]
    if any(hasattr(step, "backend") for step in steps):
        return None  # its own shots would be spent twice
    machine = build_estimator(MODELS, described["name"], described["parameters"])
    kernel = machine.quantum_kernel
    asked = {
        "kernel": kernel if isinstance(kernel, str) else kernel["name"],
        "feature_map": machine.feature_map,
        "bandwidth": float(machine.bandwidth),
        "backend": machine.backend,
    }
    return canonical_json(asked), any(get_tags(step).requires_fit for step in steps)


def share_kernels(
    pipeline: Pipeline, X: NDArray[Any], part: TrainingPart, group: str, folder: Path
) -> None:
    """Give the pipeline's model a backend that answers from the group's tables.

    Parameters
    ----------
    pipeline : Pipeline
        Unfitted; its model's backend is replaced.
    X : ndarray
        The whole data set.
    part : TrainingPart
        What the pipeline will be fitted to, and so the only rows that preprocessing is fitted to.
    group : str
        As `sharing_groups` names it.
    folder : Path
        The run's.
    """
    model = pipeline[-1]
    points = np.asarray(X)
    if len(pipeline) > 1:
        points = pipeline[:-1].fit(X[part.rows], part.labels).transform(X)
    points = model.bandwidth * np.asarray(points, dtype=np.float64)
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


def tables_of(folder: Path) -> list[dict[str, Any]]:
    """Return what each stored table cost, for a report."""
    return [
        json.loads(file.read_text("utf-8")) for file in sorted((folder / FOLDER).glob("*.json"))
    ]


def _table(
    backend: Any, request: Request, points: NDArray[np.float64], group: str, folder: Path
) -> SharedTable | None:
    """Return the table from the disk, or compute it while the others wait."""
    digest = hashlib.sha256(f"{SCHEMA}\x1f{group}\x1f{request.key}".encode())
    digest.update(np.ascontiguousarray(points).tobytes())
    name = digest.hexdigest()
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # given back by the system, whatever kills this process
        known = _read(folder / f"{name}.json", request, points)
        if known is not None:
            return known
        table = evaluate_table(backend, request, points)
        if table is not None:
            _write(folder / f"{name}.json", table)
        return table


def _write(file: Path, table: SharedTable) -> None:
    buffer = io.BytesIO()
    np.save(buffer, table.values)
    content = buffer.getvalue()
    described = {
        "request": table.key.split(":")[0],
        "points": len(table.points),
        "evaluation_s": table.evaluation_s,
        "usage": vars(table.usage),
        "report": table.report,
        "sha256": hashlib.sha256(content).hexdigest(),
        "computed_at_s": round(time.time(), 3),
    }
    write_durably(file.with_suffix(".npy"), content)
    write_durably(
        file, (json.dumps(described, indent=1) + "\n").encode()
    )  # last: it says all is there


def _read(file: Path, request: Request, points: NDArray[np.float64]) -> SharedTable | None:
    """Return a stored table, or None if there is none or the disk changed it."""
    try:
        described = json.loads(file.read_text("utf-8"))
        content = file.with_suffix(".npy").read_bytes()
        if hashlib.sha256(content).hexdigest() != described["sha256"]:
            return None
        values = np.load(io.BytesIO(content), allow_pickle=False)
        usage, seconds = Usage(**described["usage"]), described["evaluation_s"]
        return SharedTable(request.key, points, values, seconds, usage, described["report"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
