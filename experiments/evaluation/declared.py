"""Which pairs of models a study compares: fixed before it is run, and all adjusted for."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Sequence

from experiments.records import Declared

__all__ = ["FAMILIES", "Pairs", "pairs_of", "words"]

Pairs = Sequence[tuple[str, str]]

#: Families that a study can name by a word, and what is compared in each.
FAMILIES = {
    "classical": "each quantum model with each classical one",
    "best_classical": "each quantum model with the best classical one",
    "all_pairs": "all pairs of models",
    "controls": "each quantum model with its controls",
    "none": "nothing",
}


def pairs_of(
    declared: Declared, models: Sequence[str], quantum: Collection[str]
) -> list[tuple[str, str]]:
    """Return the pairs that are compared.

    Where there are no quantum or no classical models, there is nothing to set against each other
    but all pairs.

    Parameters
    ----------
    declared : Declared
        Comparisons that the study asks for.
    models : sequence of str
        Labels of the models that are there, the best first: so is the better of a pair, where no
        rule says which is first.
    quantum : collection of str
        Labels of the models that count as quantum.

    Examples
    --------
    >>> pairs_of(Declared(), ["svc", "qsvc", "dummy"], {"qsvc"})
    [('qsvc', 'svc'), ('qsvc', 'dummy')]
    >>> pairs_of(Declared(), ["svc", "dummy"], {"qsvc"})
    [('svc', 'dummy')]
    """
    if declared.family in ("controls", "none"):
        return []
    if declared.family == "pairs":
        return [pair for pair in declared.pairs if set(pair) <= set(models)]
    if declared.family == "reference":
        if declared.reference not in models:
            return []
        return [(model, declared.reference) for model in models if model != declared.reference]
    mine = [model for model in models if model in quantum]
    others = [model for model in models if model not in quantum]
    if declared.family == "all_pairs" or not mine or not others:
        return list(itertools.combinations(models, 2))
    return list(itertools.product(mine, others))


def words(declared: Declared, models: Collection[str], quantum: Collection[str]) -> str:
    """Return what is compared, in words.

    Examples
    --------
    >>> words(Declared("reference", reference="svc"), ["svc", "qsvc"], ["qsvc"])
    'each model with svc'
    """
    if declared.family == "reference":
        return f"each model with {declared.reference}"
    if declared.family == "pairs":
        return "the pairs that the study names"
    both = any(model in quantum for model in models) and any(m not in quantum for m in models)
    named = declared.family in ("all_pairs", "controls", "none") or both
    return FAMILIES[declared.family if named else "all_pairs"]
