"""Extremely randomised trees."""

from sklearn.ensemble import ExtraTreesClassifier

__all__ = ["ExtraTreesClassifier"]

SEARCH_SPACE = {
    "n_estimators": [100, 200, 400],
    "max_features": ["sqrt", "log2", None],
    "min_samples_leaf": [1, 2, 5, 10],
}
