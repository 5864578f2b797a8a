"""LightGBM: gradient boosting of trees grown leaf by leaf (extra ``boosting``)."""

from __future__ import annotations

from typing import Annotated, Any

from lightgbm import LGBMClassifier
from pydantic import Field, PositiveInt

from classical._classifier import NonNegativeReal, PositiveReal, Seed, WrappedClassifier

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
        Number of trees.
    learning_rate : float, default=0.1
        Factor on each tree.
    num_leaves : int, default=31
        Most leaves of a tree.
    min_child_samples : int, default=20
        Fewest rows in a leaf: no tree at all grows on fewer than twice as many.
    reg_lambda : float, default=0.0
        L2 regularisation of the leaves.
    random_state : int, RandomState or None, default=None
        Seed of what is drawn.

    References
    ----------
    Ke et al., NIPS 30 (2017).

    Examples
    --------
    >>> X = [[float(k)] for k in range(60)]
    >>> LightGBM().fit(X, ["a"] * 30 + ["b"] * 30).predict([[1.0], [58.0]])
    array(['a', 'b'], dtype='<U1')
    """

    n_estimators: PositiveInt = 100
    learning_rate: PositiveReal = 0.1
    num_leaves: Annotated[int, Field(ge=2)] = 31
    min_child_samples: PositiveInt = 20
    reg_lambda: NonNegativeReal = 0.0
    random_state: Seed = None

    def _machine(self) -> Any:
        return LGBMClassifier(**self.get_params(deep=False), n_jobs=1, verbose=-1)
