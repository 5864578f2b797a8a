"""The readings of a study: which combinations of its choices are run, and each as a study.

A reading is fixed by its number: a larger sample begins with the readings of a smaller one.
"""

from __future__ import annotations

import copy
import itertools
import math
from collections.abc import Iterable, Iterator

import numpy as np
from scipy.stats import qmc

from experiments.planning.grid import told_apart
from experiments.planning.spec import ChoiceEntry, MultiverseEntry
from experiments.planning.yaml_source import put_value, split_path
from experiments.records import Choice, Multiverse, Option, Parameters, Reading

__all__ = ["changed_values", "choices_of", "multiverse_of", "possible", "reading_values"]

# no Sobol' sequence: the first bits of its dimensions are sums of each other, so that what three
# choices do together would be counted as a fourth's
_BLOCK = 60
_OF_THE_WRITTEN_STUDY = ("multiverse", "controls", "published", "duel")


def choices_of(entry: MultiverseEntry) -> tuple[Choice, ...]:
    """Return the choices with their options, each with all fields that it sets."""
    return tuple(Choice(one.name, tuple(_options(one))) for one in entry.choices)


def _options(entry: ChoiceEntry) -> Iterator[Option]:
    if entry.options is not None:
        for text, changes in entry.options.items():
            yield Option(text, changes)
        return
    paths = [entry.at] if isinstance(entry.at, str) else entry.at or []
    values = entry.values or []
    for text, value in zip(told_apart(values), values, strict=True):
        yield Option(text, dict.fromkeys(paths, value))


def possible(entry: MultiverseEntry) -> int:
    """Return how many readings there are, without making them."""
    return math.prod(len(one.options or one.values or ()) for one in entry.choices)


def multiverse_of(entry: MultiverseEntry) -> Multiverse:
    """Return the choices and the readings that are run, the same whenever it is asked.

    All combinations stand in the order of a grid. Of a sample the readings are the first different
    points of Latin hypercubes of 60 points, one after the other, with a dimension a choice: each of
    its options has an equal part of the interval, and up to six of them are met equally often.

    Parameters
    ----------
    entry : MultiverseEntry
        Section of the study.

    References
    ----------
    McKay, Beckman and Conover, Technometrics 21, 239 (1979), doi:10.2307/1268522.
    """
    choices = choices_of(entry)
    counts = [len(choice.options) for choice in choices]
    if entry.sample is None:
        found = list(itertools.product(*map(range, counts)))
    else:
        found = list(itertools.islice(_drawn(counts, entry.seed), entry.sample))
    readings = tuple(Reading(number, options) for number, options in enumerate(found, 1))
    return Multiverse(choices, readings, entry.sample, entry.seed)


def _drawn(counts: list[int], seed: int) -> Iterator[tuple[int, ...]]:
    """Yield different combinations in the order in which they are met."""
    seen = set()
    for block in itertools.count():
        cube = qmc.LatinHypercube(len(counts), rng=np.random.default_rng([seed, block]))
        for point in cube.random(_BLOCK):
            options = tuple(int(u * count) for u, count in zip(point, counts, strict=True))
            if options not in seen:
                seen.add(options)
                yield options


def reading_values(study: Parameters, multiverse: Multiverse, reading: Reading) -> Parameters:
    """Return the study of a reading as plain values, in which nothing is left to choose.

    What is said of rows by their labels, and controls, is said of the study as it is written.

    Parameters
    ----------
    study : mapping
        Plain values of the study, as a stored plan has them.
    multiverse : Multiverse
        Choices of that study.
    reading : Reading
        Reading whose study is asked for.
    """
    options = zip(multiverse.choices, reading.options, strict=True)
    changes = [choice.options[number].changes for choice, number in options]
    return changed_values(study, changes, f"reading {reading.number}")


def changed_values(study: Parameters, changes: Iterable[Parameters], where: str) -> Parameters:
    """Return a study's plain values with some fields set, one set of changes after the other.

    Parameters
    ----------
    study : mapping
        Plain values of the study as it is written.
    changes : iterable of mapping
        Sets of fields, each path with its plain value.
    where : str
        Beginning of messages.

    Raises
    ------
    SpecError
        If a path leads nowhere.
    """
    own = {key: value for key, value in study.items() if key not in _OF_THE_WRITTEN_STUDY}
    values = copy.deepcopy({**own, "compare": "none"})
    for each in changes:
        for path, value in each.items():
            put_value(values, split_path(path), copy.deepcopy(value), f"{where}: {path}")
    return values
