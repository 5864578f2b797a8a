"""Naive Bayes: a Gaussian a class and feature."""

from sklearn.naive_bayes import GaussianNB

__all__ = ["GaussianNB"]

SEARCH_SPACE = {"var_smoothing": {"low": 1e-12, "high": 1.0, "log": True}}
