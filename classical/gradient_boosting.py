"""Gradient boosting of decision trees."""

from sklearn.ensemble import GradientBoostingClassifier

__all__ = ["GradientBoostingClassifier"]

SEARCH_SPACE = {
    "n_estimators": [50, 100, 200, 400],
    "learning_rate": [0.01, 0.03, 0.1, 0.3],
    "max_depth": [1, 2, 3, 5],
    "subsample": [0.5, 0.8, 1.0],
}
