"""One-class support vector machine: outlier detection (RBF kernel)."""

from sklearn.svm import OneClassSVM

__all__ = ["OneClassSVM"]

SEARCH_SPACE = {"nu": [0.01, 0.05, 0.1, 0.2, 0.5], "gamma": ["scale", 0.01, 0.1, 1.0]}
