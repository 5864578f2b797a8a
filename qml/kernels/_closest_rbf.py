"""The RBF kernel that is most like another kernel."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics.pairwise import rbf_kernel

from qml.errors import DataError
from qml.kernels._alignment import centred_alignment

__all__ = ["closest_rbf"]

_GAMMAS = 2.0 ** np.arange(-12, 9)


def closest_rbf(K: NDArray[np.float64], X: NDArray[np.float64]) -> tuple[float, float]:
    r"""Return the width of the RBF kernel most like K, and their centred alignment.

    .. math:: \gamma = \arg\max_\gamma A\big(K, K_\gamma\big),\qquad
        K_\gamma(x, y) = e^{-\gamma\lVert x - y\rVert^2}

    over powers of two, per squared unit of the points' median distance.

    Parameters
    ----------
    K : ndarray of shape (n, n)
        Kernel matrix of the points.
    X : ndarray of shape (n, n_features)
        Points that both kernels are on.

    Raises
    ------
    DataError
        If all points are the same, or K is the same everywhere.

    References
    ----------
    Flórez Ablan, Roth and Schnabel, arXiv:2503.05602 (2025).

    Examples
    --------
    >>> X = np.random.default_rng(0).normal(size=(30, 2))
    >>> closest_rbf(np.cos((X[:, :1] - X[:, :1].T) / 50), X[:, :1])[1] > 0.999
    True
    """
    squares = ((X[:, None, :] - X[None, :, :]) ** 2).sum(axis=2)
    apart = squares[squares > 0]
    if not apart.size:
        raise DataError("all training points are the same")
    unit = 1.0 / float(np.median(apart))
    found = {
        float(gamma): centred_alignment(K, rbf_kernel(X, gamma=gamma)) for gamma in _GAMMAS * unit
    }
    best = max(found, key=found.__getitem__)
    return best, found[best]
