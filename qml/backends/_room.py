"""The room of backends."""

from qml.registry import Room

__all__ = ["BACKENDS"]

BACKENDS = Room("backend", "qml.backends", supplied=("random_state",))
