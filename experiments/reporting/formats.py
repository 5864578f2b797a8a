"""The formats of a table, each written from one record."""

from __future__ import annotations

import importlib.util
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

from experiments.reporting import writer
from experiments.reporting.latex import Layout, as_latex
from experiments.reporting.shown import Shown
from experiments.reporting.workbook import as_workbook
from qml.errors import SpecError, did_you_mean

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["FORMATS", "PLAIN", "check_format", "rendered"]

FORMATS = ("text", "csv", "markdown", "latex", "html", "json", "parquet", "excel")
PLAIN = ("text", "csv", "json", "parquet")  # nothing stands out in them


def check_format(form: str) -> None:
    """Raise a SpecError where there is no such format."""
    if form not in FORMATS:
        raise SpecError(f"unknown format {form!r}{did_you_mean(form, FORMATS)}", "--format")


def rendered(tables: Sequence[Shown], form: str, layout: Layout | None = None) -> str | bytes:
    """Return tables in one of `FORMATS`; bytes for parquet and excel, text for the rest.

    Formats for programs hold the numbers as they were computed, all tables as one.

    Parameters
    ----------
    tables : sequence of Shown
        Tables, one or more.
    form : str
        Name of the format.
    layout : Layout or None, default=None
        Way in which a table stands in a document; None is the default one.

    Raises
    ------
    SpecError
        If the format is unknown, or needs a package that is missing.
    """
    check_format(form)
    if form == "excel":
        return as_workbook(tables)
    if form == "text":
        return "\n".join(_as_text(shown) for shown in tables)
    if form == "markdown":
        return "\n".join(map(writer.as_markdown, tables))
    if form == "html":
        return "\n".join(map(writer.as_html, tables))
    if form == "latex":
        return "\n".join(as_latex(shown, layout) for shown in tables)
    return _for_programs(tables, form)


def _as_text(shown: Shown) -> str:
    return writer.as_text(shown.words(), shown.titles, shown.texts) + "\n"


def _for_programs(tables: Sequence[Shown], form: str) -> str | bytes:
    if form == "parquet" and importlib.util.find_spec("pyarrow") is None:
        raise SpecError(
            "parquet needs the package 'pyarrow', which is not installed (extra parquet)",
            "--format",
        )
    table = _whole(tables)
    if form == "csv":
        return writer.as_csv(table)
    if form == "json":
        return str(table.to_json(orient="records", indent=1)) + "\n"
    buffer = io.BytesIO()
    table.to_parquet(buffer, index=False)
    return buffer.getvalue()


def _whole(tables: Sequence[Shown]) -> pd.DataFrame:
    import pandas as pd

    parts = [shown.data for shown in tables if shown.data is not None]
    return parts[0] if len(parts) == 1 else pd.concat(parts, ignore_index=True)
