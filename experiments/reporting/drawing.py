"""A figure drawn by Matplotlib, from its record and nothing else.

Lines differ in colour, marker and dashes, so that they are told apart in grey and by every eye.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from typing import Any, Literal

from experiments.records import Axis, Figure, Line, Panel, Printed
from experiments.reporting.paper import SCREEN, Look, Paper
from experiments.reporting.writer import picture

__all__ = ["FORMATS", "Format", "drawn"]

Format = Literal["png", "svg", "pdf"]
FORMATS: tuple[Format, ...] = ("png", "svg", "pdf")
_ACROSS = 3  # panels in a row, of up to
_FEW = 9  # panels; more are as many across as down
_MARKED = 8  # markers on a course
_BESIDE = 0.012  # share of the axis between bars that would hide each other,
_WIDEST = 0.06  # and between the outermost of them
_LEAST_IN = 2.2  # width of a panel on paper


def drawn(figure: Figure, form: Format = "png", paper: Paper = SCREEN) -> bytes:
    """Return the picture of a figure; the same record gives the same picture.

    Parameters
    ----------
    figure : Figure
        Record with one panel or more.
    form : {"png", "svg", "pdf"}, default="png"
        Format of the picture.
    paper : Paper, default=SCREEN
        Width that it has to have, and sizes of its texts.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure as Canvas

    # texts are texts, and never mathematics: a label may hold a dollar
    own: Any = {"svg.hashsalt": figure.name, "text.parse_math": False, **paper.sizes}
    with mpl.rc_context(own):
        down, across = _grid(figure.panels, paper)
        size = (4.6 * across + 2.6, 3.4 * down + 0.4)
        if paper.width_in is not None:
            size = (paper.width_in, 0.68 * paper.width_in / across * down + 0.5)
        canvas = Canvas(figsize=size, layout="constrained")
        panels = canvas.subplots(down, across, squeeze=False).ravel()
        names = list(dict.fromkeys(line.name for panel in figure.panels for line in panel.lines))
        for axes, panel in zip(panels, figure.panels, strict=False):
            _draw(axes, panel, figure.x, names)
        for axes in panels[len(figure.panels) :]:
            axes.remove()
        if figure.title:
            wide = canvas.get_figwidth() * 11
            canvas.suptitle("\n".join(textwrap.wrap(figure.title, int(wide))))
        _legend(canvas, [line for panel in figure.panels for line in panel.lines], paper)
        return picture(canvas, form, paper.dpi)


def _grid(panels: Sequence[Panel], paper: Paper) -> tuple[int, int]:
    """Return rows and columns: of several quantities each has a column, where all have panels."""
    if paper.width_in is not None:
        across = min(len(panels), max(1, int(paper.width_in / _LEAST_IN)))
        return math.ceil(len(panels) / across), across
    several = len({panel.y.title for panel in panels})
    titles = len({panel.title for panel in panels})
    if several > 1 and several * titles == len(panels) and titles <= _FEW:
        return titles, several
    n = len(panels)
    across = n if n <= _ACROSS else math.ceil(math.sqrt(n))
    return math.ceil(n / across), across


def _draw(axes: Any, panel: Panel, x: Axis, names: Sequence[str]) -> None:
    places = [place for line in panel.lines for place in line.x]
    _scale(axes.set_xscale, places, x.log)
    _scale(axes.set_yscale, [value for line in panel.lines for value in line.y], panel.y.log)
    _ticks(axes, panel, x)
    for number, line in enumerate(panel.lines):
        look = Look(names.index(line.name))
        if line.course:
            _course(axes, line, look, 0.5 / len(panel.lines))
        else:
            by = number - (len(panel.lines) - 1) / 2 if line.around else 0.0
            share = by * min(_BESIDE, _WIDEST / len(panel.lines))
            _points(axes, line, _moved(line.x, places, share, x.log), look)
    for printed in panel.printed:
        at = names.index(printed.line) if printed.line in names else None
        _printed(axes, printed, None if at is None else Look(at))
    if x.log and min(places) <= 0:
        axes.set_xlim(left=min(places))  # nothing lies beyond, where such an axis goes on
    title = textwrap.wrap(panel.title, 48) + _notes(panel.printed)
    axes.set_title("\n".join(title), fontsize=9.5)
    axes.set_xlabel(x.label)
    axes.set_ylabel("\n".join(textwrap.wrap(panel.y.label, 34)))
    axes.grid(color="0.92", linewidth=0.6)
    axes.set_axisbelow(True)


def _scale(choose: Any, values: Sequence[float], log: bool) -> None:
    """Choose an axis; a logarithmic one is linear up to the least number above 0, if 0 is there."""
    if not log:
        choose("linear")
    elif min(values) > 0:
        choose("log")
    else:
        least = min([value for value in values if value > 0], default=1.0)
        choose("symlog", linthresh=least, linscale=0.4)


def _plot(look: Look, axes: Any, x: Sequence[float], line: Line, **others: Any) -> None:
    axes.plot(
        x,
        line.y,
        color=look.colour,
        marker=look.marker,
        linestyle=look.dashes,
        markersize=4.5,
        linewidth=1.3,
        label=line.name,
        zorder=3,
        **others,
    )


def _moved(x: Sequence[float], places: Sequence[float], share: float, log: bool) -> Sequence[float]:
    """Return the places of a line, a little beside those of others whose bars would hide it."""
    if log and min(places) > 0:
        return [place * (max(places) / min(places)) ** share for place in x]
    return [place + share * (max(places) - min(places)) for place in x]


def _course(axes: Any, line: Line, look: Look, opaque: float) -> None:
    every = max(1, math.ceil(len(line.x) / _MARKED))
    _plot(look, axes, line.x, line, drawstyle="steps-post", markevery=every)
    if line.around:
        band = {"step": "post", "color": look.colour, "linewidth": 0}
        axes.fill_between(line.x, line.low, line.high, alpha=min(0.13, opaque), **band)


def _points(axes: Any, line: Line, x: Sequence[float], look: Look) -> None:
    _plot(look, axes, x, line)
    if not line.around:
        return
    low, high = (
        [y if end is None else end for y, end in zip(line.y, ends, strict=True)]
        for ends in (line.low, line.high)
    )
    # a metric's range cuts its intervals, and the mean may lie a rounding beyond
    below = [max(0.0, y - end) for y, end in zip(line.y, low, strict=True)]
    above = [max(0.0, end - y) for y, end in zip(line.y, high, strict=True)]
    bars = {"ecolor": look.colour, "elinewidth": 0.7, "capsize": 2, "zorder": 2}
    axes.errorbar(x, line.y, yerr=[below, above], fmt="none", **bars)


def _printed(axes: Any, printed: Printed, own: Look | None) -> None:
    """Draw what others printed as its line, hollow and wide; grey where it is of several lines."""
    label, marker = printed.source, "s" if own is None else own.marker
    look: dict[str, Any] = {"color": "0.35" if own is None else own.colour, "zorder": 1.5}
    if printed.joined:
        axes.plot(
            printed.x,
            printed.y,
            linewidth=3.5,
            alpha=0.35,
            marker=marker,
            markersize=9,
            markerfacecolor="none",
            label=label,
            **look,
        )
        return
    for i, (y, low, high) in enumerate(zip(printed.y, printed.low, printed.high, strict=True)):
        known = [value for value in (y, low, high) if value is not None]
        if not printed.x:
            level = axes.axhspan if len(known) == 2 else axes.axhline
            level(*known, linewidth=3.5, alpha=0.3, label=label, **look)
            continue
        form = {"markersize": 11, "markerfacecolor": "none", "label": label, **look}
        places = [printed.x[i]] * len(known)
        if len(known) == 2:
            axes.plot(places, known, marker="_", linewidth=5, alpha=0.35, **form)
            continue
        caret = 6 if low is not None else 7  # Matplotlib's, pointing up and down
        form |= {"marker": caret if y is None else marker, "zorder": 3.5}
        axes.plot(places, known, linestyle="none", **form)


def _notes(printed: Sequence[Printed]) -> list[str]:
    """Return what was printed as words, in lines that stand under the panel's title."""
    words = dict.fromkeys(
        f"{one.line}{': ' if one.line else ''}“{one.text}” ({one.source})"
        for one in printed
        if one.text
    )
    return [part for word in words for part in textwrap.wrap(word, 60)]


def _ticks(axes: Any, panel: Panel, x: Axis) -> None:
    """Mark the places that there are, where they are few; powers of ten stand as plain text."""
    from matplotlib.ticker import LogFormatter, MaxNLocator

    class Plain(LogFormatter):
        """Numbers without mathematics where the library would label a tick."""

        def __call__(self, x: float, pos: int | None = None) -> str:
            return f"{x:g}" if super().__call__(x, pos) else ""

    for axis, log in ((axes.xaxis, x.log), (axes.yaxis, panel.y.log)):
        if log:
            axis.set_major_formatter(Plain())
            axis.set_minor_formatter(Plain(minor_thresholds=(1, 0.4)))
    places = sorted({x for line in panel.lines for x in line.x} | _printed_places(panel))
    if len(places) <= _MARKED and not (x.log and places[0] <= 0):
        axes.set_xticks(places, [f"{place:g}" for place in places])
        axes.tick_params(axis="x", which="minor", bottom=False, labelbottom=False)
    elif not x.log and all(place == round(place) for place in places):
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))


def _printed_places(panel: Panel) -> set[float]:
    return {x for printed in panel.printed for x in printed.x}


def _legend(canvas: Any, lines: Sequence[Line], paper: Paper) -> None:
    """Name every line and every source once, and what is drawn around the points."""
    handles = {
        label: handle
        for axes in canvas.axes
        for handle, label in zip(*axes.get_legend_handles_labels(), strict=True)
    }
    titles = ["\n".join(textwrap.wrap(label, 42)) for label in handles]
    around = dict.fromkeys(line.around for line in lines if line.around)
    below = paper.width_in is not None
    longest = max(len(part) for title in titles for part in title.split("\n"))
    columns = max(1, int((paper.width_in or 0) * 13 / (longest + 8))) if below else 1
    canvas.legend(
        handles.values(),
        titles,
        title="\n".join(f"around: {words}" for words in around) or None,
        title_fontsize=7.5 if paper.width_in is None else 7,
        fontsize=7.5 if paper.width_in is None else 7,
        loc="outside lower center" if below else "outside right upper",
        ncols=columns,
        handlelength=3.6,
    )
