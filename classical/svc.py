"""Support vector machine (linear, RBF or polynomial kernel)."""

from sklearn.svm import SVC

__all__ = ["SVC"]

SEARCH_SPACE = {
    "kernel": ["rbf", "linear", "poly"],
    "C": [0.01, 0.1, 1.0, 10.0, 100.0, 1000.0],
    "gamma": ["scale", 0.001, 0.01, 0.1, 1.0, 10.0],
}
