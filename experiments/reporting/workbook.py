"""Tables as a workbook of Excel's: a sheet a table, numbers as numbers."""

from __future__ import annotations

import importlib.util
import io
from collections.abc import Iterable, Sequence
from typing import Any

from experiments.reporting.shown import Cell, Column, Shown
from experiments.reporting.writer import spreadsheet_text
from qml.errors import SpecError

__all__ = ["as_workbook"]

_LONGEST = 31  # characters of a sheet's name
_MOST_WIDTH = 48  # characters of a column
_ENDS = ("low", "high")


def as_workbook(tables: Sequence[Shown]) -> bytes:
    """Return the content of an ``.xlsx`` file.

    A number stands as it was computed, shown with as many decimals as elsewhere; the ends of its
    interval and its mark have columns of their own. Texts are texts, none is a formula.

    Parameters
    ----------
    tables : sequence of Shown
        Tables in the order of their sheets.

    Raises
    ------
    SpecError
        If the package openpyxl is missing.
    """
    if importlib.util.find_spec("openpyxl") is None:
        raise SpecError(
            "excel needs the package 'openpyxl', which is not installed (extra excel)", "--format"
        )
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    for shown in tables:
        _fill(book.create_sheet(_name(shown.name, book.sheetnames)), shown)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _name(wanted: str, taken: Sequence[str]) -> str:
    """Return a name that no other sheet has and Excel allows."""
    allowed = "".join(one if one.isalnum() or one in " _-" else "-" for one in wanted)
    names = (f"{allowed[: _LONGEST - len(end)]}{end}" for end in _numbers())
    return next(name for name in names if name not in taken)


def _numbers() -> Iterable[str]:
    yield ""
    number = 2
    while True:
        yield f" {number}"
        number += 1


def _fill(sheet: Any, shown: Shown) -> None:
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    at = 0
    for column in shown.columns:
        for title, cells in _parts(column):
            at += 1
            _put(sheet.cell(1, at), title).font = Font(bold=True)
            for row, cell in enumerate(cells, start=2):
                _put_cell(sheet.cell(row, at), cell)
            longest = max([len(title), *(len(cell.text) for cell in cells)])
            sheet.column_dimensions[get_column_letter(at)].width = min(longest, _MOST_WIDTH) + 2
    sheet.freeze_panes = sheet.cell(2, shown.keys + 1).coordinate
    sheet.auto_filter.ref = f"A1:{get_column_letter(at)}{shown.n_rows + 1}"
    if shown.caption:
        note = _put(sheet.cell(shown.n_rows + 3, 1), shown.caption)
        note.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.merge_cells(
            start_row=note.row, end_row=note.row, start_column=1, end_column=max(at, 2)
        )
        sheet.row_dimensions[note.row].height = 15 * (2 + len(shown.caption) // 90)


def _parts(column: Column) -> Iterable[tuple[str, Sequence[Cell]]]:
    """Yield the column, then the ends of its intervals and its marks where it has any."""
    yield column.title, column.cells
    if any(cell.low is not None for cell in column.cells):
        for end in _ENDS:
            yield f"{column.title}, {end}", [_end_of(cell, end) for cell in column.cells]
    if any(cell.mark for cell in column.cells):
        yield f"{column.title}, mark", [Cell(cell.mark) for cell in column.cells]


def _end_of(cell: Cell, end: str) -> Cell:
    value = cell.low if end == "low" else cell.high
    return Cell("-" if value is None else cell.text, value)


def _put_cell(place: Any, cell: Cell) -> None:
    from openpyxl.styles import Font

    if cell.value is None:
        _put(place, "" if cell.text == "-" else cell.text)
        return
    place.value = cell.value
    place.number_format = _format_of(cell.text)
    if cell.best:
        place.font = Font(bold=True)


def _format_of(text: str) -> str:
    """Return the format that shows a number as its text does."""
    if "%" in text:
        return "0%"
    if "e" in text or "<" in text:
        return "0.0E+00"
    decimals = len(text.partition(".")[2])
    return ("#,##0" if "," in text else "0") + ("." + "0" * decimals if decimals else "")


def _put(place: Any, text: str) -> Any:
    """Write a text as a text, whatever it looks like."""
    if text:
        place.value = spreadsheet_text(text)
        place.data_type = "s"
    return place
