"""Optimizers compared on one set of problems: courses, budgets, profiles, ranks, tests.

A problem is one model on one training fold from one start; every contender gets the same. A course
is what a contender had reached after how much was spent. All comparisons are functions of courses.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from experiments.evaluation.ranks import paired_test
from experiments.evaluation.statistics import holm

__all__ = [
    "COSTS",
    "Course",
    "Problem",
    "Standing",
    "data_profile",
    "gaps",
    "mean_ranks",
    "performance_profile",
    "solved_after",
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
        Mean rank over the problems, 1 the lowest loss; ties share.
    gap : float
        Median share of what could be gained that is still missing; 0 the best of all.
    wins : float
        Share of the problems on which none had a lower loss.
    p : float
        Adjusted p of the paired test against the leader, by Holm's method over all pairs; NaN for
        the leader.
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


def mean_ranks(problems: list[Problem], share: float, cost: str = "circuits") -> Values:
    """Return the contenders' mean ranks at a share of the budget, in their own order."""
    return np.asarray(stats.rankdata(gaps(problems, share, cost), axis=1).mean(axis=0))


def standings(problems: list[Problem], share: float, cost: str = "circuits") -> list[Standing]:
    """Return the contenders by mean rank at a share of the budget, the leader first.

    The leader is tested against every other by Wilcoxon's signed-rank test of the gaps over all
    problems. Holm's adjustment is over the pairs of *all* contenders: the leader was chosen by the
    same data, and with its own pairs alone seven equal contenders raise a false alarm in 15 % of
    duels. Problems of one family share data, so they are less independent than
    the test takes them to be; starts differ in all of them.
    """
    names = list(problems[0].courses)
    missing = gaps(problems, share, cost)
    ranks = stats.rankdata(missing, axis=1).mean(axis=0)
    lowest = missing.min(axis=1, keepdims=True)
    wins = ((missing == lowest) & np.isfinite(missing)).mean(axis=0)
    order = np.argsort(ranks, kind="stable")
    pairs = list(combinations(range(len(names)), 2))
    adjusted = holm([paired_test(_difference(missing[:, i], missing[:, j])) for i, j in pairs])
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


def performance_profile(spent: Values, ratios: Values) -> Values:
    r"""Return the share of problems solved within a factor of the fastest contender.

    .. math:: \rho_s(\alpha) = \frac1{|P|}\Big|\Big\{p : \frac{t_{ps}}{\min_s t_{ps}} \le \alpha
        \Big\}\Big|

    Parameters
    ----------
    spent : ndarray of shape (n_problems, n_contenders)
        Amounts spent to reach the target, from `solved_after`; infinite if never.
    ratios : ndarray of shape (n_ratios,)
        Factors :math:`\alpha`, from 1.

    Returns
    -------
    ndarray of shape (n_ratios, n_contenders)

    References
    ----------
    Dolan and Moré, Math. Program. 91, 201 (2002), doi:10.1007/s101070100263.

    Examples
    --------
    >>> performance_profile(np.array([[1.0, 2.0], [6.0, 3.0]]), np.array([1.0, 2.0])).tolist()
    [[0.5, 0.5], [1.0, 1.0]]
    """
    fastest = spent.min(axis=1, keepdims=True)
    with np.errstate(invalid="ignore"):
        relative = np.where(np.isfinite(spent), spent / fastest, np.inf)
    return np.asarray((relative[None] <= ratios[:, None, None] * (1 + 1e-12)).mean(axis=1))


def data_profile(spent: Values, units: Values, gradients: Values) -> Values:
    r"""Return the share of problems solved within a number of simplex gradients.

    .. math:: d_s(\kappa) = \frac1{|P|}\Big|\Big\{p : \frac{t_{ps}}{u_p} \le \kappa\Big\}\Big|

    with :math:`u_p` the circuits of :math:`P_p + 1` evaluations of the loss.

    Parameters
    ----------
    spent : ndarray of shape (n_problems, n_contenders)
        Circuits spent to reach the target, from `solved_after`; infinite if never.
    units : ndarray of shape (n_problems,)
        Circuits :math:`u_p` of each problem's simplex gradient.
    gradients : ndarray of shape (n_gradients,)
        Numbers :math:`\kappa` of simplex gradients.

    References
    ----------
    Moré and Wild, SIAM J. Optim. 20, 172 (2009), doi:10.1137/080724083.

    Examples
    --------
    >>> data_profile(np.array([[10.0, 30.0]]), np.array([10.0]), np.array([1.0, 3.0])).tolist()
    [[1.0, 0.0], [1.0, 1.0]]
    """
    relative = spent / units[:, None]
    return np.asarray((relative[None] <= gradients[:, None, None] * (1 + 1e-12)).mean(axis=1))
