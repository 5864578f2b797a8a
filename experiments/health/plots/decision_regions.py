"""What models say of the plane, where data have two features."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.evaluation.splits import split
from experiments.evaluation.tasks import task_of
from experiments.evaluation.tuning import with_values
from experiments.planning.building import load_dataset, make_pipeline
from experiments.records import StoredCell
from experiments.reporting.paper import Look, Paper
from experiments.reporting.plots._drawn import Drawn
from experiments.running.results import Results
from qml.backends import resolve_backend

__all__ = ["decision_regions"]

_ACROSS = 60  # points of the grid a side
_PANEL_IN = 2.1
_LEAST_IN = 1.6
_MOST = 12  # panels of a data set
_NAMED = 3  # models that are left out
_TESTED = 60  # test rows that are drawn
_PALE = (0.62, 0.88, 0.75)  # of the classes' colours: their regions differ in grey too


@dataclass(frozen=True)
class _Region:
    """A fitted model's answers on a grid, and the rows of its split."""

    model: str
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    said: NDArray[np.intp]
    rows: NDArray[np.float64]
    classes: NDArray[np.intp]
    tested: NDArray[np.bool_]
    support: NDArray[np.intp]  # numbers of those training rows that a machine rests on


def decision_regions(results: Results, paper: Paper) -> Iterator[Drawn]:
    """Regions that models tell apart on data of two features, fitted again on their first split."""
    found: dict[str, list[_Region]] = {}
    left_out: dict[str, list[str]] = {}
    seen = set()
    for fit in results.of_reading(0).fits:
        place = fit.planned.dataset, fit.planned.model
        if fit.status != "done" or fit.stored is None or fit.planned.control or place in seen:
            continue
        seen.add(place)
        many = len(found.get(place[0], ())) >= _MOST
        region = None if many else _region(fit.planned.model, fit.stored)
        if region is None:
            left_out.setdefault(place[0], []).append(fit.planned.model)
        else:
            found.setdefault(place[0], []).append(region)
    for number, (dataset, regions) in enumerate(found.items(), 1):
        canvas = _drawn(dataset, regions, left_out.get(dataset, []), paper)
        yield Drawn("" if len(found) == 1 else str(number), canvas)


def _region(model: str, stored: StoredCell) -> _Region | None:
    """Return what a model says; None of other data, and where it would be measured."""
    cell = stored.cell
    data = load_dataset(cell.dataset, cell.split.seed)
    plain = np.asarray(data.X).ndim == 2 and np.asarray(data.X).shape[1] == 2
    if not plain or task_of(data.y) != "classification":
        return None
    backend = cell.model.backend
    if backend and (resolve_backend(backend).shots is not None or backend.startswith("ibm")):
        return None
    train, test = split(data, cell.split)
    pipeline = make_pipeline(cell)
    if stored.tuning is not None:
        named = pipeline[-1].get_params(deep=False)
        pipeline[-1].set_params(**with_values(named, stored.tuning.parameters))
    pipeline.fit(data.X[train], data.y[train])
    X = np.asarray(data.X, dtype=np.float64)
    low, high = X.min(axis=0), X.max(axis=0)
    apart = 0.06 * (high - low)
    x, y = (np.linspace(low[i] - apart[i], high[i] + apart[i], _ACROSS) for i in range(2))
    grid = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    names = np.unique(data.y)
    said = np.searchsorted(names, pipeline.predict(grid)).reshape(_ACROSS, _ACROSS)
    rows = np.concatenate([train, test])
    rows = rows[: len(train) + _TESTED]
    tested = np.isin(rows, test)
    support = np.asarray(getattr(pipeline[-1], "support_", []), dtype=np.intp)
    numbers = np.searchsorted(names, data.y[rows])
    return _Region(model, x, y, said, X[rows], numbers, tested, support)


def _drawn(dataset: str, regions: list[_Region], left_out: list[str], paper: Paper) -> Any:
    from matplotlib.colors import ListedColormap, to_rgb

    wide_in = paper.width_in or min(len(regions), 3) * _PANEL_IN
    across = min(len(regions), max(1, int(wide_in / _LEAST_IN)))
    down = math.ceil(len(regions) / across)
    side_in = wide_in / across
    canvas = paper.canvas(side_in * down + 0.3, wide_in)
    panels = canvas.subplots(down, across, squeeze=False, sharex=True, sharey=True).ravel()
    n_classes = 1 + max(int(one.classes.max()) for one in regions)
    colours = [to_rgb(Look(k).colour) for k in range(n_classes)]
    pale = ListedColormap(
        [
            tuple(_PALE[k % len(_PALE)] + (1 - _PALE[k % len(_PALE)]) * part for part in colour)
            for k, colour in enumerate(colours)
        ]
    )
    for axes, one in zip(panels, regions, strict=False):
        axes.pcolormesh(one.x, one.y, one.said, cmap=pale, vmin=-0.5, vmax=n_classes - 0.5)
        axes.contour(
            one.x, one.y, one.said, levels=np.arange(0.5, n_classes - 0.5 + 1e-9), colors="0.3",
            linewidths=0.7,
        )  # fmt: skip
        for k in range(n_classes):
            for tested, face in ((False, Look(k).colour), (True, "white")):
                mine = (one.classes == k) & (one.tested == tested)
                axes.plot(
                    *one.rows[mine].T, linestyle="none", marker=Look(k).marker, markersize=3,
                    color=Look(k).colour, markerfacecolor=face, markeredgewidth=0.7,
                )  # fmt: skip
        rings = {"markersize": 6.5, "markerfacecolor": "none", "markeredgewidth": 0.7}
        axes.plot(*one.rows[one.support].T, "o", color="black", **rings)
        axes.set_title(paper.wrapped(one.model, side_in))
    for axes in panels[len(regions) :]:
        axes.remove()
    for axes in panels[max(0, len(regions) - across) : len(regions)]:
        axes.tick_params(labelbottom=True)  # also where the panel below is gone
    canvas.supxlabel("first feature")
    canvas.supylabel("second feature")
    words = f"{dataset}: test rows are hollow"
    words += "; support vectors have rings" if any(len(one.support) for one in regions) else ""
    if left_out:
        more = f" and {len(left_out) - _NAMED} more" if len(left_out) > _NAMED else ""
        words += f"; not drawn, since measured or too many: {', '.join(left_out[:_NAMED])}{more}"
    canvas.suptitle(paper.wrapped(words, wide_in))
    return canvas
