"""Data sets: one per file, each a function ``(random_state, **parameters) -> Dataset``."""

from experiments.datasets._dataset import Dataset
from experiments.datasets._table import arrays_folder
from experiments.datasets._test_sets import with_test_sets

__all__ = ["Dataset", "arrays_folder", "with_test_sets"]
