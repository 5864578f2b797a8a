"""Dummy: the mean target, whatever the features; the floor of every table of regressions."""

from sklearn.dummy import DummyRegressor

__all__ = ["DummyRegressor"]
