"""Running cells: each stored by the process that ran it, the moment it is finished.

A worker that dies takes only its own cell with it. A cell that was at work at two deaths is run in
a process of its own: if it kills that too it becomes a row, and the innocent finish.
"""

from __future__ import annotations

import functools
import json
import time
import warnings
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import BrokenExecutor
from pathlib import Path
from typing import Any

import joblib
import numpy as np
from sklearn.pipeline import Pipeline
from threadpoolctl import threadpool_limits

from experiments.evaluation.metrics import score
from experiments.evaluation.protocol import Outcome, TrainingPart, fit_and_predict, split
from experiments.evaluation.tasks import task_of
from experiments.registry import DATASETS, MODELS, PREPROCESSING, build_estimator
from experiments.seeds import child_seed
from experiments.shared_kernels import share_kernels
from experiments.spec import Cell, canonical_json
from experiments.store import Store
from qml.engine import share_memory, warm_up
from qml.errors import DataError, WorkbenchError

__all__ = ["load_dataset", "make_pipeline", "run_cells"]

OnFinished = Callable[[str, str], object]


def run_cells(
    cells: Iterable[Cell],
    store: Store,
    metrics: list[str],
    environment: str,
    jobs: int,
    on_finished: OnFinished,
    groups: Mapping[str, str] | None = None,
) -> None:
    """Run the cells that the store does not have.

    Parameters
    ----------
    cells : iterable of Cell
        In the order in which to start them.
    store : Store
        Receives each cell as it finishes.
    metrics : list of str
        Scored into each record.
    environment : str
        Name of the environment's record.
    jobs : int
        Processes; with 1, all runs in this one.
    on_finished : callable
        Called with each cell's key and status.
    groups : mapping or None, default=None
        Of the cells that share kernel evaluations; see `sharing_groups`.
    """
    open_cells = {cell.key: cell for cell in cells}
    work = functools.partial(
        _work,
        folder=store.folder,
        metrics=metrics,
        environment=environment,
        jobs=jobs,
        groups=groups or {},
    )
    suspects = store.suspects()
    while open_cells:
        for key in sorted(suspects & open_cells.keys()):
            cell = open_cells.pop(key)
            on_finished(key, _run_alone(cell, work, store, environment))
        try:
            for key, status in _run_together(list(open_cells.values()), work, jobs):
                del open_cells[key]
                on_finished(key, status)
        except BrokenExecutor:
            for key in list(open_cells):
                finished = store.get(key)
                if finished is not None:
                    del open_cells[key]
                    on_finished(key, finished["record"]["status"])
        suspects = store.suspects()


def _run_together(
    cells: list[Cell], work: Callable[[Cell], tuple[str, str]], jobs: int
) -> Iterable[tuple[str, str]]:
    if jobs == 1 or len(cells) < 2:
        return map(work, cells)
    parallel = joblib.Parallel(n_jobs=jobs, return_as="generator_unordered")
    results: Iterable[tuple[str, str]] = parallel(joblib.delayed(work)(cell) for cell in cells)
    return results


def _run_alone(
    cell: Cell, work: Callable[[Cell], tuple[str, str]], store: Store, environment: str
) -> str:
    """Run a suspect in a process of its own; if it kills that too, say so in its row."""
    try:
        # two workers for one task, because joblib runs a single worker in this very process
        [(_, status)] = joblib.Parallel(n_jobs=2, backend="loky")([joblib.delayed(work)(cell)])
    except BrokenExecutor:
        store.suspects()
        reason = "every process that ran this cell was killed (a crash, or out of memory)"
        store.put(cell.key, _failure(cell, "crashed", reason, environment))
        store.forgive(cell.key)
        return "crashed"
    return str(status)


def _work(
    cell: Cell,
    folder: Path,
    metrics: list[str],
    environment: str,
    jobs: int,
    groups: Mapping[str, str],
) -> tuple[str, str]:
    """Run one cell and store it; return its key and status."""
    store = Store(folder)
    known = store.get(cell.key)
    if known is None:
        share_memory(jobs)
        if "backend" in cell.model["parameters"]:
            warm_up()  # once a process, and in no cell's time
        with store.working_on(cell.key):
            known = _run(cell, metrics, environment, folder, groups.get(cell.key))
            store.put(cell.key, known)
        store.forgive(cell.key)
    return cell.key, known["record"]["status"]


def _run(
    cell: Cell, metrics: list[str], environment: str, folder: Path, group: str | None
) -> dict[str, Any]:
    """Return the finished cell; whatever the model does wrong becomes its row's reason."""
    try:
        # one thread a cell: sums in the same order whatever the number of jobs
        with threadpool_limits(1), warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            return _success(cell, metrics, environment, folder, group, caught)
    except MemoryError as error:
        return _failure(cell, "out_of_memory", _reason(error), environment)
    except Exception as error:
        return _failure(cell, "failed", _reason(error), environment)


def _success(
    cell: Cell,
    metrics: list[str],
    environment: str,
    folder: Path,
    group: str | None,
    caught: list[warnings.WarningMessage],
) -> dict[str, Any]:
    data = load_dataset(canonical_json(cell.dataset), cell.split["seed"])
    if data.sha256 != cell.dataset["sha256"]:
        raise DataError(f"{data.name}: the data changed since the study was planned")
    train, test = split(data.y, **cell.split)
    pipeline = make_pipeline(cell)
    if group is not None:
        try:
            part = TrainingPart(pipeline[-1], data.y, train)
            share_kernels(pipeline, data.X, part, group, folder)
        except OSError as error:  # a full disk, or one without locks: this fit pays for itself
            warnings.warn(f"kernel not shared: {_reason(error)}", stacklevel=1)
    outcome = fit_and_predict(pipeline, data.X, data.y, train, test)
    classes = np.unique(data.y) if task_of(data.y) == "classification" else None
    record = {
        **_identity(cell, environment),
        "status": "done",
        "n_train": len(train),
        "n_test": len(test),
        **{name: score(name, data.y[test], outcome.predicted, classes) for name in metrics},
        **_costs(outcome),
        **{f"training_{name}": value for name, value in outcome.training.items()},
        "warnings": sorted({" ".join(str(w.message).split())[:300] for w in caught}),
    }
    predictions = {
        "classes": None if classes is None else classes.tolist(),
        "row": test.tolist(),
        "true": data.y[test].tolist(),
        "predicted": outcome.predicted.tolist(),
        "scores": None if outcome.scores is None else outcome.scores.tolist(),
    }
    if outcome.trace:
        predictions["trace"] = outcome.trace
    if outcome.stages:
        predictions["stages"] = outcome.stages
    return {"cell": cell.content(), "record": record, "predictions": predictions}


def _failure(cell: Cell, status: str, reason: str, environment: str) -> dict[str, Any]:
    record = {**_identity(cell, environment), "status": status, "error": reason}
    return {"cell": cell.content(), "record": record, "predictions": None}


def _identity(cell: Cell, environment: str) -> dict[str, Any]:
    return {
        "dataset": cell.dataset["name"],
        "model": cell.model["name"],
        "backend": cell.model["parameters"].get("backend", ""),
        "repeat": cell.split["repeat"],
        "fold": cell.split["fold"],
        "environment": environment,
        "finished_at_s": round(time.time(), 3),
    }


def _costs(outcome: Outcome) -> dict[str, float]:
    usage, fit_usage = outcome.usage, outcome.fit_usage
    return {
        "fit_s": outcome.fit_s,
        "predict_s": outcome.predict_s,
        "fit_circuits": fit_usage.get("circuits", 0),
        "circuits": usage.get("circuits", 0),
        "fit_shots": fit_usage.get("shots", 0),
        "shots": usage.get("shots", 0),
        "jobs": usage.get("jobs", 0),
        "qpu_s": usage.get("qpu_s", 0.0),
        "shared_s": usage.get("shared_s", 0.0),
    }


def _reason(error: BaseException) -> str:
    text = " ".join(str(error).split())[:500]
    return text if isinstance(error, WorkbenchError) else f"{type(error).__name__}: {text}"


@functools.lru_cache(maxsize=4)
def load_dataset(description: str, seed: int) -> Any:
    """Return the data set of a cell, from the canonical JSON of its description."""
    dataset = json.loads(description)
    place = canonical_json({"name": dataset["name"], "parameters": dataset["parameters"]})
    make = DATASETS.bind_named(dataset["name"], dataset["parameters"])
    return make(random_state=child_seed(seed, "dataset", place))


def make_pipeline(cell: Cell) -> Pipeline:
    """Return the cell's preprocessing and model, unfitted.

    The model's seed depends on the split alone: models that start at random start at the same
    place, so that two optimizers are compared from the same start.
    """
    split_ = cell.split
    seed = child_seed(split_["seed"], "model", split_["repeat"], split_["fold"])
    steps = [
        (
            f"{i}_{step['name']}",
            build_estimator(PREPROCESSING, step["name"], step["parameters"], seed),
        )
        for i, step in enumerate(cell.dataset["preprocessing"])
    ]
    model = build_estimator(MODELS, cell.model["name"], cell.model["parameters"], seed)
    return Pipeline([*steps, ("model", model)])
