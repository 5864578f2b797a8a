"""Support vector machine (linear, RBF or polynomial kernel)."""

from sklearn.svm import SVC

__all__ = ["SVC"]

_REASON = "libsvm's solver stops at a tolerance, so weights and copies differ slightly"
EXCUSED = {
    "check_sample_weight_equivalence_on_dense_data": _REASON,
    "check_sample_weight_equivalence_on_sparse_data": _REASON,
}

SEARCH_SPACE = {
    "kernel": ["rbf", "linear", "poly"],
    "C": {"low": 0.01, "high": 1000.0, "log": True},
    "gamma": {"low": 0.001, "high": 10.0, "log": True},
    "degree": [2, 3],
    "max_iter": [200_000],  # a polynomial with a large C may never converge
}
