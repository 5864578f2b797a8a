"""Gradient boosting of trees on binned features."""

from sklearn.ensemble import HistGradientBoostingClassifier

__all__ = ["HistGradientBoostingClassifier"]

SEARCH_SPACE = {
    "learning_rate": {"low": 0.01, "high": 0.5, "log": True},
    "max_iter": [50, 100, 200, 400],
    "max_leaf_nodes": [4, 8, 16, 31],
    "min_samples_leaf": [5, 10, 20],
    "l2_regularization": {"low": 1e-6, "high": 10.0, "log": True},
}
