"""Several trainings on one split: cells of their own, one observation, a spread that is shown."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from experiments import Study
from experiments.evaluation.rows import Rows
from experiments.evaluation.starts import Spread, spread_between
from experiments.reporting import verdicts as report
from experiments.reporting.rendering import display

VALUES = {
    "name": "started",
    "datasets": [{"name": "moons", "n_samples": 40, "noise": 0.3}],
    "models": [
        {
            "name": "vqc",
            "bandwidth": 1.0,
            "optimizer": {"name": "spsa", "maxiter": 3},
            "backend": "exact:shots=50",
        },
        {"name": "qsvc", "bandwidth": 1.0, "backend": "exact:shots=20"},
        "k_nearest_neighbours",
    ],
    "protocol": {"folds": 2, "repeats": 1, "seeds": 4},
    "compare": "all_pairs",
}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return Study.from_dict(VALUES).run(jobs=1, out=tmp_path_factory.mktemp("started"))


def test_every_start_is_a_cell_and_the_first_is_what_it_was():
    plan = Study.from_dict(VALUES).plan()
    count = {
        label: sum(one.model.label == label for one in plan)
        for label in ("vqc", "k_nearest_neighbours")
    }
    assert count == {"vqc": 2 * 4, "k_nearest_neighbours": 2}  # nothing is random in neighbours
    once = {**VALUES, "protocol": {"folds": 2, "repeats": 1}}
    keys = {one.cell.key for one in Study.from_dict(once).plan()}
    assert keys < {one.cell.key for one in plan}


def test_starts_have_seeds_and_shots_of_their_own_on_the_same_rows(run):
    cells = run.cells()
    assert (cells.status == "done").all()
    rows = {}
    for fit in run.results().fits:
        rows.setdefault((fit.planned.model, fit.planned.fold), []).append(fit.predictions)
    for (model, _), said in rows.items():
        assert len({one.row for one in said}) == 1
        if model == "qsvc":  # nothing but its shots is random: no shared kernel hides them
            assert len({one.scores for one in said}) == 4


def test_trainings_on_a_split_are_one_observation(run):
    cells, table = run.cells(), run.table()
    vqc = cells[cells.model == "vqc"].pivot_table(index="fold", columns="start", values="accuracy")
    assert vqc.shape == (2, 4)
    row = table.query("model == 'vqc'").iloc[0]
    assert row.accuracy == pytest.approx(vqc.to_numpy().mean())
    assert row.accuracy_sd_starts == pytest.approx(np.sqrt(vqc.var(axis=1, ddof=1).mean()))
    assert np.isnan(table.query("model == 'k_nearest_neighbours'").iloc[0].accuracy_sd_starts)
    [found] = report.find(run.results(), cells)
    assert {one.comparison.n_folds for one in found.verdicts} == {2}
    assert "sd of accuracy over starts" in display(table, ["accuracy"])


@pytest.mark.parametrize("n_splits", [1, 4])
def test_the_spread_of_starts_is_that_of_the_mean_over_them(n_splits):
    """Its estimate is unbiased for the variance that other starts make, by simulation."""
    rng = np.random.default_rng(n_splits)
    levels, found, means = rng.normal(size=n_splits), [], []
    for _ in range(4000):
        scores = pd.DataFrame(levels[:, None] + 0.3 * rng.normal(size=(n_splits, 5)))
        spread = Spread.of_starts(scores)
        found.append(spread.variance)
        means.append(scores.to_numpy().mean())
    assert spread.degrees == 4 * n_splits
    assert np.mean(found) == pytest.approx(0.09 / (5 * n_splits), rel=0.05)
    assert np.var(means) == pytest.approx(np.mean(found), rel=0.1)


def test_starts_are_compared_in_pairs_and_with_what_is_not_random():
    """Two models of equal starts differ by nothing that starts do."""
    rng = np.random.default_rng(3)
    scores = rng.normal(size=(2, 3))
    cells = pd.DataFrame(
        {"model": name, "repeat": 0, "fold": fold, "start": start, "accuracy": score}
        for fold in range(2)
        for name, start, score in [
            *(("a", start, scores[fold, start]) for start in range(3)),
            *(("b", start, scores[fold, start] - 0.1) for start in range(3)),
            ("fixed", 0, 0.5),
        ]
    )
    assert spread_between(cells, "accuracy", "a", "b").variance == pytest.approx(0, abs=1e-30)
    wanted = scores.var(axis=1, ddof=1).mean() / 6
    for pair in (("a", "fixed"), ("fixed", "b")):
        found = spread_between(cells, "accuracy", *pair)
        assert (found.variance, found.degrees) == (pytest.approx(wanted), 4)
    assert spread_between(cells[cells.start == 0], "accuracy", "a", "b") is None


def test_one_start_has_no_spread():
    assert Spread.of_starts(pd.DataFrame({0: [0.1, 0.2]})) is None


def test_intervals_of_one_split_cover_what_starts_and_rows_vary():
    """A single split, trained five times: without the starts' part half of it would be missing."""
    rng = np.random.default_rng(0)
    n_rows, n_starts, covered, alone = 50, 5, 0, 0
    for _ in range(1000):
        shift = 0.15 * rng.normal(size=n_starts)  # of each training's accuracy
        right = (rng.uniform(size=(n_starts, n_rows)) < 0.75 + shift[:, None]).astype(float)
        mean = right.mean()
        spread = Spread(float(np.var(right.mean(axis=1), ddof=1)) / n_starts, n_starts - 1)
        influence = (right.mean(axis=0) - mean) / n_rows
        for starts in (spread, None):
            rows = Rows(np.arange(n_rows), influence, np.full(n_rows, 1 / n_rows), starts=starts)
            inside = abs(mean - 0.75) < stats.t.ppf(0.975, rows.degrees) * rows.error
            covered, alone = covered + bool(inside and starts), alone + bool(inside and not starts)
    assert covered / 1000 >= 0.95 - 2 * 0.007
    assert alone / 1000 < 0.9
