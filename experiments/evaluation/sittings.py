"""Sittings: each test set, each time a model answers it, is an examination of its own."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from experiments.evaluation.metrics import Predictions, score
from experiments.records import StoredPredictions

__all__ = [
    "Sitting",
    "first_time",
    "score_of_stored",
    "scores_by_sitting",
    "sittings_of",
]


@dataclass(frozen=True)
class Sitting:
    """A test set, answered once.

    Parameters
    ----------
    test_set : int or None
        Number of the fresh test set; None where rows of the data set are tested.
    time : int or None
        Number of the classification; None where there is one.
    answers : ndarray of int
        Places of its answers among those of the cell.
    """

    test_set: int | None
    time: int | None
    answers: NDArray[np.intp]

    @property
    def name(self) -> str:
        """Words that a column has for it; empty for the only one."""
        numbered = {"set": self.test_set, "time": self.time}
        return "_".join(
            f"{what}_{number}" for what, number in numbered.items() if number is not None
        )


def sittings_of(stored: StoredPredictions) -> list[Sitting]:
    """Return the sittings of a stored cell: one a test set and time, in that order.

    Examples
    --------
    >>> said = StoredPredictions((4, 5, 6), (0, 1, 1), (0, 1, 0), (0, 1), test_set=(0, 0, 1))
    >>> [(one.name, one.answers.tolist()) for one in sittings_of(said)]
    [('set_0', [0, 1]), ('set_1', [2])]
    """
    n_answers = len(stored.row)
    test_sets = stored.test_set or (None,) * n_answers
    times = stored.time or (None,) * n_answers
    places: dict[tuple[int | None, int | None], list[int]] = {}
    for place, one in enumerate(zip(test_sets, times, strict=True)):
        places.setdefault(one, []).append(place)
    return [Sitting(*one, np.array(own)) for one, own in sorted(places.items())]


def first_time(stored: StoredPredictions) -> StoredPredictions:
    """Return the answers of a cell's first classification, of which there may be several."""
    if not stored.time:
        return stored
    kept = [place for place, time in enumerate(stored.time) if time == stored.time[0]]
    scores = stored.scores
    return replace(
        stored,
        row=tuple(stored.row[place] for place in kept),
        true=tuple(stored.true[place] for place in kept),
        predicted=tuple(stored.predicted[place] for place in kept),
        scores=None if scores is None else tuple(scores[place] for place in kept),
        groups=tuple(stored.groups[place] for place in kept) if stored.groups else (),
        test_set=tuple(stored.test_set[place] for place in kept) if stored.test_set else (),
        time=(),
    )


def scores_by_sitting(metric: str, stored: StoredPredictions) -> list[tuple[Sitting, float | None]]:
    """Return every sitting with its score by a metric."""
    said = Predictions.stored(stored)
    return [(one, score(metric, said.of_rows(one.answers))) for one in sittings_of(stored)]


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
    found = [one for _, one in scores_by_sitting(metric, stored)]
    scores = [one for one in found if one is not None]
    if not scores or len(scores) < len(found):
        return None
    return scores[0] if len(scores) == 1 else float(np.mean(scores))
