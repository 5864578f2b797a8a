"""Mean 0 and variance 1 a feature."""

from sklearn.preprocessing import StandardScaler

__all__ = ["StandardScaler"]
