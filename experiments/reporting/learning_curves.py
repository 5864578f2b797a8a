"""Learning curves: the first metric of every model over the number of training rows."""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd

from qml.durable import write_durably

__all__ = ["draw"]


def draw(table: pd.DataFrame, folder: Path) -> Path | None:
    """Draw one panel a data set into ``learning-curves.png``; None for a run of one size.

    Parameters
    ----------
    table : DataFrame
        Summary, as `tables.table` makes it; its first metric is drawn, with its intervals.
    folder : Path
        Folder of the run.
    """
    if table.train_size.isna().all():
        return None
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib.figure import Figure

    metric = next(name.removesuffix("_low") for name in map(str, table) if name.endswith("_low"))
    datasets = list(dict.fromkeys(table.dataset))
    figure = Figure(figsize=(5.5 * len(datasets), 4), layout="constrained")
    panels = figure.subplots(1, len(datasets), squeeze=False)[0]
    for axes, dataset in zip(panels, datasets, strict=True):
        mine = table[(table.dataset == dataset) & (table.done > 0)]
        for number, (model, curve) in enumerate(mine.groupby("model", sort=False)):
            points = curve.sort_values("n_train")
            below = points[metric] - points[f"{metric}_low"]
            above = points[f"{metric}_high"] - points[metric]
            shift = 1.02 ** (number - (mine.model.nunique() - 1) / 2)  # bars beside each other
            axes.errorbar(
                points.n_train * shift,
                points[metric],
                yerr=[below, above],
                marker="o",
                capsize=2,
                elinewidth=0.7,
                label=str(model),
            )
        axes.set_title(dataset)
        axes.set_xscale("log")
        axes.set_xlabel("training rows")
        axes.set_ylabel(metric.replace("_", " "))
    panels[-1].legend(fontsize=8, loc="center left", bbox_to_anchor=(1.0, 0.5))
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=120)
    file = folder / "learning-curves.png"
    write_durably(file, buffer.getvalue())
    return file
