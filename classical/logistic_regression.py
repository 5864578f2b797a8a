"""Logistic regression."""

from sklearn.linear_model import LogisticRegression

__all__ = ["LogisticRegression"]

SEARCH_SPACE = {"C": {"low": 0.001, "high": 1000.0, "log": True}, "max_iter": [2000]}
