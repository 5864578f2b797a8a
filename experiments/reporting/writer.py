"""The one way out: every text that a user sees or opens is written here, and can do no harm.

Names, labels, errors and file names come from study files, data and other people's models. On a
terminal they move no cursor, in a spreadsheet they are no formula, in Markdown, HTML and LaTeX they
are no markup, in a figure no mathematics.
"""

from __future__ import annotations

import contextlib
import html
import io
import os
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from experiments.reporting.shown import Cell, Column, Shown
from qml.durable import write_durably
from qml.texts import visible

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "OF_AXES",
    "as_csv",
    "as_html",
    "as_markdown",
    "as_text",
    "fenced",
    "inline",
    "paragraphs",
    "picture",
    "save_csv",
    "save_figure",
    "save_page",
    "save_picture",
    "say",
    "spreadsheet_text",
]

_FORMULA_STARTS = ("=", "+", "-", "@")
_MARKUP = re.compile(r"[\\`*|~]|(?<![^\W_])_|_(?![^\W_])|^\[|\](?=[(\[])")
_DATELESS: Mapping[str, Mapping[str, None]] = {
    "png": {},
    "svg": {"Date": None},
    "pdf": {"CreationDate": None, "ModDate": None},
}
OF_AXES = "$\\mathdefault{"  # how a logarithmic axis writes its numbers


def say(text: object = "", error: bool = False, end: str = "\n") -> None:
    """Print lines on the terminal, or on standard error; a reader may go away (``| head``)."""
    lines, stream = str(text).split("\n"), sys.stderr if error else sys.stdout
    try:
        print(*map(visible, lines), sep="\n", end=end, file=stream, flush=True)
    except BrokenPipeError:
        with contextlib.suppress(OSError, ValueError):  # a stream that is no file
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def as_text(
    rows: Iterable[Sequence[object]], headers: Sequence[str] = (), texts: Iterable[str] = ()
) -> str:
    """Return columns under their titles; numbers to the right, titles in `texts` to the left."""
    from tabulate import tabulate

    cells = [[visible(str(cell)) for cell in row] for row in rows]
    left = frozenset(texts)
    width = len(headers) or max(map(len, cells), default=0)
    sides = ["left" if i == 0 and not headers else "right" for i in range(width)]
    if headers:
        sides = ["left" if header in left else "right" for header in headers]
    return str(
        tabulate(
            cells,
            headers=[visible(header) for header in headers],
            tablefmt="simple" if headers else "plain",
            colalign=sides if cells else None,
            disable_numparse=True,
        )
    )


def as_markdown(shown: Shown) -> str:
    """Return a table in Markdown, with its notes; its texts are no markup."""
    from tabulate import tabulate

    cells = [
        [_marked_down(column, column.cells[i]) for column in shown.columns]
        for i in range(shown.n_rows)
    ]
    sides = ["left" if column.is_text else "right" for column in shown.columns]
    titles = [inline(title) for title in shown.titles]
    lines = tabulate(cells, titles, tablefmt="pipe", colalign=sides, disable_numparse=True)
    caption = inline(shown.caption)
    return f"{lines}\n\n{caption}\n" if caption else f"{lines}\n"


def _marked_down(column: Column, cell: Cell) -> str:
    if column.is_text:
        return inline(cell.text)
    number = f"**{cell.text}**" if cell.best else cell.text
    return " ".join(filter(None, [number, cell.interval, inline(cell.mark)]))


def as_html(shown: Shown) -> str:
    """Return a table with its notes as a fragment of a page."""

    def line(cells: Iterable[str], tag: str) -> str:
        styled = (
            f'<{tag} style="text-align: {"left" if column.is_text else "right"}">{cell}</{tag}>'
            for column, cell in zip(shown.columns, cells, strict=True)
        )
        return f"<tr>{''.join(styled)}</tr>"

    head = line(map(_html, shown.titles), "th")
    body = "\n".join(
        line((_marked_up(column.cells[i]) for column in shown.columns), "td")
        for i in range(shown.n_rows)
    )
    caption = f"<caption>{_html(shown.caption)}</caption>\n" if shown.caption else ""
    return f"<table>\n{caption}<thead>\n{head}\n</thead>\n<tbody>\n{body}\n</tbody>\n</table>\n"


def _marked_up(cell: Cell) -> str:
    number = f"<strong>{_html(cell.text)}</strong>" if cell.best else _html(cell.text)
    mark = f"<sup>{_html(cell.mark)}</sup>" if cell.mark else ""
    return " ".join(filter(None, [number, _html(cell.interval)])) + mark


def paragraphs(texts: Iterable[str]) -> str:
    """Return texts as paragraphs of a page."""
    return "".join(f"<p>{_html(text)}</p>\n" for text in texts)


def as_csv(table: pd.DataFrame | Iterable[Mapping[str, object]], index: bool = False) -> str:
    """Return a table as CSV: a spreadsheet runs none of its texts; numbers stay as they are."""
    import pandas as pd

    frame = table if isinstance(table, pd.DataFrame) else pd.DataFrame(list(table))
    safe = frame.map(_cell).rename(columns=_cell)
    return str(safe.to_csv(index=index, lineterminator="\n"))


def inline(text: str) -> str:
    """Return a text inside a line of Markdown, where it is nothing but a text."""
    return _MARKUP.sub(lambda found: f"\\{found[0]}", _html(text, quote=False))


def fenced(text: str) -> str:
    """Return lines that Markdown shows as they are; no line of theirs ends the block."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    lines = "\n".join(map(visible, text.split("\n")))
    return f"{fence}text\n{lines}\n{fence}"


def save_csv(
    file: Path, table: pd.DataFrame | Iterable[Mapping[str, object]], index: bool = False
) -> Path:
    """Write a table as CSV; see `as_csv`."""
    write_durably(file, as_csv(table, index).encode())
    return file


def save_page(file: Path, text: str) -> Path:
    """Write a page whose texts went through `inline`, `fenced` or one of the tables."""
    write_durably(file, text.encode())
    return file


def save_figure(file: Path, figure: Any, dpi: int = 120) -> Path:
    """Write a figure of Matplotlib's as PNG; see `picture`."""
    write_durably(file, picture(figure, dpi=dpi))
    return file


def save_picture(file: Path, content: bytes) -> Path:
    """Write what `picture` has made."""
    write_durably(file, content)
    return file


def picture(figure: Any, form: Literal["png", "svg", "pdf"] = "png", dpi: int = 120) -> bytes:
    """Return a figure of Matplotlib's as a file's content, the same whenever it is drawn.

    Labels with dollars are texts, not mathematics, and what cannot be seen is spelled.
    """
    import matplotlib as mpl
    from matplotlib.text import Text

    for text in figure.findobj(Text):
        if not text.get_text().startswith(OF_AXES):
            text.set_parse_math(False)
            text.set_text("\n".join(map(visible, text.get_text().split("\n"))))
    with mpl.rc_context({"text.parse_math": False}):
        figure.draw_without_rendering()  # only then have ticks their numbers
    for text in figure.findobj(Text):
        text.set_parse_math(text.get_text().startswith(OF_AXES))
    buffer = io.BytesIO()
    figure.savefig(buffer, format=form, dpi=dpi, metadata=_DATELESS[form])
    return buffer.getvalue()


def _cell(cell: Any) -> Any:
    return spreadsheet_text(cell) if isinstance(cell, str) else cell


def spreadsheet_text(label: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    text = visible(label)
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _html(text: str, quote: bool = True) -> str:
    return html.escape(visible(text), quote=quote)
