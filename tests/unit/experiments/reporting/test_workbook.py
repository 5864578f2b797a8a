"""Workbooks, read again by the package that reads them everywhere."""

from __future__ import annotations

import importlib.util
import io

import pytest
from test_writer import SCRIPTS, table_of

from experiments.reporting.shown import Cell, Column, Shown
from experiments.reporting.workbook import as_workbook
from qml.errors import SpecError

FORMULAS = ["=1+1", "+1", "-1+1", "@SUM(A1)", "=cmd|'/C'!A0", "\x1b=1", "\t=1", "{=1+1}"]


def read(*tables):
    openpyxl = pytest.importorskip("openpyxl")
    return openpyxl.load_workbook(io.BytesIO(as_workbook(tables)))


@pytest.mark.reliability("S6", "N9")
def test_no_text_is_a_formula_and_none_is_lost():
    labels = [*SCRIPTS, *FORMULAS]
    [sheet] = read(table_of(labels))
    for row, label in enumerate(labels, start=2):
        cell = sheet.cell(row, 1)
        assert cell.data_type == "s"
        assert not cell.value.startswith(("=", "+", "-", "@", "\t"))
        assert cell.value.isprintable()
        assert label.lstrip("\x1b\t") in cell.value
        assert sheet.cell(row, 3).value == 1.0


def test_numbers_are_numbers_with_their_intervals_and_marks():
    cells = (
        Cell("0.944", 0.94375, 0.865, 1.0, "[0.865, 1.000]", best=True),
        Cell("0.792", 0.792, 0.713, 0.87, "[0.713, 0.870]", mark="†"),
        Cell("-"),
    )
    columns = (
        Column.of_texts("model", "model", ["a", "b", "c"]),
        Column("accuracy", "accuracy", cells),
        Column("shots", "shots", (Cell("2,277,376", 2277376.0), Cell("-"), Cell("-"))),
    )
    [sheet] = read(Shown("scores", "Scores of it.", columns, 1))
    assert [cell.value for cell in sheet[1]] == [
        *("model", "accuracy", "accuracy, low", "accuracy, high", "accuracy, mark", "shots")
    ]
    assert [cell.value for cell in sheet[2]] == ["a", 0.94375, 0.865, 1.0, None, 2277376.0]
    assert [cell.value for cell in sheet[3]] == ["b", 0.792, 0.713, 0.87, "†", None]
    assert [cell.value for cell in sheet[4]] == ["c", *[None] * 5]
    assert sheet["B2"].font.bold
    assert not sheet["B3"].font.bold
    assert (sheet["B2"].number_format, sheet["F2"].number_format) == ("0.000", "#,##0")
    assert sheet["A6"].value == "Scores of it."
    assert sheet.freeze_panes == "B2"


def test_a_number_too_small_for_its_text_is_shown_as_it_is():
    columns = (Column("p", "p", (Cell("< 0.001", 6.6e-5), Cell("88%", 0.875))),)
    [sheet] = read(Shown("verdicts", "", columns, 0))
    assert (sheet["A2"].value, sheet["A2"].number_format) == (6.6e-5, "0.0E+00")
    assert (sheet["A3"].value, sheet["A3"].number_format) == (0.875, "0%")


def test_a_table_is_a_sheet_and_no_two_share_a_name():
    one = table_of(["a"])
    long = Shown("verdicts [by: accuracy]/of a long name", "", one.columns, 1)
    book = read(one, one, long, long)
    names = book.sheetnames
    assert names[:2] == ["scores", "scores 2"]
    assert len(set(names)) == 4
    assert all(len(name) <= 31 and not set(name) & set("[]:*?/\\") for name in names)


def test_what_is_missing_is_one_line(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(SpecError, match=r"needs the package 'openpyxl'.*\(extra excel\)"):
        as_workbook([table_of(["a"])])
