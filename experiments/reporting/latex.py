r"""Tables for documents: numbers that align, labels that wrap, nothing wider than the text.

A table is a ``tabularx`` as wide as the line: columns of words take what columns of numbers leave,
and wrap. Columns that do not fit the line, and rows that do not fit the page, stand in tables of
their own. Nothing is scaled, so letters keep their size.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from experiments.reporting.shown import Cell, Column, Note, Shown
from qml.texts import visible

__all__ = ["TEXT_WIDTH", "Layout", "as_latex", "escaped"]

TEXT_WIDTH = 345.0  # points of LaTeX's article at ten points
_LINES = 40  # rows of a table that stays on a page with its caption
_GAP = 8.0  # points between two columns
_WIDEST_LABEL, _NARROWEST_LABEL = 64.0, 40.0  # points a column of words asks for
_UNBROKEN = 14  # letters of a word that stay together
_PIECE = rf"[^\W_]{{1,{_UNBROKEN}}}[\W_]?|[\W_]"  # with the sign behind which it breaks
_WIDE = frozenset("ABCDEFGHJKLMNOPQRSTUVWXYZmw@%&+=<>−")
_ALIGNED = "group-digits=integer,table-align-text-after=false,detect-weight"

_GREEK = """
    α alpha β beta γ gamma δ delta ε epsilon ζ zeta η eta θ theta ι iota κ kappa λ lambda μ mu
    ν nu ξ xi π pi ρ rho σ sigma τ tau υ upsilon φ phi χ chi ψ psi ω omega Γ Gamma Δ Delta
    Θ Theta Λ Lambda Ξ Xi Π Pi Σ Sigma Υ Upsilon Φ Phi Ψ Psi Ω Omega
"""
_MATHS = {
    **{letter: f"\\{name}" for letter, name in re.findall(r"(\w) (\w+)", _GREEK)},
    "µ": r"\mu",
    "±": r"\pm",
    "×": r"\times",
    "÷": r"\div",
    "·": r"\cdot",
    "−": "-",
    "≤": r"\leq",
    "≥": r"\geq",
    "≠": r"\neq",
    "≈": r"\approx",
    "→": r"\to",
    "√": r"\surd",
    "∞": r"\infty",
    "⊗": r"\otimes",
    "⊕": r"\oplus",
    "⟨": r"\langle",
    "⟩": r"\rangle",
    "¬": r"\neg",
    "°": r"^\circ",
    "⁰": "^0",
    "¹": "^1",
    "²": "^2",
    "³": "^3",
    "₀": "_0",
    "₁": "_1",
    "₂": "_2",
    "₃": "_3",
}
_LATEX = {
    "\\": r"\textbackslash{}",
    **{character: f"\\{character}" for character in "&%$#_{}"},
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\ensuremath{<}",
    ">": r"\ensuremath{>}",
    "|": r"\ensuremath{|}",
    "`": r"\textasciigrave{}",
    '"': r"{\char34}",
    "†": r"\ensuremath{\dagger}",
    "‡": r"\ensuremath{\ddagger}",
    "…": r"\dots{}",
    "–": r"\textendash{}",
    "—": r"\textemdash{}",
    "‘": r"\textquoteleft{}",
    "’": r"\textquoteright{}",
    "“": r"\textquotedblleft{}",
    "”": r"\textquotedblright{}",
    **{letter: rf"\ensuremath{{{name}}}" for letter, name in _MATHS.items()},
}
_ACCENTED = frozenset(
    "¡¿ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝßàáâãäåæçèéêëìíîïñòóôõöøùúûüýÿ"
    "ĀāĂăĆćČčĎďĒēĔĕĖėĚěĞğĪīŁłŃńŇňŌōŎŏŐőŒœŔŕŘřŚśŞşŠšŢţŤťŪūŬŭŮůŰűŹźŻżŽž"
)


@dataclass(frozen=True)
class Layout:
    """How a table stands in a document.

    Parameters
    ----------
    siunitx : bool, default=False
        Choice of the package's columns, aligned at the point, with uncertainties in parentheses.
    width : float, default=345.0
        Width of the text in points; tables are as wide as the line, and this many columns fit.
    """

    siunitx: bool = False
    width: float = TEXT_WIDTH


def escaped(text: str) -> str:
    r"""Return a text that a document shows as it is; what its fonts may not have is spelled.

    Parameters
    ----------
    text : str
        Text of any origin.

    Examples
    --------
    >>> print(escaped(r"a_b \input{x} θ"))
    a\_b \textbackslash{}input\{x\} \ensuremath{\theta}
    """
    parts = [_character(one) for one in visible(text)]
    # what would be read as an option of the line's end before it, and what would join
    if parts and parts[0] in "[*":
        parts[0] = f"{{{parts[0]}}}"
    return re.sub(r"-(?=-)|([!?])(?=\\textasciigrave)|'(?=')", r"\g<0>{}", "".join(parts))


def _character(one: str) -> str:
    if one in _LATEX:
        return _LATEX[one]
    if one.isascii() or one in _ACCENTED:
        return one
    spelled = one.encode("unicode_escape").decode("ascii")
    return spelled.replace("\\", r"\textbackslash{}")


def as_latex(shown: Shown, layout: Layout | None = None) -> str:
    r"""Return a table as one or more ``table`` environments, to be read by ``\input``."""
    chosen = layout or Layout()
    if chosen.siunitx:
        shown = replace(shown, notes=(*shown.notes, *_on_uncertainties(shown)))
    needed = "booktabs,tabularx" + (",siunitx" if chosen.siunitx else "")
    parts = [rows for panel in _panels(shown, chosen) for rows in _pages(panel)]
    label = f"tab:{shown.study}" if shown.study else ""
    if label and shown.name != "scores":
        label = f"{label}-{shown.name}"
    tables, said = [], set[Note]()
    for number, part in enumerate(parts, start=1):
        own = f"{label}-part{number}" if label and number > 1 else label
        referred = rf" Continued from Table~\ref{{{label}}}." if label and number > 1 else ""
        caption = replace(part, notes=tuple(n for n in part.notes if n not in said)).caption
        tables.append(
            _environment(part, chosen, _broken(caption).replace("? ", r"?\@ ") + referred, own)
        )
        said |= {note for note in part.notes if part.is_about(note)}
    return "\n".join([rf"% \usepackage{{{needed}}}", *tables])


def _environment(shown: Shown, layout: Layout, caption: str, own: str) -> str:
    columns = _numbers(shown)
    lines = [
        r"\begin{table}",
        r"\centering",
        *([rf"\caption{{{caption}}}"] if caption else []),
        *([rf"\label{{{own}}}"] if own else []),
        r"\small",
        r"\setlength{\tabcolsep}{4pt}",
        r"\setlength{\abovetopsep}{6pt}",
        *([rf"\sisetup{{{_ALIGNED}}}"] if layout.siunitx else []),
        rf"\begin{{tabularx}}{{\linewidth}}{{@{{}}{_preamble(columns, layout)}@{{}}}}",
        r"\toprule",
        " & ".join(_heading(column, layout) for column in columns) + r" \\",
        r"\midrule",
        *_body(shown, columns, layout),
        r"\bottomrule",
        r"\end{tabularx}",
        r"\end{table}",
        "",
    ]
    return "\n".join(lines)


def _on_uncertainties(shown: Shown) -> list[Note]:
    measured = [one.name for one in shown.columns if any(c.low is not None for c in one.cells)]
    text = "In parentheses: the longer side of the interval, in units of the last digit."
    return [Note(text, tuple(measured))] if measured else []


def _numbers(shown: Shown) -> tuple[Column, ...]:
    """Return the columns that stand side by side: what groups rows stands above them."""
    return shown.columns[1:] if shown.grouped else shown.columns


def _body(shown: Shown, columns: Sequence[Column], layout: Layout) -> list[str]:
    lines: list[str] = []
    before: str | None = None
    for i in range(shown.n_rows):
        group = shown.columns[0].cells[i].text if shown.grouped else ""
        if shown.grouped and group != before:
            lines += [r"\addlinespace"] if before is not None else []
            width = r"@{}>{\raggedright\arraybackslash}p{\linewidth}@{}"
            words = rf"\textit{{{_broken(group)}}}"
            lines.append(rf"\multicolumn{{{len(columns)}}}{{{width}}}{{{words}}} \\")
            before = group
        lines.append(" & ".join(_cell(one, one.cells[i], layout) for one in columns) + r" \\")
    return lines


def _preamble(columns: Sequence[Column], layout: Layout) -> str:
    words = r">{\raggedright\arraybackslash\hangindent=1em}X"
    wrapping = [column.is_text and _natural(column) > _WIDEST_LABEL for column in columns]
    if not any(wrapping):
        wrapping[0] = columns[0].is_text
    sides = [
        words
        if wraps
        else "l"
        if column.is_text
        else f"S[table-format={_format(column)}]"
        if _is_aligned(column, layout)
        else "r"
        for column, wraps in zip(columns, wrapping, strict=True)
    ]
    if words not in sides:  # what is left of the line lies behind the last column
        sides.append(r"@{}X")
    return "".join(sides)


def _heading(column: Column, layout: Layout) -> str:
    if column.is_text:
        return escaped(column.title)
    lines = _wrapped(column.title, max(map(_width_of, column.cells), default=0.0))
    stacked = r"\\".join(escaped(line) for line in lines)
    side = "c" if _is_aligned(column, layout) else "r"
    heading = rf"\begin{{tabular}}[b]{{@{{}}{side}@{{}}}}{stacked}\end{{tabular}}"
    if len(lines) == 1:
        heading = stacked
    return f"{{{heading}}}" if _is_aligned(column, layout) else heading


def _wrapped(title: str, width: float) -> list[str]:
    """Return the title in lines that are no wider than the cells, where its words allow that."""
    lines: list[str] = []
    for word in title.split():
        if lines and _width(f"{lines[-1]} {word}") <= max(width, 34.0):
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines or [""]


def _cell(column: Column, cell: Cell, layout: Layout) -> str:
    if column.is_text:
        return _broken(cell.text)
    mark = rf"\rlap{{\textsuperscript{{{escaped(cell.mark)}}}}}" if cell.mark else ""
    if _is_aligned(column, layout):
        number = _with_uncertainty(cell)
        if number is None:
            return f"{{{_signed(cell.text)}}}"
        return (rf"\bfseries {number}" if cell.best else number) + (f"{{{mark}}}" if mark else "")
    number = rf"\textbf{{{_signed(cell.text)}}}" if cell.best else _signed(cell.text)
    return f"{number} {_minus(cell.interval)}".strip() + mark


def _signed(text: str) -> str:
    return "--" if text == "-" else _minus(escaped(text))


def _minus(text: str) -> str:
    return re.sub(r"(?<![\w.])-(?=\d)", r"\\ensuremath{-}", text)


def _broken(text: str) -> str:
    """Return a label in which long words may go on in the next line."""
    parts = []
    for word in re.split(r"(\s+)", visible(text)):
        pieces = [escaped(word)]
        if len(word) > _UNBROKEN:
            pieces = [escaped(one) for one in re.findall(_PIECE, word)]
        parts.append(r"\allowbreak{}".join(pieces))
    return "".join(parts)


def _is_aligned(column: Column, layout: Layout) -> bool:
    """Whether a column is of numbers that siunitx reads, and of nothing else but dashes."""
    texts = [cell.text for cell in column.cells if cell.text != "-"]
    return layout.siunitx and not column.is_text and bool(texts) and all(map(_digits, texts))


def _digits(text: str) -> re.Match[str] | None:
    return re.fullmatch(r"([+-]?)(\d+)(?:\.(\d+))?", text.replace(",", ""))


def _with_uncertainty(cell: Cell) -> str | None:
    found = _digits(cell.text)
    if found is None:
        return None
    uncertainty = _uncertainty(cell)
    return found[0] + (f"({uncertainty})" if uncertainty is not None else "")


def _uncertainty(cell: Cell) -> int | None:
    """Return the longer side of an interval in units of the number's last digit."""
    found = _digits(cell.text)
    if found is None or cell.value is None or cell.low is None or cell.high is None:
        return None
    longer = max(cell.value - cell.low, cell.high - cell.value)
    return round(longer * 10 ** len(found[3] or "")) if math.isfinite(longer) else None


def _format(column: Column) -> str:
    found = [one for cell in column.cells if (one := _digits(cell.text)) is not None]
    sign = "+" if any(one[1] for one in found) else ""
    whole, part = (max(len(one[i] or "") for one in found) for i in (2, 3))
    known = [some for cell in column.cells if (some := _uncertainty(cell)) is not None]
    behind = f"({len(str(max(known)))})" if known else ""
    return f"{sign}{whole}.{part}{behind}"


def _panels(shown: Shown, layout: Layout) -> list[Shown]:
    """Return the table, or several with as many columns side by side as fit the text's width."""
    first = 1 if shown.grouped else 0
    keys, waiting = shown.columns[: shown.keys], list(shown.columns[shown.keys :])
    beside = keys[first:]
    panels = []
    while waiting:
        taken = [waiting.pop(0)]
        while waiting and _asked([*beside, *taken, waiting[0]], layout) <= layout.width:
            taken.append(waiting.pop(0))
        panels.append(replace(shown, columns=(*keys, *taken)))
    return panels or [shown]


def _pages(shown: Shown) -> list[Shown]:
    """Return the table, or several of a page each; what is grouped stays together where it can."""
    pages: list[list[int]] = [[]]
    for group in _groups(shown):
        for start in range(0, len(group), _LINES):
            some = group[start : start + _LINES]
            if pages[-1] and len(pages[-1]) + len(some) > _LINES:
                pages.append([])
            pages[-1] += some
    return [_rows_of(shown, page) for page in pages]


def _groups(shown: Shown) -> list[list[int]]:
    groups: dict[str, list[int]] = {}
    for i, cell in enumerate(shown.columns[0].cells):
        groups.setdefault(cell.text if shown.grouped else str(i), []).append(i)
    return list(groups.values())


def _rows_of(shown: Shown, rows: Sequence[int]) -> Shown:
    columns = tuple(replace(one, cells=tuple(one.cells[i] for i in rows)) for one in shown.columns)
    return replace(shown, columns=columns)


def _asked(columns: Sequence[Column], layout: Layout) -> float:
    """Return the points that columns ask for side by side."""
    return sum(_column_width(column, layout) + _GAP for column in columns) - _GAP


def _column_width(column: Column, layout: Layout) -> float:
    if column.is_text:
        return min(max(_natural(column), _NARROWEST_LABEL), _WIDEST_LABEL)
    cells = max(map(_width_of, column.cells), default=0.0)
    if _is_aligned(column, layout):
        cells = max(cells, *(_width(_with_uncertainty(cell) or "") for cell in column.cells))
    return max([cells, *map(_width, _wrapped(column.title, cells))])


def _natural(column: Column) -> float:
    return max(map(_width, [column.title, *(cell.text for cell in column.cells)]))


def _width_of(cell: Cell) -> float:
    return _width(cell.words) + (0.7 * len(cell.text) if cell.best else 0.0)


def _width(text: str) -> float:
    """Return about the width of a text in Computer Modern at nine points."""
    return sum(
        2.6 if one in "ijl.,:;'|![]()" else 3.4 if one in "t-/ " else 7.3 if one in _WIDE else 4.63
        for one in text
    )
