"""Error rates of intervals and verdicts beside their power, by simulation; see ``statistics.md``.

Run as ``python -m benchmarks.statistics``. Every draw is a data set of its own with real trainings
on real folds, so that the dependence between folds is the true one and not a test's assumption.
"Folds" is the rule of before, by the folds' variance with a floor of one test row; "rows" is the
project's.
"""

from __future__ import annotations

import argparse
import itertools
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from sklearn.metrics import recall_score
from sklearn.tree import DecisionTreeClassifier
from threadpoolctl import threadpool_limits

from experiments.evaluation.comparison import judge
from experiments.evaluation.metrics import Predictions
from experiments.evaluation.multiplicity import LEVEL, Family
from experiments.evaluation.permutation import sign_flip_test
from experiments.evaluation.ranks import friedman
from experiments.evaluation.rows import FoldRows, Rows, rows_of_fold
from experiments.evaluation.statistics import Comparison, compare, corrected_interval, holm
from experiments.planning.foresight import shown_beforehand
from experiments.running.environment import usable_cores
from qml.errors import SpecError

HERE = Path(__file__).parent
ROPE = 0.01
Hits = NDArray[np.float64]
Learner = Callable[[Hits, NDArray[np.intp], Hits], NDArray[np.intp]]


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


# -- intervals


def interval_entry(n: int, truth: float, repeats: int, draws: int) -> tuple[str, ...]:
    """Return coverage and width of the interval of an accuracy; rows are answered once for all."""
    rng = np.random.default_rng([n, round(1000 * truth), repeats])
    covered, before, width, exact = [], [], [], []
    for _ in range(draws):
        right = (rng.random(n) < truth).astype(float)
        scores, folds = [], []
        for _ in range(repeats):
            for test in np.array_split(rng.permutation(n), 5):
                mine = right[test]
                scores.append(mine.mean())
                influence = (mine - mine.mean()) / np.sqrt(len(test) * (len(test) - 1))
                folds.append(FoldRows(test, influence, np.full(len(test), 1 / len(test))))
        _, low, high = corrected_interval(scores, 0.25, rows=Rows.of_folds(folds))
        covered.append(low <= truth <= high)
        width.append(min(high, 1.0) - max(low, 0.0))
        exact.append(_clopper_pearson(int(right.sum()), n))
        before.append(_covered_by_folds(np.array(scores), truth, 5 / n))
    ratio = np.mean(width) / np.mean(exact)
    name = f"accuracy, {n} rows, {truth:g}"
    return (
        name,
        f"5x{repeats}",
        share(before),
        share(covered),
        f"{np.mean(width):.3f}",
        f"{ratio:.2f}",
    )


def recall_entry(repeats: int, draws: int) -> tuple[str, ...]:
    """Return the same of a recall, 6 of 60 rows being of its class."""
    rng, truth = np.random.default_rng(repeats), 0.9
    y = (np.arange(60) < 6).astype(np.intp)
    covered, before, width, exact = [], [], [], []
    for _ in range(draws):
        predicted = np.where(rng.random(60) < truth, y, 1 - y)
        scores, folds = [], []
        for _ in range(repeats):
            place = np.concatenate([rng.permutation(6) % 3, rng.permutation(54) % 3])
            for part in range(3):
                test = np.flatnonzero(place == part)
                said = Predictions(y[test], predicted[test], np.arange(2))
                scores.append(recall_score(y[test], predicted[test]))
                if (fold := rows_of_fold("recall", test.tolist(), said)) is not None:
                    folds.append(fold)
        _, low, high = corrected_interval(scores, 0.5, rows=Rows.of_folds(folds))
        covered.append(low <= truth <= high)
        width.append(min(high, 1.0) - max(low, 0.0))
        exact.append(_clopper_pearson(int(predicted[:6].sum()), 6))
        before.append(_covered_by_folds(np.array(scores), truth, 3 / 60))
    ratio = np.mean(width) / np.mean(exact)
    name = f"recall, 6 of 60 rows, {truth:g}"
    return (
        name,
        f"3x{repeats}",
        share(before),
        share(covered),
        f"{np.mean(width):.3f}",
        f"{ratio:.2f}",
    )


def _covered_by_folds(scores: Hits, truth: float, step: float) -> bool:
    ratio = 0.25
    variance = max(scores.var(ddof=1), step**2 / len(scores))
    half = stats.t.ppf(0.975, len(scores) - 1) * np.sqrt(variance * (1 / len(scores) + ratio))
    return bool(abs(scores.mean() - truth) <= half)


def _clopper_pearson(hits: int, n: int) -> float:
    low = 0.0 if hits == 0 else stats.beta.ppf(0.025, hits, n - hits + 1)
    high = 1.0 if hits == n else stats.beta.ppf(0.975, hits + 1, n - hits)
    return float(high - low)


# -- pairs


def pair_entry(design: Design, draws: int) -> tuple[str, ...]:
    """Return how often a winner is named between equals, and between models that are apart."""
    cells = []
    for gain in (0.0, 0.6):
        rng = np.random.default_rng([design.n, design.features, design.folds, design.repeats])
        named: dict[str, list[bool]] = {"folds": [], "rows": []}
        for _ in range(draws):
            first, second = models(design, [gain, 0.0], rng)
            for rule, name in ((by_folds, "folds"), (by_rows, "rows")):
                if name == "folds" and len(first.scores) < 2:  # nothing to say
                    named[name].append(False)
                    continue
                found = rule(design, first, second)
                named[name].append(found.p < LEVEL and (gain == 0 or found.difference > 0))
        cells += [share(named["folds"]), share(named["rows"])]
    return (f"{design.learner}, {design.n} rows, {design.features} features", design.splits, *cells)


PAIRS = [
    *(
        Design("discriminant", n, d, 1.5, folds, repeats)
        for n, d in ((40, 3), (80, 5), (80, 30), (178, 5), (178, 30))
        for folds, repeats in ((5, 1), (10, 1), (5, 2), (5, 10), (0, 5), (0, 15))
    ),
    *(
        Design("tree", n, 5, 1.5, folds, repeats)
        for n in (80, 178)
        for folds, repeats in ((5, 1), (10, 1), (5, 2), (0, 5))
    ),
]


# -- what is warned of


def groups_entry(n_groups: int, by_group: bool, draws: int) -> tuple[str, ...]:
    """Return how often one of two equal models is named better where rows come in groups of ten.

    What a group shares moves each model's features as much as a row's own noise; groups are never
    divided, and may be all of one class. Before: rows counted, as if none were like another.
    """
    rng = np.random.default_rng([n_groups, by_group])
    folds = min(5, n_groups // 2)
    group = np.repeat(np.arange(n_groups), 10)
    y = group % 2 if by_group else np.arange(len(group)) % 2
    design = Design("discriminant", len(group), 5, 1.5, folds, 2)
    rows_named, named, means, intervals = [], [], [], []
    for _ in range(draws):
        tests = []
        for _ in range(2):
            place = np.empty(n_groups, dtype=np.intp)
            for label in (0, 1):
                members = rng.permutation(np.flatnonzero(np.arange(n_groups) % 2 == label))
                place[members] = np.arange(len(members)) % folds
            tests += [np.flatnonzero(place[group] == fold) for fold in range(folds)]
        by_rows_alone, by_groups = [], []
        for _ in range(2):
            view = rng.normal(size=(len(y), 5)) + rng.normal(size=(n_groups, 5))[group]
            view[:, 0] += 1.5 * y
            alone, grouped = _grouped(view, y, group, tests)
            by_rows_alone.append(alone)
            by_groups.append(grouped)
        rows_named.append(by_rows(design, *by_rows_alone).p < LEVEL)
        named.append(by_rows(design, *by_groups).p < LEVEL)
        first = by_groups[0]
        mean, low, high = corrected_interval(first.scores, design.test_to_train, rows=first.rows)
        means.append(mean)
        intervals.append((low, high))
    truth = float(np.mean(means))
    covered = [low <= truth <= high for low, high in intervals]
    classes = ", each of one class" if by_group else ""
    return (
        f"{n_groups} groups of 10 rows{classes}",
        design.splits,
        share(rows_named),
        share(named),
        share(covered),
    )


def _grouped(
    view: Hits, y: NDArray[np.intp], group: NDArray[np.intp], tests: Sequence[NDArray[np.intp]]
) -> tuple[Model, Model]:
    """Return a model's scores with its rows, and with its groups as rows."""
    scores, alone, grouped = [], [], []
    for test in tests:
        train = np.setdiff1d(np.arange(len(y)), test, assume_unique=True)
        right = (discriminant(view[train], y[train], view[test]) == y[test]).astype(float)
        scores.append(right.mean())
        influence = (right - right.mean()) / np.sqrt(len(test) * (len(test) - 1))
        alone.append(FoldRows(test, influence, np.full(len(test), 1 / len(test))))
        grouped.append(alone[-1].by_group(group[test].tolist()))
    of = np.array(scores)
    n_test = len(y) / len(tests)
    return Model(of, Rows.of_folds(alone), n_test, 0.0), Model(
        of, Rows.of_folds(grouped), n_test, 0.0
    )


def minority_entry(minority: int, draws: int) -> tuple[str, ...]:
    """Return the same of balanced accuracy with so many of 60 rows in the smaller class."""
    rng = np.random.default_rng(minority)
    y = (np.arange(60) < minority).astype(np.intp)
    named, means, intervals = [], [], []
    for _ in range(draws):
        views = [rng.normal(size=(60, 3)) for _ in range(2)]
        for view in views:
            view[:, 0] += 1.5 * y
        place = np.empty(60, dtype=np.intp)
        for label in (0, 1):
            members = rng.permutation(np.flatnonzero(y == label))
            place[members] = np.arange(len(members)) % 3
        tests = [np.flatnonzero(place == fold) for fold in range(3)]
        both = [_balanced(view, y, tests) for view in views]
        found = compare(both[0].scores - both[1].scores, 0.5, ROPE, both[0].rows.less(both[1].rows))
        named.append(found.p < LEVEL)
        mean, low, high = corrected_interval(both[0].scores, 0.5, rows=both[0].rows)
        means.append(mean)
        intervals.append((low, high))
    truth = float(np.mean(means))
    covered = [low <= truth <= high for low, high in intervals]
    return (f"{minority} of 60 rows in a class", "3x1", "-", share(named), share(covered))


def _balanced(view: Hits, y: NDArray[np.intp], tests: Sequence[NDArray[np.intp]]) -> Model:
    scores, folds = [], []
    for test in tests:
        train = np.setdiff1d(np.arange(len(y)), test, assume_unique=True)
        said = discriminant(view[train], y[train], view[test])
        scores.append(np.mean([(said[y[test] == k] == k).mean() for k in (0, 1)]))
        fold = rows_of_fold(
            "balanced_accuracy", test.tolist(), Predictions(y[test], said, np.arange(2))
        )
        if fold is not None:
            folds.append(fold)
    return Model(np.array(scores), Rows.of_folds(folds), len(y) / len(tests), 0.0)


# -- learning curves


def curve_entry(design: Design, size: int, draws: int) -> tuple[str, ...]:
    """Return coverage and width of intervals where so many rows of each training part are used.

    Before: test size over the size of the reduced part, by the folds alone.
    """
    rng = np.random.default_rng([design.n, size, design.folds, design.repeats])
    learner = LEARNERS[design.learner]
    truth = float(np.mean([_fresh(design, size, rng) for _ in range(2000)]))
    covered, width = [], []
    for _ in range(draws):
        y = np.arange(design.n) % 2
        X = rng.normal(size=(design.n, design.features))
        X[:, 0] += design.apart * y
        scores, folds = [], []
        for test in design.tests(y, rng):
            train = np.setdiff1d(np.arange(design.n), test, assume_unique=True)
            part = np.concatenate(
                [rng.permutation(train[y[train] == c])[: size // 2] for c in (0, 1)]
            )
            right = (learner(X[part], y[part], X[test]) == y[test]).astype(float)
            scores.append(right.mean())
            influence = (right - right.mean()) / np.sqrt(len(test) * (len(test) - 1))
            folds.append(FoldRows(test, influence, np.full(len(test), 1 / len(test))))
        found = []
        for ratio, rows in (
            (len(test) / size, None),
            (design.test_to_train, Rows.of_folds(folds, reduced=True)),
        ):
            _, low, high = corrected_interval(scores, ratio, rows=rows)
            found.append((low <= truth <= high, min(high, 1.0) - max(low, 0.0)))
        covered.append([one[0] for one in found])
        width.append([one[1] for one in found])
    hit, wide = np.array(covered), np.mean(width, axis=0)
    return (
        f"{design.learner}, {size} of {design.n} rows",
        design.splits,
        share(hit[:, 0]),
        share(hit[:, 1]),
        f"{wide[0]:.3f}",
        f"{wide[1]:.3f}",
    )


def _fresh(design: Design, size: int, rng: np.random.Generator) -> float:
    """Return the accuracy of one training on so many rows, on many others."""
    both = []
    for rows in (size, 400):
        y = np.arange(rows) % 2
        X = rng.normal(size=(rows, design.features))
        X[:, 0] += design.apart * y
        both += [X, y]
    X, y, points, labels = both
    return float((LEARNERS[design.learner](X, y, points) == labels).mean())


CURVES = [
    (Design(learner, n, 5, 1.5, folds, repeats), size)
    for learner in LEARNERS
    for n, folds, repeats, size in (
        (80, 5, 2, 12),
        (80, 5, 2, 40),
        (80, 5, 10, 12),
        (178, 5, 10, 12),
        (178, 0, 5, 40),
    )
]


# -- controls


def control_entry(n: int, gain: float, draws: int) -> tuple[str, ...]:
    """Return what is said of a model beside three controls of which each is worse by the gain."""
    design = Design("discriminant", n, 5, 1.7, 5, 2)
    rng = np.random.default_rng([n, round(100 * gain)])
    before, now, beaten, points = [], [], [], []
    pairs = [(0, 1), (0, 2), (0, 3)]
    for _ in range(draws):
        every = models(design, [gain, 0.0, 0.0, 0.0], rng)
        points += [every[0].scores.mean() - one.scores.mean() for one in every[1:]]
        old = [by_folds(design, every[a], every[b]) for a, b in pairs]
        judged = _as_before(old)
        before.append(
            any(
                said in ("worse", "practically equal")
                or (said == "undecided" and found.difference <= 0)
                for said, found in zip(judged, old, strict=True)
            )
        )
        said = _judged(design, every, pairs)
        now.append(any(one in ("worse", "practically equal") for one in said))
        beaten.append((judged.count("better") == 3, said.count("better") == 3))
    of_all = np.array(beaten)
    return (
        f"{n} rows, {100 * np.mean(points):+.1f} points",
        "5x2",
        share(before),
        share(now),
        share(of_all[:, 0]),
        share(of_all[:, 1]),
    )


def _as_before(found: Sequence[Comparison]) -> list[str]:
    """Judge by Holm's method and the posterior, as the project did."""
    adjusted = holm([one.p for one in found])
    return [
        "practically equal"
        if one.p_equal >= 1 - LEVEL
        else ("better" if one.difference > 0 else "worse")
        if p < LEVEL
        else "undecided"
        for one, p in zip(found, adjusted, strict=True)
    ]


def _judged(design: Design, every: Sequence[Model], pairs: Sequence[tuple[int, int]]) -> list[str]:
    """Judge as the project does."""
    rope = suggested_rope(every)
    found = [by_rows(design, every[a], every[b], rope) for a, b in pairs]
    adjusted = family_of(every, pairs).adjusted([one.p for one in found])
    equal = holm([one.p_tost for one in found])
    return [
        judge(one.difference, float(p), float(p_tost))
        for one, p, p_tost in zip(found, adjusted, equal, strict=True)
    ]


# -- families


def family_entry(design: Design, n_models: int, gain: float, draws: int) -> tuple[str, ...]:
    """Return how often a winner is named among equals, and how many pairs with one that is better.

    All pairs are compared, by Holm's method and by the least p-value.
    """
    pairs = list(itertools.combinations(range(n_models), 2))
    cells = []
    for apart in (0.0, gain):
        rng = np.random.default_rng([design.n, n_models, design.folds, design.repeats])
        shown: dict[str, list[float]] = {"holm": [], "least": []}
        for _ in range(draws):
            every = models(design, [apart, *[0.0] * (n_models - 1)], rng)
            found = [by_rows(design, every[a], every[b]) for a, b in pairs]
            p = [one.p for one in found]
            for rule, adjusted in (
                ("holm", holm(p)),
                ("least", family_of(every, pairs).adjusted(p)),
            ):
                named = [
                    own < LEVEL and (apart == 0 or (a == 0 and one.difference > 0))
                    for own, one, (a, _) in zip(adjusted, found, pairs, strict=True)
                ]
                shown[rule].append(any(named) if apart == 0 else sum(named) / (n_models - 1))
        cells += [mean_share(shown["holm"]), mean_share(shown["least"])]
    return (f"{n_models} models, {design.n} rows", design.splits, *cells)


def mean_share(values: Sequence[float]) -> str:
    """Return a mean of shares with its Monte-Carlo error."""
    error = max(float(np.std(values)), 1 / np.sqrt(len(values))) / np.sqrt(len(values))
    return f"{100 * np.mean(values):.1f} ± {100 * error:.1f}"


# -- over sources of data


def sources_entry(
    n_models: int, n_sources: int, widths: int, icc: float, draws: int
) -> tuple[str, ...]:
    """Return how often equal models are told apart over sources, and how often one that is better.

    Each source is a recipe at so many widths, whose scores correlate. Before: Iman and Davenport's
    F over all data sets, and Wilcoxon's test of each pair with Holm's correction.
    """
    cells = []
    pairs = list(itertools.combinations(range(n_models), 2))
    for apart in (0.0, 1.0, 2.0):
        rng = np.random.default_rng([n_models, n_sources, widths, round(10 * icc)])
        told: dict[str, list[bool]] = {"before": [], "now": []}
        for _ in range(draws):
            shared = np.sqrt(icc) * rng.normal(size=(n_sources, 1, n_models))
            own = np.sqrt(1 - icc) * rng.normal(size=(n_sources, widths, n_models))
            scores = shared + own
            scores[:, :, 0] += apart
            told["before"].append(_by_wilcoxon(scores.reshape(-1, n_models), pairs, apart > 0))
            mean = scores.mean(axis=1)
            differences = np.array([mean[:, a] - mean[:, b] for a, b in pairs]).T
            p = sign_flip_test(differences)
            shown = [a for own, (a, _) in zip(p, pairs, strict=True) if own < LEVEL]
            differ = friedman(mean).p < LEVEL
            told["now"].append(differ and (apart == 0 or 0 in shown))
        cells += [share(told["before"]), share(told["now"])]
    return (f"{n_models} models, {n_sources} sources of {widths}", f"{icc:g}", *cells)


def _by_wilcoxon(scores: Hits, pairs: Sequence[tuple[int, int]], first: bool) -> bool:
    """Return whether any pair, or one with the first model, or the ranks were told apart."""
    n, k = scores.shape
    p = holm([stats.wilcoxon(scores[:, a] - scores[:, b]).pvalue for a, b in pairs])
    if first:
        return any(own < LEVEL and a == 0 for own, (a, _) in zip(p, pairs, strict=True))
    ranks = stats.rankdata(-scores, axis=1).mean(axis=0)
    chi_squared = 12 * n / (k * (k + 1)) * ((ranks**2).sum() - k * (k + 1) ** 2 / 4)
    rest = n * (k - 1) - chi_squared
    F = (n - 1) * chi_squared / rest if rest > 0 else np.inf
    return bool((p < LEVEL).any() or stats.f.sf(F, k - 1, (k - 1) * (n - 1)) < LEVEL)


# -- the duel


def duel_entry(n_sources: int, icc: float, draws: int) -> tuple[str, ...]:
    """Return how often any of seven equal optimizers is said to be behind, and power.

    Five problems a source share what makes an optimizer good on it. Before: Wilcoxon's test of the
    leader and each other over all problems, with Holm's correction over all pairs. Power: the share
    of the six others that one is said to be ahead of which is better by one and by two standard
    deviations of a source.
    """
    pairs = list(itertools.combinations(range(7), 2))
    cells = []
    for apart in (0.0, 1.0, 2.0):
        rng = np.random.default_rng([n_sources, round(10 * icc)])
        before, now = [], []
        for _ in range(draws):
            losses = np.sqrt(icc) * rng.normal(size=(n_sources, 1, 7))
            losses = losses + np.sqrt(1 - icc) * rng.normal(size=(n_sources, 5, 7))
            losses[:, :, 0] -= apart
            ranks = stats.rankdata(losses, axis=2)
            leader = int(ranks.mean(axis=(0, 1)).argmin())
            flat, by_source = losses.reshape(-1, 7), ranks.mean(axis=1)
            old = holm([stats.wilcoxon(flat[:, a] - flat[:, b]).pvalue for a, b in pairs])
            new = sign_flip_test(np.array([by_source[:, a] - by_source[:, b] for a, b in pairs]).T)
            for p, found in ((old, before), (new, now)):
                behind = [own < LEVEL for own, pair in zip(p, pairs, strict=True) if leader in pair]
                found.append(any(behind) if apart == 0 else (leader == 0) * np.mean(behind))
        cells += [mean_share(before), mean_share(now)]
    return (f"{n_sources} sources", f"{icc:g}", *cells)


# -- practical equality


def equal_entry(
    n: int, disagreement: float, folds: int, repeats: int, draws: int
) -> tuple[str, ...]:
    """Return how often two models are practically equal that differ by so many ropes.

    Both are right on about 0.9 of the rows, one of them alone on a share of them; rows are answered
    alike in every repeat. The rope is one standard error of a test part.
    """
    part = n / folds
    rope = np.sqrt(0.9 * 0.1 / part + 2 / part**2)
    cells = []
    for apart in (0.0, 1.0, 2.0):
        rng = np.random.default_rng([n, round(1000 * disagreement), folds, repeats])
        equal, before = [], []
        if apart * rope > disagreement:  # they cannot differ by so much
            cells += ["-", "-"]
            continue
        for _ in range(draws):
            luck = rng.random(n)
            alone = disagreement / 2 + apart * rope / 2
            first = (luck < alone) | (luck > disagreement + 0.1 - disagreement / 2)
            second = ((luck >= alone) & (luck < disagreement)) | (
                luck > disagreement + 0.1 - disagreement / 2
            )
            both = _scored(first, second, folds, repeats, rng)
            found = compare(
                both[0].scores - both[1].scores,
                1 / (folds - 1),
                suggested_rope(both),
                both[0].rows.less(both[1].rows),
            )
            equal.append(found.p_tost < LEVEL)
            old = compare(both[0].scores - both[1].scores, 1 / (folds - 1), ROPE)
            before.append(old.p_equal >= 1 - LEVEL)
        cells += [share(before), share(equal)]
    return (f"{n} rows, {disagreement:.0%} apart", f"{folds}x{repeats}", *cells)


def _scored(
    first: NDArray[np.bool_],
    second: NDArray[np.bool_],
    folds: int,
    repeats: int,
    rng: np.random.Generator,
) -> list[Model]:
    n = len(first)
    tests = [test for _ in range(repeats) for test in np.array_split(rng.permutation(n), folds)]
    found = []
    for right in (first.astype(float), second.astype(float)):
        scores, of_folds = [], []
        for test in tests:
            mine = right[test]
            scores.append(mine.mean())
            influence = (mine - mine.mean()) / np.sqrt(len(test) * (len(test) - 1))
            of_folds.append(FoldRows(test, influence, np.full(len(test), 1 / len(test))))
        rope = float(np.sqrt(np.mean([fold.variance for fold in of_folds])))
        found.append(Model(np.array(scores), Rows.of_folds(of_folds), n / folds, rope))
    return found


# -- what could have been seen


def visible_entry(design: Design, n_models: int, draws: int) -> tuple[str, ...]:
    """Return how often a difference is shown that is said to be shown four times in five.

    It is added to one pair of models that are all equally good; the others stay as they are.
    """
    rng = np.random.default_rng([design.n, n_models, design.folds, design.repeats])
    pairs = list(itertools.combinations(range(n_models), 2))
    seen: list[tuple[bool, bool, bool]] = []
    said: list[float] = []
    beyond, undecided = 0, 0
    for _ in range(draws):
        every = models(design, [0.0] * n_models, rng)
        family = family_of(every, pairs)
        found = [by_rows(design, every[a], every[b], level=family.level) for a, b in pairs]
        differences, rows = every[0].scores - every[1].scores, every[0].rows.less(every[1].rows)
        before = shown_beforehand(
            float((rows.influence**2).sum() * len(rows)),
            len(rows),
            every[0].n_test,
            design.test_to_train,
            len(differences),
            LEVEL / len(pairs),
            partition=design.folds > 0,
        )
        said.append(before)
        hits = []
        for apart in (by_rows(design, *every[:2]).visible, found[0].visible, before):
            moved = compare(differences + apart, design.test_to_train, ROPE, rows)
            hits.append(family.adjusted([moved.p, *(one.p for one in found[1:])])[0] < LEVEL)
        seen.append((hits[0], hits[1], hits[2]))
        adjusted = family.adjusted([one.p for one in found])
        open_ = [one for one, p in zip(found, adjusted, strict=True) if p >= LEVEL]
        undecided += len(open_)
        beyond += sum(abs(one.difference) > one.visible for one in open_)
    shown = np.array(seen)
    return (
        f"{n_models} models, {design.n} rows",
        design.splits,
        share(shown[:, 0]) if len(pairs) > 1 else "-",
        share(shown[:, 1]),
        f"{beyond} of {undecided:,}",
        f"{np.mean(said):.3f}",
        share(shown[:, 2]),
    )


VISIBLE = [
    (Design("discriminant", n, 5, 1.5, folds, repeats), n_models)
    for n in (80, 178)
    for folds, repeats in ((5, 2), (5, 10), (0, 5))
    for n_models in (2, 4, 8)
]


# -- all of it

TABLES: dict[str, tuple[str, tuple[str, ...], list[Callable[[int], tuple[str, ...]]]]] = {
    "intervals": (
        "Coverage of 95 % intervals, in per cent, where rows are answered alike in every repeat. "
        "Width beside that of Clopper and Pearson's interval on the distinct rows.",
        ("score, truth", "splits", "covered, folds", "covered, rows", "width", "of exact"),
        [
            *(
                partial(interval_entry, n, truth, repeats)
                for n in (80, 178, 569)
                for truth in (0.97, 0.98, 0.99, 0.999)
                for repeats in (1, 2, 5, 20)
            ),
            *(partial(recall_entry, repeats) for repeats in (1, 5)),
        ],
    ),
    "pairs": (
        "How often one of two models is named better at the level of 5 %, in per cent: of two that "
        "are equally good, and of two of which the first has classes further apart by 0.6.",
        ("learner", "splits", "equal, folds", "equal, rows", "apart, folds", "apart, rows"),
        [partial(pair_entry, design) for design in PAIRS],
    ),
    "single": (
        "The same of one split into training and test rows, by the rows alone.",
        ("learner", "splits", "equal, folds", "equal, rows", "apart, folds", "apart, rows"),
        [
            partial(pair_entry, Design(learner, n, 5, 1.5, 0, 1))
            for learner in LEARNERS
            for n in (80, 178, 568)
        ],
    ),
    "warned": (
        "How often one of two equal models is named better, where rows of a group count as one and "
        "where each counts, and coverage of the first one's 95 % interval, in per cent.",
        ("rows", "splits", "named, rows", "named, groups", "covered, groups"),
        [
            *(
                partial(groups_entry, n_groups, by_group)
                for n_groups in (6, 10, 20, 40)
                for by_group in (False, True)
            ),
            *(partial(minority_entry, minority) for minority in (4, 6, 8, 10, 15)),
        ],
    ),
    "curves": (
        "Coverage and width of 95 % intervals of learning curves, coverage in per cent. Before: by "
        "the size of the reduced part.",
        ("learner", "splits", "covered, before", "covered, now", "width, before", "width, now"),
        [partial(curve_entry, *design) for design in CURVES],
    ),
    "controls": (
        "What is said of a model beside three controls, in per cent: that one of them does as well "
        "(before: any undecided control with no lower mean), and that all three are beaten.",
        ("model", "splits", "as well, before", "as well, now", "all, folds", "all, rows"),
        [partial(control_entry, n, gain) for n in (80, 178, 568) for gain in (0.0, 0.35, 0.9)],
    ),
    "families": (
        "How often any of equally good models is named better than another, in per cent, all pairs "
        "compared; and the share of a model's pairs that is shown, its classes being further apart "
        "by 1.",
        ("models", "splits", "equal, Holm", "equal, least p", "apart, Holm", "apart, least p"),
        [
            partial(family_entry, Design("discriminant", n, 5, 1.5, 5, repeats), n_models, 1.0)
            for n, repeats, n_models in ((80, 2, 4), (80, 10, 4), (178, 10, 4), (178, 2, 8))
        ],
    ),
    "equal": (
        "How often two models are called practically equal that differ by nothing, by the rope "
        "(one standard error of a test part) and by two ropes, in per cent; before: by the "
        "posterior, with a rope of 0.01.",
        (
            "models",
            "splits",
            "nothing, before",
            "nothing, now",
            "rope, before",
            "rope, now",
            "two, before",
            "two, now",
        ),
        [
            partial(equal_entry, n, disagreement, *splits)
            for n in (80, 178, 569, 3000)
            for splits in ((5, 2), (5, 10), (10, 1))
            for disagreement in (0.02, 0.05, 0.1)
        ],
    ),
    "sources": (
        "How often any of equal models is told from another over sources of data, by ranks or as a "
        "pair, in per cent; and how often one that is better by one and by two standard deviations "
        "is shown to be better than another.",
        (
            "models",
            "ICC",
            "equal, before",
            "equal, now",
            "one, before",
            "one, now",
            "two, before",
            "two, now",
        ),
        [
            partial(sources_entry, *design)
            for design in (
                (3, 3, 1, 0.0),
                (3, 3, 3, 0.3),
                (3, 3, 3, 0.5),
                (3, 3, 3, 0.8),
                (3, 8, 3, 0.5),
                (7, 8, 3, 0.5),
            )
        ],
    ),
    "duel": (
        "How often any of seven equal optimizers is said to be behind, in per cent of duels; and "
        "the share of the others that one is said to be ahead of which is better by one and by two "
        "standard deviations.",
        (
            "duel",
            "ICC",
            "equal, before",
            "equal, now",
            "one, before",
            "one, now",
            "two, before",
            "two, now",
        ),
        [
            partial(duel_entry, n_sources, icc)
            for n_sources, icc in ((4, 0.5), (8, 0.0), (8, 0.1), (8, 0.5), (10, 0.5))
        ],
    ),
    "visible": (
        "How often a difference is shown that is said to be shown four times in five, in per cent: "
        "added to one pair of equally good models. The undecided pairs that are further apart. And "
        "how large that difference is and how often it is shown as it is said beforehand, if the "
        "share of rows on which they disagree is known.",
        (
            "models",
            "splits",
            "shown, as a pair",
            "shown, as a family",
            "further apart",
            "beforehand",
            "shown, beforehand",
        ),
        [partial(visible_entry, *design) for design in VISIBLE],
    ),
}


HEAD = """# Error rates and power of intervals and verdicts

Made by `python -m benchmarks.statistics`, with Monte-Carlo errors. *Folds* is the rule of before:
the folds' variance alone, of no less than one test row in all. *Rows* is the project's: held to
that of the distinct rows."""


def _entry(task: tuple[str, int, int]) -> tuple[str, ...]:
    table, place, draws = task
    with threadpool_limits(1):
        return TABLES[table][2][place](draws)


def main(arguments: Sequence[str] | None = None) -> int:
    """Simulate, print and write; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.statistics", description=__doc__)
    parser.add_argument("tables", nargs="*", help=f"of {', '.join(TABLES)}; none is all")
    parser.add_argument("--draws", type=int, default=2000, help="data sets an entry")
    parser.add_argument("--jobs", type=int, default=usable_cores(), help="processes side by side")
    parser.add_argument("--out", type=Path, default=HERE / "statistics.md")
    options = parser.parse_args(arguments)
    for name in options.tables:
        if name not in TABLES:
            print(SpecError(f"no table {name!r}, allowed: {', '.join(TABLES)}"), file=sys.stderr)
            return 2
    sections = _sections(options.out)
    with ProcessPoolExecutor(options.jobs) as pool:
        for name in options.tables or TABLES:
            said, header, entries = TABLES[name]
            lines = [f"{said} {options.draws:,} data sets an entry.", "", _row(header)]
            lines += [_row(["---"] * 2 + ["---:"] * (len(header) - 2))]
            print(f"\n{name}\n\n" + "\n".join(lines), flush=True)
            tasks = [(name, place, options.draws) for place in range(len(entries))]
            for cells in pool.map(_entry, tasks):
                lines.append(_row(cells))
                print(lines[-1], flush=True)
            sections[name] = "\n".join(lines)
            known = [one for one in TABLES if one in sections]
            parts = [f"## {one.capitalize()}\n\n{sections[one]}" for one in known]
            options.out.write_text("\n\n".join([HEAD, *parts]) + "\n", encoding="utf-8")
    return 0


def _sections(file: Path) -> dict[str, str]:
    """Return the tables that a file has; those that are not asked for keep their entries."""
    if not file.is_file():
        return {}
    _, *parts = file.read_text("utf-8").split("\n## ")
    split = (part.partition("\n") for part in parts)
    return {title.strip().lower(): body.strip() for title, _, body in split}


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    sys.exit(main())
