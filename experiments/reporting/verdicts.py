"""Verdicts of a run as text, tables and a figure, from what the store holds and nothing else."""

from __future__ import annotations

import functools
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from experiments.evaluation.comparison import Verdict, verdicts
from experiments.evaluation.declared import words
from experiments.evaluation.metrics import METRICS, applies
from experiments.evaluation.multiplicity import LEVEL
from experiments.evaluation.permutation import smallest_p
from experiments.evaluation.ranks import OverDatasets, over_datasets, rank_biserial
from experiments.evaluation.rows import FoldRows, rows_of_stored
from experiments.evaluation.tasks import Task
from experiments.records import StoredPlan
from experiments.reporting import critical_difference
from experiments.reporting.writer import fenced, inline, save_csv, save_page
from experiments.running.results import Results

__all__ = [
    "Found",
    "columns",
    "deciding_metrics",
    "find",
    "headline",
    "models_of",
    "order",
    "over_text",
    "render",
    "rows_of",
    "rows_of_file",
    "sentence",
    "write",
]

_WIDTH = 100  # of running text
_SIGNS = {"better": "+", "worse": "-", "practically equal": "=", "undecided": "?"}
_OPPOSITE = {"better": "worse", "worse": "better"}


@dataclass(frozen=True)
class Found:
    """The verdicts of one metric.

    Parameters
    ----------
    metric : str
        Key of `METRICS`.
    compared : str
        Words for the comparisons that the study declares.
    verdicts : list of Verdict
        Verdict on each of them on every data set.
    over : OverDatasets or None
        Models over data sets, if there are enough of both.
    quantum : set of str
        Models that ran on a backend.
    test : str
        Words for the test by which they are compared.
    """

    metric: str
    compared: str
    verdicts: list[Verdict]
    over: OverDatasets | None
    quantum: set[str]
    test: str


def models_of(cells: pd.DataFrame) -> pd.DataFrame:
    """Return the cells that verdicts are about: no controls, the largest training part alone."""
    kept = cells[cells.control == ""]
    sizes = kept.train_size
    if sizes.notna().any():
        whole = sizes.isna()
        kept = kept[whole] if whole.any() else kept[sizes == sizes.max()]
    return kept


def find(results: Results, cells: pd.DataFrame) -> list[Found]:
    """Return the verdicts by the study's first metric of classifications, and of regressions.

    Parameters
    ----------
    results : Results
        Run as it was read.
    cells : DataFrame
        Table of its cells, as `tables.cell_table` makes it.
    """
    plan, kept = results.plan, models_of(cells)
    quantum = {row.label for row in plan.models if row.backend is not None}
    all_found = []
    for metric in deciding_metrics(plan):
        rows, rope = rows_of(results, metric), plan.ropes.get(metric)
        found = verdicts(kept, metric, rope, plan.compare, quantum, rows)
        if found:
            said = words(plan.compare, [row.label for row in plan.models], quantum)
            families = {row.label: row.source for row in plan.datasets}
            over = over_datasets(kept, metric, families, plan.compare, quantum)
            test = _test_of(plan, {verdict.dataset for verdict in found})
            all_found.append(Found(metric, said, found, over, quantum, test))
    return all_found


def _test_of(plan: StoredPlan, datasets: set[str]) -> str:
    """Return words for the test: splits of one data set share rows, draws of a law do not."""
    compared = [row for row in plan.datasets if row.label in datasets]
    drawn = [row.draws > 1 or row.spec.test_sets > 0 for row in compared]
    over_draws = "with the plain t test over draws"
    if all(drawn):
        return over_draws
    corrected = "with Nadeau and Bengio's corrected t test, held to the distinct test rows"
    return f"{corrected}, of data that are drawn anew {over_draws}" if any(drawn) else corrected


def rows_of(results: Results, metric: str) -> Callable[[str], FoldRows | None]:
    """Return what tells of a cell, by its key, what its test rows do to a metric."""

    @functools.cache  # shared cells stand in several rows
    def of_cell(key: str) -> FoldRows | None:
        stored = results.cells[key].predictions
        return None if stored is None else rows_of_stored(metric, stored)

    return of_cell


def deciding_metrics(plan: StoredPlan) -> list[str]:
    """Return the study's first metric of classifications, and the first of regressions."""
    tasks: tuple[Task, ...] = ("classification", "regression")
    firsts = (next((m for m in plan.metrics if applies(m, task)), None) for task in tasks)
    return [metric for metric in firsts if metric is not None]


def sentence(verdict: Verdict, metric: str) -> str:
    """Return one verdict in words and numbers."""
    found, name = verdict.comparison, METRICS[metric].title or metric
    if not METRICS[metric].higher_is_better:
        name = f"{name}, sign turned so that more is better,"
    numbers = (
        f"{name} {found.difference:+.3f} [{found.low:+.3f}, {found.high:+.3f}], "
        f"p = {_p(verdict.p)}, probability of worse / practically equal / better "
        f"{found.p_worse:.2f} / {found.p_equal:.2f} / {found.p_better:.2f}"
    )
    pair = f"{verdict.first} and {verdict.second}"
    if verdict.judgement in _OPPOSITE:
        said = f"{verdict.first} is {verdict.judgement} than {verdict.second}"
    elif verdict.judgement == "undecided":
        said = f"{pair}: undecided"
        numbers += f"; a difference of {found.visible:.3f} would be shown four times in five"
    else:
        said = f"{pair} are practically equal"
        numbers += f"; they differ by less than {found.rope:.3f}, p = {_p(verdict.p_tost)}"
    return f"{said} on {verdict.dataset} ({numbers})."


def render(found: Found) -> str:
    """Return a matrix a data set, the sentences that matter most, and the ranks over data sets."""
    legend = (
        f"Verdicts by {METRICS[found.metric].title or found.metric}, row against column: + better, "
        "- worse, = practically equal (shown to differ by less than the number beside the data "
        f"set), ? undecided, . not compared. Compared is {found.compared}, {found.test}; 5 % for "
        "all that is compared on a data set. Intervals are those of a pair by itself: one that "
        "leaves out 0 is not yet a difference among all that is compared."
    )
    lines = [textwrap.fill(legend, _WIDTH)]
    for dataset in dict.fromkeys(v.dataset for v in found.verdicts):
        mine = [v for v in found.verdicts if v.dataset == dataset]
        lines += ["", _matrix(dataset, mine)]
        best = headline(mine, found.quantum)
        if best is not None:
            lines += ["", textwrap.fill(sentence(best, found.metric), _WIDTH)]
    if found.over is not None:
        lines += ["", _ranks(found.over)]
    return "\n".join(lines)


def headline(mine: list[Verdict], quantum: set[str]) -> Verdict | None:
    """Return the verdict on the best quantum and the best classical model."""
    ordered = order(mine)
    best_quantum = next((model for model in ordered if model in quantum), None)
    best_classical = next((model for model in ordered if model not in quantum), None)
    pair = {best_quantum, best_classical}
    return next((v for v in mine if {v.first, v.second} == pair), None)


def order(mine: Sequence[Verdict]) -> list[str]:
    """Return the models from the best mean to the worst."""
    means = {model: mean for v in mine for model, mean in zip(v.pair, v.means, strict=True)}
    return sorted(means, key=lambda model: -means[model])


def _matrix(dataset: str, mine: list[Verdict]) -> str:
    ordered = order(mine)
    signs: dict[tuple[str, str], str] = {}
    for v in mine:
        signs[v.first, v.second] = _SIGNS[v.judgement]
        signs[v.second, v.first] = _SIGNS[_OPPOSITE.get(v.judgement, v.judgement)]
    title = f"{dataset} (± {mine[0].comparison.rope:.3f})"
    width = max(len(title), *(len(model) + 4 for model in ordered))
    head = " ".join(f"{i:>2}" for i in range(1, len(ordered) + 1))
    lines = [f"{title:{width}} {head}"]
    for i, model in enumerate(ordered, 1):
        row = " ".join(f"{signs.get((model, other), '.'):>2}" for other in ordered)
        lines.append(f"{f'{i:>2}  {model}':{width}} {row}")
    return "\n".join(lines)


def _ranks(over: OverDatasets) -> str:
    return "\n".join(textwrap.fill(line, _WIDTH) for line in over_text(over))


def over_text(over: OverDatasets) -> list[str]:
    """Return what is said of models over sources of data, a paragraph each."""
    test, n = over.friedman, len(over.families)
    by_rank = np.argsort(test.ranks, kind="stable")
    ranks = ", ".join(f"{over.models[i]} {test.ranks[i]:.2f}" for i in by_rank)
    without = f" (without {', '.join(over.left_out)})" if over.left_out else ""
    if test.smallest_p >= LEVEL:
        told = f"too few to tell the models apart: no p below {_p(test.smallest_p)} can be reached"
    else:
        said = "differ" if test.p < LEVEL else "are not told apart"
        told = f"the models {said} (ranks permuted, p = {_p(test.p)})"
    sources = f"Over {n} sources of data, {', '.join(over.families)}{without}, {told}"
    if test.smallest_p >= LEVEL:
        sources = f"{n} sources of data, {', '.join(over.families)}{without}, are {told}"
    lines = [
        f"{sources}. Mean ranks: {ranks}; {test.critical_difference:.2f} is the largest difference "
        "that chance makes of all in nineteen of twenty."
    ]
    return [*lines, *_pairs(over)]


def _pairs(over: OverDatasets) -> list[str]:
    """Return which model is better than which over sources of data, or why none can be."""
    n = len(over.families)
    if not len(over.pairs):
        return []
    if smallest_p(n) >= LEVEL:
        return [
            f"No model can be shown to be better than another over {n} sources of data: too few, "
            f"the smallest p of a pair is {_p(smallest_p(n))} (0.031 with six, 0.008 with eight)."
        ]
    if over.friedman.p >= LEVEL:
        return []
    lines = []
    for (a, b), p in zip(over.pairs, over.p_pairs, strict=True):
        apart = over.of(a) - over.of(b)
        effect = rank_biserial(apart)
        if p < LEVEL:
            lines.append(
                f"{a} is {'better' if apart.mean() > 0 else 'worse'} than {b} over {n} sources of "
                f"data (signs flipped by source, adjusted for {len(over.pairs)}: p = {_p(p)}, "
                f"rank-biserial {effect:.2f})."
            )
    return lines


def write(all_found: list[Found], folder: Path) -> list[Path]:
    """Write ``verdicts.csv`` and ``.md``, and critical-difference diagrams where there are any."""
    rows = [row for found in all_found for row in rows_of_file(found)]
    files = [save_csv(folder / "verdicts.csv", rows), folder / "verdicts.md"]
    parts = []
    for found in all_found:
        sentences = "\n".join(f"- {inline(sentence(v, found.metric))}" for v in found.verdicts)
        parts.append(f"{fenced(render(found))}\n\n## Every comparison\n\n{sentences}\n")
        if found.over is not None:
            name = "critical-difference.png" if len(parts) == 1 else "critical-difference-2.png"
            files.append(folder / name)
            critical_difference.draw(found.over, files[-1])
    save_page(files[1], "# Verdicts\n\n" + "\n".join(parts))
    return files


def rows_of_file(found: Found) -> list[dict[str, float | str]]:
    """Return what a file says, a row a verdict."""
    return [
        {
            "dataset": v.dataset,
            "first": v.first,
            "second": v.second,
            "metric": found.metric,
            **columns(v),
        }
        for v in found.verdicts
    ]


def columns(verdict: Verdict) -> dict[str, float | str]:
    """Return what a file says of a verdict, p-values adjusted and, by name, as they were."""
    found = verdict.comparison
    return {
        "judgement": verdict.judgement,
        "difference": found.difference,
        "low": found.low,
        "high": found.high,
        "p": verdict.p,
        "visible": found.visible,
        "rope": found.rope,
        "p_tost": verdict.p_tost,
        "p_unadjusted": found.p,
        "p_tost_unadjusted": found.p_tost,
        "p_worse": found.p_worse,
        "p_equal": found.p_equal,
        "p_better": found.p_better,
        "effect": found.effect,
        "n_folds": found.n_folds,
    }


def _p(value: float) -> str:
    return f"{value:.3f}" if value >= 0.001 else f"{value:.1e}"
