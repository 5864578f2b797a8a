"""What rows are called in a figure: without the settings that an axis or a panel shows."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from experiments.planning.grid import differing_settings
from experiments.planning.settings import dataset_settings, model_settings, place_on
from experiments.records import (
    Coordinate,
    DatasetRow,
    ModelRow,
    Parameters,
    canonical_json,
    label_of,
)

__all__ = ["dataset_words", "model_words", "setting_words"]


def model_words(rows: Sequence[ModelRow], without: Collection[str]) -> Mapping[str, str]:
    """Return words by label: alike for models that differ in the settings `without` alone.

    Parameters
    ----------
    rows : sequence of ModelRow
        Models of a study.
    without : collection of str
        Paths of settings that are shown elsewhere.
    """
    words, settings = {}, {}
    for row in rows:
        places = [c for c in row.coordinates if c.axis not in without]
        own = label_of(row.entry, [c for c in places if c.parameter != "backend"])
        told = [own, *(c.text for c in places if c.parameter == "backend")]
        words[row.label] = ", ".join([*told, *["untuned"] * row.untuned])
        settings[row.label] = _left(model_settings(row), without)
    return _told_apart(words, settings)


def dataset_words(rows: Sequence[DatasetRow], without: Collection[str]) -> Mapping[str, str]:
    """Return words by label: alike for data sets that differ in the settings `without` alone.

    Parameters
    ----------
    rows : sequence of DatasetRow
        Data sets of a study.
    without : collection of str
        Paths of settings that are shown elsewhere.
    """
    hidden = {path.removeprefix("dataset.") for path in without}
    words = {
        row.label: label_of(row.entry, [c for c in row.coordinates if c.axis not in hidden])
        for row in rows
    }
    return _told_apart(words, {row.label: _left(dataset_settings(row), hidden) for row in rows})


def _left(settings: Parameters, without: Collection[str]) -> Parameters:
    return {path: value for path, value in settings.items() if path not in without}


def _told_apart(words: Mapping[str, str], settings: Mapping[str, Parameters]) -> Mapping[str, str]:
    """Return words of which rows with other settings never share any."""
    namesakes: dict[str, dict[str, Parameters]] = {}
    for label, word in words.items():
        own = settings[label]
        namesakes.setdefault(word, {}).setdefault(canonical_json(own), own)
    found = {}
    for label, word in words.items():
        differing = differing_settings(settings[label], list(namesakes[word].values()))
        found[label] = ", ".join([word, *(f"{path}={value}" for path, value in differing.items())])
    return found


def setting_words(path: str, dataset: DatasetRow, model: ModelRow) -> str:
    """Return words for the value that a row has of a setting."""
    own: tuple[Coordinate, ...] = (*model.coordinates, *dataset.coordinates)
    told = next((place.text for place in own if place.axis == path), None)
    value = place_on(path, dataset, model)
    return told or (f"no {path}" if value is None else f"{path}={value}")
