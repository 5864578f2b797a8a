"""The benchmark's own points, made again: to the last digits of the files that it publishes."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from experiments import Study
from experiments.datasets.bowles2024 import bowles2024
from qml.errors import DataError


@pytest.fixture
def published():
    """What reads one of the suite's files: features, then labels."""
    folder = Path(os.environ.get("QML_DATA", "")) / "bowles2024"
    if not os.environ.get("QML_DATA") or not folder.is_dir():
        pytest.skip("QML_DATA names no folder with bowles2024/")

    def read(name):
        table = np.loadtxt(folder / f"{name}.csv", delimiter=",")
        return table[:, :-1], table[:, -1].astype(int)

    return read


@pytest.mark.parametrize(
    ("task", "level", "file"),
    [
        *(("linearly_separable", d, f"linearly_separable_{d}d") for d in (2, 3, 10)),
        *(("two_curves", d, f"two_curves-5degree-0.1offset-{d}d") for d in (2, 10)),
    ],
)
def test_points_labels_and_split_are_the_published_ones(published, task, level, file):
    data = bowles2024(task=task, level=level)
    for fold, part in ((-1, "train"), (0, "test")):
        X, y = published(f"{file}_{part}")
        rows = data.folds == fold
        assert np.abs(data.X[rows] - X).max() < 1e-14
        assert data.y[rows].tolist() == y.tolist()


@pytest.mark.parametrize(
    ("task", "level", "shape", "n_test"),
    [
        ("hidden_manifold", 20, (300, 20), 60),
        ("hidden_manifold_diff", 2, (300, 10), 60),
        ("two_curves_diff", 20, (300, 10), 60),
        ("hyperplanes_diff", 20, (300, 10), 60),
        ("bars_and_stripes", 16, (1200, 256), 200),
    ],
)
def test_every_family_has_the_suites_sizes(task, level, shape, n_test):
    data = bowles2024(task=task, level=level)
    assert data.X.shape == shape
    assert (data.folds == 0).sum() == n_test
    assert set(data.y.tolist()) == {-1, 1}
    if task != "bars_and_stripes":
        assert (data.y == 1).sum() == 150


def test_bars_are_bars_and_stripes_are_stripes():
    data = bowles2024(task="bars_and_stripes", level=8)
    images = data.X.reshape(-1, 8, 8)
    along = {1: images.std(axis=2, ddof=1), -1: images.std(axis=1, ddof=1)}
    for label, spread in along.items():
        assert abs(spread[data.y == label].mean() - 0.5) < 0.03  # the noise alone
        assert spread[data.y == -label].mean() > 0.9


@pytest.mark.parametrize(("task", "level"), [("two_curves", 21), ("bars_and_stripes", 5)])
def test_levels_that_the_suite_has_not_are_one_line(task, level):
    with pytest.raises(DataError, match=f"{task} has no level {level} .allowed: "):
        bowles2024(task=task, level=level)


def test_a_study_has_them_by_their_own_split(tmp_path):
    values = {
        "name": "own",
        "datasets": [{"name": "bowles2024", "task": "linearly_separable", "level": [2, 10]}],
        "models": [{"name": "svc", "kernel": "rbf", "C": 10.0}],
        "protocol": {"split": "predefined"},
    }
    cells = Study.from_dict(values).run(jobs=1, out=tmp_path).cells()
    assert cells.n_train.tolist() == [240, 240]
    assert cells.n_test.tolist() == [60, 60]
    assert cells.accuracy.min() > 0.9


@pytest.mark.parametrize("task", ["linearly_separable", "two_curves_diff", "bars_and_stripes"])
def test_points_drawn_anew_are_of_the_same_law_and_not_the_suites(task):
    suite, first, second = (
        bowles2024(random_state=seed, task=task, level=8, anew=anew)
        for seed, anew in ((1, False), (1, True), (2, True))
    )
    again = bowles2024(random_state=1, task=task, level=8, anew=True)
    np.testing.assert_array_equal(first.X, again.X)
    for data in (first, second):
        assert data.X.shape == suite.X.shape
        assert (data.folds == suite.folds).all()
        assert not np.isclose(data.X, suite.X).all(axis=1).any()
    assert not np.isclose(first.X, second.X).all(axis=1).any()
    if task == "linearly_separable":  # labelled by the sign of the sum, outside of the margin
        sums = first.X.sum(axis=1)
        assert np.abs(sums).min() > 0.02 * 8
        assert (first.y == np.where(sums > 0, -1, 1)).all()
