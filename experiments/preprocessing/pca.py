"""Principal components."""

from sklearn.decomposition import PCA

__all__ = ["PCA"]
