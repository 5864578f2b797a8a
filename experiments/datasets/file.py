"""Any CSV, Parquet or NumPy file."""

from __future__ import annotations

import csv
import hashlib
import importlib.util
import io
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from experiments.datasets._dataset import Dataset
from experiments.datasets._table import (
    Labels,
    Table,
    arrays_folder,
    as_labels,
    columns_to_dataset,
)
from qml.errors import DataError
from qml.examples import DataExample

__all__ = ["file"]

EXAMPLES = (
    DataExample({"path": "file.csv"}, files={"file.csv": "x,y\n1,a\n2,b\n"}),
    DataExample(
        {"path": "file.csv", "test": "test.csv", "header": False, "labels": "classes"},
        files={"file.csv": "1,1.0\n2,-1.0\n", "test.csv": "3,1.0\n"},
    ),
)

_READ = (".csv", ".tsv", ".parquet", ".npz")


def file(
    random_state: int = 0,
    path: str = "",
    target: int | str = "",
    drop: int | str = "",
    group: int | str = "",
    fold: int | str = "",
    sha256: str = "",
    test: str = "",
    test_sha256: str = "",
    header: bool = True,
    labels: Labels = "auto",
) -> Dataset:
    """Read a file: ``.csv`` or ``.tsv``, ``.parquet``, or ``.npz``.

    Whole numbers and texts in the target column are classes; other numbers are the targets of a
    regression. Features are numbers. A ``.npz`` holds arrays ``X`` and ``y``, and may hold
    ``groups`` and ``folds``. Of a file without a header line, columns are called by number, from 0.

    Parameters
    ----------
    random_state : int, default=0
        Seed that is not used: nothing is drawn.
    path : str
        The file; one that is not there is looked for in the folder that ``QML_DATA`` names, and
        among the arrays that `Study.from_dict` keeps.
    target : str, default=""
        Column of the labels; empty is the last column.
    drop : str, default=""
        Columns to leave out, with commas between.
    group : str, default=""
        Column whose equal values are never on both sides of a grouped split.
    fold : str, default=""
        Column that says in which fold a row is tested (-1: never), for a predefined split.
    sha256 : str, default=""
        Hash that the file must have; empty is any.
    test : str, default=""
        File with the same columns whose rows a predefined split tests, those of `path` trained on.
    test_sha256 : str, default=""
        Hash that the file of the test rows must have; empty is any.
    header : bool, default=True
        True for a first line of names.
    labels : {"auto", "classes", "targets"}, default="auto"
        Role of the target column where its numbers do not tell: ``classes`` for whole numbers that
        are written as ``1.0``, ``targets`` for whole numbers of a regression.

    Raises
    ------
    DataError
        In one line: what is wrong in which row and column.
    """
    if not path:
        raise DataError("file: no path given")
    read = _read(path, sha256, header)
    if test and fold != "":
        raise DataError(f"{read.name}: fold and test both say which rows are tested; name one")
    if read.suffix == ".npz":
        if test:
            raise DataError(
                f"{read.name}: an archive says by its folds what is tested, not by test"
            )
        return _arrays(read, labels)
    tested = _read(test, test_sha256, header) if test else None
    if tested is not None and tested.suffix == ".npz":
        raise DataError(f"{tested.name}: an archive has no columns; test is a table, as path is")
    return columns_to_dataset(
        read.columns,
        target=str(target),
        drop=str(drop),
        group=str(group),
        fold=str(fold),
        name=read.name,
        source=read.source if tested is None else f"{read.source}; {tested.source}",
        licence="the file's own",
        tested=None if tested is None else Table(tested.name, tested.columns),
        labels=labels,
    )


@dataclass(frozen=True)
class _Read:
    """A file's content, and how it is called."""

    raw: bytes
    name: str
    suffix: str
    source: str
    header: bool

    @property
    def columns(self) -> Mapping[str, Sequence[Any]]:
        """The values by the names of their columns."""
        return (_of_parquet if self.suffix == ".parquet" else _of_lines)(self)


def _read(path: str, sha256: str, header: bool) -> _Read:
    found = _find(Path(path))
    name = found.name
    try:
        raw = found.read_bytes()
    except OSError as error:
        raise DataError(f"{name}: cannot be read ({error.strerror})") from None
    digest = hashlib.sha256(raw).hexdigest()
    if sha256 and digest != sha256.lower():
        raise DataError(f"{name}: SHA-256 is {digest}, the study names {sha256}")
    if not header and found.suffix not in (".csv", ".tsv"):
        raise DataError(f"{name}: its columns have names; header: false is for .csv and .tsv")
    return _Read(raw, name, found.suffix, f"file {name}, SHA-256 {digest}", header)


def _find(path: Path) -> Path:
    folder = os.environ.get("QML_DATA")
    places = [path, *([Path(folder) / path] if folder else []), arrays_folder() / path]
    found = next((place for place in places if _is_file(place)), None)
    if found is None:
        raise DataError(f"{path}: no such file")
    if found.suffix not in _READ:
        raise DataError(f"{found.name}: a file of data ends in {', '.join(_READ)}")
    if not found.stat().st_size:
        raise DataError(f"{found.name}: the file is empty")
    return found


def _is_file(place: Path) -> bool:
    try:
        return place.is_file()
    except OSError:  # no disk can hold such a name
        return False


def _of_parquet(read: _Read) -> Mapping[str, Sequence[Any]]:
    import pandas as pd

    if importlib.util.find_spec("pyarrow") is None:
        raise DataError(
            f"{read.name}: Parquet needs the package 'pyarrow', which is not installed (extra "
            "parquet)"
        )
    try:
        frame = pd.read_parquet(io.BytesIO(read.raw))
    except Exception as error:  # whatever the reader makes of other bytes
        raise DataError(f"{read.name}: no Parquet file ({type(error).__name__})") from None
    columns = [str(column) for column in frame.columns]
    _check_names(columns, read.name)
    plain = frame.astype(object).where(frame.notna(), None)  # one word for every kind of gap
    return {column: plain.iloc[:, i].tolist() for i, column in enumerate(columns)}


def _of_lines(read: _Read) -> Mapping[str, Sequence[Any]]:
    name = read.name
    try:
        text = read.raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"{name}: not UTF-8 at byte {error.start}") from None
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter="\t" if read.suffix == ".tsv" else ","
    )
    try:
        lines = [(reader.line_num, line) for line in reader if any(cell.strip() for cell in line)]
    except csv.Error as error:
        raise DataError(f"{name}: line {reader.line_num}: {error}") from None
    if not lines:
        raise DataError(f"{name}: the file is empty")
    first = lines[0][1]
    names = [cell.strip() for cell in first] if read.header else [*map(str, range(len(first)))]
    _check_names(names, name)
    for number, line in lines[1:]:
        if len(line) != len(names):
            before = "the header" if read.header else "the first line"
            raise DataError(
                f"{name}: line {number} has {len(line)} cells, {before} has {len(names)}"
            )
    rows = lines[1:] if read.header else lines
    cells = [[cell.strip() for cell in line] for _, line in rows]
    return {column: [line[i] for line in cells] for i, column in enumerate(names)}


def _check_names(names: list[str], name: str) -> None:
    for number, column in enumerate(names):
        if not column:
            raise DataError(f"{name}: column {number} has no name in the header")
        if column in names[:number]:
            raise DataError(f"{name}: two columns are called {column!r}")


def _arrays(read: _Read, labels: Labels) -> Dataset:
    name = read.name
    try:
        with np.load(io.BytesIO(read.raw), allow_pickle=False) as stored:
            arrays = {key: stored[key] for key in stored.files}
    except Exception as error:  # no archive, or one of Python objects, which could run code
        raise DataError(f"{name}: no archive of plain arrays ({type(error).__name__})") from None
    for key in ("X", "y"):
        if key not in arrays:
            known = ", ".join(sorted(arrays)) or "nothing"
            raise DataError(f"{name}: no array {key!r}; the archive holds {known}")
    groups, folds = arrays.get("groups"), arrays.get("folds")
    if folds is not None and folds.dtype.kind not in "iu":
        raise DataError(f"{name}: folds are whole numbers, got {folds.dtype}")
    X, y = arrays["X"], arrays["y"]
    if labels != "auto":
        y = as_labels(y, labels, f"{name}: array 'y'")
    return Dataset(X, y, name, read.source, "the file's own", groups=groups, folds=folds)
