"""What one fit of a row will ask of its backend, before it is run."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.pipeline import Pipeline

from experiments.evaluation.splits import shared_rows, split
from experiments.planning.building import load_dataset, make_pipeline
from experiments.records import Cell, canonical_json
from experiments.registry import QUANTITIES
from qml.backends import (
    Backend,
    Estimate,
    Workload,
    keep_jobs,
    resolve_backend,
    with_shots,
)
from qml.engine import require_memory
from qml.errors import SpecError, WorkbenchError, reason_of
from qml.jobs import Ledger
from qml.kernels import KernelMachine
from qml.offers import Quantum, Wide
from qml.optimizers import Optimizer, resolve_optimizer
from qml.texts import shown

__all__ = ["Asked", "CostUnknown", "Fit", "Part", "Work", "first_part", "fit_of"]


class CostUnknown(Exception):
    """A model fails when it is asked what it will ask; whether it runs is another question."""


@dataclass(frozen=True)
class Part:
    """A row's model, and the data it gets.

    Parameters
    ----------
    model : estimator
        Unfitted model of the row.
    features : int
        Number of features after preprocessing.
    n_classes : int
        Number of classes, or of different targets.
    n_train, n_test : int
        Rows that it trains on, and rows that it predicts.
    n_shared : int
        Rows of which a shared kernel has all pairs; see `shared_rows`.
    """

    model: Any
    features: int
    n_classes: int
    n_train: int
    n_test: int
    n_shared: int


@dataclass(frozen=True)
class Work:
    """A workload on a backend, as often as it is asked for.

    Parameters
    ----------
    backend : Backend
        Backend that runs it.
    workload : Workload
        Workload of one time.
    times : int, default=1
        Number of times that it is asked.
    optimizer : Optimizer or None, default=None
        Optimizer that asks, where weights are trained.
    """

    backend: Backend
    workload: Workload
    times: int = 1
    optimizer: Optimizer | None = None


@dataclass(frozen=True)
class Asked:
    """What is asked of a backend.

    Parameters
    ----------
    estimate : Estimate
        Costs on the backend itself.
    machine_circuits : int
        Circuits of a machine for the same answers.
    works : tuple of Work, default=()
        Workloads that it is made of.
    """

    estimate: Estimate
    machine_circuits: int
    works: tuple[Work, ...] = ()

    def often(self, times: int) -> Asked:
        """Return it as often; the memory and the circuit are of one time."""
        one = self.estimate
        estimate = replace(
            one,
            circuits=one.circuits * times,
            shots=one.shots * times,
            jobs=one.jobs * times,
            qpu_s=one.qpu_s * times,
        )
        works = tuple(replace(work, times=work.times * times) for work in self.works if times)
        return Asked(estimate, self.machine_circuits * times, works)

    def plus(self, other: Asked) -> Asked:
        """Return both, one after the other."""
        one, two = self.estimate, other.estimate
        estimate = replace(
            one,
            circuits=one.circuits + two.circuits,
            shots=one.shots + two.shots,
            jobs=one.jobs + two.jobs,
            qpu_s=one.qpu_s + two.qpu_s,
            memory_bytes=max(one.memory_bytes, two.memory_bytes),
        )
        together = self.machine_circuits + other.machine_circuits
        return Asked(estimate, together, self.works + other.works)


@dataclass(frozen=True)
class Fit:
    """What one fit of a row asks, as the first of its cells tells.

    Parameters
    ----------
    features : int
        Number of features after preprocessing.
    backend : str
        Name of the backend; empty for classical models.
    alone : Asked
        Whole of a cell, tuning included, as if no other fit shared anything.
    shared : Asked or None, default=None
        Part that is asked once for all fits that share it; None where nothing is shared.
    apart : Asked or None, default=None
        Part that each fit asks all the same where the other one is shared; None if there is none.
    """

    features: int
    backend: str
    alone: Asked
    shared: Asked | None = None
    apart: Asked | None = None


def first_part(cell: Cell, ledger: Ledger, seen: dict[tuple[str, int], int]) -> Part:
    """Return what the model of a row's first cell gets to see.

    Preprocessing is fitted once for as many training rows of one data set: `seen` keeps how many
    features it leaves.
    """
    data = load_dataset(cell.dataset, cell.split.seed)
    train, test = split(data, cell.split)
    pipeline = make_pipeline(cell)
    keep_jobs(pipeline, ledger)
    key = canonical_json([cell.dataset, cell.model.preprocessing]), len(train)
    if key not in seen:
        X: NDArray[Any] = data.X
        if len(pipeline) > 1:
            X = _prepared(pipeline[:-1], data.X[train], data.y[train])
        if X.ndim != 2:
            raise SpecError("the data are texts; the first preprocessing step must read texts")
        seen[key] = X.shape[1]
    n_shared = len(shared_rows(data, cell.split))
    sizes = len(np.unique(data.y)), len(train), len(test), n_shared
    return Part(pipeline[-1], seen[key], *sizes)


def _prepared(steps: Pipeline, X: NDArray[Any], y: NDArray[Any]) -> NDArray[Any]:
    try:
        prepared: Any = steps.fit_transform(X, y)
    except (ValueError, MemoryError):  # the five errors, and scikit-learn's, which say enough
        raise
    except (Exception, SystemExit) as error:  # somebody's step, which may as well exit
        raise SpecError(f"preprocessing: {reason_of(error)}") from None
    if getattr(prepared, "ndim", 0) != 2:
        got = getattr(prepared, "shape", prepared)
        raise SpecError(f"preprocessing gives {shown(got)}, expected rows of numbers")
    rows: NDArray[Any] = prepared
    return rows


def fit_of(cell: Cell, part: Part) -> Fit:
    """Return what a fit of the cell and its predictions will ask.

    Raises
    ------
    ResourceError
        If it would not fit into the memory.
    """
    model, features = part.model, part.features
    if not isinstance(model, Quantum):
        return Fit(features, "", Asked(Estimate(0, 0, 0), 0))
    backend = resolve_backend(model.backend)
    if isinstance(model, Wide):  # before it makes a circuit to say what it asks
        backend.require_qubits(model.least_qubits(features))
    workload = _workload(model, part)
    backend.require_qubits(workload.n_qubits)
    what = f"a cell of {features} features on {workload.n_qubits} qubits"
    require_memory(backend.estimate(workload).memory_bytes, what)
    alone, classify = _whole(model, part, backend), cell.model.classify
    if any(QUANTITIES.load(name).ideal for name in cell.model.report):
        beside = replace(workload, n_evaluations=0, grams=((part.n_train, 0),), repeats=())
        require_memory(resolve_backend("exact").estimate(beside).memory_bytes, f"{what}, exactly,")
    answers = None
    if classify is not None:
        alone = _whole(model, replace(part, n_test=0), backend)
        name = str(model.backend)
        place = resolve_backend(with_shots(name, classify.shots) if classify.shots else name)
        answers = _answers(model, part, place).often(classify.times)
    shared, apart = None, answers
    if isinstance(model, KernelMachine) and workload.grams and model.kernel().requests(features):
        whole = replace(workload, n_evaluations=0, grams=((part.n_shared, 0),), repeats=())
        shared = _asked(whole, backend)
        if answers is None and part.n_shared < part.n_train + part.n_test:
            fresh = ((part.n_test, part.n_train),)
            beside = replace(workload, n_evaluations=0, grams=fresh, repeats=())
            apart = _asked(beside, backend)  # fresh rows are in no table
    tuning = cell.model.tuning
    fits = 1 if tuning is None else 1 + tuning.trials * tuning.folds  # as large as it at most
    if answers is None:
        return Fit(features, str(model.backend), alone.often(fits), shared, apart)
    trials = _whole(model, part, backend).often(fits - 1)
    return Fit(features, str(model.backend), alone.plus(trials).plus(answers), shared, apart)


def _asked(workload: Workload, backend: Backend) -> Asked:
    machines = backend.measuring().estimate(workload).circuits
    return Asked(backend.estimate(workload), machines, (Work(backend, workload),))


def _whole(model: Any, part: Part, backend: Backend) -> Asked:
    """Return what a fit and its predictions ask of a backend."""
    measuring = backend.measuring()
    asked = workload = _workload(model, part)
    if measuring is not backend:  # a machine takes gradients by shifts, for one
        asked = _workload(clone(model).set_params(backend=measuring), part)
    machines = measuring.estimate(asked).circuits
    optimizer = resolve_optimizer(model.optimizer) if workload.weights else None
    work = Work(backend, workload, optimizer=optimizer)
    return Asked(backend.estimate(workload), machines, (work,))


def _answers(model: Any, part: Part, backend: Backend) -> Asked:
    """Return what predictions alone ask of a backend that was not the training's."""
    asking = clone(model).set_params(backend=backend)
    fitted = _whole(asking, replace(part, n_test=0), backend)
    both = _whole(asking, part, backend)
    asked, before = (each.works[0].workload for each in (both, fitted))
    alone = replace(
        asked,
        n_evaluations=asked.n_evaluations - before.n_evaluations,
        batch=part.n_test,
        grams=tuple(gram for gram in asked.grams if gram not in before.grams),
        repeats=(),
        weights=(),
    )
    return replace(both.plus(fitted.often(-1)), works=(Work(backend, alone),))


def _workload(model: Any, part: Part) -> Workload:
    """Return what a fit and its predictions ask of the model's backend."""
    try:
        asked = model.workload(part.n_train, part.n_test, part.features, part.n_classes)
    except (WorkbenchError, KeyboardInterrupt):
        raise
    except BaseException as error:  # somebody's model, which may as well exit
        raise CostUnknown(reason_of(error)) from None
    if not isinstance(asked, Workload):
        raise CostUnknown(f"workload: {shown(asked)} is none")
    return asked
