"""Which quantum results their controls explain away."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from experiments.evaluation.comparison import Verdict, verdicts
from experiments.evaluation.metrics import METRICS
from experiments.records import Declared
from experiments.reporting.verdicts import columns, deciding_metrics, models_of, rows_of, sentence
from experiments.reporting.writer import as_text, fenced, inline, save_csv, save_page
from experiments.running.results import Results

__all__ = ["MARKS", "Explained", "find", "kinds_of", "render", "rows_of_file", "write"]

_OWN = "\x1fthe model itself"

#: Sign behind a control by the judgement on its model, where that is not shown to be better.
MARKS = {"better": "", "worse": "<", "practically equal": "=", "undecided": "?"}


@dataclass(frozen=True)
class Explained:
    """One quantum model on one data set, beside its controls.

    Parameters
    ----------
    dataset, model : str
        Labels of the rows.
    metric : str
        Key of `METRICS`.
    score : float
        Mean of the model over folds.
    controls : dict
        Mean over folds by kind of control.
    verdicts : dict
        Verdict on model and control by kind, adjusted for the model's controls.
    tuned : bool
        True where the model and its controls each have their own best settings. Settings that
        somebody chose may suit the control and not the model, or neither.
    """

    dataset: str
    model: str
    metric: str
    score: float
    controls: dict[str, float]
    verdicts: dict[str, Verdict]
    tuned: bool = False

    @property
    def beaten(self) -> list[str]:
        """The controls that the model is better than."""
        return self._judged("better")

    @property
    def matched_by(self) -> list[str]:
        """The controls that are shown to do as well, within the rope, or better.

        The chance that a control is named which the model is better than by the rope or more is at
        most 5 % for all controls together.
        """
        return self._judged("worse", "practically equal")

    @property
    def open(self) -> list[str]:
        """The controls that these folds do not tell from the model, whichever mean is higher."""
        return self._judged("undecided")

    def _judged(self, *judgements: str) -> list[str]:
        return [kind for kind, v in self.verdicts.items() if v.judgement in judgements]

    def text(self) -> str:
        """Return what the controls say of the model's result."""
        where = f"{self.model} on {self.dataset}"
        if not self.matched_by and not self.open:
            return f"{where}: better than each of its controls ({', '.join(self.beaten)})."
        no_better = "explained away by" if self.tuned else "at these settings no better than"
        parts = [
            f"{said} {', '.join(kinds)}"
            for said, kinds in (
                (no_better, self.matched_by),
                ("not shown to be better than", self.open),
                ("better than", self.beaten),
            )
            if kinds
        ]
        return f"{where}: {'; '.join(parts)}."


def find(results: Results, cells: pd.DataFrame) -> list[Explained]:
    """Return every quantum model that has controls, by the study's first metric of its task."""
    own, controls = models_of(cells), cells[cells.control != ""]
    metrics, ropes = deciding_metrics(results.plan), results.plan.ropes
    of_metric = {metric: rows_of(results, metric) for metric in metrics}
    found = []
    for (dataset, model), group in controls.groupby(["dataset", "model"], sort=False):
        mine = own[(own.dataset == dataset) & (own.model == model)]
        kinds = list(dict.fromkeys(group.control))
        both = pd.concat([mine.assign(model=_OWN), group.assign(model=group.control)])
        for metric in metrics:
            declared = Declared("pairs", pairs=tuple((_OWN, kind) for kind in kinds))
            judged = verdicts(both, metric, ropes.get(metric), declared, rows=of_metric[metric])
            if judged:
                tuned = results.model_of(str(dataset), str(model)).search is not None
                found.append(_explained(str(dataset), str(model), metric, judged, tuned))
                break
    return found


def _explained(
    dataset: str, model: str, metric: str, judged: list[Verdict], tuned: bool
) -> Explained:
    sign = 1.0 if METRICS[metric].higher_is_better else -1.0
    scores = {v.second: sign * v.means[1] for v in judged}
    by_kind = {v.second: v for v in judged}
    return Explained(dataset, model, metric, sign * judged[0].means[0], scores, by_kind, tuned)


def kinds_of(found: Sequence[Explained]) -> list[str]:
    """Return the kinds of control that there are, those that show the floor last."""
    kinds = list(dict.fromkeys(kind for one in found for kind in one.controls))
    return sorted(kinds, key=lambda kind: kind in ("permuted labels", "dummy"))


def render(found: list[Explained]) -> str:
    """Return the table of controls, and a sentence a model."""
    kinds = kinds_of(found)
    rows = [
        [
            one.dataset,
            one.model,
            f"{one.score:.3f}",
            *(
                f"{one.controls[kind]:.3f} {MARKS[one.verdicts[kind].judgement]}".rstrip()
                if kind in one.controls
                else "-"
                for kind in kinds
            ),
        ]
        for one in found
    ]
    name = METRICS[found[0].metric].title or found[0].metric
    headers = ["data set", "model", name, *kinds]
    table = as_text(rows, headers, headers)
    said = "\n".join(textwrap.fill(one.text(), 100, subsequent_indent="  ") for one in found)
    legend = (
        "A control is marked where the model is not shown to be better: ? undecided, = practically "
        "equal, < the control is better. 5 % for all of a model's controls."
    )
    if not all(one.tuned for one in found):
        legend += (
            " A model that was not tuned is not explained away: settings may suit a control by "
            "chance, the bandwidth above all (add `tuning:`)."
        )
    return f"{table}\n{textwrap.fill(legend, 100)}\n\n{said}"


def rows_of_file(found: Sequence[Explained]) -> list[dict[str, float | str]]:
    """Return what a file says, a row a model and control."""
    return [
        {
            "dataset": one.dataset,
            "model": one.model,
            "metric": one.metric,
            "control": kind,
            "score": one.score,
            "control_score": one.controls[kind],
            **columns(v),
        }
        for one in found
        for kind, v in one.verdicts.items()
    ]


def write(found: list[Explained], folder: Path) -> list[Path]:
    """Write ``controls.csv`` and ``controls.md``."""
    each = "\n".join(
        f"- {inline(sentence(replace(v, first=one.model), one.metric))}"
        for one in found
        for v in one.verdicts.values()
    )
    page = f"# Controls\n\n{fenced(render(found))}\n\n## Every comparison\n\n{each}\n"
    return [
        save_csv(folder / "controls.csv", rows_of_file(found)),
        save_page(folder / "controls.md", page),
    ]
