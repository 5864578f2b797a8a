"""The RBF kernel that a quantum kernel has to beat: the one that does best on the same points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import SVC

from qml.errors import DataError

__all__ = ["BestRBF", "best_rbf", "machine_accuracy"]

_CS = (0.1, 1.0, 10.0, 100.0)
_GAMMAS = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)  # over 1 / (features * variance)
_FOLDS = 5

Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class BestRBF:
    """An RBF kernel on some points, and how well it does there.

    Parameters
    ----------
    gamma : float
        Width of the kernel.
    accuracy : float
        Cross-validated accuracy at the best C.
    K : ndarray of shape (n, n)
        Matrix of the points.
    """

    gamma: float
    accuracy: float
    K: Matrix


def best_rbf(X: ArrayLike, y: ArrayLike, seed: int = 0) -> BestRBF:
    r"""Return the RBF kernel whose support vector machine does best, over width and C.

    .. math:: k(x, y) = e^{-\gamma\lVert x - y\rVert^2}

    Parameters
    ----------
    X : array-like of shape (n, n_features)
        Points that both kernels are on.
    y : array-like of shape (n,)
        Classes of the points.
    seed : int, default=0
        Seed of the five folds.

    Returns
    -------
    BestRBF
        Kernel of the best accuracy; the widest of several.

    Raises
    ------
    DataError
        If there is one class, or one with fewer than five members.

    Examples
    --------
    >>> X = np.random.default_rng(0).normal(size=(40, 2))
    >>> best_rbf(X, np.hypot(X[:, 0], X[:, 1]) > 1).accuracy > 0.9
    True
    """
    points, labels = np.asarray(X, dtype=np.float64), np.asarray(y)
    classes, counts = np.unique(labels, return_counts=True)
    if len(classes) < 2 or counts.min() < _FOLDS:
        label = classes[counts.argmin()]
        raise DataError(
            f"class {label} has {counts.min()} members, a tuned RBF kernel needs two classes "
            f"and {_FOLDS} members of each"
        )
    unit = 1.0 / (points.shape[1] * max(float(points.var()), 1e-12))
    kernels = {factor * unit: rbf_kernel(points, gamma=factor * unit) for factor in _GAMMAS}
    scores = {gamma: machine_accuracy(K, labels, seed) for gamma, K in kernels.items()}
    gamma = max(scores, key=scores.__getitem__)
    return BestRBF(gamma, scores[gamma], kernels[gamma])


def machine_accuracy(K: Matrix, y: NDArray[Any], seed: int = 0) -> float:
    """Return the cross-validated accuracy of a support vector machine at its best C.

    Parameters
    ----------
    K : ndarray of shape (n, n)
        Kernel matrix of the points.
    y : ndarray of shape (n,)
        Classes of the points.
    seed : int, default=0
        Seed of the five folds.
    """
    folds = list(StratifiedKFold(_FOLDS, shuffle=True, random_state=seed).split(K, y))

    def at(C: float) -> float:
        hits = [
            SVC(kernel="precomputed", C=C)
            .fit(K[np.ix_(train, train)], y[train])
            .score(K[np.ix_(test, train)], y[test])
            for train, test in folds
        ]
        return float(np.mean(hits))

    return max(at(C) for C in _CS)
