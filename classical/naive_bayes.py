"""Naive Bayes: a Gaussian a class and feature."""

from sklearn.naive_bayes import GaussianNB

__all__ = ["GaussianNB"]

EXCUSED = {
    "check_classifiers_one_label_sample_weights": (
        "a class without weight divides by zero before it is named"
    )
}

SEARCH_SPACE = {"var_smoothing": {"low": 1e-12, "high": 1.0, "log": True}}
