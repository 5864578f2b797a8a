"""The fits that are done, kept in a file as they end: a run that was interrupted goes on."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.bowles2024.digest import PublishedRow
from qml.errors import DataError

HEADER = ("data_set", "model", "hyperparameters", "seed", "accuracy", "seconds", "why")


@dataclass(frozen=True)
class Fit:
    """What one fit came to: test accuracy and seconds, or why there is none."""

    accuracy: float = float("nan")
    seconds: float = 0.0
    why: str = ""


@dataclass(frozen=True)
class Task:
    """One fit of a row's model: which row, which seed."""

    row: PublishedRow
    seed: int

    @property
    def key(self) -> tuple[str, str, str, str]:
        given = "; ".join("=".join(pair) for pair in self.row.settings.given)
        return self.row.data_set, self.row.model, given, str(self.seed)


@dataclass
class Scores:
    """Fits by their tasks; with a file, those of earlier runs too.

    A score belongs to the code that made it: another file, or none, begins anew.
    """

    file: Path | None = None
    _found: dict[tuple[str, ...], Fit] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.file is None or not self.file.is_file():
            return
        with self.file.open(encoding="utf-8", newline="") as lines:
            for number, cells in enumerate(csv.reader(lines), start=1):
                if number == 1 and tuple(cells) == HEADER:
                    continue
                try:
                    *key, accuracy, seconds, why = cells
                    fit = Fit(float(accuracy), float(seconds), why)
                except ValueError:
                    raise DataError(f"{self.file}: line {number} is no score") from None
                self._found[tuple(key)] = fit

    def __getitem__(self, task: Task) -> Fit:
        return self._found[task.key]

    def __contains__(self, task: Task) -> bool:
        return task.key in self._found

    def add(self, task: Task, fit: Fit) -> None:
        """Keep a fit; one that could not be made is tried again by another run."""
        self._found[task.key] = fit
        if self.file is None or fit.why:
            return
        new = not self.file.is_file()
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with self.file.open("a", encoding="utf-8", newline="") as lines:
            writer = csv.writer(lines, lineterminator="\n")
            if new:
                writer.writerow(HEADER)
            writer.writerow((*task.key, fit.accuracy, round(fit.seconds, 2), fit.why))
