"""What models said of the rows that they were tested on, as parts of a report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from experiments.evaluation.metrics import Predictions, counted
from experiments.reporting.page import charts
from experiments.reporting.page.charts import Bin
from experiments.reporting.page.gathered import Gathered
from experiments.reporting.page.parts import Cell, Head, Section, Table
from experiments.reporting.verdicts import models_of
from experiments.running.results import Fit

__all__ = ["calibration", "confusion"]

_BINS = 10
_LEAST = 10  # rows of a bin of a calibration, below which its share says nothing


def confusion(gathered: Gathered) -> Section:
    """Return what was called what, a matrix a model."""
    made = []
    for dataset, model, said in _groups(gathered):
        counts = sum((counted(fold) for fold in said[1:]), counted(said[0])).astype(int)
        names = [str(label) for label in np.asarray(said[0].classes).tolist()]
        heads = (Head("is / called", text=True), *map(Head, names))
        rows = [
            (Cell(name), *(Cell(f"{count:,}") for count in row))
            for name, row in zip(names, counts.tolist(), strict=True)
        ]
        made.append(Table(heads, tuple(rows), f"{dataset}: {model}", matrix=True))
    return Section("confusion", "Confusion", tables=tuple(made), folded=True)


def calibration(gathered: Gathered) -> Section:
    """Return how often models are right that say so with a probability."""
    by_dataset: dict[str, list[Bin]] = {}
    for dataset, model, said in _groups(gathered):
        rows = list(_bins(model, said))
        if rows:
            by_dataset.setdefault(dataset, []).extend(rows)
    drawn = tuple(charts.reliability(*one) for one in by_dataset.items())
    words = f"Of models that give probabilities; a point has at least {_LEAST} answers."
    return Section("calibration", "Calibration", (words,) * bool(drawn), drawn, folded=True)


def _groups(gathered: Gathered) -> Iterator[tuple[str, str, list[Predictions]]]:
    """Yield what a model said on a data set, fold by fold, by the largest training part."""
    done: dict[tuple[str, str], list[Fit]] = {}
    keys = set(models_of(gathered.cells).key)
    for fit in gathered.results.fits:
        planned = fit.planned
        if not planned.control and planned.key in keys and fit.predictions is not None:
            done.setdefault((planned.dataset, planned.model), []).append(fit)
    for (dataset, model), fits in done.items():
        said = [Predictions.stored(fit.predictions) for fit in fits if fit.predictions is not None]
        if said[0].classes is not None:
            yield dataset, model, said


def _bins(model: str, said: Sequence[Predictions]) -> Iterator[Bin]:
    kept = [one for one in said if one.scores_kind == "probabilities" and one.scores is not None]
    if not kept:
        return
    top = np.concatenate([np.max(np.asarray(one.scores), axis=1) for one in kept])
    right = np.concatenate([one.true == one.predicted for one in kept])
    places = np.minimum((top * _BINS).astype(int), _BINS - 1)
    for place in np.unique(places):
        own = places == place
        if own.sum() >= _LEAST:
            said_so, were = float(top[own].mean()), float(right[own].mean())
            yield Bin(model, round(said_so, 4), round(were, 4), int(own.sum()))
