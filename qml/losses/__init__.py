"""Losses of class probabilities: one per file, each with its true slopes."""

from qml.losses._contract import LOSSES, Labels, LossSpec, Values, resolve_loss

__all__ = ["LOSSES", "Labels", "LossSpec", "Values", "resolve_loss"]
