"""Sittings: each test set that a trained model answers is an examination of its own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.evaluation.metrics import Predictions, score
from experiments.records import StoredPredictions

__all__ = ["Sitting", "score_of_stored", "scores_by_sitting", "sittings_of"]


@dataclass(frozen=True)
class Sitting:
    """A test set, answered once.

    Parameters
    ----------
    test_set : int or None
        Number of the fresh test set; None where rows of the data set are tested.
    answers : ndarray of int
        Places of its answers among those of the cell.
    """

    test_set: int | None
    answers: NDArray[np.intp]

    @property
    def name(self) -> str:
        """Words that a column has for it; empty for the only one."""
        return "" if self.test_set is None else f"set_{self.test_set}"


def sittings_of(stored: StoredPredictions) -> list[Sitting]:
    """Return the sittings of a stored cell: one a test set, a single one without them.

    Examples
    --------
    >>> said = StoredPredictions((4, 5, 6), (0, 1, 1), (0, 1, 0), (0, 1), test_set=(0, 0, 1))
    >>> [(one.name, one.answers.tolist()) for one in sittings_of(said)]
    [('set_0', [0, 1]), ('set_1', [2])]
    """
    if not stored.test_set:
        return [Sitting(None, np.arange(len(stored.row)))]
    test_set = np.asarray(stored.test_set)
    return [Sitting(int(one), np.flatnonzero(test_set == one)) for one in np.unique(test_set)]


def scores_by_sitting(metric: str, stored: StoredPredictions) -> dict[str, float | None]:
    """Return a metric of every sitting, by its name."""
    said = Predictions.stored(stored)
    return {one.name: score(metric, said.of_rows(one.answers)) for one in sittings_of(stored)}


def score_of_stored(metric: str, stored: StoredPredictions) -> float | None:
    """Return the mean of a metric over a cell's sittings; None where one has no score.

    Parameters
    ----------
    metric : str
        Key of `METRICS`.
    stored : StoredPredictions
        Answers of a cell.

    Examples
    --------
    >>> said = StoredPredictions((4, 5, 6), (0, 1, 1), (0, 1, 0), (0, 1), test_set=(0, 0, 1))
    >>> score_of_stored("accuracy", said)
    0.5
    """
    scores = [one for one in scores_by_sitting(metric, stored).values() if one is not None]
    if not scores or len(scores) < len(sittings_of(stored)):
        return None
    return scores[0] if len(scores) == 1 else float(np.mean(scores))
