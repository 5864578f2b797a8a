"""Studies and runs: the workbench from Python."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

from numpy.typing import ArrayLike

from experiments.planning.foresight import Assumed, Foreseen, foresee
from experiments.planning.making import make_plan
from experiments.planning.plan import Plan, Planned
from experiments.planning.sources import read_study, study_from_values
from experiments.planning.spec import StudySpec
from experiments.records import StoredCell
from experiments.reporting import tables
from experiments.reporting.summary import ShownRun, ShownStudy
from experiments.running.plans import folder_and_number
from experiments.running.pool import OnFinished, OnWait
from experiments.running.preflight import Preflight, RowCheck, cheaper, examine
from experiments.running.results import Results
from experiments.running.resume import OnStart, Resumption, resume
from experiments.running.store import Store

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Foreseen", "Plan", "Planned", "Preflight", "RowCheck", "Run", "Study"]


class Study(ShownStudy):
    """A comparison of models on data sets, ready to run.

    Examples
    --------
    >>> study = Study.load("quickstart", overrides=["protocol.folds=3"])
    >>> study.spec.protocol.folds
    3
    """

    def __init__(self, spec: StudySpec) -> None:
        self.spec = spec
        self._stores: dict[Path, Store] = {}  # each with what it has read

    @classmethod
    def load(
        cls, study: str | Path, overrides: Iterable[str] = (), backend: str | None = None
    ) -> Self:
        """Read and validate a study.

        Parameters
        ----------
        study : str or Path
            Name of a shipped study, or a YAML file.
        overrides : iterable of str, default=()
            Assignments as ``"protocol.folds=3"``.
        backend : str or None, default=None
            Backend in place of the study's own; models that name one keep theirs.

        Raises
        ------
        SpecError
            One line a problem: file, line, field, what is wrong.
        """
        return cls(read_study(study, overrides, backend))

    @classmethod
    def from_dict(
        cls, values: Mapping[str, Any], arrays: Mapping[str, Mapping[str, ArrayLike]] | None = None
    ) -> Self:
        """Return the study that plain values describe, as a YAML file would.

        Parameters
        ----------
        values : mapping
            Content of a study file.
        arrays : mapping or None, default=None
            Data sets of your own, by the names that the study uses: ``X``, ``y`` and, for grouped
            and predefined splits, ``groups`` and ``folds``; kept in the cache folder by their hash.

        Examples
        --------
        >>> mine = {"X": [[0.1], [0.9]] * 10, "y": ["a", "b"] * 10}
        >>> values = {"name": "own", "datasets": ["mine"], "models": ["svc"]}
        >>> Study.from_dict(values, {"mine": mine}).spec.datasets[0].label
        'mine'
        """
        return cls(study_from_values(values, arrays))

    def plan(self) -> Plan:
        """Return every cell with its rows in the table's order; data sets are loaded and hashed."""
        return make_plan(self.spec)

    def check(self, out: str | Path | None = None) -> Preflight:
        """Return what each row of the table will need, and has in the folder of the run."""
        return examine(self.plan().cells, (store := self._store(out)).finished(), store.folder)

    def foresee(self, accuracy: float = 0.9, disagreement: float = 0.1) -> list[Foreseen]:
        """Return the differences that can be shown of models that come out as `Assumed`."""
        return foresee(self.plan(), Assumed(accuracy, disagreement))

    def cheaper(self) -> list[tuple[str, Preflight]]:
        """Return what would ask less of a machine, and how much each of these would ask."""
        return cheaper(self.spec)

    def run(
        self,
        jobs: int | None = None,
        out: str | Path | None = None,
        retry_failed: bool = False,
        rerun_stale: bool = False,
        part: tuple[int, int] | None = None,
        on_start: OnStart | None = None,
        on_finished: OnFinished | None = None,
        on_wait: OnWait | None = None,
    ) -> Run:
        """Run what is missing, and return the run.

        Failures are rows; only a study that cannot be planned or stored raises.

        Parameters
        ----------
        jobs : int or None, default=None
            Number of processes; None uses every core. The numbers do not depend on it.
        out : str, Path or None, default=None
            Folder of the run; None is ``results/<study>``.
        retry_failed, rerun_stale : bool, default=False
            Permission to run again what failed; what other code or other versions made.
        part : (int, int) or None, default=None
            The k-th of n parts of the cells, from 1, for n machines on one folder; None is all.
        on_start, on_finished, on_wait : callable or None, default=None
            Listeners: called with the number of cells and of those that are missing; with key and
            status after every cell; now and then with the claims of others, if only theirs is left.
        """
        plan, store = self.plan(), self._store(out)
        how = Resumption(jobs, retry_failed, rerun_stale, part, on_start, on_finished, on_wait)
        with store.counting(plan.by_key):
            results = resume(plan, store, how)
            tables.export(results, store.folder)
        return Run(store.folder, store, results)

    def _store(self, out: str | Path | None) -> Store:
        folder = Path(out) if out is not None else Path("results") / self.spec.name
        return self._stores.setdefault(folder, Store(folder))


class Run(ShownRun):
    """The results of a study, as far as they are there; each call reads what is new.

    Parameters
    ----------
    run : str or Path
        Folder of the run, or name of a study run into ``results/``; ``NAME@2`` is its second plan.
    store : Store or None, default=None
        Store of that folder, with what it has read; None opens one.
    at_end : Results or None, default=None
        Results as they were when `Study.run` ended.
    """

    def __init__(
        self, run: str | Path, store: Store | None = None, at_end: Results | None = None
    ) -> None:
        self.folder, self.number = folder_and_number(run)
        self.store = Store(self.folder) if store is None else store
        self.at_end = at_end

    def results(self) -> Results:
        """Return the plan and the cells that are there, as records."""
        return self.store.results(self.number)

    def cells(self, metrics: Iterable[str] | None = None) -> pd.DataFrame:
        """Return one row a cell of the plan: labels, status, metrics, costs."""
        return tables.cell_table(self.results(), list(metrics or ()) or None)

    def table(
        self,
        metrics: Iterable[str] | None = None,
        interval: Literal["corrected", "bootstrap"] = "corrected",
    ) -> pd.DataFrame:
        """Return one row a data set and model: means, 95 % intervals, costs a fold.

        Parameters
        ----------
        metrics : iterable of str or None, default=None
            Metrics, also such as the study did not name; None is the study's own.
        interval : {"corrected", "bootstrap"}, default="corrected"
            Interval over folds, with the Nadeau-Bengio correction, or over test rows alone.
        """
        return tables.table(self.results(), list(metrics or ()) or None, interval)

    def export(self) -> list[Path]:
        """Write ``metrics.csv`` (a row a cell) and ``table.csv`` and ``.md`` (a row a model)."""
        return tables.export(self.results(), self.folder)

    def find(self, key: str) -> StoredCell:
        """Return the stored cell whose key starts with `key`; a `StoreError` if that is not one."""
        return self.store.find(key)
