"""LightGBM: gradient boosting of trees grown leaf by leaf (extra ``boosting``)."""

from __future__ import annotations

from numbers import Integral, Real
from typing import Any, ClassVar

from lightgbm import LGBMClassifier
from sklearn.utils._param_validation import Interval

from classical._classifier import WrappedClassifier

__all__ = ["LightGBM"]

SEARCH_SPACE = {
    "n_estimators": [50, 100, 200, 400],
    "learning_rate": {"low": 0.01, "high": 0.5, "log": True},
    "num_leaves": [4, 8, 16, 31],
    "min_child_samples": [5, 10, 20],
    "reg_lambda": {"low": 1e-6, "high": 10.0, "log": True},
}


class LightGBM(WrappedClassifier):
    """LightGBM's classifier for labels of any kind, on one thread.

    Parameters
    ----------
    n_estimators : int, default=100
        Trees.
    learning_rate : float, default=0.1
        Factor on each tree.
    num_leaves : int, default=31
        Of a tree, at most.
    min_child_samples : int, default=20
        Rows in a leaf, at least: no tree at all grows on fewer than twice as many.
    reg_lambda : float, default=0.0
        L2 regularisation of the leaves.
    random_state : int, RandomState or None, default=None
        Seed.

    References
    ----------
    Ke et al., NIPS 30 (2017).

    Examples
    --------
    >>> X = [[float(k)] for k in range(60)]
    >>> LightGBM().fit(X, ["a"] * 30 + ["b"] * 30).predict([[1.0], [58.0]])
    array(['a', 'b'], dtype='<U1')
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "n_estimators": [Interval(Integral, 1, None, closed="left")],
        "learning_rate": [Interval(Real, 0, None, closed="neither")],
        "num_leaves": [Interval(Integral, 2, None, closed="left")],
        "min_child_samples": [Interval(Integral, 1, None, closed="left")],
        "reg_lambda": [Interval(Real, 0, None, closed="left")],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        n_estimators: int = 100,
        learning_rate: float = 0.1,
        num_leaves: int = 31,
        min_child_samples: int = 20,
        reg_lambda: float = 0.0,
        random_state: Any = None,
    ) -> None:
        self.n_estimators = n_estimators
        self.learning_rate = learning_rate
        self.num_leaves = num_leaves
        self.min_child_samples = min_child_samples
        self.reg_lambda = reg_lambda
        self.random_state = random_state

    def _machine(self) -> Any:
        return LGBMClassifier(**self.get_params(deep=False), n_jobs=1, verbose=-1)
