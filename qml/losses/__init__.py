"""Losses of class probabilities: one per file, each with its true slopes."""

from qml.losses._contract import LOSSES, LossSpec, resolve_loss

__all__ = ["LOSSES", "LossSpec", "resolve_loss"]
