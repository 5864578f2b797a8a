"""Gaussian process regression."""

from sklearn.gaussian_process import GaussianProcessRegressor

__all__ = ["GaussianProcessRegressor"]

SEARCH_SPACE = {"alpha": [1e-10, 1e-3, 1e-2, 1e-1, 1.0], "normalize_y": [True]}
