"""What one fit of a row will ask of its backend, before it is run."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone

from experiments.evaluation.splits import shared_rows, split
from experiments.planning.building import load_dataset, make_pipeline
from experiments.records import Cell
from qml.backends import Backend, Estimate, Workload, keep_jobs, resolve_backend
from qml.engine import require_memory
from qml.errors import SpecError, WorkbenchError, reason_of
from qml.jobs import Ledger
from qml.kernels import KernelMachine
from qml.offers import Quantum
from qml.texts import shown

__all__ = ["Asked", "CostUnknown", "Fit", "Part", "first_part", "fit_of"]


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
class Asked:
    """What is asked of a backend.

    Parameters
    ----------
    estimate : Estimate
        Costs on the backend itself.
    machine_circuits : int
        Circuits of a machine for the same answers.
    """

    estimate: Estimate
    machine_circuits: int


@dataclass(frozen=True)
class Fit:
    """What one fit of a row asks, as the first of its cells tells.

    Parameters
    ----------
    features : int
        Number of features after preprocessing.
    backend : str
        Name of the backend; empty for classical models.
    fits : int
        Number of fits in a cell, its tuning included.
    alone : Asked
        Whole of it, as if no other fit shared anything.
    shared : Asked or None, default=None
        Part that is asked once for all fits that share it; None where nothing is shared.
    apart : Asked or None, default=None
        Part that each fit asks all the same where the other one is shared; None if there is none.
    """

    features: int
    backend: str
    fits: int
    alone: Asked
    shared: Asked | None = None
    apart: Asked | None = None


def first_part(cell: Cell, ledger: Ledger) -> Part:
    """Return what the model of a row's first cell gets to see; its preprocessing is fitted."""
    data = load_dataset(cell.dataset, cell.split.seed)
    train, test = split(data, cell.split)
    pipeline = make_pipeline(cell)
    keep_jobs(pipeline, ledger)
    X: NDArray[Any] = data.X
    if len(pipeline) > 1:
        X = pipeline[:-1].fit_transform(data.X[train], data.y[train])
    if X.ndim != 2:
        raise SpecError("the data are texts; the first preprocessing step must read texts")
    n_shared = len(shared_rows(data, cell.split))
    sizes = len(np.unique(data.y)), len(train), len(test), n_shared
    return Part(pipeline[-1], X.shape[1], *sizes)


def fit_of(cell: Cell, part: Part) -> Fit:
    """Return what a fit of the cell and its predictions will ask.

    Raises
    ------
    ResourceError
        If it would not fit into the memory.
    """
    model, features = part.model, part.features
    if not isinstance(model, Quantum):
        return Fit(features, "", 1, Asked(Estimate(0, 0, 0), 0))
    workload, backend = _workload(model, part), resolve_backend(model.backend)
    what = f"a cell of {features} features on {workload.n_qubits} qubits"
    require_memory(backend.estimate(workload).memory_bytes, what)
    measuring = backend.measuring()
    asked = workload
    if measuring is not backend:  # a machine takes gradients by shifts, for one
        asked = _workload(clone(model).set_params(backend=measuring), part)
    alone = Asked(backend.estimate(workload), measuring.estimate(asked).circuits)
    shared = apart = None
    if isinstance(model, KernelMachine) and workload.grams and model.kernel().requests(features):
        whole = replace(workload, n_evaluations=0, grams=((part.n_shared, 0),))
        shared = _asked(whole, backend, measuring)
        if part.n_shared < part.n_train + part.n_test:  # fresh rows are in no table
            beside = replace(workload, n_evaluations=0, grams=((part.n_test, part.n_train),))
            apart = _asked(beside, backend, measuring)
    tuning = cell.model.tuning
    fits = 1 if tuning is None else 1 + tuning.trials * tuning.folds  # as large as it at most
    return Fit(features, str(model.backend), fits, alone, shared, apart)


def _asked(workload: Workload, backend: Backend, measuring: Backend) -> Asked:
    return Asked(backend.estimate(workload), measuring.estimate(workload).circuits)


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
