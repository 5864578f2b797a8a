"""Data, learners and splits that are simulated, and the rules of before and of now.

Every draw is a data set of its own with real trainings on real folds, so that the dependence
between folds is the true one and not a test's assumption. "Folds" is the rule of before, by the
folds' variance with a floor of one test row; "rows" is the project's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.tree import DecisionTreeClassifier

from experiments.evaluation.multiplicity import LEVEL, Family
from experiments.evaluation.rows import FoldRows, Rows
from experiments.evaluation.statistics import Comparison, compare

ROPE = 0.01
Hits = NDArray[np.float64]
Learner = Callable[[Hits, NDArray[np.intp], Hits], NDArray[np.intp]]


@dataclass(frozen=True)
class Table:
    """Entries that stand under one header.

    Parameters
    ----------
    name, said : str
        Title, and what its columns are.
    header : tuple of str
        Titles of the columns.
    entries : list of callable
        Functions from the number of draws to a row.
    """

    name: str
    said: str
    header: tuple[str, ...]
    entries: list[Callable[[int], tuple[str, ...]]]


def discriminant(X: Hits, y: NDArray[np.intp], points: Hits) -> NDArray[np.intp]:
    """Return Fisher's linear discriminant of two classes: steady where rows outnumber features."""
    low, high = X[y == 0].mean(axis=0), X[y == 1].mean(axis=0)
    rest = X - np.where(y[:, None] == 1, high, low)
    covariance = rest.T @ rest / len(X) + 1e-3 * np.eye(X.shape[1])
    direction = np.linalg.solve(covariance, high - low)
    return ((points - (low + high) / 2) @ direction > 0).astype(np.intp)


def tree(X: Hits, y: NDArray[np.intp], points: Hits) -> NDArray[np.intp]:
    """Return a decision tree's answers: another training set is another model."""
    return np.asarray(DecisionTreeClassifier(random_state=0).fit(X, y).predict(points))


LEARNERS: dict[str, Learner] = {"discriminant": discriminant, "tree": tree}


@dataclass(frozen=True)
class Design:
    """Data, learner and splits of a comparison.

    Parameters
    ----------
    learner : str
        Key of `LEARNERS`.
    n, features : int
        Rows of a data set, and features of each model, which has them for itself.
    apart : float
        Distance of the classes along the first feature, in standard deviations.
    folds, repeats : int
        k-fold cross-validation, stratified; 0 folds are hold-outs of a quarter.
    """

    learner: str
    n: int
    features: int
    apart: float
    folds: int
    repeats: int

    @property
    def splits(self) -> str:
        return f"{self.folds}x{self.repeats}" if self.folds else f"hold-out x{self.repeats}"

    @property
    def test_to_train(self) -> float:
        return 1 / (self.folds - 1) if self.folds else 1 / 3

    def tests(self, y: NDArray[np.intp], rng: np.random.Generator) -> Iterator[NDArray[np.intp]]:
        """Yield the test rows of every split."""
        parts = self.folds or 4
        for _ in range(self.repeats):
            place = np.empty(len(y), dtype=np.intp)
            for label in (0, 1):
                members = rng.permutation(np.flatnonzero(y == label))
                place[members] = np.arange(len(members)) % parts
            for part in range(self.folds or 1):
                yield np.flatnonzero(place == part)


@dataclass(frozen=True)
class Model:
    """A model's scores and rows over all splits of one data set."""

    scores: Hits
    rows: Rows
    n_test: float
    rope: float


def models(design: Design, gains: Sequence[float], rng: np.random.Generator) -> list[Model]:
    """Return models on one data set; each sees features of its own, further apart by its gain."""
    y = np.arange(design.n) % 2
    views = [rng.normal(size=(design.n, design.features)) for _ in gains]
    for view, gain in zip(views, gains, strict=True):
        view[:, 0] += (design.apart + gain) * y
    tests = list(design.tests(y, rng))
    learner = LEARNERS[design.learner]
    found = []
    for view in views:
        scores, folds = [], []
        for test in tests:
            train = np.setdiff1d(np.arange(design.n), test, assume_unique=True)
            right = (learner(view[train], y[train], view[test]) == y[test]).astype(float)
            scores.append(right.mean())
            influence = (right - right.mean()) / np.sqrt(len(test) * (len(test) - 1))
            folds.append(FoldRows(test, influence, np.full(len(test), 1 / len(test))))
        rope = float(np.sqrt(np.mean([fold.variance for fold in folds])))
        n_test = float(np.mean([*map(len, tests)]))
        found.append(Model(np.array(scores), Rows.of_folds(folds), n_test, rope))
    return found


def suggested_rope(every: Sequence[Model]) -> float:
    """Return one standard error of the best model's score on one test part."""
    return max(every, key=lambda one: float(one.scores.mean())).rope


def by_rows(
    design: Design, first: Model, second: Model, rope: float = ROPE, level: float = LEVEL
) -> Comparison:
    """Compare as the project does."""
    rows = first.rows.less(second.rows)
    return compare(first.scores - second.scores, design.test_to_train, rope, rows, level)


def family_of(every: Sequence[Model], pairs: Sequence[tuple[int, int]]) -> Family:
    """Return the family of these pairs, by the correlation of what rows do to them."""
    influences = np.array([every[a].rows.less(every[b].rows).influence for a, b in pairs])
    return Family(len(pairs), np.corrcoef(influences) if len(pairs) > 1 else None)


def by_folds(design: Design, first: Model, second: Model) -> Comparison:
    """Compare as the project did: the folds' variance, of no less than one test row in all."""
    differences = first.scores - second.scores
    floor = 1 / first.n_test / np.sqrt(len(differences))
    if differences.std(ddof=1) < floor:  # the same mean, spread by as much as the floor
        signs = np.resize([1.0, -1.0], len(differences))
        signs -= signs.mean()
        differences = differences.mean() + floor * signs / signs.std(ddof=1)
    return compare(differences, design.test_to_train, ROPE)


def share(hits: Sequence[bool] | NDArray[np.bool_]) -> str:
    """Return a share with its Monte-Carlo error."""
    p = float(np.mean(hits))
    return f"{100 * p:.1f} ± {100 * np.sqrt(max(p * (1 - p), 1 / len(hits)) / len(hits)):.1f}"


def mean_share(values: Sequence[float]) -> str:
    """Return a mean of shares with its Monte-Carlo error."""
    error = max(float(np.std(values)), 1 / np.sqrt(len(values))) / np.sqrt(len(values))
    return f"{100 * np.mean(values):.1f} ± {100 * error:.1f}"
