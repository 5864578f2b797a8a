"""Several trainings on one split: intervals and verdicts with and without what starts vary."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.tree import DecisionTreeClassifier

from benchmarks.statistics.designs import ROPE, Hits, Table, share
from experiments.evaluation.multiplicity import LEVEL
from experiments.evaluation.rows import FoldRows, Rows
from experiments.evaluation.starts import Spread
from experiments.evaluation.statistics import compare, corrected_interval

_FRESH = 400  # rows and starts by which the truth is known


def starts_entry(n: int, n_features: int, n_starts: int, draws: int) -> tuple[str, ...]:
    """Return coverage on one split and false winners, where a training is random.

    A training is a tree on rows drawn with replacement. What is covered is the mean over starts of
    this training part's models on all rows.
    """
    rng = np.random.default_rng([n, n_features, n_starts])
    covered, named = [], []
    for _ in range(draws):
        y = np.arange(n) % 2
        test = np.concatenate([np.flatnonzero(y == label)[: n // 8] for label in (0, 1)])
        train = np.setdiff1d(np.arange(n), test)
        right, truth = zip(
            *(_trained(y, train, test, n_features, n_starts, rng) for _ in range(2)), strict=True
        )
        rows, means = [], []
        for one in right:
            mine = one.mean(axis=0)
            influence = (mine - mine.mean()) / np.sqrt(len(test) * (len(test) - 1))
            step = np.full(len(test), 1 / len(test))
            rows.append(Rows.of_folds([FoldRows(test, influence, step)]))
            means.append(float(mine.mean()))
        by_start = [one.mean(axis=1) for one in right]
        found = []
        for spread in (None, _spread(by_start[0])):
            _, low, high = corrected_interval([means[0]], 0.0, rows=replace(rows[0], starts=spread))
            found.append(low <= truth[0] <= high)
        covered.append(found)
        between = rows[0].less(rows[1])
        both = (None, _spread(by_start[0] - by_start[1]))
        pair = [replace(between, starts=spread) for spread in both]
        apart = [means[0] - means[1]]
        named.append([compare(apart, 0.0, ROPE, own).p < LEVEL for own in pair])
    hits, winners = np.array(covered), np.array(named)
    return (
        f"{n} rows, {n_features} features",
        f"one, {n_starts} starts",
        share(hits[:, 0]),
        share(hits[:, 1]),
        share(winners[:, 0]),
        share(winners[:, 1]),
    )


def _trained(
    y: NDArray[np.intp],
    train: NDArray[np.intp],
    test: NDArray[np.intp],
    n_features: int,
    n_starts: int,
    rng: np.random.Generator,
) -> tuple[Hits, float]:
    """Return which test rows each start has right, and the mean accuracy over starts and rows."""
    X, fresh = rng.normal(size=(len(y), n_features)), rng.normal(size=(_FRESH, n_features))
    labels = np.arange(_FRESH) % 2
    X[:, 0] += 1.5 * y
    fresh[:, 0] += 1.5 * labels
    right, others = [], []
    for _ in range(n_starts + 20):
        part = rng.choice(train, len(train))
        tree = DecisionTreeClassifier(random_state=0).fit(X[part], y[part])
        right.append(tree.predict(X[test]) == y[test])
        others.append((tree.predict(fresh) == labels).mean())
    return np.array(right[:n_starts], dtype=float), float(np.mean(others[n_starts:]))


def _spread(by_start: Hits) -> Spread | None:
    return Spread.of_starts(pd.DataFrame(by_start[None]))


TABLES = (
    Table(
        "starts",
        "Coverage of 95 % intervals on one split, trained several times, and how often one of two "
        "equal models is named better, in per cent: by the rows alone, and with what starts vary.",
        ("data", "splits", "covered, rows", "covered, starts", "named, rows", "named, starts"),
        [
            partial(starts_entry, n, n_features, n_starts)
            for n in (80, 400)
            for n_features in (3, 12)
            for n_starts in (2, 5)
        ],
    ),
)
