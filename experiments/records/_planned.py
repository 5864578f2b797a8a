"""What was asked for: the rows of a study's table, where they stand, and its cells."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from experiments.records._asked import Classification, DatasetSpec, Parameters, Step
from experiments.records._declared import Declared, DuelSettings, FigureSettings
from experiments.records._multiverse import Multiverse
from experiments.records._published import Published

__all__ = [
    "BackendSpec",
    "Coordinate",
    "DatasetRow",
    "ModelRow",
    "PlannedCell",
    "Provenance",
    "StoredPlan",
    "label_of",
]


@dataclass(frozen=True)
class BackendSpec:
    """A place where circuits run, by its settings.

    Parameters
    ----------
    name : str
        Short name, as in ``aer:shots=1024``; what a model is given.
    kind : str
        Name of the backend's plug-in.
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
        Plain value of the setting.
    text : str
        Words that tell it apart in a label.
    """

    axis: str
    value: Any
    text: str

    @property
    def parameter(self) -> str:
        """Model's parameter that the setting belongs to."""
        return self.axis.partition(".")[0]


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
    entry : str
        Study's own word for the entry that the row comes from: its label, or the plug-in's name.
    coordinates : tuple of Coordinate, default=()
        Place in the entry's grid.
    family : str, default=""
        Study's word for the source of the data; empty is the plug-in, see `source`.
    draws : int, default=1
        Number of independent draws of generated data.
    seeds : int or None, default=None
        Number of trainings on each split; None is the protocol's.
    reading : int, default=0
        Number of the reading of the study that the row is of; 0 is the study as it is written.
    name_within : str, default=""
        Label within its reading; empty is the label.
    """

    label: str
    spec: DatasetSpec
    entry: str
    coordinates: tuple[Coordinate, ...] = ()
    family: str = ""
    draws: int = 1
    seeds: int | None = None
    reading: int = 0
    name_within: str = ""

    @property
    def source(self) -> str:
        """Source of the data: what else comes from it says nothing new about other data."""
        from_outside = self.spec.name in ("file", "openml")
        return self.family or (self.entry if from_outside else self.spec.name)


@dataclass(frozen=True)
class ModelRow:
    """One model of the table.

    Parameters
    ----------
    label : str
        Name in tables and figures; written, never read.
    name : str
        Name of the model's plug-in.
    parameters : mapping
        Plain values, the backend's short name among them.
    datasets : tuple of str or None, default=None
        Data sets that it is for, by the label of a row, that of an entry, or the plug-in's name;
        None is all.
    search : mapping or None, default=None
        Space of the parameters that are tuned; None if none are.
    entry : str, default=""
        Study's own word for the entry that the row comes from: its label, or the plug-in's name.
    coordinates : tuple of Coordinate, default=()
        Place in the entry's grid, the backend's settings included.
    backend : BackendSpec or None, default=None
        Place where its circuits run; None for a classical model.
    untuned : bool, default=False
        True for the row with the same settings beside one that is tuned.
    classify : Classification or None, default=None
        Measurement of test rows apart from training, where the study asks for it.
    preprocessing : tuple of Step, default=()
        Transformers of the model's own, behind those of the data set.
    reading : int, default=0
        Number of the reading of the study that the row is of; 0 is the study as it is written.
    name_within : str, default=""
        Label within its reading; empty is the label.
    """

    label: str
    name: str
    parameters: Parameters
    datasets: tuple[str, ...] | None = None
    search: Parameters | None = None
    entry: str = ""
    coordinates: tuple[Coordinate, ...] = ()
    backend: BackendSpec | None = None
    untuned: bool = False
    classify: Classification | None = None
    preprocessing: tuple[Step, ...] = ()
    reading: int = 0
    name_within: str = ""

    def called(self, leaving_out: Collection[str]) -> str:
        """Return words for the row whatever these parameters are."""
        places = [c for c in self.coordinates if c.parameter not in leaving_out]
        words = label_of(self.entry, places)
        return f"{words}, untuned" if self.untuned else words

    def applies_to(self, dataset: DatasetRow) -> bool:
        """Whether the study asks for this model on that data set."""
        named = self.datasets
        own = {dataset.label, dataset.name_within, dataset.entry, dataset.spec.name}
        return named is None or not own.isdisjoint(named)


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
    draw : int, default=0
        Number of the data set's draw.
    start : int, default=0
        Number of the training on the split.
    """

    key: str
    dataset: str
    model: str
    repeat: int
    fold: int
    train_size: int | float | None = None
    control: str = ""
    draw: int = 0
    start: int = 0


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
        Name of the study.
    study : mapping
        All that the study says, as plain values.
    metrics : tuple of str
        Columns of the table; the first that fits decides verdicts.
    report : tuple of str
        Reported quantities that the table shows, by name.
    published : tuple of Published
        Values printed elsewhere, to stand beside the study's own.
    duel : DuelSettings
        Settings of the duel of the study's optimizers.
    datasets : tuple of DatasetRow
        Rows of the table.
    models : tuple of ModelRow
        Rows of the table, without controls.
    cells : tuple of PlannedCell
        All cells in the table's order.
    provenance : mapping
        Data set's label to where it comes from.
    ropes : mapping, default={}
        Half width of the region of practical equivalence, by metric; a metric that is not there has
        the one that its test rows suggest.
    compare : Declared, default=Declared()
        Comparisons of models that are made.
    repeats : mapping, default={}
        Repeats of the splits, by the label of the data set.
    multiverse : Multiverse or None, default=None
        Readings of the study, whose rows stand behind its own; None for a study that has none.
    figures : tuple of FigureSettings, default=()
        Figures that are drawn: those that the study names, or else those of its kind.
    """

    name: str
    study: Parameters
    metrics: tuple[str, ...]
    report: tuple[str, ...]
    published: tuple[Published, ...]
    duel: DuelSettings
    datasets: tuple[DatasetRow, ...]
    models: tuple[ModelRow, ...]
    cells: tuple[PlannedCell, ...]
    provenance: Mapping[str, Provenance]
    ropes: Mapping[str, float] = field(default_factory=dict)
    compare: Declared = field(default_factory=Declared)
    repeats: Mapping[str, int] = field(default_factory=dict)
    figures: tuple[FigureSettings, ...] = ()
    multiverse: Multiverse | None = None

    def of_reading(self, number: int) -> StoredPlan:
        """Return the plan of one reading alone; 0 is the study as it is written."""
        if self.multiverse is None:
            return self
        datasets = tuple(row for row in self.datasets if row.reading == number)
        labels = {row.label for row in datasets}
        return replace(
            self,
            datasets=datasets,
            models=tuple(row for row in self.models if row.reading == number),
            cells=tuple(cell for cell in self.cells if cell.dataset in labels),
            multiverse=None,
        )

    @property
    def seeds(self) -> int:
        """The trainings on each split, where there is something random in them."""
        return 1 + max((cell.start for cell in self.cells), default=0)
