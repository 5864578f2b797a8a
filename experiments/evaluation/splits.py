"""Which rows are trained on and which are tested: the same for every model of a study."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import (
    GroupKFold,
    KFold,
    StratifiedGroupKFold,
    StratifiedKFold,
    train_test_split,
)

from experiments.evaluation.tasks import task_of
from experiments.records import Split, SplitKind
from experiments.seeds import child_seed
from qml.errors import DataError

__all__ = [
    "Indices",
    "Splittable",
    "inner_folds",
    "n_folds",
    "permuted",
    "shared_rows",
    "split",
]

Indices = NDArray[np.intp]


class Splittable(Protocol):
    """What a split looks at."""

    @property
    def y(self) -> NDArray[Any]: ...  # noqa: D102

    @property
    def groups(self) -> NDArray[Any] | None: ...  # noqa: D102

    @property
    def folds(self) -> NDArray[np.intp] | None: ...  # noqa: D102


def split(data: Splittable, place: Split) -> tuple[Indices, Indices]:
    """Return the training and test rows of one split.

    Parameters
    ----------
    data : Splittable
        Data set, or what is like one.
    place : Split
        Seed, repeat and fold, and by its kind

        stratified, grouped
            ``folds``: repeated k-fold with the classes' shares kept (targets have none); grouped,
            a group is never divided.
        hold_out
            ``test_size``: a share of the rows, a new draw for every repeat.
        predefined
            Nothing: the data set says in which fold a row is tested.
        fresh
            Nothing: all rows are trained on but those of the fresh test sets, which are tested.

        ``train_size`` keeps a share of the training rows (a whole number: so many rows), the
        classes' shares kept; a smaller part lies within every larger one.

    Returns
    -------
    train, test : ndarrays of int
        Numbers of the training rows and of the test rows.

    Raises
    ------
    DataError
        If the data cannot be split so.
    """
    train, test = _KINDS[place.kind](data, place)
    missing = _missing(data.y, train)
    if missing is not None:
        raise DataError(f"no row of class {missing!r} is left to train on in a {place.kind} split")
    if place.train_size is not None:
        train = _part(data.y, train, place, place.train_size)
    return train, test


def n_folds(data: Splittable, kind: SplitKind, folds: int) -> int:
    """Return how many folds each repeat has."""
    if kind in ("hold_out", "fresh"):
        return 1
    if kind == "predefined":
        return int(_predefined_folds(data).max()) + 1
    return folds


def shared_rows(data: Splittable, place: Split) -> Indices:
    """Return the rows of which any two may stand in one training matrix of the study.

    Of fresh test sets none: what they share with each other is asked by nobody.
    """
    every = np.arange(len(data.y))
    return _fresh(data, place)[0] if place.kind == "fresh" else every


def inner_folds(
    data: Splittable, train: Indices, place: Split, folds: int
) -> list[tuple[Indices, Indices]]:
    """Return the inner folds of a fold's training rows, for tuning.

    They are of the outer split's kind where that has groups, and stratified otherwise. A class with
    fewer training rows than inner folds makes them fewer.

    Raises
    ------
    DataError
        If a class has a single training row.
    """
    y = data.y[train]
    seed = child_seed(place.seed, "inner", place.repeat, place.fold)
    if place.kind == "grouped":
        groups = _groups(data)[train]
        folds = min(folds, len(np.unique(groups)))
        if folds < 2:
            raise DataError("a single group is left to train on: nothing to tune by")
        numbers = _grouped(y, folds, seed).split(np.zeros(len(y)), y, groups)
    elif task_of(y) == "regression":
        numbers = KFold(min(folds, len(y)), shuffle=True, random_state=seed).split(y)
    else:
        classes, counts = np.unique(y, return_counts=True)
        folds = min(folds, int(counts.min()))
        if folds < 2:
            scarce = classes[counts.argmin()].item()
            raise DataError(f"class {scarce!r} has one training row: nothing to tune by")
        numbers = StratifiedKFold(folds, shuffle=True, random_state=seed).split(y, y)
    return [(train[fitted], train[validated]) for fitted, validated in numbers]


def permuted(y: NDArray[Any], train: Indices, place: Split) -> NDArray[Any]:
    """Return the labels with those of the training rows shuffled among them."""
    rng = np.random.default_rng(child_seed(place.seed, "permuted", place.repeat, place.fold))
    shuffled = y.copy()
    shuffled[train] = y[rng.permutation(train)]
    return shuffled


def _stratified(data: Splittable, place: Split) -> tuple[Indices, Indices]:
    y, folds = data.y, _n_folds(place)
    seed = child_seed(place.seed, "split", place.repeat)
    if task_of(y) == "regression":
        if len(y) < folds:
            raise DataError(f"{len(y)} rows, {folds} folds need {folds} or more")
        return _fold(KFold(folds, shuffle=True, random_state=seed).split(y), place)
    _require_members(y, folds, f"{folds} folds")
    shuffled = StratifiedKFold(folds, shuffle=True, random_state=seed)
    return _fold(shuffled.split(np.zeros(len(y)), y), place)


def _hold_out(data: Splittable, place: Split) -> tuple[Indices, Indices]:
    y = data.y
    stratify = None if task_of(y) == "regression" else y
    if stratify is not None:
        _require_members(y, 2, "a hold-out split")
    seed = child_seed(place.seed, "split", place.repeat)
    try:
        train, test = train_test_split(
            np.arange(len(y)),
            test_size=place.test_size,
            stratify=stratify,
            random_state=seed,
        )
    except ValueError as error:
        raise DataError(" ".join(str(error).split())) from None
    return np.sort(train), np.sort(test)


def _grouped_fold(data: Splittable, place: Split) -> tuple[Indices, Indices]:
    groups, folds = _groups(data), _n_folds(place)
    n_groups = len(np.unique(groups))
    if n_groups < folds:
        raise DataError(f"{n_groups} groups, {folds} folds need {folds} or more")
    seed = child_seed(place.seed, "split", place.repeat)
    numbers = _grouped(data.y, folds, seed).split(np.zeros(len(data.y)), data.y, groups)
    return _fold(numbers, place)


def _predefined(data: Splittable, place: Split) -> tuple[Indices, Indices]:
    folds = _predefined_folds(data)
    test = folds == place.fold
    return np.flatnonzero(~test), np.flatnonzero(test)


def _fresh(data: Splittable, place: Split) -> tuple[Indices, Indices]:
    tested = _predefined_folds(data) >= 0
    return np.flatnonzero(~tested), np.flatnonzero(tested)


_KINDS = {
    "stratified": _stratified,
    "hold_out": _hold_out,
    "grouped": _grouped_fold,
    "predefined": _predefined,
    "fresh": _fresh,
}


def _n_folds(place: Split) -> int:
    if place.folds is None:
        raise DataError(f"a {place.kind} split needs a number of folds")
    return place.folds


def _fold(numbers: Any, place: Split) -> tuple[Indices, Indices]:
    train, test = list(numbers)[place.fold]
    return train, test


def _grouped(y: NDArray[Any], folds: int, seed: int) -> Any:
    if task_of(y) == "regression":
        return GroupKFold(folds, shuffle=True, random_state=seed)
    return StratifiedGroupKFold(folds, shuffle=True, random_state=seed)


def _groups(data: Splittable) -> NDArray[Any]:
    if data.groups is None:
        raise DataError("the data set names no groups, which a grouped split needs")
    return data.groups


def _predefined_folds(data: Splittable) -> Indices:
    if data.folds is None:
        raise DataError("the data set names no folds, which a predefined split needs")
    found = np.unique(data.folds[data.folds >= 0])
    if not len(found) or list(found) != list(range(len(found))):
        raise DataError(f"folds must be numbered from 0 without a gap, got {found.tolist()}")
    return data.folds


def _require_members(y: NDArray[Any], needed: int, what: str) -> None:
    classes, counts = np.unique(y, return_counts=True)
    if counts.min() < needed:
        scarce = classes[counts.argmin()].item()
        raise DataError(
            f"class {scarce!r} has {counts.min()} members, {what} need{'s' * what.startswith('a ')}"
            f" {needed} or more"
        )


def _missing(y: NDArray[Any], train: Indices) -> Any:
    """Return a class without training rows, if there is one."""
    if task_of(y) == "regression":
        return None
    lost = np.setdiff1d(y, y[train])
    return lost[0].item() if len(lost) else None


def _part(y: NDArray[Any], train: Indices, place: Split, size: float) -> Indices:
    """Return the first rows of one shuffle in which every beginning has the classes' shares."""
    wanted = round(size * len(train)) if isinstance(size, float) else size
    if not 2 <= wanted <= len(train):
        raise DataError(f"{wanted} of {len(train)} training rows: not between 2 and all")
    rng = np.random.default_rng(child_seed(place.seed, "train size", place.repeat, place.fold))
    shuffled = rng.permutation(train)
    if task_of(y) == "classification":
        # the k-th of n rows of a class comes at (k + 1/2) / n of the way
        position = np.empty(len(shuffled))
        for label in np.unique(y):
            mine = np.flatnonzero(y[shuffled] == label)
            position[mine] = (np.arange(len(mine)) + 0.5) / len(mine)
        shuffled = shuffled[np.argsort(position, kind="stable")]
    part = np.sort(shuffled[:wanted])
    missing = _missing(y[np.concatenate([part, train])], np.arange(len(part)))
    if missing is not None:
        raise DataError(f"{wanted} training rows hold none of class {missing!r}")
    return part
