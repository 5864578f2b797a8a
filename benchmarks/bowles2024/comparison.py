"""Ours beside what is printed: the test of a row, Holm's correction over all, and the verdict."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from scipy import stats

from benchmarks.bowles2024.digest import PublishedRow
from experiments.evaluation.statistics import holm

LEVEL = 0.05
ROUNDING = 5e-5  # the printed means have four decimals

Test = Literal["one test row", "one test row, no spread", "Welch", "-"]
Verdict = Literal["agrees", "differs", "not run"]


@dataclass(frozen=True)
class Accuracy:
    """Test accuracies of several seeds: mean, sample standard deviation, number."""

    mean: float
    sd: float
    n: int

    @classmethod
    def of(cls, values: Sequence[float]) -> Accuracy:
        sd = float(np.std(values, ddof=1)) if len(values) > 1 else 0.0
        return cls(float(np.mean(values)), sd, len(values))

    @classmethod
    def printed(cls, row: PublishedRow) -> Accuracy:
        """Return a row's scores: what is printed is the deviation of a population."""
        return cls(row.mean, row.sd * math.sqrt(row.n_seeds / (row.n_seeds - 1)), row.n_seeds)


@dataclass(frozen=True)
class Compared:
    """A row and what came out here; `runs` are ours, the last one counts."""

    row: PublishedRow
    runs: tuple[Accuracy, ...] = ()
    test: Test = "-"
    p: float = float("nan")
    p_holm: float = float("nan")
    low: float = float("nan")
    high: float = float("nan")
    verdict: Verdict = "not run"
    why: str = ""
    seconds: float = 0.0

    @property
    def ours(self) -> Accuracy:
        return self.runs[-1]

    @property
    def difference(self) -> float:
        return self.ours.mean - self.row.mean


def welch(ours: Accuracy, printed: Accuracy) -> tuple[float, float, float]:
    r"""Return the two-sided p-value and the 95 % interval of the difference of the means.

    .. math:: t = \frac{\bar a-\bar b}{\sqrt{s_a^2/n_a+s_b^2/n_b}}

    with Welch and Satterthwaite's degrees of freedom. One of the deviations has to be above 0.

    References
    ----------
    Welch, Biometrika 34, 28 (1947), doi:10.1093/biomet/34.1-2.28.
    """
    a, b = (scores.sd**2 / scores.n for scores in (ours, printed))
    degrees = (a + b) ** 2 / (a**2 / (ours.n - 1) + b**2 / (printed.n - 1))
    found = stats.ttest_ind_from_stats(
        ours.mean, ours.sd, ours.n, printed.mean, printed.sd, printed.n, equal_var=False
    )
    difference = ours.mean - printed.mean
    half = float(stats.t.ppf(0.975, degrees)) * math.sqrt(a + b)
    return float(found.pvalue), difference - half, difference + half


def compare(
    row: PublishedRow, values: Sequence[float], n_test: int, deterministic: bool
) -> Compared:
    """Return the row's test, without a verdict where that waits for Holm's correction."""
    ours, printed = Accuracy.of(values), Accuracy.printed(row)
    if deterministic or ours.sd == printed.sd == 0:
        within = abs(ours.mean - printed.mean) <= 1 / n_test + ROUNDING
        test: Test = "one test row" if deterministic else "one test row, no spread"
        return Compared(row, (ours,), test, verdict="agrees" if within else "differs")
    p, low, high = welch(ours, printed)
    return Compared(row, (ours,), "Welch", p=p, low=low, high=high)


def judged(rows: Sequence[Compared]) -> list[Compared]:
    """Return the rows with Holm's correction over all of Welch's tests, and their verdicts."""
    tested = [i for i, row in enumerate(rows) if row.test == "Welch"]
    found = list(rows)
    for i, p in zip(tested, holm([rows[i].p for i in tested]), strict=True):
        verdict: Verdict = "differs" if p < LEVEL else "agrees"
        found[i] = replace(rows[i], p_holm=float(p), verdict=verdict)
    return found
