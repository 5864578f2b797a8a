"""What a study's data are: frozen records that every room speaks.

A record becomes JSON at the store's door and nowhere else (`experiments.running.store`), but for
the texts that keys and seeds are drawn from: those are `canonical_json` of a record, and their
bytes stay. A field at its default is left out of both, so that a record may gain a field and keep
the keys and seeds of all that do not use it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from functools import cached_property
from typing import Any, Literal, TypeAlias

from qml.backends import Usage

__all__ = [
    "SCHEMA",
    "BackendSpec",
    "Cell",
    "CellRecord",
    "Coordinate",
    "Costs",
    "DatasetRow",
    "DatasetSpec",
    "DuelSettings",
    "Environment",
    "GitState",
    "ModelRow",
    "ModelSpec",
    "Parameters",
    "PlannedCell",
    "Provenance",
    "Published",
    "ScoresKind",
    "Split",
    "SplitKind",
    "Stage",
    "Status",
    "Step",
    "StoredCell",
    "StoredPlan",
    "StoredPredictions",
    "StoredTuning",
    "Trace",
    "Trial",
    "TuningBudget",
    "canonical_json",
    "label_of",
    "plain",
]

SCHEMA = 2  # of keys and files; another number is another world

#: Plain values by name, as a study gives them to a plug-in.
Parameters: TypeAlias = Mapping[str, Any]
SplitKind = Literal["stratified", "hold_out", "grouped", "predefined"]
Status = Literal["done", "failed", "timed_out", "out_of_memory", "crashed", "cancelled"]
ScoresKind = Literal["probabilities", "decision"]


# -- what decides a result


@dataclass(frozen=True)
class Step:
    """A plug-in and its parameters.

    Parameters
    ----------
    name : str
        Plug-in's name.
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
        Data set's plug-in.
    parameters : mapping
        Plain values of the plug-in.
    preprocessing : tuple of Step
        Transformers, fitted to the training rows in this order.
    sha256 : str, default=""
        Hash of the loaded data; empty until they are.
    """

    name: str
    parameters: Parameters
    preprocessing: tuple[Step, ...]
    sha256: str = ""


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
class ModelSpec:
    """What decides a model before it is fitted.

    Parameters
    ----------
    name : str
        Model's plug-in.
    parameters : mapping
        Plain values, the backend's short name among them.
    calibrations : mapping, default={}
        Hash of every saved calibration that the backend refers to, by file.
    tuning : TuningBudget or None, default=None
        Search for the parameters that are not named; None for a model as it stands.
    """

    name: str
    parameters: Parameters
    calibrations: Mapping[str, str] = field(default_factory=dict)
    tuning: TuningBudget | None = None

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
    kind : {"stratified", "hold_out", "grouped", "predefined"}, default="stratified"
        Rule by which rows are divided; see `experiments.evaluation.splits.split`.
    folds : int or None, default=None
        Number of folds, where the rule has them.
    test_size : float or None, default=None
        Share of the rows that is tested, where the rule holds some out.
    train_size : int, float or None, default=None
        Number or share of the training rows that are kept; None is all.
    permuted : bool, default=False
        Shuffle of the training labels, for a control.
    """

    seed: int
    repeat: int
    fold: int
    kind: SplitKind = "stratified"
    folds: int | None = None
    test_size: float | None = None
    train_size: int | float | None = None
    permuted: bool = False


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
        Rows.
    """

    dataset: DatasetSpec
    model: ModelSpec
    split: Split

    @cached_property
    def key(self) -> str:
        """SHA-256 of the canonical JSON of the cell and the schema's number."""
        content = {"schema": SCHEMA, **plain(self)}
        return hashlib.sha256(canonical_json(content).encode()).hexdigest()


# -- what came out


@dataclass(frozen=True)
class Costs:
    """What a cell took.

    Parameters
    ----------
    fit_s, predict_s : float
        Wall-clock seconds of all that a user waits for.
    kernel_s : float or None, default=None
        Share of both that went into kernel matrices; None for models without.
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
    costs : Costs or None, default=None
        Seconds, circuits and so on; None unless it is done.
    training : mapping, default={}
        What the model reports of its training.
    warnings : tuple of str, default=()
        Texts of the warnings that were caught.
    error : str, default=""
        Reason why it is not done.
    pending : bool, default=False
        True if the next run goes on with it unasked: a job waits elsewhere.
    """

    status: Status
    environment: str
    finished_at_s: float
    n_train: int = 0
    n_test: int = 0
    scores: Mapping[str, float | None] = field(default_factory=dict)
    costs: Costs | None = None
    training: Parameters = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    error: str = ""
    pending: bool = False


@dataclass(frozen=True)
class Trace:
    """The course of a training: an entry whenever the loss fell below all before.

    Parameters
    ----------
    steps, evaluations, circuits, shots, seconds : tuple of float
        Counts as they stood.
    losses : tuple of float
        Lowest loss so far.
    """

    steps: tuple[float, ...]
    evaluations: tuple[float, ...]
    circuits: tuple[float, ...]
    shots: tuple[float, ...]
    seconds: tuple[float, ...]
    losses: tuple[float, ...]


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
        Predictions along that course, where the study keeps them.
    """

    row: tuple[int, ...]
    true: tuple[Any, ...]
    predicted: tuple[Any, ...]
    classes: tuple[Any, ...] | None = None
    scores: tuple[Any, ...] | None = None
    scores_kind: ScoresKind | None = None
    trace: Trace | None = None
    stages: tuple[Stage, ...] = ()


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


@dataclass(frozen=True)
class StoredCell:
    """A finished cell as the store keeps it.

    Parameters
    ----------
    cell : Cell
        What was asked.
    record : CellRecord
        How it ended.
    predictions : StoredPredictions or None, default=None
        Answers on the test rows; None unless it is done.
    tuning : StoredTuning or None, default=None
        Search, if there was one.
    code : str or None, default=None
        Fingerprint of the code that made it, beside the content and no part of the key; None where
        none was taken.
    """

    cell: Cell
    record: CellRecord
    predictions: StoredPredictions | None = None
    tuning: StoredTuning | None = None
    code: str | None = None


# -- what was asked for


@dataclass(frozen=True)
class BackendSpec:
    """A place where circuits run, by its settings.

    Parameters
    ----------
    name : str
        Short name, as in ``aer:shots=1024``; what a model is given.
    kind : str
        Backend's plug-in.
    parameters : mapping
        Plain values of the plug-in.
    """

    name: str
    kind: str
    parameters: Parameters


@dataclass(frozen=True)
class Coordinate:
    """Where a row stands on one axis of its entry's grid.

    Parameters
    ----------
    axis : str
        Path of the setting, as in ``feature_map.reps`` or ``backend.noise_scale``.
    value : object
        Plain value there.
    text : str
        Words that tell it apart in a label.
    """

    axis: str
    value: Any
    text: str

    @property
    def of_backend(self) -> bool:
        """Whether it is a setting of the backend."""
        return self.axis.partition(".")[0] == "backend"


def label_of(entry: str, coordinates: Sequence[Coordinate]) -> str:
    """Return how a row is called: its entry's word, and its place in the entry's grid."""
    text = ", ".join(coordinate.text for coordinate in coordinates)
    return f"{entry} [{text}]" if text else entry


@dataclass(frozen=True)
class DatasetRow:
    """One data set of the table.

    Parameters
    ----------
    label : str
        Name in tables and figures; written, never read.
    spec : DatasetSpec
        Plug-in with plain parameters, and preprocessing; not loaded.
    coordinates : tuple of Coordinate, default=()
        Place in the entry's grid.
    """

    label: str
    spec: DatasetSpec
    coordinates: tuple[Coordinate, ...] = ()


@dataclass(frozen=True)
class ModelRow:
    """One model of the table.

    Parameters
    ----------
    label : str
        Name in tables and figures; written, never read.
    name : str
        Model's plug-in.
    parameters : mapping
        Plain values, the backend's short name among them.
    datasets : tuple of str or None, default=None
        Labels or names of the data sets it is for; None is all.
    search : mapping or None, default=None
        What is tuned of it; None if nothing is.
    entry : str, default=""
        Study's own word for the entry that the row comes from: its label, or the plug-in's name.
    coordinates : tuple of Coordinate, default=()
        Place in the entry's grid, the backend's settings included.
    backend : BackendSpec or None, default=None
        Where its circuits run; None for a classical model.
    """

    label: str
    name: str
    parameters: Parameters
    datasets: tuple[str, ...] | None = None
    search: Parameters | None = None
    entry: str = ""
    coordinates: tuple[Coordinate, ...] = ()
    backend: BackendSpec | None = None

    @property
    def title(self) -> str:
        """Words for the row whatever the backend's settings are."""
        return label_of(self.entry, [c for c in self.coordinates if not c.of_backend])

    def applies_to(self, dataset: DatasetRow) -> bool:
        """Whether the study asks for this model on that data set."""
        named = self.datasets
        return named is None or dataset.label in named or dataset.spec.name in named


@dataclass(frozen=True)
class PlannedCell:
    """A cell's place in the table.

    Parameters
    ----------
    key : str
        Key of the cell.
    dataset, model : str
        Labels of its rows; of a control, those of the model that it is a control of.
    repeat, fold : int
        Place among the splits.
    train_size : int, float or None, default=None
        Point of a learning curve; None is all training rows.
    control : str, default=""
        Kind of the control; empty for the model itself.
    """

    key: str
    dataset: str
    model: str
    repeat: int
    fold: int
    train_size: int | float | None = None
    control: str = ""


@dataclass(frozen=True)
class Published:
    """A number that was printed elsewhere, to stand beside ours.

    Parameters
    ----------
    dataset, model : str
        Labels of the rows it belongs to.
    metric : str
        Metric that it is a value of.
    value : float
        Number as printed.
    source : str
        Reference.
    """

    dataset: str
    model: str
    metric: str
    value: float
    source: str


@dataclass(frozen=True)
class DuelSettings:
    """What the duel of a study's optimizers tells apart.

    Parameters
    ----------
    pairs : tuple of (str, str)
        Optimizers, by plug-in, that are set against each other in words.
    iterations : int
        Number of iterations after which losses are compared.
    """

    pairs: tuple[tuple[str, str], ...]
    iterations: int


@dataclass(frozen=True)
class Provenance:
    """Where a data set comes from.

    Parameters
    ----------
    name : str
        Data set as its messages show it.
    rows : int
        Number of samples.
    features : int or None
        Number of columns; None for texts.
    source, licence : str
        Origin, and the terms of use.
    sha256 : str
        Hash of the data.
    """

    name: str
    rows: int
    features: int | None
    source: str
    licence: str
    sha256: str


@dataclass(frozen=True)
class StoredPlan:
    """What the latest run of a folder was asked for.

    Parameters
    ----------
    name : str
        Study's name.
    study : mapping
        All that the study says, as plain values.
    metrics : tuple of str
        Columns of the table; the first that fits decides verdicts.
    rope : float
        Half width of the region of practical equivalence.
    report : tuple of str
        Reported quantities that the table shows, by name.
    published : tuple of Published
        Printed numbers.
    duel : DuelSettings
        What is told of the optimizers.
    datasets : tuple of DatasetRow
        Rows of the table.
    models : tuple of ModelRow
        Rows of the table, without controls.
    cells : tuple of PlannedCell
        All cells in the table's order.
    provenance : mapping
        Data set's label to where it comes from.
    """

    name: str
    study: Parameters
    metrics: tuple[str, ...]
    rope: float
    report: tuple[str, ...]
    published: tuple[Published, ...]
    duel: DuelSettings
    datasets: tuple[DatasetRow, ...]
    models: tuple[ModelRow, ...]
    cells: tuple[PlannedCell, ...]
    provenance: Mapping[str, Provenance]


# -- what it was made with


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


# -- as JSON


def plain(value: Any) -> Any:
    """Return a value as JSON has it; of records, the fields that are not at their defaults.

    Examples
    --------
    >>> plain(Split(seed=1, repeat=0, fold=2, folds=5))
    {'seed': 1, 'repeat': 0, 'fold': 2, 'folds': 5}
    """
    if is_dataclass(value) and not isinstance(value, type):
        named = ((f, getattr(value, f.name)) for f in fields(value))
        return {f.name: plain(own) for f, own in named if own != _default(f)}
    if isinstance(value, Mapping):
        return {key: plain(own) for key, own in value.items()}
    return [plain(own) for own in value] if isinstance(value, list | tuple) else value


def _default(of: Any) -> Any:
    return of.default if of.default_factory is MISSING else of.default_factory()


def canonical_json(value: Any) -> str:
    """Return the one JSON text of a value: sorted keys, no spaces, full float precision."""
    return json.dumps(plain(value), sort_keys=True, separators=(",", ":"), allow_nan=False)
