"""The duel of optimizers as one page of figures."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from experiments.evaluation.duel import (
    Course,
    Problem,
    mean_ranks,
    solved_after,
)
from experiments.evaluation.profiles import data_profile, performance_profile
from experiments.reporting import duel_pairs
from experiments.reporting.duel import Duel
from experiments.reporting.duel_text import table
from experiments.reporting.paper import Look, Paper
from experiments.reporting.writer import save_csv, save_figure

__all__ = ["draw", "profiles", "write"]

_Style: TypeAlias = Mapping[str, Any]  # of Matplotlib's
_WIDE_IN = 5.0  # from which three panels stand side by side


def draw(duel: Duel, file: Path) -> None:
    """Draw the courses of each family, profiles and ranks on one page."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    names, families = duel.labels, duel.families
    looks = _looks(duel)
    n_rows = len(families) + 2
    figure, axes = plt.subplots(
        n_rows, 2, figsize=(13, 3.6 * n_rows), layout="constrained", squeeze=False
    )
    figure.suptitle(f"Optimizers on {duel.condition}: medians, bands from quartile to quartile")
    for row, family in enumerate(families):
        problems = [problem for problem in duel.problems if problem.family == family]
        full = problems[0].budget["circuits"]
        grid = np.geomspace(full / 1000, full, 120)
        for name in names:
            courses = [problem.courses[name] for problem in problems]
            losses = np.array([[course.after(budget) for budget in grid] for course in courses])
            _band(axes[row, 0], grid, losses, looks[name], name)
            staged = [_staged(course, grid) for course in courses]
            _band(axes[row, 1], grid, np.array(staged), looks[name], name)
        for axis, shown in zip(axes[row], ("training loss", "test accuracy"), strict=True):
            axis.set(xscale="log", xlabel="circuits", ylabel=shown, title=family)
            _add_shots(axis, problems)
    _draw_profiles(axes[-2], duel, looks)
    _draw_ranks(axes[-1, 0], duel, looks)
    axes[-1, 1].remove()
    handles, labels = axes[-2, 0].get_legend_handles_labels()
    figure.legend(handles, labels, ncols=4, loc="outside lower center", frameon=False)
    save_figure(file, figure, 110)
    plt.close(figure)


def profiles(duel: Duel, paper: Paper) -> Any:
    """Return profiles and mean ranks alone, side by side or one below the other."""
    across = 1 if paper.width_in is not None and paper.width_in < _WIDE_IN else 3
    canvas = paper.canvas(2.3 * (3 // across) + 0.25 * len(duel.labels) / across + 0.4, 11.0)
    panels = canvas.subplots(3 // across, across, squeeze=False).ravel()
    looks = _looks(duel)
    _draw_profiles(panels[:2], duel, looks)
    _draw_ranks(panels[2], duel, looks)
    for axes in panels:
        axes.set_title(axes.get_title(), fontsize="medium")
    handles, labels = panels[0].get_legend_handles_labels()
    names = ["\n".join(textwrap.wrap(label, 40)) for label in labels]
    canvas.legend(handles, names, ncols=across, loc="outside lower center", frameon=False)
    return canvas


def _looks(duel: Duel) -> Mapping[str, _Style]:
    """Return each optimizer's colour and dashes, told apart in grey too."""
    looks = {name: Look(number) for number, name in enumerate(duel.labels)}
    return {name: {"color": look.colour, "ls": look.dashes} for name, look in looks.items()}


def _add_shots(axis: Any, problems: list[Problem]) -> None:
    """Show shots above the axis of circuits, where each circuit takes the same number."""
    course = next(iter(problems[0].courses.values()))
    each = course.spent["shots"][-1] / course.spent["circuits"][-1]
    if each:
        top = axis.secondary_xaxis("top", functions=(lambda c: c * each, lambda s: s / each))
        top.set_xlabel("shots")


def _staged(course: Course, grid: Any) -> Any:
    """Return the accuracy at each budget; NaN before the first stage, or where none were kept."""
    rows = np.searchsorted(course.staged["circuits"], grid, side="right")
    padded = np.concatenate([[np.nan], course.staged["accuracy"]])
    return padded[rows]


def _band(axis: Any, x: Any, values: Any, look: _Style, label: str) -> None:
    known = np.isfinite(values).mean(axis=0) > 0.5  # a median needs half of the problems
    if not known.any():
        return
    finite = np.where(np.isfinite(values), values, np.nan)[:, known]
    low, middle, high = np.nanpercentile(finite, [25, 50, 75], axis=0)
    axis.plot(x[known], middle, label=label, lw=1.5, **look)
    axis.fill_between(x[known], low, high, color=look["color"], alpha=0.12, lw=0)


def _draw_profiles(axes: Any, duel: Duel, looks: Mapping[str, _Style]) -> None:
    ratios = np.geomspace(1, 1000, 200)
    spent = solved_after(duel.problems, 0.1)
    units = np.array([problem.unit for problem in duel.problems])
    gradients = np.geomspace(
        0.05, max(problem.budget["circuits"] / problem.unit for problem in duel.problems), 200
    )
    performance = performance_profile(spent, ratios)
    data = data_profile(spent, units, gradients)
    for column, name in enumerate(duel.labels):
        look = {**looks[name], "label": name}
        axes[0].step(ratios, performance[:, column], where="post", **look)
        axes[1].step(gradients, data[:, column], where="post", **look)
    axes[0].set(
        xscale="log",
        xlabel="circuits, as a multiple of the fastest",
        ylabel="problems solved to 10 %",
        title="Performance profile (Dolan-Moré)",
        ylim=(-0.02, 1.02),
    )
    axes[1].set(
        xscale="log",
        xlabel="circuits, in simplex gradients",
        ylabel="problems solved to 10 %",
        title="Data profile (Moré-Wild)",
        ylim=(-0.02, 1.02),
    )


def _draw_ranks(axis: Any, duel: Duel, looks: Mapping[str, _Style]) -> None:
    shares = np.geomspace(0.003, 1, 25)
    ranks = {name: [] for name in duel.labels}  # type: dict[str, list[float]]
    for share in shares:
        for name, rank in zip(ranks, mean_ranks(duel.problems, float(share)), strict=True):
            ranks[name].append(float(rank))
    for name, values in ranks.items():
        axis.plot(shares, values, **looks[name])
    axis.invert_yaxis()
    axis.set(
        xscale="log",
        xlabel="share of the circuits",
        ylabel="mean rank over sources",
        title="Mean rank (1 is best)",
    )


def write(found: list[Duel], folder: Path) -> list[Path]:
    """Write each duel's table as CSV and its page as PNG, and return the files."""
    files = []
    for number, duel in enumerate(found):
        name = "duel" if len(found) == 1 else f"duel-{number + 1}"
        save_csv(folder / f"{name}.csv", table(duel))
        draw(duel, folder / f"{name}.png")
        files += [folder / f"{name}.csv", folder / f"{name}.png"]
    return files + duel_pairs.write(found, folder)
