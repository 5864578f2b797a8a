"""What a study can name, a line each."""

from __future__ import annotations

from experiments.evaluation.metrics import METRICS
from experiments.planning.yaml_source import read_yaml
from experiments.registry import (
    DATASETS,
    MODELS,
    PREPROCESSING,
    QUANTITIES,
    STUDIES_FOLDER,
    study_names,
)
from qml.backends import BACKENDS
from qml.circuits import ANSATZES, FEATURE_MAPS
from qml.decisions import DECISIONS
from qml.devices import DEVICES, snapshot_names
from qml.errors import SpecError
from qml.kernels import KERNELS
from qml.losses import LOSSES
from qml.optimizers import OPTIMIZERS
from qml.registry import Room, first_sentence

__all__ = ["listed"]

_ROOMS: dict[str, Room[object]] = {
    "models": MODELS,
    "datasets": DATASETS,
    "preprocessing": PREPROCESSING,
    "backends": BACKENDS,
    "devices": DEVICES,
    "optimizers": OPTIMIZERS,
    "losses": LOSSES,
    "decisions": DECISIONS,
    "feature-maps": FEATURE_MAPS,
    "kernels": KERNELS,
    "ansatzes": ANSATZES,
    "quantities": QUANTITIES,
}


def listed(kind: str) -> list[tuple[str, str]]:
    """Return the names of a kind, each with what it is.

    Parameters
    ----------
    kind : str
        Word of the command line, as in ``"feature-maps"``, ``"metrics"`` or ``"studies"``.
    """
    if kind == "studies":
        return [(name, _study(name)) for name in study_names()]
    if kind == "metrics":
        return [(name, "") for name in METRICS]
    room = _ROOMS[kind]
    found = [(name, _plugin(room, name)) for name in room.names()]
    if kind == "devices":
        found += [(name, "Snapshot of a machine of IBM Quantum") for name in snapshot_names()]
    return found


def _study(name: str) -> str:
    """Return the first sentence of a study's description."""
    described = read_yaml(STUDIES_FOLDER / f"{name}.yaml").data.get("description", "")
    return " ".join(str(described).split()).split(". ")[0].rstrip(".")


def _plugin(room: Room[object], name: str) -> str:
    """Return what a plug-in is, or which package it lacks."""
    try:
        return first_sentence(room.module(name))
    except SpecError as error:
        return f"({error.problem})"
