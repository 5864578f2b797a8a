"""Coverage and width of intervals: of whole splits, of groups and few rows, of curves."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from sklearn.metrics import recall_score

from benchmarks.statistics.designs import (
    LEARNERS,
    ROPE,
    Design,
    Hits,
    Model,
    Table,
    by_rows,
    discriminant,
    share,
)
from experiments.evaluation.metrics import Predictions
from experiments.evaluation.multiplicity import LEVEL
from experiments.evaluation.rows import FoldRows, Rows, rows_of_fold
from experiments.evaluation.statistics import compare, corrected_interval


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


TABLES = (
    Table(
        "intervals",
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
    Table(
        "warned",
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
    Table(
        "curves",
        "Coverage and width of 95 % intervals of learning curves, coverage in per cent. Before: by "
        "the size of the reduced part.",
        ("learner", "splits", "covered, before", "covered, now", "width, before", "width, now"),
        [partial(curve_entry, *design) for design in CURVES],
    ),
)
