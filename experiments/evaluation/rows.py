"""What each distinct test row weighs in a score: the part of its error that no repeat lowers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.evaluation.metrics import METRICS, Predictions, counted, placed, score
from experiments.evaluation.sittings import sittings_of
from experiments.evaluation.starts import Spread
from experiments.records import StoredPredictions

__all__ = ["FoldRows", "Rows", "rows_of_fold", "rows_of_stored"]

Values = NDArray[np.float64]

_UNSEEN = 2.0  # rows that are imagined, one answered better and one worse


@dataclass(frozen=True)
class FoldRows:
    r"""What every test row of one fold does to the fold's score.

    Parameters
    ----------
    row : ndarray of shape (n_test,)
        Numbers of the test rows.
    influence : ndarray of shape (n_test,)
        Influence, :math:`\sqrt{(n-1)/n}\,(s - s_{-i})` of the score s and that without the row: the
        squares add up to the jackknife's variance.
    step : ndarray of shape (n_test,)
        Largest change of the score if this row alone were answered otherwise.
    """

    row: NDArray[np.intp]
    influence: Values
    step: Values

    @property
    def variance(self) -> float:
        """The variance that other test rows would make of the fold's score."""
        return _variance(self.influence, self.step)

    def by_group(self, groups: Sequence[int]) -> FoldRows:
        r"""Return the groups as if each were one row, since what they share makes rows alike.

        Influences add up within a group, with the factor :math:`\sqrt{G/(G-1)}` for G groups.

        Parameters
        ----------
        groups : sequence of int
            Number of each row's group.

        References
        ----------
        Cameron and Miller, J. Hum. Resour. 50, 317 (2015), doi:10.3368/jhr.50.2.317.
        """
        group, place = np.unique(np.asarray(groups, dtype=np.intp), return_inverse=True)
        few = math.sqrt(len(group) / (len(group) - 1)) if len(group) > 1 else 1.0
        influence, step = np.bincount(place, self.influence), np.bincount(place, self.step)
        return FoldRows(group, few * np.asarray(influence, float), np.asarray(step, float))


@dataclass(frozen=True)
class Rows:
    """What distinct test rows do to a mean over folds.

    Parameters
    ----------
    row : ndarray of shape (n_rows,)
        Numbers of the rows, ascending.
    influence : ndarray of shape (n_rows,)
        Influence of each on the mean, over all folds that it was in.
    step : ndarray of shape (n_rows,)
        Largest change of the mean if this row alone were answered otherwise, throughout; as if
        each were in equally many folds.
    widest : float, default=1.5
        Factor by which other training sets widen the error of the rows at most.
    starts : Spread or None, default=None
        Variance of the mean that other random starts and shots would make, where there were several
        on a split.
    """

    row: NDArray[np.intp]
    influence: Values
    step: Values
    widest: float = 1.5
    starts: Spread | None = None

    @classmethod
    def of_folds(cls, folds: Sequence[FoldRows], reduced: bool = False) -> Rows:
        """Return the rows of a mean over folds.

        Parameters
        ----------
        folds : sequence of FoldRows
            Rows of each fold.
        reduced : bool, default=False
            True for a reduced training part: other rows would have made another model of it.
        """
        given = np.concatenate([fold.row for fold in folds])
        row, place = np.unique(given, return_inverse=True)
        influence = np.bincount(place, np.concatenate([fold.influence for fold in folds]), len(row))
        step = np.zeros(len(row))
        np.maximum.at(step, place, np.concatenate([fold.step for fold in folds]))
        often = len(given) / len(row)  # a row that is drawn more often than others is chance
        widest = 2.0 if reduced else 1.5
        return cls(row, influence / len(folds), step * often / len(folds), widest)

    def less(self, other: Rows) -> Rows:
        """Return the rows of the difference of two means over the same folds."""
        step = np.maximum(self.step, other.step)
        return Rows(self.row, self.influence - other.influence, step, self.widest)

    def __len__(self) -> int:
        return len(self.row)

    @property
    def variance(self) -> float:
        """The variance that other test rows, and other starts, would make of the mean."""
        by_rows = _variance(self.influence, self.step)
        return by_rows if self.starts is None else by_rows + self.starts.variance

    @property
    def error(self) -> float:
        """The standard error that rows and starts make."""
        return math.sqrt(self.variance)

    @property
    def degrees(self) -> float:
        r"""The degrees of freedom of the variance.

        One less than the rows; with starts Satterthwaite's :math:`(v_r + v_s)^2 / (v_r^2/\nu_r +
        v_s^2/\nu_s)`.

        References
        ----------
        Satterthwaite, Biometrics Bulletin 2, 110 (1946), doi:10.2307/3002019.
        """
        of_rows = float(len(self.row) - 1)
        if self.starts is None:
            return of_rows
        by_rows, by_starts = self.variance - self.starts.variance, self.starts.variance
        parts = by_rows**2 / of_rows + by_starts**2 / self.starts.degrees
        return self.variance**2 / parts if parts > 0 else of_rows


def _variance(influence: Values, step: Values) -> float:
    r"""Return the variance that other rows would make.

    .. math:: \sum_i g_i^2 + 2\max_i w_i^2

    over the influences g and steps w of the rows. The second term is that of two rows more, one
    answered better and one worse: equal answers to all rows there are do not make it certain that
    there are no others.

    References
    ----------
    Efron and Stein, Ann. Stat. 9, 586 (1981), doi:10.1214/aos/1176345462 (jackknife); Bonett and
    Price, J. Educ. Behav. Stat. 37, 479 (2012), doi:10.3102/1076998611411915 (rows more).
    """
    return float((influence**2).sum()) + _UNSEEN * float(step.max(initial=0.0)) ** 2


def rows_of_stored(metric: str, stored: StoredPredictions) -> FoldRows | None:
    """Return what each test row, or each group of rows, of a stored cell does to a metric.

    The score is the mean over sittings, so that a row weighs less the more of them there are.

    Parameters
    ----------
    metric : str
        Key of `METRICS`.
    stored : StoredPredictions
        Predictions of the test rows, with their groups where a group is never divided.
    """
    said, row = Predictions.stored(stored), np.asarray(stored.row, dtype=np.intp)
    places = [one.answers for one in sittings_of(stored)]
    found = [rows_of_fold(metric, row[own].tolist(), said.of_rows(own)) for own in places]
    known = [one for one in found if one is not None]
    if len(known) < len(found):
        return None
    fold = known[0] if len(known) == 1 else _mean_of_sittings(known)
    group_of = dict(zip(stored.row, stored.groups, strict=bool(stored.groups)))
    return fold.by_group([group_of[one] for one in fold.row.tolist()]) if group_of else fold


def _mean_of_sittings(sittings: Sequence[FoldRows]) -> FoldRows:
    """Return what every row does to the mean over sittings, in all of which it may be."""
    given = np.concatenate([one.row for one in sittings])
    row, place = np.unique(given, return_inverse=True)
    influence, step = (
        np.bincount(place, np.concatenate(values), len(row)) / len(sittings)
        for values in zip(*((one.influence, one.step) for one in sittings), strict=True)
    )
    return FoldRows(row, influence, step)


def rows_of_fold(metric: str, row: Sequence[int], said: Predictions) -> FoldRows | None:
    """Return what each test row does to a metric of one fold; None where there is no score.

    Labels are looked at by kind of row (is and called), of which there are few; scores row by row.

    Parameters
    ----------
    metric : str
        Key of `METRICS`.
    row : sequence of int
        Numbers of the test rows.
    said : Predictions
        Predictions of these rows.

    Examples
    --------
    >>> said = Predictions(np.array([0, 1, 1, 1]), np.array([0, 1, 1, 0]), np.array([0, 1]))
    >>> found = rows_of_fold("accuracy", [4, 5, 6, 7], said)
    >>> found.influence.round(3).tolist(), found.step.tolist()
    ([0.072, 0.072, 0.072, -0.217], [0.25, 0.25, 0.25, 0.25])
    """
    whole = score(metric, said)
    if whole is None:
        return None
    if METRICS[metric].by_row is not None:
        influence, step = _of_mean(metric, said)
    else:
        by_kind = METRICS[metric].of_counts is not None
        influence, step = (_by_kind if by_kind else _by_row)(metric, said, whole)
    return FoldRows(np.asarray(row, dtype=np.intp), influence, step)


def _of_mean(metric: str, said: Predictions) -> tuple[Values, Values]:
    """Return the influences of a mean over rows; a label is right or wrong."""
    of_labels = METRICS[metric].needs == "labels" and said.classes is not None
    values = np.asarray(METRICS[metric].by_row(said))  # type: ignore[misc]
    n = len(values)
    influence = (values - values.mean()) / math.sqrt(n * max(1, n - 1))
    return influence, np.full(n, 1 / n if of_labels else np.abs(influence).max(initial=0.0))


def _by_kind(metric: str, said: Predictions, whole: float) -> tuple[Values, Values]:
    """Return influences and steps of labels: rows that are and are called the same are alike."""
    n, of_counts, counts = len(said.true), METRICS[metric].of_counts, counted(said)
    k = len(counts)
    kinds = np.eye(k * k).reshape(k, k, k, k)  # [is, called] holds one row of that kind
    fewer = np.maximum(counts - kinds, 0)  # of kinds that are not there nothing is asked
    without = of_counts(fewer) if n > 1 else np.full((k, k), whole)  # type: ignore[misc]
    otherwise = of_counts(fewer[:, :, None] + kinds[:, None, :])  # type: ignore[misc]
    influence = math.sqrt((n - 1) / n) * (whole - without)
    step = np.abs(otherwise - whole).max(axis=2)
    return influence[placed(said)], step[placed(said)]


def _by_row(metric: str, said: Predictions, whole: float) -> tuple[Values, Values]:
    """Return influences of scores or targets; a step is the largest influence that was seen."""
    n = len(said.true)
    every = np.arange(n)
    left_out = [_scored(metric, said.of_rows(np.delete(every, i))) for i in range(n)]
    influence = np.array([_influence(whole, one, n) for one in left_out])
    return influence, np.full(n, np.abs(influence).max(initial=0.0))


def _influence(whole: float, without: float, n: int) -> float:
    """Return a row's influence; 0 where nothing is left to score."""
    return 0.0 if math.isnan(without) else math.sqrt((n - 1) / n) * (whole - without)


def _scored(metric: str, said: Predictions) -> float:
    value = score(metric, said) if len(said.true) else None
    return math.nan if value is None else value
