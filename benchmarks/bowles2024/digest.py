"""The printed rows and the data files, read and checked."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from qml.errors import DataError, SpecError, did_you_mean

DIGEST = "published.csv"
COLUMNS = (
    "family",
    "data_set",
    "model",
    "n_seeds",
    "test_accuracy_mean",
    "test_accuracy_sd",
    "train_accuracy_mean",
    "best_hyperparameters",
)


@dataclass(frozen=True)
class Settings:
    """The best hyper-parameters of a row, as they are printed, and where."""

    where: str
    given: tuple[tuple[str, str], ...]

    def text(self, name: str) -> str:
        values = dict(self.given)
        if not values:
            raise DataError(f"{self.where}: no best hyper-parameters are printed")
        if name not in values:
            raise DataError(f"{self.where}: no hyper-parameter {name!r} (got {', '.join(values)})")
        return values[name]

    def one_of(self, name: str, *allowed: str) -> str:
        if (value := self.text(name)) not in allowed:
            raise DataError(f"{self.where}: {name}={value}, allowed: {', '.join(allowed)}")
        return value

    def real(self, name: str) -> float:
        try:
            return float(self.text(name))
        except ValueError:
            raise DataError(f"{self.where}: {name}={self.text(name)} is no number") from None

    def whole(self, name: str) -> int:
        if not (value := self.real(name)).is_integer():
            raise DataError(f"{self.where}: {name}={self.text(name)} is no whole number")
        return int(value)

    def widths(self, name: str) -> tuple[int, ...]:
        """Return ``(50, 10, 5)`` as numbers."""
        parts = [part.strip() for part in self.text(name).strip("()").split(",")]
        if not all(part.isdigit() for part in parts if part) or not any(parts):
            raise DataError(f"{self.where}: {name}={self.text(name)} are no whole numbers")
        return tuple(int(part) for part in parts if part)


@dataclass(frozen=True)
class PublishedRow:
    """A printed result: one model on one data set; `sd` is that of the seeds as a population.

    `mean` and `sd` are those of the test rows, `train_mean` is that of the training rows.
    """

    family: str
    data_set: str
    model: str
    n_seeds: int
    mean: float
    sd: float
    train_mean: float
    settings: Settings


@dataclass(frozen=True)
class Split:
    """Training and test rows of a data set, as the benchmark splits them."""

    X: NDArray[np.float64]
    y: NDArray[np.float64]
    X_test: NDArray[np.float64]
    y_test: NDArray[np.float64]


def data_folder() -> Path:
    """Return ``QML_DATA/bowles2024``, or say in one line what is missing."""
    if not (named := os.environ.get("QML_DATA")):
        raise DataError("QML_DATA is not set: it names the folder that has bowles2024/")
    folder = Path(named) / "bowles2024"
    if not folder.is_dir():
        raise DataError(f"QML_DATA={named} holds no folder bowles2024")
    return folder


def read_digest(folder: Path) -> list[PublishedRow]:
    """Return every printed row.

    Raises
    ------
    DataError
        Naming the file, the line and what is wrong with it.
    """
    rows = []
    lines = _lines(folder / DIGEST)
    _, header = next(lines, (0, []))
    if tuple(header) != COLUMNS:
        raise DataError(f"{DIGEST}: line 1 has to be {','.join(COLUMNS)}")
    for number, cells in lines:
        where = f"{DIGEST}: line {number}"
        if len(cells) != len(COLUMNS):
            raise DataError(f"{where}: {len(cells)} cells, the header has {len(COLUMNS)}")
        family, data_set, model, n_seeds, mean, sd, train_mean, settings = cells
        if not n_seeds.isdigit() or int(n_seeds) < 2:
            raise DataError(f"{where}: n_seeds={n_seeds} is no number of seeds of 2 or more")
        accuracies = zip(COLUMNS[4:7], (mean, sd, train_mean), strict=True)
        numbers = [_share(where, name, text) for name, text in accuracies]
        given = _settings(where, settings)
        rows.append(PublishedRow(family, data_set, model, int(n_seeds), *numbers, given))
    return rows


def _share(where: str, name: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not 0 <= value <= 1:
        raise DataError(f"{where}: {name}={text} is no number from 0 to 1")
    return value


def _settings(where: str, text: str) -> Settings:
    pairs = []
    for part in filter(None, (part.strip() for part in text.split(";"))):
        name, equals, value = part.partition("=")
        if not (equals and name.strip() and value.strip()):
            raise DataError(f"{where}: {part!r} is no hyper-parameter, as in C=1.0")
        pairs.append((name.strip(), value.strip()))
    return Settings(where, tuple(pairs))


def data_sets(folder: Path, asked: tuple[str, ...] = ()) -> list[str]:
    """Return the data sets whose files are there, or those asked for."""
    there = sorted(file.name.removesuffix("_train.csv") for file in folder.glob("*_train.csv"))
    for name in asked:
        if name not in there:
            raise SpecError(f"{name}: no {name}_train.csv{did_you_mean(name, there)}")
    if not there:
        raise DataError(f"{folder.name}: no file ends in _train.csv")
    return [name for name in there if name in asked or not asked]


def read_split(folder: Path, data_set: str) -> Split:
    """Return the rows of ``<data_set>_train.csv`` and ``<data_set>_test.csv``."""
    X, y = _points(folder / f"{data_set}_train.csv")
    X_test, y_test = _points(folder / f"{data_set}_test.csv")
    if X.shape[1] != X_test.shape[1]:
        n, n_test = X.shape[1], X_test.shape[1]
        raise DataError(f"{data_set}: {n} features in the training file, {n_test} in the test file")
    return Split(X, y, X_test, y_test)


def _points(file: Path) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return features and labels; there is no header, and the label is the last column."""
    rows: list[list[float]] = []
    for number, cells in _lines(file):
        where = f"{file.name}: line {number}"
        try:
            row = [float(cell) for cell in cells]
        except ValueError as error:
            raise DataError(f"{where}: {str(error).rpartition(': ')[2]} is no number") from None
        if not np.isfinite(row).all():
            raise DataError(f"{where}: a value is not finite")
        if row[-1] not in (-1, 1):
            raise DataError(f"{where}: the label is {row[-1]:g}, allowed: -1, 1")
        if rows and len(row) != len(rows[0]):
            raise DataError(f"{where}: {len(row)} cells, line 1 has {len(rows[0])}")
        rows.append(row)
    if not rows or len(rows[0]) < 2:
        raise DataError(f"{file.name}: no rows of features and a label")
    points = np.array(rows)
    return points[:, :-1], points[:, -1]


def _lines(file: Path) -> Iterator[tuple[int, list[str]]]:
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{file.name}: cannot be read ({type(error).__name__})") from None
    reader = csv.reader(text.splitlines())
    for cells in reader:
        if cells:
            yield reader.line_num, cells
