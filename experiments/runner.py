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
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline
from threadpoolctl import threadpool_limits

from experiments.cells import Cell, canonical_json
from experiments.evaluation.metrics import score
from experiments.evaluation.protocol import Outcome, TrainingPart, fit_and_predict
from experiments.evaluation.splits import inner_folds, permuted, split
from experiments.evaluation.tuning import Tuned, tune, with_values
from experiments.limits import LimitExceeded, Supervisor, time_limit
from experiments.registry import DATASETS, MODELS, PREPROCESSING, build_estimator
from experiments.seeds import child_seed
from experiments.shared_kernels import share_kernels
from experiments.store import Store
from qml.engine import share_memory, warm_up
from qml.errors import BackendError, DataError, WorkbenchError
from qml.jobs import Ledger, Patience, keeping_jobs

__all__ = ["JOBS_FOLDER", "load_dataset", "make_pipeline", "run_cells"]

OnFinished = Callable[[str, str], object]

JOBS_FOLDER = "jobs"
PATIENCE = Patience()  # with machines
_USAGE = (
    "circuits",
    "executions",
    "shots",
    "jobs",
    "two_qubit_gates",
    "qpu_s",
    "queue_s",
    "shared_s",
)


def run_cells(
    cells: Iterable[Cell],
    store: Store,
    metrics: list[str],
    environment: str,
    jobs: int,
    on_finished: OnFinished,
    groups: Mapping[str, str] | None = None,
    limits: Mapping[str, float | None] | None = None,
    budget: Mapping[str, float | None] | None = None,
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
    limits : mapping or None, default=None
        ``seconds`` and ``memory_mib`` that a cell may take; None, here or inside, is no limit.
    budget : mapping or None, default=None
        Of all jobs on machines: ``max_shots``, ``max_qpu_s``; and ``retry_before_s``, the moment
        before which failed ones may be submitted again.
    """
    open_cells = {cell.key: cell for cell in cells}
    limits = limits or {}
    seconds, memory_mib = limits.get("seconds"), limits.get("memory_mib")
    work = functools.partial(
        _work,
        folder=store.folder,
        metrics=metrics,
        environment=environment,
        jobs=jobs,
        groups=groups or {},
        seconds=seconds,
        budget=budget or {},
    )

    def stop(key: str, status: str, reason: str) -> None:
        if key in known:
            store.put(key, _failure(known[key], status, reason, environment))

    known = dict(open_cells)
    apart = seconds is not None or memory_mib is not None
    suspects = store.suspects()
    with Supervisor(store.at_work, seconds, memory_mib, stop):
        _run_all(open_cells, suspects, store, work, jobs, apart, environment, on_finished)


def _run_all(
    open_cells: dict[str, Cell],
    suspects: set[str],
    store: Store,
    work: Callable[[Cell], tuple[str, str]],
    jobs: int,
    apart: bool,
    environment: str,
    on_finished: OnFinished,
) -> None:
    """Run cells until none is open, starting again whenever a process died."""
    while open_cells:
        for key in sorted(suspects & open_cells.keys()):
            cell = open_cells.pop(key)
            on_finished(key, _run_alone(cell, work, store, environment))
        try:
            for key, status in _run_together(list(open_cells.values()), work, jobs, apart):
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
    cells: list[Cell], work: Callable[[Cell], tuple[str, str]], jobs: int, apart: bool
) -> Iterable[tuple[str, str]]:
    if apart and (jobs == 1 or len(cells) < 2):
        # a process that may be killed must not be this one
        return (_elsewhere(work, cell) for cell in cells)
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
        _, status = _elsewhere(work, cell)
    except BrokenExecutor:
        store.suspects()
        stopped = store.get(cell.key)
        if stopped is not None:  # beyond its limits
            return str(stopped["record"]["status"])
        reason = "every process that ran this cell was killed (a crash, or out of memory)"
        store.put(cell.key, _failure(cell, "crashed", reason, environment))
        store.forgive(cell.key)
        return "crashed"
    return status


def _elsewhere(work: Callable[[Cell], tuple[str, str]], cell: Cell) -> tuple[str, str]:
    """Run one cell in another process."""
    # two workers for one task, because joblib runs a single worker in this very process
    [result] = joblib.Parallel(n_jobs=2, backend="loky")([joblib.delayed(work)(cell)])
    key, status = result
    return str(key), str(status)


def _work(
    cell: Cell,
    folder: Path,
    metrics: list[str],
    environment: str,
    jobs: int,
    groups: Mapping[str, str],
    seconds: float | None,
    budget: Mapping[str, Any],
) -> tuple[str, str]:
    """Run one cell and store it; return its key and status."""
    store = Store(folder)
    known = store.get(cell.key)
    if known is None:
        share_memory(jobs)
        if "backend" in cell.model["parameters"]:
            warm_up()  # once a process, and in no cell's time
        ledger = Ledger(folder / JOBS_FOLDER, PATIENCE, **budget)
        with store.working_on(cell.key), keeping_jobs(ledger):
            known = _run(cell, metrics, environment, folder, groups.get(cell.key), seconds)
            store.put(cell.key, known)
        store.forgive(cell.key)
    return cell.key, known["record"]["status"]


def _run(
    cell: Cell,
    metrics: list[str],
    environment: str,
    folder: Path,
    group: str | None,
    seconds: float | None,
) -> dict[str, Any]:
    """Return the finished cell; whatever the model does wrong becomes its row's reason."""
    try:
        # one thread a cell: sums in the same order whatever the number of jobs
        with threadpool_limits(1), warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            with time_limit(seconds):
                return _success(cell, metrics, environment, folder, group, caught)
    except LimitExceeded:
        return _failure(cell, "timed_out", f"not done after {seconds:g} s", environment)
    except BackendError as error:
        return _failure(cell, error.status, _reason(error), environment, error.pending)
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
    train, test = split(data, cell.split)
    y = permuted(data.y, train, cell.split) if cell.split.get("permuted") else data.y
    pipeline = make_pipeline(cell)
    tuned = _tune(cell, pipeline, data, y, train)
    if tuned is not None:
        named = pipeline[-1].get_params(deep=False)
        pipeline[-1].set_params(**with_values(named, tuned.parameters))
    if group is not None:
        try:
            part = TrainingPart(pipeline[-1], y, train)
            share_kernels(pipeline, data.X, part, group, folder)
        except OSError as error:  # a full disk, or one without locks: this fit pays for itself
            warnings.warn(f"kernel not shared: {_reason(error)}", stacklevel=1)
    outcome = fit_and_predict(pipeline, data.X, y, train, test)
    found = outcome.predictions
    record = {
        **_identity(cell, environment),
        "status": "done",
        "n_train": len(train),
        "n_test": len(test),
        **{name: score(name, found) for name in metrics},
        **_costs(outcome, tuned),
        **{f"training_{name}": value for name, value in outcome.training.items()},
        "warnings": sorted({" ".join(str(w.message).split())[:300] for w in caught}),
    }
    predictions: dict[str, Any] = {
        "classes": None if found.classes is None else found.classes.tolist(),
        "row": test.tolist(),
        "true": found.true.tolist(),
        "predicted": found.predicted.tolist(),
        "scores": None if found.scores is None else found.scores.tolist(),
        "scores_kind": found.scores_kind,
    }
    if outcome.trace:
        predictions["trace"] = outcome.trace
    if outcome.stages:
        predictions["stages"] = outcome.stages
    content = {"cell": cell.content(), "record": record, "predictions": predictions}
    if tuned is not None:
        content["tuning"] = {"parameters": tuned.parameters, "trials": tuned.trials}
    return content


def _tune(
    cell: Cell, pipeline: Pipeline, data: Any, y: NDArray[Any], train: NDArray[np.intp]
) -> Tuned | None:
    """Return what the search inside the training rows found; None for a cell that is not tuned."""
    budget = cell.model.get("tuning")
    if budget is None:
        return None
    folds = inner_folds(data, train, cell.split, budget["folds"])
    place = (cell.split["repeat"], cell.split["fold"])
    seed = child_seed(cell.split["seed"], "tuning", *place)
    return tune(pipeline, data.X, y, folds, budget["space"], budget, seed)


def _failure(
    cell: Cell, status: str, reason: str, environment: str, pending: bool = False
) -> dict[str, Any]:
    record = {**_identity(cell, environment), "status": status, "error": reason}
    if pending:  # the next run goes on with it, unasked
        record["pending"] = True
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


def _costs(outcome: Outcome, tuned: Tuned | None) -> dict[str, Any]:
    """Return what the cell took; circuits, shots and so on with tuning, if there was any."""
    fit_usage, tune_usage = outcome.fit_usage, tuned.usage if tuned is not None else {}
    usage = {name: outcome.usage.get(name, 0) + tune_usage.get(name, 0) for name in _USAGE}
    costs: dict[str, Any] = {
        "fit_s": outcome.fit_s,
        "predict_s": outcome.predict_s,
        "kernel_s": outcome.kernel_s,
        "fit_circuits": fit_usage.get("circuits", 0),
        "fit_shots": fit_usage.get("shots", 0),
        **usage,
    }
    if tuned is not None:
        costs |= {
            "tune_s": tuned.seconds,
            "tune_circuits": tune_usage.get("circuits", 0),
            "tune_shots": tune_usage.get("shots", 0),
            "tune_trials": len(tuned.trials),
            "tune_failed": sum(trial["score"] is None for trial in tuned.trials),
            "tuned": canonical_json(tuned.parameters),
        }
    return costs


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
