"""Gradient boosting of decision trees."""

from sklearn.ensemble import GradientBoostingClassifier

__all__ = ["GradientBoostingClassifier"]

_REASON = "splits are drawn at random among equals"
EXCUSED = {
    "check_sample_weight_equivalence_on_dense_data": _REASON,
    "check_sample_weight_equivalence_on_sparse_data": _REASON,
}

SEARCH_SPACE = {
    "n_estimators": [50, 100, 200, 400],
    "learning_rate": {"low": 0.01, "high": 0.5, "log": True},
    "max_depth": [1, 2, 3, 5],
    "subsample": [0.5, 0.8, 1.0],
}
