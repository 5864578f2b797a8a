"""The room of backends."""

from qml.backends._contract import Backend
from qml.registry import Room

__all__ = ["BACKENDS"]

BACKENDS: Room[type[Backend]] = Room("backend", "qml.backends", supplied=("random_state",))
