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

from experiments.evaluation.comparison import LEVEL, judge
from experiments.evaluation.metrics import Predictions
from experiments.evaluation.rows import FoldRows, Rows, rows_of_fold
from experiments.evaluation.statistics import Comparison, compare, corrected_interval, holm
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
        found.append(Model(np.array(scores), Rows.of_folds(folds), np.mean([*map(len, tests)])))
    return found


def by_rows(design: Design, first: Model, second: Model) -> Comparison:
    """Compare as the project does."""
    rows = first.rows.less(second.rows)
    return compare(first.scores - second.scores, design.test_to_train, ROPE, rows)


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


# -- controls


def control_entry(n: int, gain: float, draws: int) -> tuple[str, ...]:
    """Return what is said of a model beside three controls of which each is worse by the gain."""
    design = Design("discriminant", n, 5, 1.7, 5, 2)
    rng = np.random.default_rng([n, round(100 * gain)])
    before, now, beaten, points = [], [], [], []
    for _ in range(draws):
        model, *controls = models(design, [gain, 0.0, 0.0, 0.0], rng)
        points += [model.scores.mean() - one.scores.mean() for one in controls]
        old = [by_folds(design, model, one) for one in controls]
        new = [by_rows(design, model, one) for one in controls]
        judged = [_judged(found) for found in (old, new)]
        before.append(
            any(
                said in ("worse", "practically equal")
                or (said == "undecided" and found.difference <= 0)
                for said, found in zip(judged[0], old, strict=True)
            )
        )
        now.append(any(said in ("worse", "practically equal") for said in judged[1]))
        beaten.append((judged[0].count("better") == 3, judged[1].count("better") == 3))
    of_all = np.array(beaten)
    return (
        f"{n} rows, {100 * np.mean(points):+.1f} points",
        "5x2",
        share(before),
        share(now),
        share(of_all[:, 0]),
        share(of_all[:, 1]),
    )


def _judged(found: Sequence[Comparison]) -> list[str]:
    adjusted = holm([one.p for one in found])
    return [judge(one, float(p)) for one, p in zip(found, adjusted, strict=True)]


# -- what could have been seen


def visible_entry(design: Design, n_models: int, draws: int) -> tuple[str, ...]:
    """Return how often a difference is shown that is said to be shown four times in five.

    It is added to one pair of models that are all equally good; the others stay as they are.
    """
    rng = np.random.default_rng([design.n, n_models, design.folds, design.repeats])
    pairs = list(itertools.combinations(range(n_models), 2))
    seen: dict[int, list[bool]] = {1: [], len(pairs): []}
    beyond, undecided = 0, 0
    for _ in range(draws):
        every = models(design, [0.0] * n_models, rng)
        found = [
            compare(
                every[a].scores - every[b].scores,
                design.test_to_train,
                ROPE,
                every[a].rows.less(every[b].rows),
                len(pairs),
            )
            for a, b in pairs
        ]
        first, second = every[0], every[1]
        rows, differences = first.rows.less(second.rows), first.scores - second.scores
        for family, hits in seen.items():
            visible = compare(differences, design.test_to_train, ROPE, rows, family).visible
            apart = compare(differences + visible, design.test_to_train, ROPE, rows)
            hits.append(bool(holm([apart.p, *(one.p for one in found[1:])])[0] < LEVEL))
        open_ = [
            one for one, p in zip(found, holm([one.p for one in found]), strict=True) if p >= LEVEL
        ]
        undecided += len(open_)
        beyond += sum(abs(one.difference) > one.visible for one in open_)
    name = f"{n_models} models, {design.n} rows"
    return (
        name,
        design.splits,
        share(seen[1]) if len(pairs) > 1 else "-",
        share(seen[len(pairs)]),
        f"{beyond} of {undecided:,}",
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
    "controls": (
        "What is said of a model beside three controls, in per cent: that one of them does as well "
        "(before: any undecided control with no lower mean), and that all three are beaten.",
        ("model", "splits", "as well, before", "as well, now", "all, folds", "all, rows"),
        [partial(control_entry, n, gain) for n in (80, 178, 568) for gain in (0.0, 0.35, 0.9)],
    ),
    "visible": (
        "How often a difference is shown that is said to be shown four times in five, in per cent: "
        "added to one pair of equally good models. And the undecided pairs that are further apart.",
        ("models", "splits", "shown, as a pair", "shown, as a family", "further apart"),
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
    parts = [f"## {name.capitalize()}\n\n{sections[name]}" for name in TABLES if name in sections]
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
