"""A run and a study as they show themselves: printed, and in a notebook."""

from __future__ import annotations

from abc import ABC, abstractmethod

from experiments.planning.spec import StudySpec
from experiments.reporting import rendering, tables, verdicts, writer
from experiments.reporting.answer import answer
from experiments.reporting.shown import Shown
from experiments.running.results import Results

__all__ = ["ShownRun", "ShownStudy"]


class ShownRun(ABC):
    """Base of what shows the results of a run: the answer, and the table of scores."""

    @abstractmethod
    def results(self) -> Results:
        """Return the plan and the cells that are there."""

    def __str__(self) -> str:
        results = self.results().of_reading(0)
        metrics = list(results.plan.metrics)
        text = rendering.render_text(tables.table(results), metrics, brief=True)
        return "\n".join([*_answer(results), text.rstrip("\n")])

    def _repr_html_(self) -> str:
        results = self.results().of_reading(0)
        metrics = list(results.plan.metrics)
        page = rendering.render(tables.table(results), metrics, "html")
        return writer.paragraphs(_answer(results)) + str(page)


class ShownStudy:
    """Base of what shows a study: its data sets and models, as the file names them."""

    spec: StudySpec

    def __str__(self) -> str:
        return writer.as_text(_rows(self.spec), ("part", "what"), ("part", "what"))

    def _repr_html_(self) -> str:
        heads = ("part", "what")
        return writer.as_html(Shown.of_texts(_rows(self.spec), heads, heads))


def _answer(results: Results) -> list[str]:
    said = answer(verdicts.find(results, tables.cell_table(results)))
    return [said] if said else []


def _rows(spec: StudySpec) -> list[tuple[str, str]]:
    datasets = [entry.label or entry.name for entry in spec.datasets]
    models = [entry.label or entry.name for entry in spec.models]
    return [
        ("study", spec.name),
        ("data sets", ", ".join(datasets)),
        ("models", ", ".join(models)),
        ("metrics", ", ".join(spec.metrics)),
    ]
