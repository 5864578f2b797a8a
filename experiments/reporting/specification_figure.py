"""The drawing of a specification curve: sorted scores above, the choices of each reading below."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np

from experiments.evaluation.metrics import METRICS
from experiments.records import Choice
from experiments.reporting.paper import SCREEN, Paper
from experiments.reporting.specification_curve import SpecificationCurve
from experiments.reporting.writer import picture, save_picture
from qml.texts import shortened

__all__ = ["canvas_of", "draw", "drawn"]

_ROW_IN = 0.17  # height of an option's row
_ON_PAPER_IN = 0.135
_BAND = "#f2f2f2"


def draw(curve: SpecificationCurve, choices: Sequence[Choice], file: Path) -> Path:
    """Draw the figure as PNG into a file, and return that; see `drawn`."""
    return save_picture(file, drawn(curve, choices))


def drawn(
    curve: SpecificationCurve, choices: Sequence[Choice], form: Literal["png", "svg", "pdf"] = "png"
) -> bytes:
    """Return the figure as a file's content.

    Parameters
    ----------
    curve : SpecificationCurve
        Curve with one done reading or more.
    choices : sequence of Choice
        Choices of the study, in the order of the readings' options.
    form : {"png", "svg", "pdf"}, default="png"
        Format of the picture.
    """
    return picture(canvas_of(curve, choices, SCREEN), form)


def canvas_of(curve: SpecificationCurve, choices: Sequence[Choice], paper: Paper) -> Any:
    """Return the figure itself, as wide as the paper."""
    n_rows = sum(len(choice.options) for choice in choices) + len(choices)
    row_in = _ROW_IN if paper.width_in is None else _ON_PAPER_IN
    below, above = row_in * n_rows, 3.4 if paper.width_in is None else 2.2
    figure = paper.canvas(above + below + 0.9, 10.0)
    upper, lower = figure.subplots(
        2, 1, sharex=True, gridspec_kw={"height_ratios": [above, below + 0.3], "hspace": 0.02}
    )
    _scores(upper, curve, paper)
    letters = 60 if paper.width_in is None else int(9 * paper.width_in)
    _options(lower, curve, choices, letters)
    return figure


def _scores(axes: Any, curve: SpecificationCurve, paper: Paper) -> None:
    done = curve.done
    place = np.arange(len(done))
    score, low, high = (
        np.array([getattr(one, name) for one in done], dtype=np.float64)
        for name in ("score", "low", "high")
    )
    label = "95 % interval over test rows"
    axes.vlines(
        place,
        low,
        high,
        color="#b4c6dc",
        linewidth=float(np.clip(80 / len(done), 0.7, 3.0)),
        label=label,
    )
    reached = np.array([one.reaches is True for one in done])
    size = 14 if len(done) < 100 else 6
    axes.scatter(
        place[~reached], score[~reached], s=size, color="#33567f", zorder=3, label="reading"
    )
    if curve.published is not None:
        told = f"printed, {curve.published:g}: reached by {curve.reached} of {len(curve.readings)}"
        axes.scatter(
            place[reached],
            score[reached],
            s=size,
            color="#c2571a",
            zorder=3,
            label="reading that reaches",
        )
        axes.axhline(curve.published, color="#c2571a", linewidth=1.2, label=told)
    if curve.written is not None and curve.written.score is not None:
        axes.axhline(
            curve.written.score,
            color="black",
            linewidth=0.8,
            linestyle=":",
            label="study as written",
        )
    axes.set_ylabel(METRICS[curve.metric].title or curve.metric)
    failed = f", {curve.failed} without a score" if curve.failed else ""
    title = f"{curve.dataset} / {curve.model}: {len(done)} readings{failed}"
    axes.set_title(paper.wrapped(title, (paper.width_in or 10.0) * 0.45), fontsize=10)
    axes.legend(fontsize=7, loc="lower right", framealpha=0.9)
    axes.margins(x=0.01)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def _options(axes: Any, curve: SpecificationCurve, choices: Sequence[Choice], letters: int) -> None:
    """Draw a dot in the row of each option that a reading has; a heading a choice."""
    options = np.array([one.options for one in curve.done])
    ticks, names, top = [], [], 0.0
    for number, choice in enumerate(choices):
        if number % 2 == 0:
            axes.axhspan(top - 0.5, top + len(choice.options) + 0.5, color=_BAND, zorder=0)
        ticks.append(top)
        names.append(shortened(choice.name, letters))
        for k, option in enumerate(choice.options):
            place = np.flatnonzero(options[:, number] == k)
            row = top + 1 + k
            axes.plot(place, np.full(len(place), row), "|", color="#33567f", markersize=6)
            ticks.append(row)
            names.append(shortened(option.text, letters))
        top += 1 + len(choice.options)
    axes.set_ylim(top - 0.4, -0.6)
    axes.set_yticks(ticks, names, fontsize=7)
    headings = {shortened(choice.name, letters) for choice in choices}
    for tick in axes.get_yticklabels():
        if tick.get_text() in headings:
            tick.set_fontweight("bold")
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("readings, the lowest score first")
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
