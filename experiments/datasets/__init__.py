"""Data sets: one per file, each a function ``(random_state, **parameters) -> Dataset``."""

from experiments.datasets._dataset import Dataset

__all__ = ["Dataset"]
