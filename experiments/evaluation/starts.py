"""Several trainings on one split: what random starts and shots do, apart from what rows do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from experiments.records import PlannedCell

__all__ = ["Spread", "scores_by_start", "spread_between"]

_PLACES = ("draw", "repeat", "fold", "start")


@dataclass(frozen=True)
class Spread:
    """How much a mean over splits varies with random starts and shots.

    Parameters
    ----------
    variance : float
        Variance of the mean.
    degrees : int
        Degrees of freedom that it was estimated with.
    """

    variance: float
    degrees: int

    @classmethod
    def of_starts(cls, scores: pd.DataFrame) -> Spread | None:
        """Return it from scores, a row a split and a column a start; None from one start.

        Pooled over splits, which other rows and starts make independent.
        """
        known = scores.dropna(axis=1, how="any")
        n_splits, n_starts = known.shape
        if n_starts < 2 or not n_splits:
            return None
        pooled = float(known.var(axis=1, ddof=1).mean())
        return cls(pooled / (n_starts * n_splits), n_splits * (n_starts - 1))


def scores_by_start(planned: Sequence[PlannedCell], scores: Sequence[float | None]) -> pd.DataFrame:
    """Return one model's scores, a row a split and a column a start.

    Parameters
    ----------
    planned : sequence of PlannedCell
        Cells of the model.
    scores : sequence of float or None
        Score of each.
    """
    numbers = [[getattr(one, place) for one in planned] for place in _PLACES]
    index = pd.MultiIndex.from_arrays(numbers, names=_PLACES)
    return pd.Series(list(scores), index, dtype=float).unstack("start")


def spread_between(cells: pd.DataFrame, metric: str, first: str, second: str) -> Spread | None:
    """Return how the difference of two models varies with their starts; None with one start each.

    Starts are in pairs, since models that start at random start at the same place. A model in which
    nothing is random is trained once and has that score at every start.

    Parameters
    ----------
    cells : DataFrame
        One row a cell with ``model``, ``repeat``, ``fold``, the metric, and ``start`` if there are
        several.
    metric : str
        Column of the scores.
    first, second : str
        Models that are compared.
    """
    if "start" not in cells or cells.start.nunique() < 2:
        return None
    both = [_of_model(cells[cells.model == model], metric) for model in (first, second)]
    n_starts = max(scores.shape[1] for scores in both)
    first_, second_ = (
        scores.to_numpy() if scores.shape[1] > 1 else np.tile(scores.to_numpy(), n_starts)
        for scores in both
    )
    return Spread.of_starts(pd.DataFrame(first_ - second_))


def _of_model(cells: pd.DataFrame, metric: str) -> pd.DataFrame:
    return cells.pivot_table(index=["repeat", "fold"], columns="start", values=metric)
