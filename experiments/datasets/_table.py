"""From named columns, as a file or an archive holds them, to a data set; or one line why not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from experiments.datasets._dataset import Dataset
from qml.errors import DataError, did_you_mean
from qml.texts import shown

__all__ = ["Labels", "Table", "arrays_folder", "as_labels", "columns_to_dataset", "names_in"]

Labels: TypeAlias = Literal["auto", "classes", "targets"]


@dataclass(frozen=True)
class Table:
    """Named columns, as one file holds them.

    Parameters
    ----------
    name : str
        File as messages call it.
    columns : mapping
        Values of each column, by its name.
    """

    name: str
    columns: Mapping[str, Sequence[Any]]


_BEYOND = 2.0**63


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
    tested: Table | None = None,
    labels: Labels = "auto",
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
    tested : Table or None, default=None
        Rows with the same columns that a predefined split tests; the others are trained on.
    labels : {"auto", "classes", "targets"}, default="auto"
        Role of the target column: whole numbers and texts are classes and other numbers targets, or
        all are one of the two.

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
    tables = [Table(name, columns), *filter(None, [tested])]
    for table in tables:
        _check_columns(table, names, target)
        _check_plain(table, filter(None, (target, group)))
    kept = [column for column in names if column not in (target, group, fold, *left_out)]
    if not kept:
        raise DataError(f"{name}: no columns are left as features")
    X = np.column_stack([_joined(tables, column, _numbers) for column in kept])
    for number, column in enumerate(kept):
        values = X[:, number]
        if np.isfinite(values).all() and (values == values[0]).all():
            raise DataError(
                f"{name}: column {column!r} is {values[0]:g} in every row; leave it out with "
                f"drop: {column}"
            )
    return Dataset(
        X,
        as_labels(_joined(tables, target, _written), labels, f"{name}: column {target!r}"),
        name,
        source,
        licence,
        columns=tuple(kept),
        groups=_joined(tables, group, _texts) if group else None,
        folds=_folds(tables, fold),
    )


def _check_plain(table: Table, checked: Iterable[str]) -> None:
    """Refuse values that would be classes or groups by the way Python shows them."""
    for column in checked:
        for row, value in enumerate(table.columns[column]):
            if isinstance(value, bytes | Mapping | list | tuple | np.ndarray):
                what = f"{_short(value)} is no text and no number"
                raise DataError(f"{table.name}: row {row}, column {column!r}: {what}")


def _folds(tables: Sequence[Table], fold: str) -> NDArray[np.intp] | None:
    """Return the folds that a column names, or those of a table whose rows are tested."""
    if len(tables) > 1:
        lengths = [len(next(iter(table.columns.values()))) for table in tables]
        return np.repeat([-1, 0], lengths)
    if not fold:
        return None
    numbers = _joined(tables, fold, _numbers)
    if (numbers != np.round(numbers)).any():
        raise DataError(f"{tables[0].name}: column {fold!r}: folds are whole numbers")
    return numbers.astype(np.intp)


def _check_columns(table: Table, names: Sequence[str], target: str) -> None:
    missing = [column for column in names if column not in table.columns]
    more = [column for column in table.columns if column not in names]
    if missing or more:
        what = f"no column {missing[0]!r}" if missing else f"a column {more[0]!r}"
        raise DataError(f"{table.name}: {what}, unlike the rows that are trained on")
    if not len(table.columns[target]):
        raise DataError(f"{table.name}: no rows")


def _joined(
    tables: Sequence[Table],
    column: str,
    read: Callable[[Sequence[Any], str, str], NDArray[Any]],
) -> NDArray[Any]:
    return np.concatenate([read(one.columns[column], column, one.name) for one in tables])


def _is_gap(value: Any) -> bool:
    # of pandas' missing values it cannot even be said whether they are themselves
    if type(value).__name__ in ("NAType", "NaTType"):
        return True
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
                problem = "" if np.isfinite(numbers[row]) else f"is {shown(str(value))}"
            except (TypeError, ValueError):
                problem = f"is {_short(value)}, no number; leave the column out with drop: {column}"
        if problem:
            raise DataError(f"{name}: row {row}, column {column!r} {problem}")
    return numbers


def _written(values: Sequence[Any], column: str, name: str) -> NDArray[np.str_]:
    """Return labels as they are written."""
    for row, value in enumerate(values):
        if _is_gap(value):
            raise DataError(f"{name}: row {row}, column {column!r}: the label is empty")
    texts = _texts(values)
    try:
        strange = ~np.isfinite(texts.astype(np.float64))
    except ValueError:
        return texts
    if strange.any():
        row = int(np.flatnonzero(strange)[0])
        raise DataError(f"{name}: row {row}, column {column!r}: the label is {shown(texts[row])}")
    return texts


def as_labels(written: NDArray[Any], labels: Labels, where: str) -> NDArray[Any]:
    """Return texts or numbers as classes or targets.

    Parameters
    ----------
    written : ndarray of shape (n_samples,)
        Texts that may read as numbers, or numbers.
    labels : {"auto", "classes", "targets"}
        Role of the labels, see `columns_to_dataset`.
    where : str
        Beginning of messages.

    Examples
    --------
    >>> as_labels(np.array(["1.0", "-1e0"]), "classes", "here")
    array([ 1, -1])
    """
    try:
        numbers = written.astype(np.float64)
    except ValueError:
        if labels == "targets":
            raise DataError(f"{where}: targets are numbers") from None
        return written
    whole = all(str(text).lstrip("+-").isdigit() for text in written)
    if labels == "targets" or (labels == "auto" and not whole):
        return numbers
    if (numbers != np.round(numbers)).any():
        return written.astype(str)
    beyond = np.abs(numbers) >= _BEYOND  # else one whole number would stand in another's place
    if beyond.any():
        row = int(np.argmax(beyond))
        raise DataError(f"{where}: row {row}: the label {shown(written[row])} is beyond 64 bits")
    return numbers.astype(np.int64)


def _texts(values: Sequence[Any], *_: str) -> NDArray[np.str_]:
    return np.array([str(value).strip() for value in values])


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 30 else f"{text[:27]}..."
