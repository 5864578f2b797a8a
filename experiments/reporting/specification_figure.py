"""The drawing of a specification curve: sorted scores above, the choices of each reading below."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np

from experiments.evaluation.metrics import METRICS
from experiments.records import Choice
from experiments.reporting.specification_curve import SpecificationCurve
from experiments.reporting.writer import picture, save_picture

__all__ = ["draw", "drawn"]

_ROW_IN = 0.17  # height of an option's row
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
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib.figure import Figure

    n_rows = sum(len(choice.options) for choice in choices) + len(choices)
    below = _ROW_IN * n_rows
    figure = Figure(figsize=(10.0, 3.4 + below + 0.9), layout="constrained")
    upper, lower = figure.subplots(
        2, 1, sharex=True, gridspec_kw={"height_ratios": [3.4, below + 0.3], "hspace": 0.02}
    )
    _scores(upper, curve)
    _options(lower, curve, choices)
    return picture(figure, form)


def _scores(axes: Any, curve: SpecificationCurve) -> None:
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
    axes.set_title(f"{curve.dataset} / {curve.model}: {len(done)} readings{failed}", fontsize=10)
    axes.legend(fontsize=7, loc="lower right", framealpha=0.9)
    axes.margins(x=0.01)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def _options(axes: Any, curve: SpecificationCurve, choices: Sequence[Choice]) -> None:
    """Draw a dot in the row of each option that a reading has; a heading a choice."""
    options = np.array([one.options for one in curve.done])
    ticks, names, top = [], [], 0.0
    for number, choice in enumerate(choices):
        if number % 2 == 0:
            axes.axhspan(top - 0.5, top + len(choice.options) + 0.5, color=_BAND, zorder=0)
        ticks.append(top)
        names.append(choice.name)
        for k, option in enumerate(choice.options):
            place = np.flatnonzero(options[:, number] == k)
            row = top + 1 + k
            axes.plot(place, np.full(len(place), row), "|", color="#33567f", markersize=6)
            ticks.append(row)
            names.append(option.text)
        top += 1 + len(choice.options)
    axes.set_ylim(top - 0.4, -0.6)
    axes.set_yticks(ticks, names, fontsize=7)
    headings = {choice.name for choice in choices}
    for tick in axes.get_yticklabels():
        if tick.get_text() in headings:
            tick.set_fontweight("bold")
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("readings, the lowest score first")
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
