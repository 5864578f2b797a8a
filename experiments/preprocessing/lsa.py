"""Latent semantic analysis: the largest singular vectors of rows that are not centred."""

from sklearn.decomposition import TruncatedSVD

__all__ = ["TruncatedSVD"]
