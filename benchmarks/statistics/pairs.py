"""Verdicts on pairs of models and on families of them: errors, power, equality, what is visible."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from benchmarks.statistics.designs import (
    LEARNERS,
    ROPE,
    Design,
    Model,
    Table,
    by_folds,
    by_rows,
    family_of,
    mean_share,
    models,
    share,
    suggested_rope,
)
from experiments.evaluation.comparison import judge
from experiments.evaluation.multiplicity import LEVEL
from experiments.evaluation.rows import FoldRows, Rows
from experiments.evaluation.statistics import Comparison, compare, holm
from experiments.planning.foresight import shown_beforehand


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


VISIBLE = [
    (Design("discriminant", n, 5, 1.5, folds, repeats), n_models)
    for n in (80, 178)
    for folds, repeats in ((5, 2), (5, 10), (0, 5))
    for n_models in (2, 4, 8)
]


TABLES = (
    Table(
        "pairs",
        "How often one of two models is named better at the level of 5 %, in per cent: of two that "
        "are equally good, and of two of which the first has classes further apart by 0.6.",
        ("learner", "splits", "equal, folds", "equal, rows", "apart, folds", "apart, rows"),
        [partial(pair_entry, design) for design in PAIRS],
    ),
    Table(
        "single",
        "The same of one split into training and test rows, by the rows alone.",
        ("learner", "splits", "equal, folds", "equal, rows", "apart, folds", "apart, rows"),
        [
            partial(pair_entry, Design(learner, n, 5, 1.5, 0, 1))
            for learner in LEARNERS
            for n in (80, 178, 568)
        ],
    ),
    Table(
        "controls",
        "What is said of a model beside three controls, in per cent: that one of them does as well "
        "(before: any undecided control with no lower mean), and that all three are beaten.",
        ("model", "splits", "as well, before", "as well, now", "all, folds", "all, rows"),
        [partial(control_entry, n, gain) for n in (80, 178, 568) for gain in (0.0, 0.35, 0.9)],
    ),
    Table(
        "families",
        "How often any of equally good models is named better than another, in per cent, all pairs "
        "compared; and the share of a model's pairs that is shown, its classes being further apart "
        "by 1.",
        ("models", "splits", "equal, Holm", "equal, least p", "apart, Holm", "apart, least p"),
        [
            partial(family_entry, Design("discriminant", n, 5, 1.5, 5, repeats), n_models, 1.0)
            for n, repeats, n_models in ((80, 2, 4), (80, 10, 4), (178, 10, 4), (178, 2, 8))
        ],
    ),
    Table(
        "equal",
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
    Table(
        "visible",
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
)
