"""Random forest."""

from sklearn.ensemble import RandomForestClassifier

__all__ = ["RandomForestClassifier"]

_REASON = "the bootstrap draws rows, so weights and copies differ"
EXCUSED = {
    "check_sample_weight_equivalence_on_dense_data": _REASON,
    "check_sample_weight_equivalence_on_sparse_data": _REASON,
}

SEARCH_SPACE = {
    "n_estimators": [100, 200, 400],
    "max_features": ["sqrt", "log2", None],
    "min_samples_leaf": [1, 2, 5, 10],
}
