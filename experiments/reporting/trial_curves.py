"""What tuning bought: the best score that so many trials find, of every model that was tuned."""

from __future__ import annotations

from collections.abc import Sequence
from math import comb
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.evaluation.metrics import METRICS
from experiments.reporting.writer import save_csv, save_figure
from experiments.running.results import Results

__all__ = ["curves", "draw", "expected_best"]


def expected_best(scores: Sequence[float]) -> NDArray[np.float64]:
    r"""Return the best score that is expected of 1, 2, ... of these trials, drawn in any order.

    .. math:: E_n = \sum_{i=n}^{N} s_{(i)}\,\binom{i-1}{n-1}\Big/\binom{N}{n}

    of the scores in ascending order: the mean of the maximum over all choices of n of N trials.

    Parameters
    ----------
    scores : sequence of float
        Scores of which higher is better, one a trial.

    Returns
    -------
    ndarray of shape (n_trials,)

    References
    ----------
    Dodge et al., EMNLP (2019), doi:10.18653/v1/D19-1224; Tang et al., ACL (2020),
    doi:10.18653/v1/2020.acl-main.246 (without replacement, which has no bias).

    Examples
    --------
    >>> expected_best([0.5, 0.9, 0.7]).round(3).tolist()
    [0.7, 0.833, 0.9]
    """
    ordered, n_trials = np.sort(scores), len(scores)
    return np.array(
        [
            sum(ordered[i - 1] * comb(i - 1, n - 1) for i in range(n, n_trials + 1))
            / comb(n_trials, n)
            for n in range(1, n_trials + 1)
        ]
    )


def curves(results: Results) -> pd.DataFrame:
    """Return a row a data set, model and number of trials: the best inner score that is expected.

    It is the mean over folds, as far as all of them have as many trials that gave a score.

    Parameters
    ----------
    results : Results
        Run as it was read; no rows where nothing was tuned.
    """
    found: dict[tuple[str, str, str], list[NDArray[np.float64]]] = {}
    for fit in results.fits:
        planned, stored = fit.planned, fit.stored
        if planned.control or stored is None or stored.tuning is None:
            continue
        budget = stored.cell.model.tuning
        if budget is None or planned.train_size is not None:
            continue
        sign = 1.0 if METRICS[budget.metric].higher_is_better else -1.0
        scores = [sign * trial.score for trial in stored.tuning.trials if trial.score is not None]
        if scores:
            key = (planned.dataset, planned.model, budget.metric)
            found.setdefault(key, []).append(sign * expected_best(scores))
    rows = []
    for (dataset, model, metric), of_folds in found.items():
        shortest = min(map(len, of_folds))
        means = np.mean([one[:shortest] for one in of_folds], axis=0)
        rows += [
            {"dataset": dataset, "model": model, "metric": metric, "trials": n, "score": value}
            for n, value in enumerate(means.tolist(), 1)
        ]
    return pd.DataFrame(rows)


def draw(results: Results, folder: Path) -> list[Path]:
    """Write ``trials.csv`` and draw a panel a data set into ``trials.png``; none without tuning."""
    table = curves(results)
    if table.empty or table.trials.max() < 2:
        return []
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib.figure import Figure

    datasets, models = list(dict.fromkeys(table.dataset)), list(dict.fromkeys(table.model))
    figure = Figure(figsize=(3.6 * len(datasets) + 2.2, 3.4), layout="constrained")
    panels = figure.subplots(1, len(datasets), squeeze=False)[0]
    markers = "osD^vP*X<>pHd"
    for axes, dataset in zip(panels, datasets, strict=True):
        mine = table[table.dataset == dataset]
        for model, curve in mine.groupby("model", sort=False):
            number = models.index(str(model))
            axes.plot(
                curve.trials,
                curve.score,
                marker=markers[number % len(markers)],
                color=f"C{number % 10}",
                label=str(model),
            )
        axes.set(title=dataset, xlabel="trials", ylabel=f"best inner {mine.metric.iloc[0]}")
    handles = {
        label: handle
        for axes in panels
        for handle, label in zip(*axes.get_legend_handles_labels(), strict=True)
    }
    figure.legend(handles.values(), handles.keys(), fontsize=8, loc="outside right upper")
    return [save_csv(folder / "trials.csv", table), save_figure(folder / "trials.png", figure)]
