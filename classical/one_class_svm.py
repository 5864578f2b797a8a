"""One-class support vector machine: outlier detection (RBF kernel)."""

from sklearn.svm import OneClassSVM

__all__ = ["OneClassSVM"]

_REASON = "libsvm's solver stops at a tolerance, so weights and copies differ slightly"
EXCUSED = {
    "check_sample_weight_equivalence_on_dense_data": _REASON,
    "check_sample_weight_equivalence_on_sparse_data": _REASON,
}

SEARCH_SPACE = {"nu": [0.01, 0.05, 0.1, 0.2, 0.5], "gamma": ["scale", 0.01, 0.1, 1.0]}
