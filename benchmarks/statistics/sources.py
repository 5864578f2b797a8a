"""Verdicts over sources of data: of models, and of optimizers in the duel."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from functools import partial

import numpy as np
from scipy import stats

from benchmarks.statistics.designs import (
    Hits,
    Table,
    mean_share,
    share,
)
from experiments.evaluation.multiplicity import LEVEL
from experiments.evaluation.permutation import sign_flip_test
from experiments.evaluation.ranks import friedman
from experiments.evaluation.statistics import holm


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


TABLES = (
    Table(
        "sources",
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
    Table(
        "duel",
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
)
