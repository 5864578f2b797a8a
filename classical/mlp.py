"""Multilayer perceptron."""

from sklearn.neural_network import MLPClassifier

__all__ = ["MLPClassifier"]

SEARCH_SPACE = {
    "hidden_layer_sizes": [[100], [10, 10, 10, 10], [50, 10, 5]],
    "alpha": {"low": 1e-5, "high": 1.0, "log": True},
    "learning_rate_init": {"low": 1e-4, "high": 1e-1, "log": True},
    "max_iter": [1000],
}
