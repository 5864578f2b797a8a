"""Test sets and classifications in tables: the score of each, and how far sets differ."""

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
    """Return the numbers of test sets and times, and the score of each; nothing of a single one."""
    counts = {"test_sets": len(set(said.test_set)), "times": len(set(said.time))}
    scores = {
        f"{metric}_{sitting.name}": value
        for metric in metrics
        for sitting, value in scores_by_sitting(metric, said)
        if sitting.name
    }
    return {name: count for name, count in counts.items() if count} | scores


def sd_of_sets(metric: str, said: Sequence[StoredPredictions]) -> float:
    """Return the standard deviation over the test sets of a trained model, pooled over models.

    What other test rows do, apart from what other training rows do; of a set that was classified
    several times the mean.
    """
    variances = [_by_set(metric, one).var(ddof=1) for one in said if one.test_set]
    return float(np.sqrt(np.mean(variances))) if variances else math.nan


def _by_set(metric: str, said: StoredPredictions) -> pd.Series:
    found = scores_by_sitting(metric, said)
    scores = pd.Series([score for _, score in found], dtype=float)
    return scores.groupby([sitting.test_set for sitting, _ in found]).mean()
