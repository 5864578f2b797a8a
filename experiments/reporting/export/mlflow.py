"""A run in MLflow: a run for the study, and nested below it one a cell."""

from __future__ import annotations

import hashlib
import importlib.util
import logging
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.records import CellRecord, StoredCell, canonical_json, plain
from experiments.running.results import Fit, Results
from qml.errors import SpecError, reason_of
from qml.texts import shortened, visible

if TYPE_CHECKING:
    from mlflow.entities import Run as Tracked
    from mlflow.tracking import MlflowClient

__all__ = ["mlflow"]

_STUDY, _CELL, _ENDED, _PARENT = "qml.study", "qml.cell", "qml.ended", "mlflow.parentRunId"
_FILES = ("study.yaml", "table.csv", "table.md", "verdicts.csv", "metrics.csv", "report.html")
_LONGEST = 500  # characters of a value
_PAGE = 1000  # runs that are asked for at once


def mlflow(results: Results, folder: Path, place: str) -> Iterator[str]:
    """Tell MLflow at a tracking address of the run, such as sqlite:///mlflow.db.

    Told again, also while it is under way, it adds what is new.

    Raises
    ------
    SpecError
        If the package mlflow is missing, or nothing that keeps runs answers at the address.
    """
    if importlib.util.find_spec("mlflow") is None:
        raise SpecError("mlflow needs the package 'mlflow', which is not installed (extra track)")
    os.environ.setdefault(
        "MLFLOW_DISABLE_TELEMETRY", "true"
    )  # it would tell its makers of each run
    os.environ.setdefault("MLFLOW_LOGGING_LEVEL", "WARNING")
    from mlflow.exceptions import MlflowException
    from mlflow.tracking import MlflowClient

    logging.getLogger("alembic").setLevel(logging.WARNING)
    try:
        client = MlflowClient(tracking_uri=place, registry_uri=place)
        new, known = _tell(client, results, folder)
    except (MlflowException, OSError, ImportError, ValueError) as error:
        raise SpecError(
            f"{place}: MLflow keeps nothing there: {reason_of(error)}", "PLACE"
        ) from None
    yield f"Told {place}: {new:,} cells are new, {known:,} were known."


def _tell(client: MlflowClient, results: Results, folder: Path) -> tuple[int, int]:
    """Write what is not there yet; return how many cells are new, and how many were known."""
    name = visible(results.plan.name)
    experiment = client.get_experiment_by_name(name)
    place = experiment.experiment_id if experiment else client.create_experiment(name)
    study = canonical_json(plain(results.plan.study))
    digits = _digits(study)
    there = _all_runs(client, place, f"tags.`{_STUDY}` = '{digits}'")
    parents = [run for run in there if _CELL not in run.data.tags]
    if parents:
        parent = parents[0].info.run_id
    else:
        parent = client.create_run(place, run_name=name, tags={_STUDY: digits}).info.run_id
    known = {
        run.data.tags[_CELL]: run
        for run in there
        if run.data.tags.get(_PARENT) == parent and _CELL in run.data.tags
    }
    new = 0
    for fit in results.fits:
        if fit.stored is None or _is_known(known.get(fit.planned.key), fit.stored):
            continue
        if fit.planned.key in known:  # it failed and ran again, or its writer was stopped
            client.delete_run(known[fit.planned.key].info.run_id)
        _cell(client, place, parent, digits, fit)
        new += 1
    for file in _FILES:
        if (folder / file).is_file():
            client.log_artifact(parent, str(folder / file))
    left = any(fit.stored is None for fit in results.fits)
    client.update_run(parent, status="RUNNING" if left else "FINISHED")
    ended = sum(fit.stored is not None for fit in results.fits)
    return new, ended - new


def _digits(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _all_runs(client: MlflowClient, place: str, query: str) -> list[Tracked]:
    found: list[Tracked] = []
    page = client.search_runs([place], query, max_results=_PAGE)
    while True:
        found.extend(page)
        if not page.token:
            return found
        page = client.search_runs([place], query, max_results=_PAGE, page_token=page.token)


def _is_known(run: Tracked | None, cell: StoredCell) -> bool:
    """Return whether a run is that of this very fit, told to its end."""
    if run is None or run.info.status == "RUNNING":
        return False
    return bool(run.data.tags.get(_ENDED) == repr(cell.record.finished_at_s))


def _cell(client: MlflowClient, place: str, parent: str, digits: str, fit: Fit) -> None:
    from mlflow.entities import Metric, Param, RunTag

    if fit.stored is None:
        return
    planned, record = fit.planned, fit.stored.record
    ended_ms = int(record.finished_at_s * 1000)
    spent_s = record.costs.fit_s + record.costs.predict_s if record.costs is not None else 0.0
    begun_ms = ended_ms - int(spent_s * 1000)
    name = visible(f"{planned.dataset} / {planned.model}, {planned.repeat}.{planned.fold}")
    tags = {_STUDY: digits, _PARENT: parent, _CELL: planned.key, _ENDED: repr(record.finished_at_s)}
    told = {"status": record.status, "environment": record.environment, "error": record.error}
    tags |= {f"qml.{word}": shortened(visible(text), _LONGEST) for word, text in told.items()}
    run = client.create_run(place, start_time=begun_ms, tags=tags, run_name=name).info.run_id
    client.log_batch(
        run,
        metrics=[Metric(key, value, ended_ms, 0) for key, value in _metrics(record).items()],
        params=[Param(key, shortened(text, _LONGEST)) for key, text in _params(fit).items()],
        tags=[RunTag("mlflow.user", "qml-workbench")],
    )
    status = "FINISHED" if fit.status == "done" else "FAILED"
    client.set_terminated(run, status=status, end_time=ended_ms)


def _metrics(record: CellRecord) -> Mapping[str, float]:
    """Return scores and costs; what says nothing is left out."""
    found: dict[str, float | None] = dict(record.scores)
    found |= {f"train_{name}": value for name, value in record.train_scores.items()}
    if record.costs is not None:
        total = record.costs.total
        found |= {"fit_s": record.costs.fit_s, "predict_s": record.costs.predict_s}
        found |= {"circuits": total.circuits, "shots": total.shots}
    return {name: float(value) for name, value in found.items() if value is not None}


def _params(fit: Fit) -> Mapping[str, str]:
    planned = fit.planned
    found: dict[str, object] = {
        "dataset": planned.dataset,
        "model": planned.model,
        "repeat": planned.repeat,
        "fold": planned.fold,
        "draw": planned.draw,
        "start": planned.start,
        "control": planned.control or "-",
        "train_size": "all" if planned.train_size is None else planned.train_size,
    }
    if fit.stored is not None:
        values = fit.stored.cell.model.parameters
        found |= {f"model.{name}": canonical_json(value) for name, value in values.items()}
    return {name: visible(str(value)) for name, value in found.items()}
