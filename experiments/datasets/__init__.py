"""Data sets: one per file, each a function ``(random_state, **parameters) -> Dataset``."""

from experiments.datasets._dataset import Dataset
from experiments.datasets._table import arrays_folder

__all__ = ["Dataset", "arrays_folder"]
