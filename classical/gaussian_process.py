"""Gaussian process classification (RBF covariance, Laplace's approximation)."""

from __future__ import annotations

from numbers import Integral, Real
from typing import Any, ClassVar

from sklearn.gaussian_process import GaussianProcessClassifier
from sklearn.gaussian_process.kernels import RBF, ConstantKernel
from sklearn.utils._param_validation import Interval

from classical._classifier import WrappedClassifier

__all__ = ["GaussianProcess"]

SEARCH_SPACE = {"length_scale": {"low": 0.05, "high": 20.0, "log": True}}


class GaussianProcess(WrappedClassifier):
    """Gaussian process whose amplitude and length scale maximize the marginal likelihood.

    Parameters
    ----------
    length_scale : float, default=1.0
        Where the length scale starts, in the features' units.
    n_restarts : int, default=1
        Further starts, drawn at random.
    random_state : int, RandomState or None, default=None
        Seed of those.

    References
    ----------
    Rasmussen and Williams, Gaussian Processes for Machine Learning (2006), algorithm 5.1.

    Examples
    --------
    >>> X = [[0.0], [0.2], [2.0], [2.2]]
    >>> GaussianProcess(random_state=0).fit(X, ["a", "a", "b", "b"]).predict([[0.1]])
    array(['a'], dtype='<U1')
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "length_scale": [Interval(Real, 0, None, closed="neither")],
        "n_restarts": [Interval(Integral, 0, None, closed="left")],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        length_scale: float = 1.0,
        n_restarts: int = 1,
        random_state: Any = None,
    ) -> None:
        self.length_scale = length_scale
        self.n_restarts = n_restarts
        self.random_state = random_state

    def _machine(self) -> Any:
        return GaussianProcessClassifier(
            ConstantKernel() * RBF(self.length_scale),
            n_restarts_optimizer=self.n_restarts,
            random_state=self.random_state,
        )
