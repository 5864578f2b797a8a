"""What came out: a cell's end, its costs, its predictions, the search behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from experiments.records._asked import Cell, Parameters
from qml.costs import Usage
from qml.quantities import Finding

__all__ = [
    "CellRecord",
    "Costs",
    "Environment",
    "GitState",
    "ScoresKind",
    "Stage",
    "Status",
    "StoredCell",
    "StoredPredictions",
    "StoredTuning",
    "Trace",
    "Trial",
]

Status = Literal["done", "failed", "timed_out", "out_of_memory", "crashed", "cancelled"]
ScoresKind = Literal["probabilities", "decision"]


@dataclass(frozen=True)
class Costs:
    """What a cell took.

    Parameters
    ----------
    fit_s, predict_s : float
        Wall-clock seconds of all that a user waits for.
    kernel_s : float or None, default=None
        Seconds of fit and prediction that went into kernel matrices; None for models without.
    tune_s : float or None, default=None
        Wall-clock seconds of all trials; None for a cell that is not tuned.
    total, fit, tune : Usage
        Circuits, shots and so on: all together, of the fit, of the trials.
    """

    fit_s: float
    predict_s: float
    kernel_s: float | None = None
    tune_s: float | None = None
    total: Usage = field(default_factory=Usage)
    fit: Usage = field(default_factory=Usage)
    tune: Usage = field(default_factory=Usage)


@dataclass(frozen=True)
class CellRecord:
    """How a cell ended.

    Parameters
    ----------
    status : str
        ``"done"``, or what kept it from that.
    environment : str
        Name of the environment's description in the run's folder.
    finished_at_s : float
        Moment of the end, in seconds since the epoch.
    n_train, n_test : int, default=0
        Numbers of rows.
    scores : mapping, default={}
        Metric to its value on the test rows; None where it says nothing.
    train_scores : mapping, default={}
        Metric to its value on the rows that were fitted, by their labels as they were fitted; empty
        where that would have cost shots.
    costs : Costs or None, default=None
        Seconds, circuits and so on; None unless it is done.
    training : mapping, default={}
        Report of the model on its training.
    quantities : mapping, default={}
        Quantities of the fitted model that were asked for and found, by name.
    warnings : tuple of str, default=()
        Texts of the warnings that were caught.
    error : str, default=""
        Reason why it is not done.
    pending : bool, default=False
        True if the next run goes on with it unasked: a job waits elsewhere, or the code changed.
    """

    status: Status
    environment: str
    finished_at_s: float
    n_train: int = 0
    n_test: int = 0
    scores: Mapping[str, float | None] = field(default_factory=dict)
    train_scores: Mapping[str, float | None] = field(default_factory=dict)
    costs: Costs | None = None
    training: Parameters = field(default_factory=dict)
    quantities: Mapping[str, Finding] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    error: str = ""
    pending: bool = False

    @property
    def reported(self) -> Parameters:
        """What a table may show: the model's own report, and the numbers that were asked for."""
        return {**self.training, **{name: one.value for name, one in self.quantities.items()}}


@dataclass(frozen=True)
class Trace:
    """The course of a training: an entry whenever the loss fell below all before.

    Parameters
    ----------
    steps, evaluations, circuits, shots, seconds : tuple of float
        Counts as they stood.
    losses : tuple of float
        Lowest loss so far.
    step_numbers, step_losses : tuple of float, default=()
        Numbers of the optimizer's steps and the mean loss of each, low or not; empty where a
        training keeps none.
    """

    steps: tuple[float, ...]
    evaluations: tuple[float, ...]
    circuits: tuple[float, ...]
    shots: tuple[float, ...]
    seconds: tuple[float, ...]
    losses: tuple[float, ...]
    step_numbers: tuple[float, ...] = ()
    step_losses: tuple[float, ...] = ()


@dataclass(frozen=True)
class Stage:
    """A point of a training's course, as if it had ended there; on ideal qubits, for nothing.

    Parameters
    ----------
    steps, evaluations, circuits, shots, seconds : float
        Counts as they stood.
    loss : float
        Loss of the weights of that moment.
    predicted : tuple
        Labels of the test rows by those weights.
    """

    steps: float
    evaluations: float
    circuits: float
    shots: float
    seconds: float
    loss: float
    predicted: tuple[Any, ...]


@dataclass(frozen=True)
class StoredPredictions:
    """What a model said of its test rows.

    Parameters
    ----------
    row : tuple of int
        Numbers of the test rows.
    true, predicted : tuple
        Labels or targets.
    classes : tuple or None, default=None
        All labels of the data set, sorted; None for targets.
    scores : tuple or None, default=None
        Probabilities or decision values, one entry a row.
    scores_kind : {"probabilities", "decision"} or None, default=None
        Meaning of `scores`.
    trace : Trace or None, default=None
        Course of the training's best loss; None for models that have none.
    stages : tuple of Stage, default=()
        Predictions along the training's course, where the study keeps them.
    groups : tuple of int, default=()
        Numbers of the groups that the rows belong to, where a group is never divided.
    test_set : tuple of int, default=()
        Numbers of the fresh test sets that the rows belong to; empty where rows of the data set
        are tested.
    time : tuple of int, default=()
        Numbers of the classifications that the answers belong to; empty where there is one.
    """

    row: tuple[int, ...]
    true: tuple[Any, ...]
    predicted: tuple[Any, ...]
    classes: tuple[Any, ...] | None = None
    scores: tuple[Any, ...] | None = None
    scores_kind: ScoresKind | None = None
    trace: Trace | None = None
    stages: tuple[Stage, ...] = ()
    groups: tuple[int, ...] = ()
    test_set: tuple[int, ...] = ()
    time: tuple[int, ...] = ()


@dataclass(frozen=True)
class Trial:
    """One trial of a search.

    Parameters
    ----------
    parameters : mapping
        Values that were tried; empty for those that the study names.
    score : float or None
        Mean over the inner folds; None where it failed.
    problem : str, default=""
        Reason of a failure.
    """

    parameters: Parameters
    score: float | None
    problem: str = ""


@dataclass(frozen=True)
class StoredTuning:
    """What a search found.

    Parameters
    ----------
    parameters : mapping
        Values of the best trial.
    trials : tuple of Trial
        All trials in order.
    """

    parameters: Parameters
    trials: tuple[Trial, ...]


#: Digits of every module that had a part in a result, by the module's name.
Code = Mapping[str, str]


@dataclass(frozen=True)
class StoredCell:
    """A finished cell as the store keeps it.

    Parameters
    ----------
    cell : Cell
        Fit that was asked for.
    record : CellRecord
        Record of how it ended.
    predictions : StoredPredictions or None, default=None
        Answers on the test rows; None unless it is done.
    tuning : StoredTuning or None, default=None
        Search, if there was one.
    code : str or None, default=None
        Digits under which the code that made it is kept, beside the content and no part of the key;
        None where it is not known.
    """

    cell: Cell
    record: CellRecord
    predictions: StoredPredictions | None = None
    tuning: StoredTuning | None = None
    code: str | None = None


@dataclass(frozen=True)
class GitState:
    """State of the code.

    Parameters
    ----------
    commit : str
        Hash of the commit.
    changed : bool
        True if files differ from it.
    """

    commit: str
    changed: bool


@dataclass(frozen=True)
class Environment:
    """What a reader needs to judge or repeat the numbers; nothing personal, no paths.

    Parameters
    ----------
    python, platform, machine : str
        Versions of Python and of the system, and the kind of machine.
    processor : str
        Model of the processor: last digits depend on it, and what an optimizer makes of them.
    blas : tuple of str
        Libraries of linear algebra, with their version and the kernel that they chose.
    cores : int
        Number of cores that may be used.
    memory_bytes : int
        Memory of the machine.
    packages : mapping
        Version by package; None where it is not installed.
    git : GitState or None
        State of the checkout; None outside one.
    """

    python: str
    platform: str
    machine: str
    processor: str
    blas: tuple[str, ...]
    cores: int
    memory_bytes: int
    packages: Mapping[str, str | None]
    git: GitState | None
