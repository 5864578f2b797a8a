"""Any CSV, Parquet or NumPy file."""

from __future__ import annotations

import csv
import hashlib
import io
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from experiments.datasets._dataset import Dataset
from experiments.datasets._table import arrays_folder, columns_to_dataset
from qml.errors import DataError
from qml.examples import DataExample

__all__ = ["file"]

EXAMPLES = (DataExample({"path": "file.csv"}, files={"file.csv": "x,y\n1,a\n2,b\n"}),)

_READ = (".csv", ".tsv", ".parquet", ".npz")


def file(
    random_state: int = 0,
    path: str = "",
    target: str = "",
    drop: str = "",
    group: str = "",
    fold: str = "",
    sha256: str = "",
) -> Dataset:
    """Read a file: ``.csv`` or ``.tsv`` with a header line, ``.parquet``, or ``.npz``.

    Whole numbers and texts in the target column are classes; other numbers are the targets of a
    regression. Features are numbers. A ``.npz`` holds arrays ``X`` and ``y``, and may hold
    ``groups`` and ``folds``.

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

    Raises
    ------
    DataError
        In one line: what is wrong in which row and column.
    """
    if not path:
        raise DataError("file: no path given")
    found = _find(Path(path))
    raw = found.read_bytes()
    name = found.name
    digest = hashlib.sha256(raw).hexdigest()
    if sha256 and digest != sha256.lower():
        raise DataError(f"{name}: SHA-256 is {digest}, the study names {sha256}")
    source = f"file {name}, SHA-256 {digest}"
    if found.suffix == ".npz":
        return _arrays(raw, name, source)
    return columns_to_dataset(
        _columns(raw, found.suffix, name),
        target=target,
        drop=drop,
        group=group,
        fold=fold,
        name=name,
        source=source,
        licence="the file's own",
    )


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


def _columns(raw: bytes, suffix: str, name: str) -> Mapping[str, Sequence[Any]]:
    if suffix == ".parquet":
        import pandas as pd

        try:
            frame = pd.read_parquet(io.BytesIO(raw))
        except Exception as error:  # whatever the reader makes of other bytes
            raise DataError(f"{name}: no Parquet file ({type(error).__name__})") from None
        columns = [str(column) for column in frame.columns]
        _check_names(columns, name)
        plain = frame.astype(object).where(frame.notna(), None)  # one word for every kind of gap
        return {column: plain.iloc[:, i].tolist() for i, column in enumerate(columns)}
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"{name}: not UTF-8 at byte {error.start}") from None
    reader = csv.reader(io.StringIO(text, newline=""), delimiter="\t" if suffix == ".tsv" else ",")
    try:
        lines = [(reader.line_num, line) for line in reader if any(cell.strip() for cell in line)]
    except csv.Error as error:
        raise DataError(f"{name}: line {reader.line_num}: {error}") from None
    if not lines:
        raise DataError(f"{name}: the file is empty")
    header = [cell.strip() for cell in lines[0][1]]
    _check_names(header, name)
    for number, line in lines[1:]:
        if len(line) != len(header):
            raise DataError(
                f"{name}: line {number} has {len(line)} cells, the header has {len(header)}"
            )
    cells = [[cell.strip() for cell in line] for _, line in lines[1:]]
    return {column: [line[i] for line in cells] for i, column in enumerate(header)}


def _check_names(names: list[str], name: str) -> None:
    for number, column in enumerate(names):
        if not column:
            raise DataError(f"{name}: column {number} has no name in the header")
        if column in names[:number]:
            raise DataError(f"{name}: two columns are called {column!r}")


def _arrays(raw: bytes, name: str, source: str) -> Dataset:
    try:
        with np.load(io.BytesIO(raw), allow_pickle=False) as stored:
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
    return Dataset(X, y, name, source, "the file's own", groups=groups, folds=folds)
