"""Eigenvalues of a study's quantum kernels, the largest first."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from experiments.health.plots._kernels import Matrix, matrices
from experiments.reporting.paper import Look, Paper
from experiments.reporting.plots._drawn import Drawn
from experiments.running.results import Results

__all__ = ["spectrum"]

_LEAST = 1e-12  # of the largest eigenvalue: what is below is rounding
_MARKED = 8


def spectrum(results: Results, paper: Paper) -> Iterator[Drawn]:
    """Eigenvalues of quantum kernels as shares of their sum, on at most 200 points."""
    by_dataset: dict[str, list[Matrix]] = {}
    for one in matrices(results):
        by_dataset.setdefault(one.dataset, []).append(one)
    for number, (dataset, found) in enumerate(by_dataset.items(), 1):
        canvas = paper.canvas(2.4 + 0.17 * sum(1 + len(one.model) // 30 for one in found), 5.5)
        axes = canvas.subplots()
        for place, one in enumerate(found):
            values = np.linalg.eigvalsh(one.K)[::-1]
            shares = values[values > _LEAST * values[0]] / values.sum()
            look, every = Look(place), max(1, len(shares) // _MARKED)
            axes.semilogy(
                np.arange(1, len(shares) + 1),
                shares,
                color=look.colour,
                linestyle=look.dashes,
                marker=look.marker,
                markersize=3.5,
                markevery=every,
                linewidth=1.2,
                label=paper.wrapped(one.model, 0.7 * (paper.width_in or 5.5)),
            )
        axes.set_xlabel("number of the eigenvalue")
        axes.set_ylabel("share of their sum")
        axes.set_title(paper.wrapped(dataset, 0.7 * (paper.width_in or 5.5)))
        axes.grid(color="0.92", linewidth=0.6)
        canvas.legend(loc="outside lower center", frameon=False)
        yield Drawn("" if len(by_dataset) == 1 else str(number), canvas)
