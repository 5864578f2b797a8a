"""k nearest neighbours."""

from sklearn.neighbors import KNeighborsClassifier

__all__ = ["KNeighborsClassifier"]

SEARCH_SPACE = {
    "n_neighbors": {"low": 1, "high": 30, "log": True},
    "weights": ["uniform", "distance"],
    "p": [1, 2],
}
