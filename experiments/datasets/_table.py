"""From named columns, as a file or an archive holds them, to a data set; or one line why not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.datasets._dataset import Dataset
from qml.errors import DataError, did_you_mean

__all__ = ["arrays_folder", "columns_to_dataset", "names_in"]


def arrays_folder() -> Path:
    """Return the folder of arrays that came from Python, each file named by its hash."""
    import pooch

    return Path(pooch.os_cache("qml-workbench")) / "arrays"


def names_in(text: str) -> list[str]:
    """Return the names in ``"a, b"``."""
    return [name.strip() for name in text.split(",") if name.strip()]


def columns_to_dataset(
    columns: Mapping[str, Sequence[Any]],
    *,
    target: str,
    drop: str = "",
    group: str = "",
    fold: str = "",
    name: str,
    source: str,
    licence: str,
) -> Dataset:
    """Return the data set; texts that read as numbers are numbers.

    Parameters
    ----------
    columns : mapping
        Values of each column, by its name.
    target : str
        The column of labels; empty is the last one.
    drop : str
        Columns that are left out, with commas between.
    group, fold : str
        Columns for grouped and predefined splits; empty is none.
    name, source, licence : str
        Fields of the data set.

    Raises
    ------
    DataError
        Naming the data set, the column and the row.
    """
    if not columns:
        raise DataError(f"{name}: no columns")
    names = list(columns)
    target = target or names[-1]
    left_out = names_in(drop)
    for wanted in (target, *left_out, *filter(None, (group, fold))):
        if wanted not in columns:
            raise DataError(f"{name}: no column {wanted!r}{did_you_mean(wanted, names)}")
    _check_plain(columns, filter(None, (target, group)), name)
    rows = len(columns[target])
    if not rows:
        raise DataError(f"{name}: no rows")
    kept = [column for column in names if column not in (target, group, fold, *left_out)]
    if not kept:
        raise DataError(f"{name}: no columns are left as features")
    X = np.column_stack([_numbers(columns[column], column, name) for column in kept])
    for number, column in enumerate(kept):
        values = X[:, number]
        if np.isfinite(values).all() and (values == values[0]).all():
            raise DataError(
                f"{name}: column {column!r} is {values[0]:g} in every row; leave it out with "
                f"drop: {column}"
            )
    folds = None
    if fold:
        numbers = _numbers(columns[fold], fold, name)
        if (numbers != np.round(numbers)).any():
            raise DataError(f"{name}: column {fold!r}: folds are whole numbers")
        folds = numbers.astype(np.intp)
    return Dataset(
        X,
        _labels(columns[target], target, name),
        name,
        source,
        licence,
        columns=tuple(kept),
        groups=_texts(columns[group]) if group else None,
        folds=folds,
    )


def _check_plain(columns: Mapping[str, Sequence[Any]], checked: Iterable[str], name: str) -> None:
    """Refuse values that would be classes or groups by the way Python shows them."""
    for column in checked:
        for row, value in enumerate(columns[column]):
            if isinstance(value, bytes | Mapping | list | tuple | np.ndarray):
                what = f"{_short(value)} is no text and no number"
                raise DataError(f"{name}: row {row}, column {column!r}: {what}")


def _is_gap(value: Any) -> bool:
    if isinstance(value, float):
        return bool(np.isnan(value))
    return value is None or (isinstance(value, str) and not value)


def _numbers(values: Sequence[Any], column: str, name: str) -> NDArray[np.float64]:
    numbers = np.empty(len(values))
    for row, value in enumerate(values):
        if _is_gap(value):
            problem = "is empty; remove the row or fill the gap"
        else:
            try:
                numbers[row] = float(value)
                problem = "" if np.isfinite(numbers[row]) else f"is {value}"
            except (TypeError, ValueError):
                problem = f"is {_short(value)}, no number; leave the column out with drop: {column}"
        if problem:
            raise DataError(f"{name}: row {row}, column {column!r} {problem}")
    return numbers


def _labels(values: Sequence[Any], column: str, name: str) -> NDArray[Any]:
    """Return whole numbers or texts as classes, other numbers as targets."""
    for row, value in enumerate(values):
        if _is_gap(value):
            raise DataError(f"{name}: row {row}, column {column!r}: the label is empty")
    texts = _texts(values)
    try:
        numbers = texts.astype(np.float64)
    except ValueError:
        return texts
    if not np.isfinite(numbers).all():
        row = int(np.flatnonzero(~np.isfinite(numbers))[0])
        raise DataError(f"{name}: row {row}, column {column!r}: the label is {texts[row]}")
    whole = all(text.lstrip("+-").isdigit() for text in texts)
    return numbers.astype(np.int64) if whole else numbers


def _texts(values: Sequence[Any]) -> NDArray[np.str_]:
    return np.array([str(value).strip() for value in values])


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 30 else f"{text[:27]}..."
