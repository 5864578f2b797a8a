"""What all figures look like: colours, markers, dashes, and sizes for a screen or a journal."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from qml.errors import SpecError, did_you_mean

__all__ = ["SCREEN", "WIDTHS_MM", "Look", "Paper", "paper_of"]

# Okabe and Ito's, whose lightness differs too, without the yellow that paper swallows
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#000000", "#56B4E9", "#E69F00")
_MARKERS = "osD^vP*X<>pHd"
_DASHES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)), (0, (1, 1)), (0, (8, 3)))
_ON_PAPER: Mapping[str, Any] = {
    "font.size": 8,
    "axes.labelsize": 8,
    "axes.titlesize": 8,
    "figure.titlesize": 9,
    "legend.fontsize": 7,
    "xtick.labelsize": 7,
    "ytick.labelsize": 7,
    "axes.linewidth": 0.6,
    "pdf.fonttype": 42,  # texts that can be searched and edited
}
#: Widths by name: one column and both of most journals, and what a screen has room for.
WIDTHS_MM = {"column": 86.0, "page": 178.0}
_LEAST_MM, _MOST_MM = 50.0, 500.0
_SCREEN_IN = 5.5
_TITLE_LETTERS, _PAPER_LETTERS = 9, 14  # to an inch, of a title on a screen and on paper


@dataclass(frozen=True)
class Look:
    """What the line of this number looks like: told apart in grey and by every eye.

    Parameters
    ----------
    number : int
        Place among all lines of a figure.
    """

    number: int

    @property
    def colour(self) -> str:
        """Its colour."""
        return _COLOURS[self.number % len(_COLOURS)]

    @property
    def marker(self) -> str:
        """Its marker."""
        return _MARKERS[self.number % len(_MARKERS)]

    @property
    def dashes(self) -> Any:
        """Its dashes, as Matplotlib names them."""
        return _DASHES[self.number % len(_DASHES)]


@dataclass(frozen=True)
class Paper:
    """Where a figure will stand.

    Parameters
    ----------
    width_mm : float or None
        Width of the figure; None is a screen's, which goes by what is drawn.
    """

    width_mm: float | None = None

    @property
    def width_in(self) -> float | None:
        """Its width in inches."""
        return None if self.width_mm is None else self.width_mm / 25.4

    @property
    def sizes(self) -> Mapping[str, Any]:
        """Matplotlib's settings for texts and lines."""
        return {} if self.width_mm is None else _ON_PAPER

    @property
    def dpi(self) -> int:
        """Dots of a picture to an inch."""
        return 120 if self.width_mm is None else 300

    def wrapped(self, words: str, width_in: float | None = None) -> str:
        """Return words in lines that fit a width, the paper's if none is given."""
        wide_in = width_in or self.width_in or _SCREEN_IN
        a_line = int(wide_in * (_TITLE_LETTERS if self.width_mm is None else _PAPER_LETTERS))
        return "\n".join(textwrap.wrap(words, max(a_line, 8))) or words

    def canvas(self, height_in: float, wide_in: float = 6.9) -> Any:
        """Return an empty figure of Matplotlib's, as wide as the paper or else so many inches."""
        from matplotlib.figure import Figure

        return Figure(figsize=(self.width_in or wide_in, height_in), layout="constrained")


SCREEN = Paper()


def paper_of(text: str | None) -> Paper:
    """Return the paper of a width: ``"column"``, ``"page"``, or millimetres.

    Raises
    ------
    SpecError
        If it is neither, or no width that a figure can have.

    Examples
    --------
    >>> paper_of("column").width_mm, paper_of("120").width_mm
    (86.0, 120.0)
    """
    if text is None:
        return SCREEN
    if text in WIDTHS_MM:
        return Paper(WIDTHS_MM[text])
    try:
        width_mm = float(text)
    except ValueError:
        hint = did_you_mean(text, WIDTHS_MM)
        raise SpecError(
            f"{text!r} is no width: column, page or millimetres{hint}", "--width"
        ) from None
    if not _LEAST_MM <= width_mm <= _MOST_MM:
        raise SpecError(f"{text} mm; allowed are {_LEAST_MM:g} to {_MOST_MM:g}", "--width")
    return Paper(width_mm)
