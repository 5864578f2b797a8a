"""XGBoost: gradient boosting of trees (extra ``boosting``)."""

from __future__ import annotations

from numbers import Integral, Real
from typing import Any, ClassVar

from sklearn.utils._param_validation import Interval
from xgboost import XGBClassifier

from classical._classifier import WrappedClassifier

__all__ = ["XGBoost"]

SEARCH_SPACE = {
    "n_estimators": [50, 100, 200, 400],
    "learning_rate": {"low": 0.01, "high": 0.5, "log": True},
    "max_depth": [1, 2, 3, 5, 8],
    "subsample": [0.5, 0.8, 1.0],
    "reg_lambda": {"low": 1e-3, "high": 100.0, "log": True},
}


class XGBoost(WrappedClassifier):
    """XGBoost's classifier for labels of any kind, on one thread.

    Parameters
    ----------
    n_estimators : int, default=100
        Trees.
    learning_rate : float, default=0.3
        Factor on each tree.
    max_depth : int, default=6
        Of a tree.
    subsample : float, default=1.0
        Share of the rows that each tree sees.
    reg_lambda : float, default=1.0
        L2 regularisation of the leaves.
    random_state : int, RandomState or None, default=None
        Seed of the rows that are drawn.

    References
    ----------
    Chen and Guestrin, KDD 2016, doi:10.1145/2939672.2939785.

    Examples
    --------
    >>> X = [[float(k)] for k in range(20)]
    >>> XGBoost().fit(X, ["a"] * 10 + ["b"] * 10).predict([[1.0], [18.0]])
    array(['a', 'b'], dtype='<U1')
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "n_estimators": [Interval(Integral, 1, None, closed="left")],
        "learning_rate": [Interval(Real, 0, None, closed="neither")],
        "max_depth": [Interval(Integral, 1, None, closed="left")],
        "subsample": [Interval(Real, 0, 1, closed="right")],
        "reg_lambda": [Interval(Real, 0, None, closed="left")],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        n_estimators: int = 100,
        learning_rate: float = 0.3,
        max_depth: int = 6,
        subsample: float = 1.0,
        reg_lambda: float = 1.0,
        random_state: Any = None,
    ) -> None:
        self.n_estimators = n_estimators
        self.learning_rate = learning_rate
        self.max_depth = max_depth
        self.subsample = subsample
        self.reg_lambda = reg_lambda
        self.random_state = random_state

    def _machine(self) -> Any:
        return XGBClassifier(**self.get_params(deep=False), n_jobs=1)
