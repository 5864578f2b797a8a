"""What decides a result: data, model and split, and the key of the three."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, TypeAlias

from experiments.records._json import canonical_json, plain

__all__ = [
    "SCHEMA",
    "Cell",
    "Classification",
    "DatasetSpec",
    "ModelSpec",
    "Parameters",
    "RowSplit",
    "Split",
    "SplitKind",
    "Step",
    "TuningBudget",
]

SCHEMA = 2  # of keys and files; another number is another world

#: Plain values by name, as a study gives them to a plug-in.
Parameters: TypeAlias = Mapping[str, Any]
#: Rules that divide the rows of a data set, and all rules: with fresh test sets nothing is divided.
RowSplit = Literal["stratified", "hold_out", "grouped", "predefined"]
SplitKind = RowSplit | Literal["fresh"]


@dataclass(frozen=True)
class Step:
    """A plug-in and its parameters.

    Parameters
    ----------
    name : str
        Name of the plug-in.
    parameters : mapping
        Plain values; what is not named has its default.
    """

    name: str
    parameters: Parameters


@dataclass(frozen=True)
class DatasetSpec:
    """What decides the data that a model gets.

    Parameters
    ----------
    name : str
        Name of the data set's plug-in.
    parameters : mapping
        Plain values of the plug-in.
    preprocessing : tuple of Step
        Transformers, fitted to the training rows in this order.
    sha256 : str, default=""
        Hash of the loaded data; empty until they are.
    draw : int, default=0
        Number of an independent draw of generated data.
    test_sets : int, default=0
        Number of fresh test sets of the same law, behind the rows that are trained on; with none,
        the rows themselves are divided.
    test_rows : int or None, default=None
        Rows of each test set; None is as many as are trained on.
    """

    name: str
    parameters: Parameters
    preprocessing: tuple[Step, ...]
    sha256: str = ""
    draw: int = 0
    test_sets: int = 0
    test_rows: int | None = None


@dataclass(frozen=True)
class TuningBudget:
    """The search inside a training part.

    Parameters
    ----------
    trials : int
        Number of trials, the first with the parameters that the study names.
    seconds : float or None
        Time after which no trial is begun; None is no limit.
    folds : int
        Number of inner folds.
    metric : str
        Metric whose mean over the inner folds decides.
    space : mapping
        Parameter to a list of values, or to ``{"low", "high", "log"}``.
    """

    trials: int
    seconds: float | None
    folds: int
    metric: str
    space: Parameters


@dataclass(frozen=True)
class Classification:
    """How test rows are measured where that is apart from training.

    Parameters
    ----------
    shots : int or None, default=None
        Measurements of each circuit; None is as many as in training.
    times : int, default=1
        Number of classifications of all test rows, each with shots of its own.
    """

    shots: int | None = None
    times: int = 1


@dataclass(frozen=True)
class ModelSpec:
    """What decides a model before it is fitted.

    Parameters
    ----------
    name : str
        Name of the model's plug-in.
    parameters : mapping
        Plain values, the backend's short name among them.
    calibrations : mapping, default={}
        Hash of every saved calibration that the backend refers to, by file.
    tuning : TuningBudget or None, default=None
        Search for the parameters that are not named; None for a model as it stands.
    classify : Classification or None, default=None
        Measurement of test rows apart from training; None is the training's own backend.
    report : tuple of str, default=()
        Quantities that are computed of the fitted model, sorted; see `qml.quantities`.
    preprocessing : tuple of Step, default=()
        Transformers of the model's own, behind those of the data set.
    """

    name: str
    parameters: Parameters
    calibrations: Mapping[str, str] = field(default_factory=dict)
    tuning: TuningBudget | None = None
    classify: Classification | None = None
    report: tuple[str, ...] = ()
    preprocessing: tuple[Step, ...] = ()

    @property
    def backend(self) -> str:
        """Short name of the backend; empty for a classical model."""
        return str(self.parameters.get("backend", ""))


@dataclass(frozen=True)
class Split:
    """Which rows are trained on and which are tested.

    Parameters
    ----------
    seed : int
        Seed of the study.
    repeat, fold : int
        Place among the study's splits, from 0.
    kind : {"stratified", "hold_out", "grouped", "predefined", "fresh"}, default="stratified"
        Rule by which rows are divided; see `experiments.evaluation.splits.split`.
    folds : int or None, default=None
        Number of folds, where the rule has them.
    test_size : float or None, default=None
        Share of the rows that is tested, where the rule holds some out.
    train_size : int, float or None, default=None
        Number or share of the training rows that are kept; None is all.
    permuted : bool, default=False
        Shuffle of the training labels, for a control.
    start : int, default=0
        Number of the training on these rows, each with random starts and shots of its own.
    """

    seed: int
    repeat: int
    fold: int
    kind: SplitKind = "stratified"
    folds: int | None = None
    test_size: float | None = None
    train_size: int | float | None = None
    permuted: bool = False
    start: int = 0


@dataclass(frozen=True)
class Cell:
    """One fit on one split, and all that decides its result.

    Labels are no part of it: a row that is renamed keeps its cells.

    Parameters
    ----------
    dataset : DatasetSpec
        Data, with their hash.
    model : ModelSpec
        Model, with its search.
    split : Split
        Division into training and test rows.
    """

    dataset: DatasetSpec
    model: ModelSpec
    split: Split

    @property
    def preprocessing(self) -> tuple[Step, ...]:
        """Transformers before the model: the data set's, then the model's own."""
        return self.dataset.preprocessing + self.model.preprocessing

    @cached_property
    def key(self) -> str:
        """SHA-256 of the canonical JSON of the cell and the schema's number."""
        content = {"schema": SCHEMA, **plain(self)}
        return hashlib.sha256(canonical_json(content).encode()).hexdigest()
