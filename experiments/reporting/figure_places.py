"""Where a fit stands in a figure: its panel, its line and its place on the axis."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from experiments.planning.settings import TRAINING_ROWS
from experiments.records import FigureSettings, StoredPlan
from experiments.reporting.line_words import dataset_words, model_words, setting_words
from experiments.reporting.published import Place
from experiments.reporting.rendering import size_text

__all__ = ["Places", "Size"]

Size = int | float | None


@dataclass(frozen=True)
class Places:
    """Panels and lines of one figure.

    Parameters
    ----------
    settings : FigureSettings
        Figure as the study asks for it.
    plan : StoredPlan
        Plan with the rows that are drawn.
    """

    settings: FigureSettings
    plan: StoredPlan

    @cached_property
    def _models(self) -> Mapping[str, str]:
        return model_words(self.plan.models, self._shown)

    @cached_property
    def _datasets(self) -> Mapping[str, str]:
        return dataset_words(self.plan.datasets, self._shown)

    @cached_property
    def _shown(self) -> frozenset[str]:
        """The settings that need no word of a model's or of a data set's own."""
        return frozenset((self.settings.over, *self.settings.by, *self.settings.panels))

    @cached_property
    def sizes(self) -> tuple[Size, ...]:
        """The training sizes that are drawn: all, or of several the largest."""
        sizes = tuple(dict.fromkeys(one.train_size for one in self.plan.cells))
        if TRAINING_ROWS in self._shown:
            return sizes
        return (None,) if None in sizes else (max(size for size in sizes if size is not None),)

    def draws(self, at: Place, size: Size) -> bool:
        """Return whether the figure shows a row of the table."""
        of_data, of_models = self.settings.datasets, self.settings.models
        return (
            size in self.sizes
            and (of_data is None or at.dataset.label in of_data or at.dataset.entry in of_data)
            and (
                of_models is None
                or self.is_level(at)
                or bool({at.model.label, at.model.entry}.intersection(of_models))
            )
        )

    def is_level(self, at: Place) -> bool:
        """Return whether a row is drawn all along the axis, on which it has no place."""
        return bool({at.model.label, at.model.entry}.intersection(self.settings.levels))

    def panel(self, at: Place, size: Size) -> str:
        """Return the words of the panel that a row belongs to."""
        return ", ".join(self._words(key, at, size) for key in self.settings.panels)

    def line(self, at: Place, size: Size, control: str = "") -> str:
        """Return the words of the line that a row belongs to."""
        told = [self._words(key, at, size) for key in self.settings.by]
        return ", ".join([*told, *([control] if control else [])])

    def _words(self, key: str, at: Place, size: Size) -> str:
        if key == "model":
            return self._models[at.model.label]
        if key == "dataset":
            return self._datasets[at.dataset.label]
        if key == TRAINING_ROWS:
            return f"{size_text(size)} training rows"
        return setting_words(key, at.dataset, at.model)
