"""Fresh test sets in tables: the score on each, and how far those of one trained model differ."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from experiments.evaluation.sittings import scores_by_sitting
from experiments.records import StoredPredictions

__all__ = ["columns_by_sitting", "sd_of_sets"]


def columns_by_sitting(
    said: StoredPredictions, metrics: Iterable[str]
) -> dict[str, float | int | None]:
    """Return the number of fresh test sets and the score on each; nothing without them."""
    if not said.test_set:
        return {}
    scores = {
        f"{metric}_{name}": value
        for metric in metrics
        for name, value in scores_by_sitting(metric, said).items()
    }
    return {"test_sets": len(set(said.test_set)), **scores}


def sd_of_sets(metric: str, said: Sequence[StoredPredictions]) -> float:
    """Return the standard deviation over the test sets of a trained model, pooled over models.

    What other test rows do, apart from what other training rows do.
    """
    scores = [list(scores_by_sitting(metric, one).values()) for one in said if one.test_set]
    if not scores:
        return math.nan
    return float(np.sqrt(pd.DataFrame(scores, dtype=float).var(axis=1, ddof=1).mean()))
