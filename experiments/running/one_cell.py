"""One cell: fitted, tested, and told as a record, whatever the model does."""

from __future__ import annotations

import math
import time
import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline
from threadpoolctl import threadpool_limits

from experiments.datasets import Dataset
from experiments.evaluation.metrics import Predictions, score
from experiments.evaluation.protocol import Outcome, TrainingPart, fit_and_predict
from experiments.evaluation.sittings import score_of_stored
from experiments.evaluation.splits import inner_folds, permuted, shared_rows, split
from experiments.evaluation.tuning import Tuned, tune, with_values
from experiments.planning.building import answering_backends, load_dataset, make_pipeline
from experiments.records import (
    Cell,
    CellRecord,
    Costs,
    Status,
    StoredCell,
    StoredPredictions,
    StoredTuning,
)
from experiments.running.examined import found_quantities
from experiments.running.limits import LimitExceeded, interrupts, left_as_found, time_limit
from experiments.running.shared_kernels import share_kernels
from experiments.seeds import child_seed
from qml.backends import keep_jobs
from qml.costs import Usage
from qml.errors import BackendError, DataError, DiskError, reason_of
from qml.jobs import Ledger
from qml.texts import shown

__all__ = ["Conditions", "failed_cell", "run_cell"]

_MOST_WARNINGS = 20  # that a cell keeps


@dataclass(frozen=True)
class Conditions:
    """What is the same for all cells of a run, and decides none of their numbers.

    Parameters
    ----------
    folder : Path
        Folder of the run.
    metrics : tuple of str
        Metrics that are scored into each record.
    environment : str
        Name of the environment's description.
    ledger : Ledger
        Keeper of the jobs on machines, and of their budget.
    seconds : float or None, default=None
        Time that a cell may take; None is no limit.
    """

    folder: Path
    metrics: tuple[str, ...]
    environment: str
    ledger: Ledger
    seconds: float | None = None


def run_cell(cell: Cell, conditions: Conditions, group: str | None) -> StoredCell:
    """Return the finished cell; whatever the model does wrong becomes its row's reason.

    Parameters
    ----------
    cell : Cell
        Fit that is asked for.
    conditions : Conditions
        Circumstances of the run.
    group : str or None
        Cells that share kernel evaluations with this one; see `sharing_groups`.

    Raises
    ------
    DiskError
        If the ledger cannot be kept: that is no outcome of the cell, which has to run again.
    """
    seconds, environment = conditions.seconds, conditions.environment
    caught: list[warnings.WarningMessage] = []

    def broken(status: Status, reason: str, pending: bool = False) -> StoredCell:
        found = failed_cell(cell, status, reason, environment, pending)
        return replace(found, record=replace(found.record, warnings=_texts(caught)))

    was_interrupted: Callable[[], bool] = _nobody_knows
    try:
        # one thread a cell: sums in the same order whatever the number of jobs
        with (
            threadpool_limits(1),
            np.errstate(),
            left_as_found(),
            interrupts() as was_interrupted,
            warnings.catch_warnings(record=True) as caught,
        ):
            warnings.simplefilter("always")
            with time_limit(seconds):
                return _success(cell, conditions, group, caught)
    except DiskError:
        raise
    except LimitExceeded:
        return broken("timed_out", f"not done after {seconds:g} s")
    except BackendError as error:
        return broken(error.status, reason_of(error), error.pending)
    except MemoryError as error:
        return broken("out_of_memory", reason_of(error))
    except BaseException as error:  # a model may exit, or raise what is no Exception
        if isinstance(error, KeyboardInterrupt) and was_interrupted():
            raise
        return broken("failed", reason_of(error))


def _nobody_knows() -> bool:
    return True


def failed_cell(
    cell: Cell, status: Status, reason: str, environment: str, pending: bool = False
) -> StoredCell:
    """Return a cell that is not done, with the reason; a pending one goes on unasked."""
    return StoredCell(cell, CellRecord(status, environment, _now(), error=reason, pending=pending))


def _success(
    cell: Cell,
    conditions: Conditions,
    group: str | None,
    caught: Iterable[warnings.WarningMessage],
) -> StoredCell:
    data = load_dataset(cell.dataset, cell.split.seed)
    if data.sha256 != cell.dataset.sha256:
        raise DataError(f"{data.name}: the data changed since the study was planned")
    train, test = split(data, cell.split)
    y = permuted(data.y, train, cell.split) if cell.split.permuted else data.y
    pipeline = make_pipeline(cell)
    keep_jobs(pipeline, conditions.ledger)
    # before a shared kernel takes the backend's place: each classification has shots of its own
    answering = answering_backends(cell, pipeline[-1].backend) if cell.model.classify else []
    tuned = _tune(cell, pipeline, data, y, train)
    if tuned is not None:
        named = pipeline[-1].get_params(deep=False)
        pipeline[-1].set_params(**with_values(named, tuned.parameters))
    if group is not None:
        part = TrainingPart(pipeline[-1], y, train)
        rows = shared_rows(data, cell.split)
        share_kernels(pipeline, data.X, part, rows, group, conditions.folder)
    outcome = fit_and_predict(pipeline, data.X, y, train, test, answering)
    said = _predictions(cell, data, outcome, test)
    part = TrainingPart(pipeline[-1], y, train)
    quantities = found_quantities(cell.model.report, pipeline, data.X, part, outcome, said)
    record = CellRecord(
        status="done",
        environment=conditions.environment,
        finished_at_s=_now(),
        n_train=len(train),
        n_test=len(test),
        scores={name: score_of_stored(name, said) for name in conditions.metrics},
        train_scores=_scores(conditions.metrics, outcome.trained),
        costs=_costs(outcome, tuned),
        training={name: _reported(own) for name, own in outcome.training.items()},
        quantities=quantities,
        warnings=_texts(caught),
    )
    found = None if tuned is None else StoredTuning(tuned.parameters, tuned.trials)
    return StoredCell(cell, record, said, found)


def _texts(caught: Iterable[warnings.WarningMessage]) -> tuple[str, ...]:
    """Return what a cell was warned of, each once; of very many the first, and how many more."""
    texts = sorted({shown(str(one.message), 300) for one in caught})
    more = len(texts) - _MOST_WARNINGS
    return (*texts[:_MOST_WARNINGS], f"and {more:,} more") if more > 0 else tuple(texts)


def _scores(metrics: Sequence[str], said: Predictions | None) -> dict[str, float | None]:
    return {} if said is None else {name: score(name, said) for name in metrics}


def _tune(
    cell: Cell, pipeline: Pipeline, data: Dataset, y: NDArray[Any], train: NDArray[np.intp]
) -> Tuned | None:
    """Return what the search inside the training rows found; None for a cell that is not tuned."""
    budget, place = cell.model.tuning, cell.split
    if budget is None:
        return None
    folds = inner_folds(data, train, place, budget.folds)
    seed = child_seed(place.seed, "tuning", place.repeat, place.fold)
    return tune(pipeline, data.X, y, folds, budget, seed)


def _groups(cell: Cell, data: Dataset, test: NDArray[np.intp]) -> tuple[int, ...]:
    """Return the numbers of the test rows' groups; none where groups may be divided."""
    if cell.split.kind != "grouped" or data.groups is None:
        return ()
    numbers = np.unique(data.groups, return_inverse=True)[1]
    return tuple(numbers[test].tolist())


def _test_sets(cell: Cell, data: Dataset, test: NDArray[np.intp]) -> tuple[int, ...]:
    """Return the numbers of the test rows' fresh test sets; none where there are not any."""
    if cell.split.kind != "fresh" or data.folds is None:
        return ()
    return tuple(data.folds[test].tolist())


def _predictions(
    cell: Cell, data: Dataset, outcome: Outcome, test: NDArray[np.intp]
) -> StoredPredictions:
    found, asked = outcome.predictions, cell.model.classify
    time: tuple[int, ...] = ()
    if asked is not None and asked.times > 1:
        time = tuple(np.repeat(np.arange(asked.times), len(test)).tolist())
        test = np.tile(test, asked.times)
    return StoredPredictions(
        row=tuple(test.tolist()),
        true=tuple(found.true.tolist()),
        predicted=tuple(found.predicted.tolist()),
        classes=None if found.classes is None else tuple(found.classes.tolist()),
        scores=None if found.scores is None else tuple(found.scores.tolist()),
        scores_kind=found.scores_kind,
        trace=outcome.trace,
        stages=outcome.stages,
        groups=_groups(cell, data, test),
        test_set=_test_sets(cell, data, test),
        time=time,
    )


def _reported(value: Any) -> Any:
    """Return what a model reports as a record has it: a plain value, None for what is no number."""
    plain = value.item() if isinstance(value, np.generic) else value
    return None if isinstance(plain, float) and not math.isfinite(plain) else plain


def _costs(outcome: Outcome, tuned: Tuned | None) -> Costs:
    """Return what the cell took, with tuning, if there was any."""
    of_tuning = Usage() if tuned is None else tuned.usage
    return Costs(
        fit_s=outcome.fit_s,
        predict_s=outcome.predict_s,
        kernel_s=outcome.kernel_s,
        tune_s=None if tuned is None else tuned.seconds,
        total=outcome.usage + of_tuning,
        fit=outcome.fit_usage,
        tune=of_tuning,
    )


def _now() -> float:
    return round(time.time(), 3)
