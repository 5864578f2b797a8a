"""Studies and runs: the workbench from Python."""

from __future__ import annotations

import hashlib
import io
import os
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike

from experiments.environment import describe_environment, usable_cores
from experiments.plan import PlannedCell, plan_cells, provenance
from experiments.preflight import Preflight, RowCheck, cheaper, check_budget, examine
from experiments.registry import STUDIES_FOLDER, study_names
from experiments.runner import OnFinished, run_cells
from experiments.shared_kernels import sharing_groups
from experiments.spec import StudySpec, parse
from experiments.store import Store
from experiments.yaml_source import YamlSource, read_yaml, set_value
from qml.durable import write_durably
from qml.errors import SpecError, StoreError, did_you_mean

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["PlannedCell", "Preflight", "RowCheck", "Run", "Study"]


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
    def from_dict(
        cls, values: dict[str, Any], arrays: Mapping[str, Mapping[str, ArrayLike]] | None = None
    ) -> Self:
        """Return the study that plain values describe, as a YAML file would.

        Parameters
        ----------
        values : dict
            What the file would say.
        arrays : mapping or None, default=None
            Data sets of your own, by the names under which the study uses them: ``X``, ``y`` and,
            for grouped and predefined splits, ``groups`` and ``folds``. They are kept in the cache
            folder under their hash, where every process finds them; ``spec`` then holds the data
            set `file` with that path.

        Examples
        --------
        >>> mine = {"X": [[0.1], [0.9]] * 10, "y": ["a", "b"] * 10}
        >>> values = {"name": "own", "datasets": ["mine"], "models": ["svc"]}
        >>> Study.from_dict(values, {"mine": mine}).spec.datasets[0].label
        'mine'
        """
        values = dict(values)
        if arrays and isinstance(values.get("datasets"), list):
            values["datasets"] = [_with_arrays(entry, arrays) for entry in values["datasets"]]
        return cls(parse(YamlSource("study", values)))

    def plan(self) -> list[PlannedCell]:
        """Return every cell with its rows, in the table's order; data sets are loaded and hashed.

        Raises
        ------
        DataError
            If a data set cannot be had or cannot be split.
        """
        return plan_cells(self.spec)

    def check(self, out: str | Path | None = None) -> Preflight:
        """Return what each row of the table will need; preprocessing is fitted once, no model is.

        Parameters
        ----------
        out : str, Path or None, default=None
            The run's folder, to count what is already there; None is ``results/<study>``.
        """
        folder = self._folder(out)
        return examine(self.plan(), set(Store(folder).stored_keys()), folder)

    def cheaper(self) -> list[tuple[str, Preflight]]:
        """Return what would ask less of a machine, and how much each of these would ask."""
        values = self.spec.model_dump(mode="json", exclude_unset=True)
        now = self.check(Path(os.devnull))
        routes = [
            (change, Study.from_dict(changed).check(Path(os.devnull)))
            for change, changed in cheaper(values)
        ]
        return [(change, found) for change, found in routes if found.qpu_s < now.qpu_s]

    def run(
        self,
        jobs: int | None = None,
        out: str | Path | None = None,
        retry_failed: bool = False,
        part: tuple[int, int] | None = None,
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
        part : (int, int) or None, default=None
            ``(k, n)`` runs the k-th of n parts of the cells, from 1: on each of n machines that
            share the folder another part. None is all.
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
        if self.spec.budget.max_shots or self.spec.budget.max_qpu_seconds:
            check_budget(examine(planned, set(), store.folder), self.spec.budget)
        cells = {item.cell.key: item.cell for item in planned}
        for key in list(cells):
            known = store.get(key)
            if known is None:
                continue
            record = known["record"]
            if record["status"] != "done" and (retry_failed or record.get("pending")):
                store.remove(key)
            else:
                del cells[key]
        if part is not None:
            number, parts = part
            cells = {key: c for key, c in cells.items() if int(key, 16) % parts == number - 1}
        if on_start is not None:
            total = len({item.cell.key for item in planned}) if part is None else len(cells)
            on_start(total, len(cells))
        run_cells(
            cells.values(),
            store,
            self.spec.metrics,
            environment,
            jobs or usable_cores(),
            on_finished or (lambda key, status: None),
            sharing_groups(item.cell for item in planned),
            self.spec.protocol.limits.model_dump(),
            {
                "max_shots": self.spec.budget.max_shots,
                "max_qpu_s": self.spec.budget.max_qpu_seconds,
                "retry_before_s": time.time() if retry_failed else None,
            },
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
                    "train_size": item.train_size,
                    "control": item.control,
                }
                for item in planned
            ],
            "datasets": provenance(self.spec, planned),
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

    def table(
        self,
        metrics: Iterable[str] | None = None,
        interval: Literal["corrected", "bootstrap"] = "corrected",
        cells: pd.DataFrame | None = None,
    ) -> pd.DataFrame:
        """Return one row a data set and model: means, 95 % intervals, costs a fold.

        Parameters
        ----------
        metrics : iterable of str or None, default=None
            Any metric, also one that the study did not name: it is computed from the stored
            predictions. None is the study's own.
        interval : {"corrected", "bootstrap"}, default="corrected"
            Over folds with the Nadeau-Bengio correction, or over test rows, which says nothing of
            other training rows.
        cells : DataFrame or None, default=None
            What `cells` has returned for these metrics; None reads them.
        """
        from experiments.reporting import tables

        store = self.store if interval == "bootstrap" else None
        read = self.cells(metrics) if cells is None else cells
        plan = self.store.read_plan()
        reported = plan["study"].get("report", [])
        table = tables.summary(read, self._metrics(metrics), store, reported)
        return tables.with_published(table, plan)

    def export(self) -> list[Path]:
        """Write ``metrics.csv`` (a row a cell) and ``table.csv`` and ``.md`` (a row a model)."""
        from experiments.reporting import tables

        metrics = self._metrics(None)
        cells = self.cells()
        table = self.table(cells=cells)
        files = {
            "metrics.csv": tables.render_cells_csv(cells),
            "table.csv": tables.render(table, metrics, "csv"),
            "table.md": tables.render(table, metrics, "markdown"),
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


def _with_arrays(entry: Any, arrays: Mapping[str, Mapping[str, ArrayLike]]) -> Any:
    """Return a study's data set entry with the file in place of the name of given arrays."""
    described = dict(entry) if isinstance(entry, Mapping) else {"name": entry}
    name = str(described.get("name"))
    if name not in arrays:
        return entry
    buffer = io.BytesIO()
    plain: dict[str, Any] = {key: np.asarray(array) for key, array in sorted(arrays[name].items())}
    np.savez(buffer, **plain)
    digest = hashlib.sha256(buffer.getvalue()).hexdigest()
    from experiments.datasets._table import arrays_folder

    file = arrays_folder() / f"{digest[:16]}.npz"
    write_durably(file, buffer.getvalue())
    own = {"name": "file", "path": file.name, "sha256": digest}
    return {"label": name, **described, **own}


def _study_file(study: str | Path) -> Path:
    shipped = study_names()
    if str(study) in shipped:
        return STUDIES_FOLDER / f"{study}.yaml"
    file = Path(study)
    if file.suffix not in (".yaml", ".yml") and not file.exists():
        raise SpecError(f"unknown study {str(study)!r}{did_you_mean(study, shipped)}")
    return file
