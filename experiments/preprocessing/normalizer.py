"""Rows scaled to length 1, one by one: nothing is fitted."""

from sklearn.preprocessing import Normalizer

__all__ = ["Normalizer"]
