"""Kernel ridge regression."""

from sklearn.kernel_ridge import KernelRidge

__all__ = ["KernelRidge"]

SEARCH_SPACE = {
    "kernel": ["rbf", "linear", "polynomial"],
    "alpha": [0.001, 0.01, 0.1, 1.0, 10.0],
    "gamma": [None, 0.001, 0.01, 0.1, 1.0],
}
