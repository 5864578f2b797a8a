"""Support vector regression (linear, RBF or polynomial kernel)."""

from sklearn.svm import SVR

__all__ = ["SVR"]

_REASON = "libsvm's solver stops at a tolerance, so weights and copies differ slightly"
EXCUSED = {
    "check_sample_weight_equivalence_on_dense_data": _REASON,
    "check_sample_weight_equivalence_on_sparse_data": _REASON,
}

SEARCH_SPACE = {
    "kernel": ["rbf", "linear", "poly"],
    "C": [0.01, 0.1, 1.0, 10.0, 100.0],
    "gamma": ["scale", 0.001, 0.01, 0.1, 1.0],
    "epsilon": [0.01, 0.1, 0.3],
}
