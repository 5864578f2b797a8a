"""Dummy: the most frequent class, whatever the features; the floor of every table."""

from sklearn.dummy import DummyClassifier

__all__ = ["DummyClassifier"]
