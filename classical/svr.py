"""Support vector regression (linear, RBF or polynomial kernel)."""

from sklearn.svm import SVR

__all__ = ["SVR"]

SEARCH_SPACE = {
    "kernel": ["rbf", "linear", "poly"],
    "C": [0.01, 0.1, 1.0, 10.0, 100.0],
    "gamma": ["scale", 0.001, 0.01, 0.1, 1.0],
    "epsilon": [0.01, 0.1, 0.3],
}
