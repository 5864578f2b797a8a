"""A table that is going to be shown: every format is written from this record."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from qml.errors import SpecError, did_you_mean

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Cell", "Column", "Note", "Shown"]


@dataclass(frozen=True)
class Cell:
    """One cell of a table.

    Parameters
    ----------
    text : str
        Label, or number as a person reads it, without its interval.
    value, low, high : float or None, default=None
        Number as it was computed and ends of its interval; None where there is none.
    interval : str, default=""
        Interval as a person reads it.
    mark : str, default=""
        Sign behind the number, which a note of the table explains.
    best : bool, default=False
        True for the best of its column among what it is compared with.
    """

    text: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    interval: str = ""
    mark: str = ""
    best: bool = False

    @property
    def words(self) -> str:
        """The number with its interval and its mark."""
        return " ".join(filter(None, [self.text, self.interval, self.mark]))


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Parameters
    ----------
    name : str
        Name by which it is chosen, and its column in the table's data.
    title : str
        Words that stand above it.
    cells : tuple of Cell
        Cells from the first row to the last.
    is_text : bool, default=False
        True for words, to the left; numbers stand to the right.
    """

    name: str
    title: str
    cells: tuple[Cell, ...]
    is_text: bool = False

    @classmethod
    def of_texts(
        cls, name: str, title: str, texts: Iterable[object], is_text: bool = True
    ) -> Column:
        """Return a column without numbers of its own."""
        return cls(name, title, tuple(Cell(str(text)) for text in texts), is_text)


@dataclass(frozen=True)
class Note:
    """A sentence of the caption.

    Parameters
    ----------
    text : str
        Sentence with its full stop.
    columns : tuple of str, default=()
        Names of the columns that it is about: without any of them it is not said; none is all.
    """

    text: str
    columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Shown:
    """A table with its caption.

    Parameters
    ----------
    name : str
        Word for the table in the label of a document and on the sheet of a workbook.
    title : str
        First sentence of the caption.
    columns : tuple of Column
        Columns from the left to the right.
    keys : int
        Number of columns at the left that say what a row is of; they are always shown.
    grouped : bool, default=False
        True where the first column's words may stand once, above the rows that share them.
    notes : tuple of Note, default=()
        Sentences that say what the numbers are and what emphasis and marks mean.
    data : DataFrame or None, default=None
        Numbers as they were computed, for programs.
    study : str, default=""
        Name of the study, for the label of a document.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    keys: int
    grouped: bool = False
    notes: tuple[Note, ...] = ()
    data: pd.DataFrame | None = None
    study: str = ""

    @classmethod
    def of_texts(
        cls, rows: Sequence[Sequence[object]], titles: Sequence[str], texts: Collection[str]
    ) -> Shown:
        """Return a table of plain rows; columns whose titles are in `texts` stand to the left."""
        columns = tuple(
            Column.of_texts(title, title, [row[place] for row in rows], title in texts)
            for place, title in enumerate(titles)
        )
        return cls("", "", columns, 1)

    @property
    def n_rows(self) -> int:
        """The number of rows."""
        return len(self.columns[0].cells)

    @property
    def titles(self) -> list[str]:
        """The words above the columns."""
        return [column.title for column in self.columns]

    @property
    def texts(self) -> list[str]:
        """The titles of columns of words."""
        return [column.title for column in self.columns if column.is_text]

    @property
    def caption(self) -> str:
        """The title and the notes on what is shown."""
        said = [note.text for note in self.notes if self.is_about(note)]
        return " ".join([self.title, *said]).strip()

    def is_about(self, note: Note) -> bool:
        """Return whether anything is shown that a note is about."""
        return not note.columns or any(column.name in note.columns for column in self.columns)

    def words(self) -> list[list[str]]:
        """Return the cells as texts, row by row."""
        return [[column.cells[i].words for column in self.columns] for i in range(self.n_rows)]

    def only(self, names: Sequence[str]) -> Shown:
        """Return the table with these columns beside its keys, in this order.

        Raises
        ------
        SpecError
            If it has no such column.
        """
        keys, others = self.columns[: self.keys], self.columns[self.keys :]
        known = {column.name: column for column in others}
        for name in names:
            if name not in known:
                close = did_you_mean(name, known) or f"; {', '.join(known)}"
                raise SpecError(f"{self.name} has no column {name!r}{close}", "--columns")
        chosen = dict.fromkeys(names)
        ends = [f"{name}{end}" for name in chosen for end in ("", "_low", "_high")]
        kept = [column.name for column in keys] + ends
        data = self.data
        if data is not None:
            data = data[[name for name in kept if name in data]]
        return replace(self, columns=(*keys, *(known[name] for name in chosen)), data=data)

    def with_columns(self, changed: Sequence[Column]) -> Shown:
        """Return the table with some of its columns replaced by those of the same name."""
        new = {column.name: column for column in changed}
        return replace(self, columns=tuple(new.get(one.name, one) for one in self.columns))
