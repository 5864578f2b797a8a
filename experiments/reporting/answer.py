"""The study's question, answered in one sentence."""

from __future__ import annotations

from collections.abc import Sequence

from experiments.evaluation.comparison import Verdict
from experiments.reporting.verdicts import Found, headline

__all__ = ["answer"]

_SAID = {
    "better": "better",
    "worse": "worse",
    "practically equal": "practically equal",
    "undecided": "not shown to differ",
}


def answer(all_found: Sequence[Found]) -> str:
    """Return how the best quantum model stands to the best classical one; empty where none met.

    What is said has the error rate of the verdicts: the pair is among those that are adjusted for.
    """
    pairs = [
        (found, pair)
        for found in all_found
        for dataset in dict.fromkeys(v.dataset for v in found.verdicts)
        if (pair := headline([v for v in found.verdicts if v.dataset == dataset], found.quantum))
    ]
    parts = []
    for judgement, words in _SAID.items():
        mine = [_one(*both) for both in pairs if _seen(*both) == judgement]
        if mine:
            parts.append(
                f"{words} on {' and '.join(filter(None, [', '.join(mine[:-1]), mine[-1]]))}"
            )
    if not parts:
        return ""
    return f"The best quantum model against the best classical one: {'; '.join(parts)}."


def _seen(found: Found, verdict: Verdict) -> str:
    """Return the judgement from the quantum model's side."""
    opposite = {"better": "worse", "worse": "better"}
    first = verdict.first in found.quantum
    return verdict.judgement if first else opposite.get(verdict.judgement, verdict.judgement)


def _one(found: Found, verdict: Verdict) -> str:
    scores = dict(zip(verdict.pair, verdict.means, strict=True))
    order = sorted(verdict.pair, key=lambda model: model not in found.quantum)
    told = ", ".join(f"{model} {abs(scores[model]):.3f}" for model in order)
    return f"{verdict.dataset} ({told})"
