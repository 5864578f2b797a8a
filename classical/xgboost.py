"""XGBoost: gradient boosting of trees (extra ``boosting``)."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, PositiveInt
from xgboost import XGBClassifier

from classical._classifier import NonNegativeReal, PositiveReal, Seed, WrappedClassifier

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
        Number of trees.
    learning_rate : float, default=0.3
        Factor on each tree.
    max_depth : int, default=6
        Depth of a tree at most.
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

    n_estimators: PositiveInt = 100
    learning_rate: PositiveReal = 0.3
    max_depth: PositiveInt = 6
    subsample: Annotated[float, Field(gt=0, le=1)] = 1.0
    reg_lambda: NonNegativeReal = 1.0
    random_state: Seed = None

    def _machine(self) -> Any:
        return XGBClassifier(**self.get_params(deep=False), n_jobs=1)
