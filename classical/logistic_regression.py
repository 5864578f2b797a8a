"""Logistic regression."""

from sklearn.linear_model import LogisticRegression

__all__ = ["LogisticRegression"]

SEARCH_SPACE = {"C": [0.001, 0.01, 0.1, 1.0, 10.0, 100.0, 1000.0]}
