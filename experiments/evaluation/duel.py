"""Optimizers compared on one set of problems: courses, budgets, ranks, tests over sources.

A problem is one model on one training fold from one start; every contender gets the same. A course
is what a contender had reached after how much was spent. All comparisons are functions of courses.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from experiments.evaluation.permutation import sign_flip_test

__all__ = [
    "COSTS",
    "Course",
    "Meeting",
    "Problem",
    "Standing",
    "accuracies",
    "chosen_elsewhere",
    "gaps",
    "mean_ranks",
    "meetings",
    "solved_after",
    "sources",
    "standings",
]

Values = NDArray[np.float64]

COSTS = ("circuits", "shots", "seconds", "steps")


@dataclass(frozen=True)
class Course:
    """What one contender reached on one problem.

    Parameters
    ----------
    spent : dict of ndarray
        Amounts spent when each loss was reached, for each of `COSTS`.
    losses : ndarray
        Losses along the way: the best so far, or that of the best point so far on ideal qubits.
    staged : dict of ndarray
        Circuits and test accuracy along the way; empty arrays where it was not kept.
    accuracy : float
        Accuracy on the test rows, at the end; NaN for targets.
    """

    spent: dict[str, Values]
    losses: Values
    staged: dict[str, Values]
    accuracy: float

    def after(self, budget: float, cost: str = "circuits") -> float:
        """Return the loss reached within a budget; infinite where the first answer costs more."""
        rows = np.searchsorted(self.spent[cost], budget * (1 + 1e-12), side="right")
        return float(self.losses[rows - 1]) if rows else np.inf

    def needed(self, target: float, cost: str = "circuits") -> float:
        """Return what was spent when the loss first reached the target; infinite if never."""
        reached = np.flatnonzero(self.losses <= target)
        return float(self.spent[cost][reached[0]]) if reached.size else np.inf


@dataclass(frozen=True)
class Problem:
    """One model on one fold from one start, and all contenders' courses.

    Parameters
    ----------
    family : str
        Data set and model; problems of one family differ by fold and start.
    source : str
        Source of the data: problems of one source say little more of other data than one.
    seed : int
        Number within the family.
    unit : float
        Circuits of a simplex gradient: training samples times one more than the parameters.
    budget : dict of float
        Full budget for each of `COSTS`: what the study gives, else what the contenders spent.
    courses : dict of Course
        Courses by the contenders' labels.
    """

    family: str
    source: str
    seed: int
    unit: float
    budget: dict[str, float]
    courses: dict[str, Course]

    @property
    def first(self) -> float:
        """The loss at the common start: the median first answer, since few ask elsewhere first."""
        return float(np.median([course.losses[0] for course in self.courses.values()]))

    @property
    def best(self) -> float:
        """The lowest loss that any contender reached."""
        return min(float(course.losses.min()) for course in self.courses.values())

    def target(self, tolerance: float) -> float:
        r"""Return :math:`f_L + \tau(f_0 - f_L)`: all but the share tau of what can be gained."""
        return self.best + tolerance * (self.first - self.best)


@dataclass(frozen=True)
class Standing:
    """How a contender stands at one budget.

    Parameters
    ----------
    contender : str
        Label of the contender.
    rank : float
        Mean rank over the sources of data, 1 the lowest loss; ties share, and problems of a source
        are averaged first.
    gap : float
        Median share of what could be gained that is still missing; 0 the best of all.
    wins : float
        Share of the problems on which none had a lower loss.
    p : float
        P-value against the leader, by flips of the sources' signs, adjusted for all pairs of
        contenders; NaN for the leader.
    """

    contender: str
    rank: float
    gap: float
    wins: float
    p: float


def gaps(problems: list[Problem], share: float, cost: str = "circuits") -> Values:
    r"""Return :math:`(f - f_L)/(f_0 - f_L)` at a share of the budget, (n_problems, n_contenders).

    Parameters
    ----------
    problems : list of Problem
        Problems with the same contenders.
    share : float
        Share of each problem's own full budget.
    cost : str, default="circuits"
        Cost that is counted, one of `COSTS`.

    Returns
    -------
    ndarray
        Gaps, infinite where the budget is less than the first answer costs.
    """
    rows = []
    for problem in problems:
        reach = (problem.first - problem.best) or 1.0
        budget = share * problem.budget[cost]
        rows.append(
            [
                (course.after(budget, cost) - problem.best) / reach
                for course in problem.courses.values()
            ]
        )
    return np.array(rows)


def sources(problems: list[Problem]) -> list[str]:
    """Return the sources of data, in the order in which they are met."""
    return list(dict.fromkeys(problem.source for problem in problems))


def _by_source(problems: list[Problem], values: Values) -> Values:
    """Return means over the problems of each source, a row a source."""
    places = np.array([sources(problems).index(problem.source) for problem in problems])
    return np.array([values[places == i].mean(axis=0) for i in range(places.max() + 1)])


def _ranks(problems: list[Problem], share: float, cost: str) -> Values:
    """Return the contenders' ranks, a row a source."""
    return _by_source(problems, stats.rankdata(gaps(problems, share, cost), axis=1))


def mean_ranks(problems: list[Problem], share: float, cost: str = "circuits") -> Values:
    """Return the contenders' mean ranks at a share of the budget, in their own order."""
    return np.asarray(_ranks(problems, share, cost).mean(axis=0))


def standings(problems: list[Problem], share: float, cost: str = "circuits") -> list[Standing]:
    """Return the contenders by mean rank at a share of the budget, the leader first.

    The leader is tested against every other by the differences of their ranks, source by source
    (`sign_flip_test`), adjusted for the pairs of *all* contenders: the leader was chosen by the
    same data. Problems of one source are averaged first; taken one by one, any of seven equal
    contenders is declared behind in 53 to 98 % of duels.
    """
    names = list(problems[0].courses)
    missing = gaps(problems, share, cost)
    by_source = _ranks(problems, share, cost)
    ranks = by_source.mean(axis=0)
    lowest = missing.min(axis=1, keepdims=True)
    wins = ((missing == lowest) & np.isfinite(missing)).mean(axis=0)
    order = np.argsort(ranks, kind="stable")
    pairs = list(combinations(range(len(names)), 2))
    adjusted = sign_flip_test(np.array([by_source[:, i] - by_source[:, j] for i, j in pairs]).T)
    p = np.full(len(names), np.nan)
    for (i, j), value in zip(pairs, adjusted, strict=True):
        if order[0] in (i, j):
            p[j if i == order[0] else i] = value
    return [
        Standing(
            names[i], float(ranks[i]), float(np.median(missing[:, i])), float(wins[i]), float(p[i])
        )
        for i in order
    ]


def chosen_elsewhere(
    problems: list[Problem], variants: Mapping[str, Sequence[str]]
) -> list[Problem]:
    """Return the problems with one course a contender: its settings that do best on other sources.

    Of several settings that of the lowest mean rank on all *other* sources of data, with all
    circuits spent, stands for the contender on a source: nothing is chosen by the data it is judged
    on. What the choice costs is not counted.

    Parameters
    ----------
    problems : list of Problem
        Problems of two sources or more.
    variants : mapping
        Labels of the courses that are settings of one contender, by the contender's.
    """
    names, ranks = list(problems[0].courses), _ranks(problems, 1.0, "circuits")
    places = {name: i for i, name in enumerate(names)}
    kept = {}
    for number, source in enumerate(sources(problems)):
        elsewhere = np.delete(ranks, number, axis=0).mean(axis=0)
        kept[source] = {
            contender: min(labels, key=lambda label: elsewhere[places[label]])
            for contender, labels in variants.items()
        }
    return [
        replace(
            problem,
            courses={
                contender: problem.courses[label]
                for contender, label in kept[problem.source].items()
            },
        )
        for problem in problems
    ]


@dataclass(frozen=True)
class Meeting:
    """Two contenders at one budget.

    Parameters
    ----------
    ahead, behind : int
        Numbers of the problems on which the first has the lower loss, and the higher.
    gaps : (float, float)
        Median gaps of the two.
    by_source : tuple of float
        Share of each source's problems on which the first has the lower loss, less that on which
        it has the higher.
    p : float
        P-value by flips of the sources' signs, adjusted for the meetings that are told together.
    """

    ahead: int
    behind: int
    gaps: tuple[float, float]
    by_source: tuple[float, ...]
    p: float

    @property
    def sources_ahead(self) -> int:
        """Number of the sources on which the first has the lower loss more often."""
        return sum(one > 0 for one in self.by_source)


def meetings(
    problems: list[Problem], first: str, second: str, budgets: Sequence[tuple[float, str]]
) -> list[Meeting]:
    """Return how two contenders stand to each other at several budgets, shares of a cost each.

    They are compared by the share of a source's problems on which the first has the lower loss,
    less that on which it has the higher.
    """
    names = list(problems[0].courses)
    i, j = names.index(first), names.index(second)
    found, by_source = [], []
    for share, cost in budgets:
        missing = gaps(problems, share, cost)[:, [i, j]]
        sides = np.sign(_difference(missing[:, 1], missing[:, 0]))
        by_source.append(_by_source(problems, sides))
        found.append((missing, sides))
    p_values = sign_flip_test(np.array(by_source).T)
    return [
        Meeting(
            int((sides > 0).sum()),
            int((sides < 0).sum()),
            (float(np.median(missing[:, 0])), float(np.median(missing[:, 1]))),
            tuple(of_sources.tolist()),
            float(p),
        )
        for (missing, sides), of_sources, p in zip(found, by_source, p_values, strict=True)
    ]


def accuracies(problems: list[Problem], first: str, second: str) -> tuple[float, float, float]:
    """Return the mean test accuracies of two contenders over the sources, and their p-value."""
    both = np.array([[p.courses[first].accuracy, p.courses[second].accuracy] for p in problems])
    by_source = _by_source(problems, both)
    means = by_source.mean(axis=0)
    p = sign_flip_test((by_source[:, 0] - by_source[:, 1])[:, None])[0]
    return float(means[0]), float(means[1]), float(p)


def _difference(first: Values, second: Values) -> Values:
    """Return first - second, where two infinities are equal."""
    both = np.isinf(first) & np.isinf(second)
    return np.where(both, 0.0, np.where(both, 0.0, first) - np.where(both, 0.0, second))


def solved_after(problems: list[Problem], tolerance: float, cost: str = "circuits") -> Values:
    """Return what each contender spent to reach the target, shape (n_problems, n_contenders)."""
    return np.array(
        [
            [course.needed(problem.target(tolerance), cost) for course in problem.courses.values()]
            for problem in problems
        ]
    )
