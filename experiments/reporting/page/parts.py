"""What a report is made of: typed parts, that one template turns into a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

__all__ = ["Block", "Cell", "Chart", "Contents", "Head", "Picture", "Section", "Table", "table_of"]

Tone: TypeAlias = Literal["", "better", "worse", "equal"]


@dataclass(frozen=True)
class Head:
    """Title of a column.

    Parameters
    ----------
    title : str
        Words of the title.
    text : bool, default=False
        True for a column of texts, which stand to the left.
    """

    title: str
    text: bool = False


@dataclass(frozen=True)
class Cell:
    """Entry of a table.

    Parameters
    ----------
    text : str
        Words or number, as they are read.
    tone : {"", "better", "worse", "equal"}, default=""
        Colour that stands beside the sign.
    hint : str, default=""
        Sentence that is shown at the pointer.
    cells : str, default=""
        Labels of the cells that the number comes from, with a bar between them.
    """

    text: str
    tone: Tone = ""
    hint: str = ""
    cells: str = ""


@dataclass(frozen=True)
class Table:
    """Rows under titles.

    Parameters
    ----------
    heads : tuple of Head
        Titles of the columns.
    rows : tuple of tuple of Cell
        Rows, as long as the titles.
    title : str, default=""
        Words above the table.
    caption : str, default=""
        Words on how to read it.
    matrix : bool, default=False
        True for rows against columns, which are not sorted.
    filtered : bool, default=False
        True where a field chooses rows.
    """

    heads: tuple[Head, ...]
    rows: tuple[tuple[Cell, ...], ...]
    title: str = ""
    caption: str = ""
    matrix: bool = False
    filtered: bool = False


@dataclass(frozen=True)
class Chart:
    """Picture that is drawn where it is read.

    Parameters
    ----------
    title : str
        Words above it.
    words : str
        Description for those who do not see it.
    spec : mapping
        Picture in Vega-Lite's language, with its data.
    """

    title: str
    words: str
    spec: Mapping[str, Any]


@dataclass(frozen=True)
class Picture:
    """Picture that was drawn before.

    Parameters
    ----------
    title, words : str
        Words above it, and its description.
    content : str
        Picture in base 64.
    form : {"svg+xml", "png"}, default="svg+xml"
        Format of the content.
    """

    title: str
    words: str
    content: str
    form: Literal["svg+xml", "png"] = "svg+xml"


@dataclass(frozen=True)
class Block:
    """Lines that are shown as they are.

    Parameters
    ----------
    text : str
        Lines of any length.
    title : str, default=""
        Words above them.
    circuit : bool, default=False
        True for the drawing of a circuit.
    """

    text: str
    title: str = ""
    circuit: bool = False


@dataclass(frozen=True)
class Section:
    """Part of the report under one title.

    Parameters
    ----------
    place : str
        Name of the place, for links.
    title : str
        Words of the title.
    words : tuple of str, default=()
        Paragraphs under the title.
    charts, tables, pictures, blocks
        Parts that stand below the paragraphs, in this order.
    folded : bool, default=False
        True where the part is opened by a click.
    """

    place: str
    title: str
    words: tuple[str, ...] = ()
    charts: tuple[Chart, ...] = ()
    tables: tuple[Table, ...] = ()
    pictures: tuple[Picture, ...] = ()
    blocks: tuple[Block, ...] = ()
    folded: bool = False

    @property
    def empty(self) -> bool:
        """Whether there is nothing to show."""
        return not (self.words or self.charts or self.tables or self.pictures or self.blocks)


@dataclass(frozen=True)
class Contents:
    """All that a report says.

    Parameters
    ----------
    name, description : str
        Name of the study, and its own words.
    answer : str
        Answer to its question in one sentence.
    state : str
        Number of cells that are there.
    sections : tuple of Section
        Parts that have something to show.
    made_by : str
        Words on what made the page.
    """

    name: str
    description: str
    answer: str
    state: str
    sections: tuple[Section, ...]
    made_by: str


def table_of(
    heads: Sequence[str], rows: Sequence[Sequence[object]], texts: Sequence[str] = (), **others: Any
) -> Table:
    """Return a table of plain values; columns whose titles are in `texts` stand to the left."""
    titles = tuple(Head(head, head in texts) for head in heads)
    return Table(titles, tuple(tuple(Cell(str(one)) for one in row) for row in rows), **others)
