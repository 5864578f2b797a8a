"""What stands out in a table: the best by its metric's direction, and verdicts that were asked."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from experiments.reporting.emphasis import emphasised
from experiments.reporting.shown import Cell, Column, Shown
from experiments.reporting.verdicts import Found


def summary(means, metric="accuracy", done=None, sizes=None):
    """A summary of one data set and its table, models a, b, c, ..."""
    n = len(means)
    table = pd.DataFrame(
        {
            "dataset": ["d"] * n,
            "model": list("abcdefgh"[:n]),
            "train_size": sizes or [np.nan] * n,
            "cells": [10] * n,
            "done": done or [10] * n,
            metric: means,
        }
    )
    cells = tuple(Cell("-") if np.isnan(mean) else Cell(f"{mean:.3f}", mean) for mean in means)
    keys = [Column.of_texts(name, name, table[name]) for name in ("dataset", "model")]
    return Shown("scores", "", (*keys, Column(metric, metric, cells)), 2), table


def found(*judged, metric="accuracy", compared="all pairs of models"):
    verdicts = [
        SimpleNamespace(dataset="d", first=first, second=second, judgement=judgement)
        for first, judgement, second in judged
    ]
    return [Found(metric, compared, verdicts, None, set(), "with a test")]


def seen(shown):
    column = shown.columns[-1]
    bold = "".join(str(i) for i, cell in enumerate(column.cells) if cell.best)
    return bold, "".join(cell.mark or "." for cell in column.cells)


@pytest.mark.parametrize(
    ("means", "metric", "done", "bold"),
    [
        ([0.9, 0.8, 0.7], "accuracy", None, "0"),
        ([0.9001, 0.8999, 0.7], "accuracy", None, "01"),  # equal as they are shown
        ([0.9, 0.1, 0.5], "log_loss", None, "1"),
        ([0.9, 0.1, 0.5], "rmse", None, "1"),
        ([0.9, 0.8, 0.7], "accuracy", [9, 10, 10], "1"),  # other folds, another mean
        ([0.9, np.nan, np.nan], "accuracy", None, ""),  # nothing to be better than
        ([np.nan, 0.2, 0.1], "accuracy", None, "1"),
    ],
)
def test_the_best_is_bold_with_all_that_round_to_the_same(means, metric, done, bold):
    shown, table = summary(means, metric, done)
    assert seen(emphasised(shown, table, [metric], []))[0] == bold


def test_data_sets_and_training_sizes_have_a_best_each():
    shown, table = summary([0.9, 0.8, 0.7, 0.6], sizes=[20.0, 20.0, 10.0, 10.0])
    table.model = ["a", "b", "a", "b"]
    stands_out = emphasised(shown, table, ["accuracy"], found(("a", "better", "b")))
    assert seen(stands_out) == ("02", ".†..")  # verdicts are of the largest training part


def test_marks_are_the_verdicts_on_a_model_and_a_best_one_from_either_side():
    shown, table = summary([0.9, 0.8, 0.7, 0.6, 0.5])
    judged = found(
        ("a", "better", "b"),
        ("c", "worse", "a"),
        ("a", "undecided", "d"),
        ("b", "better", "e"),  # says nothing of the best
    )
    stands_out = emphasised(shown, table, ["accuracy"], judged)
    assert seen(stands_out) == ("0", ".††?.")
    caption = stands_out.caption
    assert "† shown to be worse than a model in bold, ? not shown to differ from it" in caption
    assert "all pairs of models" in caption
    assert "=" not in caption


def test_of_several_best_ones_the_strongest_verdict_is_told():
    shown, table = summary([0.9, 0.9, 0.5, 0.5])
    judged = found(("a", "undecided", "c"), ("b", "better", "c"), ("a", "practically equal", "d"))
    stands_out = emphasised(shown, table, ["accuracy"], judged)
    assert seen(stands_out) == ("01", "..†=")


def test_nothing_is_marked_where_no_verdict_was_asked():
    shown, table = summary([0.9, 0.5])
    for none in ([], found(("a", "better", "b"), metric="f1"), found(("x", "better", "b"))):
        stands_out = emphasised(shown, table, ["accuracy"], none)
        assert seen(stands_out) == ("0", "..")
        assert "No mark" not in stands_out.caption


def test_a_lone_undecided_mark_says_from_whom():
    shown, table = summary([0.9, 0.5])
    caption = emphasised(shown, table, ["accuracy"], found(("a", "undecided", "b"))).caption
    assert "? not shown to differ from a model in bold" in caption


def test_the_lowest_is_said_to_be_the_best_and_what_lacks_folds_to_be_left_out():
    shown, table = summary([0.9, 0.8, 0.1], "log_loss", done=[10, 10, 9])
    caption = emphasised(shown, table, ["log_loss"], []).caption
    assert "Of log loss the lowest is the best." in caption
    assert "A row that lacks folds is not among them." in caption
