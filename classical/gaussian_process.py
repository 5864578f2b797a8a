"""Gaussian process classification (RBF covariance, Laplace's approximation)."""

from __future__ import annotations

from typing import Any, Self

from numpy.typing import ArrayLike
from pydantic import NonNegativeInt
from sklearn.gaussian_process import GaussianProcessClassifier
from sklearn.gaussian_process.kernels import RBF, ConstantKernel

from classical._classifier import PositiveReal, Seed, WrappedClassifier
from classical._line_search import as_precise_as_can_be

__all__ = ["GaussianProcess"]

SEARCH_SPACE = {"length_scale": {"low": 0.05, "high": 20.0, "log": True}}


class GaussianProcess(WrappedClassifier):
    """Gaussian process whose amplitude and length scale maximize the marginal likelihood.

    Parameters
    ----------
    length_scale : float, default=1.0
        Start of the length scale, in the features' units.
    n_restarts : int, default=1
        Number of further starts, drawn at random.
    random_state : int, RandomState or None, default=None
        Seed of the further starts.

    References
    ----------
    Rasmussen and Williams, Gaussian Processes for Machine Learning (2006), algorithm 5.1.

    Examples
    --------
    >>> X = [[0.0], [0.2], [2.0], [2.2]]
    >>> GaussianProcess(random_state=0).fit(X, ["a", "a", "b", "b"]).predict([[0.1]])
    array(['a'], dtype='<U1')
    """

    length_scale: PositiveReal = 1.0
    n_restarts: NonNegativeInt = 1
    random_state: Seed = None

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Fit to points of shape (n_samples, n_features) and labels of shape (n_samples,)."""
        with as_precise_as_can_be():
            return super().fit(X, y)

    def _machine(self) -> Any:
        return GaussianProcessClassifier(
            ConstantKernel() * RBF(self.length_scale),
            n_restarts_optimizer=self.n_restarts,
            random_state=self.random_state,
        )
