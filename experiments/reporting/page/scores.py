"""Scores, costs and figures of a run, as parts of its report."""

from __future__ import annotations

from experiments.evaluation.metrics import METRICS
from experiments.evaluation.quantities import SHOWN_COSTS
from experiments.reporting import figures as of_study
from experiments.reporting import rendering
from experiments.reporting.page import charts
from experiments.reporting.page.gathered import Gathered, points_of
from experiments.reporting.page.parts import Cell, Head, Section, Table

__all__ = ["costs", "figures", "scores"]


def scores(gathered: Gathered) -> Section:
    """Return every model's scores, drawn and as a table whose numbers lead to their cells."""
    metrics = list(gathered.results.plan.metrics)
    shown = rendering.display(gathered.table, metrics)
    texts = ("data set", "model", "published in", "other code or versions", "problem")
    linked = {METRICS[metric].title or metric for metric in metrics}
    heads = tuple(Head(str(title), str(title) in texts) for title in shown.columns)
    rows = []
    for place, values in enumerate(shown.itertuples(index=False)):
        row = gathered.table.iloc[place]
        of = f"{row.dataset} | {row.model}"
        rows.append(
            tuple(
                Cell(str(value), cells=of if head.title in linked and value != "-" else "")
                for head, value in zip(heads, values, strict=True)
            )
        )
    drawn = tuple(
        chart
        for dataset, points in points_of(gathered)
        if (chart := charts.forest(dataset, gathered.title, points)) is not None
    )
    words = (
        f"Mean of {gathered.title} with its 95 % interval by itself; two that overlap may still "
        "differ, which the verdicts say. A number leads to the cells that it is the mean of.",
    )
    return Section("scores", "Scores", words, drawn, (Table(heads, tuple(rows), filtered=True),))


def costs(gathered: Gathered) -> Section:
    """Return scores against costs, data set by data set."""
    drawn, models = [], [row.label for row in gathered.results.plan.models]
    for cost in SHOWN_COSTS:
        if cost.name not in ("machine_circuits", "fit_s"):
            continue
        for dataset, points in points_of(gathered, cost.name):
            words = f"{cost.heading}, a fold"
            chart = charts.trade_off(dataset, gathered.title, words, points, models)
            drawn += [] if chart is None else [chart]
    return Section("costs", "Cost against score", (), tuple(drawn))


def figures(gathered: Gathered) -> Section:
    """Return the figures that the study names."""
    made = of_study.figures(gathered.results, table=gathered.table)
    drawn = [chart for one in made for chart in charts.figure_charts(one)]
    left_out = dict.fromkeys(words for one in made for words in one.left_out)
    words = (f"Left out: {'; '.join(left_out)}.",) if left_out else ()
    return Section("figures", "Figures of the study", words if drawn else (), tuple(drawn))
