"""Studies and runs: the workbench from Python."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from experiments.environment import describe_environment, usable_cores
from experiments.evaluation.metrics import METRICS, applies
from experiments.evaluation.protocol import split
from experiments.evaluation.tasks import check_model, task_of
from experiments.registry import MODELS, STUDIES_FOLDER, study_names
from experiments.runner import OnFinished, load_dataset, make_pipeline, run_cells
from experiments.shared_kernels import sharing_groups
from experiments.spec import (
    Cell,
    DatasetRow,
    ModelRow,
    StudySpec,
    canonical_json,
    dataset_rows,
    model_rows,
    parse,
)
from experiments.store import Store, write_durably
from experiments.yaml_source import YamlSource, read_yaml, set_value
from qml.backends import resolve_backend
from qml.engine import require_memory
from qml.errors import SpecError, StoreError, did_you_mean

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["PlannedCell", "RowCheck", "Run", "Study"]


@dataclass(frozen=True)
class PlannedCell:
    """A cell and the rows of the table it belongs to."""

    cell: Cell
    dataset: DatasetRow
    model: ModelRow


@dataclass(frozen=True)
class RowCheck:
    """What one model on one data set will need, known before anything runs.

    Parameters
    ----------
    dataset, model : str
        Labels.
    cells, finished : int
        Fits that the study asks for, and those already stored.
    features : int
        After preprocessing.
    circuits, shots : int
        At most, over all cells; 0 for classical models.
    memory_bytes : int
        At the peak of one cell's simulation.
    problem : str
        Why the row cannot run; empty if it can.
    """

    dataset: str
    model: str
    cells: int
    finished: int
    features: int
    circuits: int
    shots: int
    memory_bytes: int
    problem: str = ""


class Study:
    """A comparison of models on data sets, ready to run.

    Examples
    --------
    >>> study = Study.load("quickstart", overrides=["protocol.folds=3"])
    >>> study.spec.protocol.folds
    3
    """

    def __init__(self, spec: StudySpec) -> None:
        self.spec = spec

    @classmethod
    def load(
        cls, study: str | Path, overrides: Iterable[str] = (), backend: str | None = None
    ) -> Self:
        """Read and validate a study.

        Parameters
        ----------
        study : str or Path
            A shipped study's name, or a YAML file.
        overrides : iterable of str, default=()
            Assignments as ``"protocol.folds=3"``.
        backend : str or None, default=None
            Instead of the study's own; models that name a backend of their own keep it.

        Raises
        ------
        SpecError
            One line a problem: file, line, field, what is wrong.
        """
        source = read_yaml(_study_file(study))
        if isinstance(source.data, dict):
            for assignment in overrides:
                set_value(source.data, assignment)
            if backend is not None:
                source.data["backend"] = backend
        return cls(parse(source))

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """Return the study that plain values describe, as a YAML file would."""
        return cls(parse(YamlSource("study", values)))

    def plan(self) -> list[PlannedCell]:
        """Return every cell with its rows, in the table's order; data sets are loaded and hashed.

        Raises
        ------
        DataError
            If a data set cannot be had or has too few members of a class for the folds.
        """
        protocol = self.spec.protocol
        models = model_rows(self.spec)
        planned = []
        for dataset in dataset_rows(self.spec):
            described = dataset.described
            data = load_dataset(canonical_json(described), protocol.seed)
            split(data.y, protocol.folds, 0, 0, protocol.seed)  # refuse what cannot be split
            self._check_metrics(data.y, dataset.label)
            described["sha256"] = data.sha256
            for model in (model for model in models if model.applies_to(dataset)):
                self._check_model(model, data.y, dataset.label)
                for repeat in range(protocol.repeats):
                    for fold in range(protocol.folds):
                        cell = Cell(
                            described,
                            {"name": model.name, "parameters": model.parameters},
                            {
                                "folds": protocol.folds,
                                "repeat": repeat,
                                "fold": fold,
                                "seed": protocol.seed,
                            },
                        )
                        planned.append(PlannedCell(cell, dataset, model))
        return planned

    def _check_metrics(self, y: Any, dataset: str) -> None:
        """Refuse a data set about which no metric of the study says anything."""
        task = task_of(y)
        if not any(applies(metric, task) for metric in self.spec.metrics):
            known = ", ".join(metric for metric in METRICS if applies(metric, task))
            problem = f"none is of {task}, which {dataset!r} asks for; there are {known}"
            raise SpecError(problem, "metrics")

    def _check_model(self, model: ModelRow, y: Any, dataset: str) -> None:
        try:
            check_model(MODELS.load(model.name)(), y, dataset)
        except SpecError as error:
            hint = "; name its data sets under `datasets`"
            raise SpecError(error.problem + hint, f"models: {model.label}") from None

    def check(self, out: str | Path | None = None) -> list[RowCheck]:
        """Return what each row of the table will need; preprocessing is fitted once, no model is.

        Parameters
        ----------
        out : str, Path or None, default=None
            The run's folder, to count what is already there; None is ``results/<study>``.
        """
        store = Store(self._folder(out))
        stored = set(store.stored_keys())
        rows: dict[tuple[str, str], list[PlannedCell]] = {}
        for planned in self.plan():
            rows.setdefault((planned.dataset.label, planned.model.label), []).append(planned)
        return [_check_row(cells, stored) for cells in rows.values()]

    def run(
        self,
        jobs: int | None = None,
        out: str | Path | None = None,
        retry_failed: bool = False,
        on_start: Any = None,
        on_finished: OnFinished | None = None,
    ) -> Run:
        """Run what is missing, and return the run.

        Parameters
        ----------
        jobs : int or None, default=None
            Processes; None uses every core. The numbers do not depend on it.
        out : str, Path or None, default=None
            The run's folder; None is ``results/<study>``.
        retry_failed : bool, default=False
            Run stored failures again.
        on_start : callable or None, default=None
            Called with the number of cells and of those already stored.
        on_finished : callable or None, default=None
            Called with key and status after every cell.

        Returns
        -------
        Run
            With failures as rows; it raises only if the study cannot be planned or stored.
        """
        store = Store(self._folder(out))
        planned = self.plan()
        store.write_plan(self._plan_record(planned))
        environment = store.write_environment(describe_environment())
        cells = {item.cell.key: item.cell for item in planned}
        for key in list(cells):
            known = store.get(key)
            if known is None:
                continue
            if retry_failed and known["record"]["status"] != "done":
                store.remove(key)
            else:
                del cells[key]
        if on_start is not None:
            on_start(len({item.cell.key for item in planned}), len(cells))
        run_cells(
            cells.values(),
            store,
            self.spec.metrics,
            environment,
            jobs or usable_cores(),
            on_finished or (lambda key, status: None),
            sharing_groups(item.cell for item in planned),
        )
        run = Run(store.folder)
        run.export()
        return run

    def _folder(self, out: str | Path | None) -> Path:
        return Path(out) if out is not None else Path("results") / self.spec.name

    def _plan_record(self, planned: list[PlannedCell]) -> dict[str, Any]:
        return {
            "study": self.spec.model_dump(mode="json"),
            "metrics": self.spec.metrics,
            "cells": [
                {
                    "key": item.cell.key,
                    "dataset": item.dataset.label,
                    "model": item.model.label,
                    "repeat": item.cell.split["repeat"],
                    "fold": item.cell.split["fold"],
                }
                for item in planned
            ],
        }


class Run:
    """The results of a study, as far as they are there.

    Parameters
    ----------
    run : str or Path
        A run's folder, or the name of a study run into ``results/``.
    """

    def __init__(self, run: str | Path) -> None:
        folder = Path(run)
        if not folder.is_dir() and (Path("results") / folder).is_dir():
            folder = Path("results") / folder
        self.folder = folder
        self.store = Store(folder)

    def cells(self, metrics: Iterable[str] | None = None) -> pd.DataFrame:
        """Return one row a cell of the latest plan: labels, status, metrics, costs."""
        from experiments.reporting import tables

        return tables.cell_table(self.store, list(metrics) if metrics else None)

    def table(self, metrics: Iterable[str] | None = None) -> pd.DataFrame:
        """Return one row a data set and model: means, 95 % intervals, costs a fold.

        Parameters
        ----------
        metrics : iterable of str or None, default=None
            Any metric, also one that the study did not name: it is computed from the stored
            predictions. None is the study's own.
        """
        from experiments.reporting import tables

        return tables.summary(self.cells(metrics), self._metrics(metrics))

    def export(self) -> list[Path]:
        """Write ``metrics.csv`` (a row a cell) and ``table.csv`` and ``.md`` (a row a model)."""
        from experiments.reporting import tables

        metrics = self._metrics(None)
        cells = self.cells()
        files = {
            "metrics.csv": tables.render_cells_csv(cells),
            "table.csv": tables.render(tables.summary(cells, metrics), metrics, "csv"),
            "table.md": tables.render(tables.summary(cells, metrics), metrics, "markdown"),
        }
        for name, text in files.items():
            write_durably(self.folder / name, str(text).encode())
        return [self.folder / name for name in files]

    def _metrics(self, metrics: Iterable[str] | None) -> list[str]:
        return list(metrics) if metrics else list(self.store.read_plan()["metrics"])

    def find(self, key: str) -> dict[str, Any]:
        """Return the stored cell whose key starts with `key`.

        Raises
        ------
        StoreError
            If no cell's key or several cells' keys start so.
        """
        matches = [known for known in self.store.stored_keys() if known.startswith(key)]
        if len(matches) != 1:
            raise StoreError(f"{self.folder}: {len(matches)} stored cells start with {key!r}")
        content = self.store.get(matches[0])
        if content is None:
            raise StoreError(f"{self.folder}: the cell {key!r} was damaged and moved away")
        return content


def _study_file(study: str | Path) -> Path:
    shipped = study_names()
    if str(study) in shipped:
        return STUDIES_FOLDER / f"{study}.yaml"
    file = Path(study)
    if file.suffix not in (".yaml", ".yml") and not file.exists():
        raise SpecError(f"unknown study {str(study)!r}{did_you_mean(study, shipped)}")
    return file


def _check_row(planned: list[PlannedCell], stored: set[str]) -> RowCheck:
    first = planned[0]
    counts = (len(planned), sum(item.cell.key in stored for item in planned))
    labels = (first.dataset.label, first.model.label)
    data = load_dataset(
        canonical_json({k: v for k, v in first.cell.dataset.items() if k != "sha256"}),
        first.cell.split["seed"],
    )
    train, test = split(data.y, **first.cell.split)
    features = 0
    try:
        pipeline = make_pipeline(first.cell)
        X = (
            pipeline[:-1].fit_transform(data.X[train], data.y[train])
            if len(pipeline) > 1
            else data.X
        )
        if X.ndim != 2:
            raise SpecError("the data are texts; the first preprocessing step must read texts")
        features = X.shape[1]
        model = pipeline[-1]
        if not hasattr(model, "workload"):
            return RowCheck(*labels, *counts, features, 0, 0, 0)
        workload = model.workload(len(train), len(test), features, len(np.unique(data.y)))
        estimate = resolve_backend(model.backend).estimate(workload)
        require_memory(estimate.memory_bytes, "a cell")
    except (ValueError, MemoryError) as error:  # the five errors, and scikit-learn's
        problem = " ".join(str(error).split())
        return RowCheck(*labels, *counts, features, 0, 0, 0, problem)
    return RowCheck(
        *labels,
        *counts,
        features,
        estimate.circuits * len(planned),
        estimate.shots * len(planned),
        estimate.memory_bytes,
    )
