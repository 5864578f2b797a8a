"""What a study can show, known before anything is run: differences, and why they are large."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from experiments.datasets import Dataset
from experiments.evaluation.declared import pairs_of
from experiments.evaluation.multiplicity import Family
from experiments.evaluation.splits import split
from experiments.evaluation.statistics import held_to_rows
from experiments.evaluation.tasks import task_of
from experiments.planning.building import load_dataset
from experiments.planning.plan import Plan, Planned
from qml.errors import SpecError

__all__ = ["Assumed", "Foreseen", "foresee", "shown_beforehand"]

_STEPS = 20  # towards a difference that its own variance shows
_FEW_GROUPS, _FEW_ROWS = 10, 10  # see the table "warned" of benchmarks/statistics.md


@dataclass(frozen=True)
class Assumed:
    """Two models as they may come out.

    Parameters
    ----------
    accuracy : float, default=0.9
        Share of the test rows that each is right on.
    disagreement : float, default=0.1
        Share on which one of the two is right and the other is not.
    """

    accuracy: float = 0.9
    disagreement: float = 0.1

    def __post_init__(self) -> None:
        if not 0 < self.accuracy < 1:
            raise SpecError(f"must lie between 0 and 1 (got {self.accuracy:g})", "--accuracy")
        most = 2 * min(self.accuracy, 1 - self.accuracy)
        if not 0 < self.disagreement <= most + 1e-12:
            raise SpecError(
                f"must lie above 0 and at most at {most:g}, two models that are right on "
                f"{self.accuracy:.0%} differ on no more (got {self.disagreement:g})",
                "--disagreement",
            )


@dataclass(frozen=True)
class Foreseen:
    """What the comparisons on one data set will show, of accuracies.

    Parameters
    ----------
    dataset : str
        Label of the data set.
    n_rows, n_splits : int
        Distinct test rows, or groups in a grouped split, and splits.
    n_comparisons, n_controls : int
        Comparisons of models, and of a model with its controls, that are adjusted for.
    visible, visible_of_controls : float
        Difference that is shown four times in five among these; NaN where there are none, and on
        a single split.
    rope : float
        Half width of the region of practical equivalence.
    remarks : tuple of str
        Reasons why the study can show little.
    """

    dataset: str
    n_rows: int
    n_splits: int
    n_comparisons: int
    n_controls: int
    visible: float
    visible_of_controls: float
    rope: float
    remarks: tuple[str, ...]


def foresee(plan: Plan, assumed: Assumed) -> list[Foreseen]:
    r"""Return what a study can show of accuracies, data set by data set.

    .. math:: X = t_{1-\alpha/2}\,\hat\sigma + z_{0.8}\,\sigma,\qquad
        \sigma^2 = \frac{\max(\delta, X) - X^2}n

    Of two models that disagree on a share :math:`\delta` of n distinct rows, :math:`\sigma` is the
    error of the difference that the rows make, and :math:`\hat\sigma` the one that `compare` will
    find, with :math:`\delta/m` as variance of a part of m rows, less what parts of one data set
    share. What other training sets add is not known beforehand. Readings of the study are left out:
    nothing is tested over them.

    Parameters
    ----------
    plan : Plan
        Study that was expanded.
    assumed : Assumed
        Outcome of two models that is assumed.
    """
    by_dataset: dict[str, list[Planned]] = {}
    for one in plan:
        if one.cell.split.train_size is None and not one.dataset.reading:
            by_dataset.setdefault(one.dataset.label, []).append(one)
    return [
        found
        for label, cells in by_dataset.items()
        if (found := _foreseen(label, cells, plan, assumed)) is not None
    ]


def shown_beforehand(
    disagreement: float,
    n_rows: int,
    n_test: float,
    test_to_train: float,
    n_splits: int,
    level: float,
    partition: bool = True,
    n_draws: int = 1,
) -> float:
    """Return the difference of accuracy that will be shown four times in five, see `foresee`.

    Parameters
    ----------
    disagreement : float
        Share of the rows on which one of two models is right alone.
    n_rows, n_splits : int
        Distinct test rows, and splits.
    n_test, test_to_train : float
        Test rows of a split, and test size over training size.
    level : float
        Level of the comparison, in a family `Family.level`.
    partition : bool, default=True
        True where every row is tested once a repeat, as by k folds.
    n_draws : int, default=1
        Number of independent draws of the data, each with so many rows; from two on a draw is one
        observation.

    Examples
    --------
    >>> round(shown_beforehand(0.1, 569, 113.8, 0.25, 10, 0.05), 3)
    0.048
    """
    apart = 0.0
    for _ in range(_STEPS):
        # models that differ by so much disagree on no less
        spread = max(disagreement, min(apart, 1.0)) - min(apart, 1.0) ** 2
        # parts of one data set differ by less than parts of many would
        of_part = spread / n_test / (1 + test_to_train)
        of_part *= n_splits / (n_splits - 1) if partition else 1.0
        by_folds = math.sqrt((1 / n_splits + test_to_train) * of_part)
        if n_draws > 1:
            true = math.sqrt(spread / n_rows / n_draws)
            apart = true * float(stats.t.isf(level / 2, n_draws - 1) + stats.norm.ppf(0.8))
            continue
        by_rows = math.sqrt(spread / n_rows + 2 / n_rows**2)
        error, degrees = held_to_rows(by_folds, n_splits, by_rows, n_rows)
        critical = float(stats.t.isf(level / 2, degrees)) * error
        apart = critical + float(stats.norm.ppf(0.8)) * math.sqrt(spread / n_rows)
    return apart


def _foreseen(
    label: str, cells: Sequence[Planned], plan: Plan, assumed: Assumed
) -> Foreseen | None:
    first = cells[0].cell
    data = load_dataset(first.dataset, first.split.seed)
    if task_of(data.y) != "classification":
        return None
    every = (one.cell.split for one in cells if not one.cell.split.permuted)
    places = {place for place in every if not place.start}
    n_draws = len({one.cell.dataset.draw for one in cells})
    parts = [split(data, place) for place in places]
    tested = [test for _, test in parts]
    n_rows, n_test = len(np.unique(np.concatenate(tested))), float(np.mean([*map(len, tested)]))
    if first.split.kind == "grouped" and data.groups is not None:  # each counts as one row
        n_rows = len(np.unique(data.groups))
    ratio = float(np.mean([len(test) / len(train) for train, test in parts]))
    stored = plan.stored().of_reading(0)
    models = list(dict.fromkeys(one.model.label for one in cells))
    quantum = {row.label for row in stored.models if row.backend is not None}
    n_comparisons = len(pairs_of(stored.compare, models, quantum))
    kinds = {(one.model.label, one.control) for one in cells if one.control}
    n_controls = max(Counter(model for model, _ in kinds).values(), default=0)

    def shown(n: int) -> float:
        if n == 0 or len(parts) < 2:  # with fresh test sets there is one a draw
            return float("nan")
        return shown_beforehand(
            assumed.disagreement,
            n_rows,
            n_test,
            ratio,
            len(parts),
            Family(n).level,
            partition=first.split.kind != "hold_out",
            n_draws=n_draws,
        )

    suggested = np.sqrt(assumed.accuracy * (1 - assumed.accuracy) / n_test + 2 / n_test**2)
    return Foreseen(
        label,
        n_rows,
        len(parts),
        n_comparisons,
        n_controls,
        shown(n_comparisons),
        shown(n_controls),
        stored.ropes.get("accuracy", float(suggested)),
        tuple(_remarks(data, first.split.kind, n_draws)),
    )


def _remarks(data: Dataset, kind: str, n_draws: int) -> list[str]:
    """Return what leaves a study little that it can show."""
    found = []
    if kind == "grouped" and data.groups is not None:
        n_groups = len(np.unique(data.groups))
        if n_groups < _FEW_GROUPS:
            found.append(
                f"{n_groups} groups: rows of a group may be alike, so each counts as one row, and "
                "only large differences can be shown"
            )
    if kind == "fresh" and n_draws == 1:
        found.append(
            "test sets of one training say nothing of other training sets, so no interval is given "
            "and nothing can be shown; add `draws`"
        )
    elif kind == "fresh":
        found.append(
            "how far trainings on other draws differ is not known beforehand, so no difference is "
            "foreseen"
        )
    name, rows = min(Counter(data.y.tolist()).items(), key=lambda item: item[1])
    if rows < _FEW_ROWS:
        found.append(
            f"{rows} rows of class {name!r}: of what hangs on them (recall, F1, balanced accuracy) "
            "intervals are wide, and only large differences can be shown"
        )
    return found
