"""The record of a table: columns that are chosen, notes on what is there."""

from __future__ import annotations

import pandas as pd
import pytest

from experiments.reporting.shown import Cell, Column, Note, Shown
from qml.errors import SpecError


@pytest.fixture
def shown():
    columns = (
        Column.of_texts("model", "model", ["a", "b"]),
        Column(
            "accuracy", "accuracy", (Cell("0.9", 0.9, 0.8, 1.0, "[0.8, 1.0]"), Cell("0.7", 0.7))
        ),
        Column("fit_s", "fit [s]", (Cell("1", 1.0), Cell("2", 2.0))),
    )
    data = pd.DataFrame(
        {"model": ["a", "b"], "accuracy": [0.9, 0.7], "accuracy_low": [0.8, 0.6], "fit_s": [1, 2]}
    )
    notes = (Note("All of it."), Note("Costs of one fold.", ("fit_s",)))
    return Shown("scores", "Scores.", columns, 1, notes=notes, data=data)


def test_chosen_columns_stand_beside_the_keys_in_their_order(shown):
    chosen = shown.only(["fit_s", "accuracy", "fit_s"])
    assert chosen.titles == ["model", "fit [s]", "accuracy"]
    assert list(chosen.data) == ["model", "fit_s", "accuracy", "accuracy_low"]
    assert chosen.words() == [["a", "1", "0.9 [0.8, 1.0]"], ["b", "2", "0.7"]]


def test_a_caption_says_nothing_of_what_is_not_shown(shown):
    assert shown.caption == "Scores. All of it. Costs of one fold."
    assert shown.only(["accuracy"]).caption == "Scores. All of it."


@pytest.mark.parametrize(
    ("name", "words"),
    [("acuracy", "did you mean 'accuracy'"), ("", "accuracy, fit_s"), ("zzz", "accuracy, fit_s")],
)
def test_an_unknown_column_is_named_with_the_nearest(shown, name, words):
    with pytest.raises(SpecError, match=words) as problem:
        shown.only([name])
    assert str(problem.value).startswith("--columns: scores has no column")
