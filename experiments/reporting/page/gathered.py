"""A run with the tables that several parts of its report read."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from experiments.evaluation.metrics import METRICS
from experiments.reporting import verdicts
from experiments.reporting.page.charts import Point
from experiments.running.results import Results

__all__ = ["Gathered", "points_of"]


@dataclass(frozen=True)
class Gathered:
    """A run with the tables that several parts of its report read.

    Parameters
    ----------
    results : Results
        Run as it was read, of the study as it is written.
    cells, table : DataFrame
        Rows of its cells and of its models.
    found : list of Found
        Verdicts by each metric that decides.
    """

    results: Results
    cells: pd.DataFrame
    table: pd.DataFrame
    found: list[verdicts.Found]

    @property
    def metric(self) -> str:
        """The study's first metric."""
        return self.results.plan.metrics[0]

    @property
    def title(self) -> str:
        """Its words."""
        return METRICS[self.metric].title or self.metric


def points_of(gathered: Gathered, cost: str = "") -> Iterator[tuple[str, list[Point]]]:
    """Yield the models' scores, a data set a time, of the largest training part."""
    quantum = {row.label for row in gathered.results.plan.models if row.backend is not None}
    metric, table = gathered.metric, gathered.table
    sizes = table.train_size.map(lambda size: math.inf if size is None or pd.isna(size) else size)
    for dataset, rows in table.groupby("dataset", sort=False):
        own = rows[sizes[rows.index] == sizes[rows.index].max()]
        yield (
            str(dataset),
            [
                Point(
                    str(row["model"]),
                    "quantum" if row["model"] in quantum else "classical",
                    float(row[metric]),
                    float(row[f"{metric}_low"]),
                    float(row[f"{metric}_high"]),
                    float(row[cost]) if cost else math.nan,
                )
                for _, row in own.iterrows()
            ],
        )
