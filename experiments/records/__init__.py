"""What a study's data are: frozen records that every room speaks.

A record becomes JSON at the store's door (`experiments.running.store`), and in the texts that keys,
seeds and caches are drawn from: those are `canonical_json` of a record, and their bytes stay. A
field at its default is left out of both, so that a record may gain a field and keep the keys and
seeds of all that do not use it.
"""

from experiments.records._asked import (
    SCHEMA,
    Cell,
    Classification,
    DatasetSpec,
    ModelSpec,
    Parameters,
    RowSplit,
    Split,
    SplitKind,
    Step,
    TuningBudget,
)
from experiments.records._declared import Declared, DuelSettings, FigureSettings
from experiments.records._figure import Axis, Figure, Line, Panel, Printed
from experiments.records._found import (
    CellRecord,
    Code,
    Costs,
    Environment,
    GitState,
    ScoresKind,
    Stage,
    Status,
    StoredCell,
    StoredPredictions,
    StoredTuning,
    Trace,
    Trial,
)
from experiments.records._json import canonical_json, from_json, json_text, plain, pretty_json
from experiments.records._multiverse import Choice, Multiverse, Option, Reading
from experiments.records._planned import (
    BackendSpec,
    Coordinate,
    DatasetRow,
    ModelRow,
    PlannedCell,
    Provenance,
    StoredPlan,
    label_of,
)
from experiments.records._published import Published

__all__ = [
    "SCHEMA",
    "Axis",
    "BackendSpec",
    "Cell",
    "CellRecord",
    "Choice",
    "Classification",
    "Code",
    "Coordinate",
    "Costs",
    "DatasetRow",
    "DatasetSpec",
    "Declared",
    "DuelSettings",
    "Environment",
    "Figure",
    "FigureSettings",
    "GitState",
    "Line",
    "ModelRow",
    "ModelSpec",
    "Multiverse",
    "Option",
    "Panel",
    "Parameters",
    "PlannedCell",
    "Printed",
    "Provenance",
    "Published",
    "Reading",
    "RowSplit",
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
    "from_json",
    "json_text",
    "label_of",
    "plain",
    "pretty_json",
]
