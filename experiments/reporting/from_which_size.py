"""From how many training rows on one of two models is better."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from experiments.evaluation.comparison import Judgement, Verdict, verdicts
from experiments.reporting.verdicts import deciding_metrics, rows_of
from experiments.reporting.writer import save_csv
from experiments.running.results import Results

__all__ = ["Since", "render", "since", "write"]


@dataclass(frozen=True)
class Since:
    """Two models on one data set, over the sizes of the training part.

    Parameters
    ----------
    by_size : dict
        Verdict by the number of training rows, ascending.
    metric : str
        Metric that is compared.
    """

    by_size: dict[float, Verdict]
    metric: str

    @property
    def size(self) -> float | None:
        """The rows from which on the verdict is that of all rows; None if that is undecided.

        Sizes are looked at from the largest on and only as long as a difference is shown, which
        needs no correction for their number.
        """
        found = None
        for size in sorted(self.by_size, reverse=True):
            judgement = self.by_size[size].judgement
            if judgement != self._last.judgement or judgement not in ("better", "worse"):
                break
            found = size
        return found

    @property
    def _last(self) -> Verdict:
        return self.by_size[max(self.by_size)]

    def text(self) -> str:
        """Return from which size on one of the two is better."""
        last, asked = self._last, ", ".join(f"{size:.0f}" for size in self.by_size)
        if self.size is None:
            return (
                f"{last.first} and {last.second} on {last.dataset}: none is shown to be better "
                f"with all training rows ({asked})."
            )
        return (
            f"{last.first} is {last.judgement} than {last.second} on {last.dataset} from "
            f"{self.size:.0f} training rows on (of {asked})."
        )


def since(results: Results, cells: pd.DataFrame) -> list[Since]:
    """Return the study's comparisons by size of the training part; none for a run of one size.

    References
    ----------
    Maurer, Hothorn and Lehmacher, in Biometrie in der chemisch-pharmazeutischen Industrie 6
    (1995), pages 3 to 18: hypotheses in a fixed order are each tested at the whole level.
    """
    plan, own = results.plan, cells[cells.control == ""]
    own = own.assign(size=own.train_size.fillna(np.inf))
    if own["size"].nunique() < 2:
        return []
    quantum = {row.label for row in plan.models if row.backend is not None}
    declared = plan.compare
    if declared.family == "best_classical":  # another one may be best of smaller parts
        declared = replace(declared, family="classical")
    found = []
    for metric in deciding_metrics(plan):
        by_pair: dict[tuple[str, ...], dict[float, Verdict]] = {}
        rows, rope = rows_of(results, metric), plan.ropes.get(metric)
        for _, group in own.groupby("size"):
            sizes = group.groupby("dataset").n_train.mean()
            for one in verdicts(group, metric, rope, declared, quantum, rows):
                key = (one.dataset, *sorted(one.pair))
                first = next(iter(by_pair.get(key, {}).values()), one).first
                turned = one if one.first == first else _turned(one)
                by_pair.setdefault(key, {})[float(sizes[one.dataset])] = turned
        found += [Since(dict(sorted(sizes.items())), metric) for sizes in by_pair.values()]
    return found


def _turned(verdict: Verdict) -> Verdict:
    """Return the verdict on the same pair, its second model first."""
    opposite: dict[Judgement, Judgement] = {"better": "worse", "worse": "better"}
    judgement = opposite.get(verdict.judgement, verdict.judgement)
    return replace(verdict, first=verdict.second, second=verdict.first, judgement=judgement)


def render(found: list[Since]) -> str:
    """Return a sentence a pair."""
    return "\n".join(textwrap.fill(one.text(), 100, subsequent_indent="  ") for one in found)


def write(found: list[Since], folder: Path) -> Path:
    """Write ``learning-curves.csv``: what is said of each pair at each size."""
    rows = [
        {
            "dataset": verdict.dataset,
            "first": verdict.first,
            "second": verdict.second,
            "metric": one.metric,
            "n_train": size,
            "judgement": verdict.judgement,
            "p": verdict.p,
        }
        for one in found
        for size, verdict in one.by_size.items()
    ]
    return save_csv(folder / "learning-curves.csv", rows)
