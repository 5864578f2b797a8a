"""Independent draws of generated data: cells of their own, and plain statistics over them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from experiments import Study
from experiments.planning.foresight import shown_beforehand
from experiments.reporting import verdicts as report
from experiments.reporting.figures import figures
from experiments.reporting.rendering import display
from qml.errors import SpecError

VALUES = {
    "name": "drawn",
    "datasets": [{"name": "moons", "n_samples": 40, "draws": 6, "noise": 0.3}, "circles"],
    "models": ["svc", "logistic_regression"],
    "protocol": {"folds": 2, "repeats": 1},
    "compare": "all_pairs",
}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return Study.from_dict(VALUES).run(jobs=1, out=tmp_path_factory.mktemp("drawn"))


def test_every_draw_has_data_and_cells_of_its_own(run):
    plan = Study.from_dict(VALUES).plan()
    drawn = [one.cell for one in plan if one.dataset.label == "moons"]
    assert len({cell.dataset.sha256 for cell in drawn}) == 6
    assert len({cell.key for cell in drawn}) == len(drawn) == 6 * 2 * 2
    single = {**VALUES, "datasets": [{"name": "moons", "n_samples": 40, "noise": 0.3}, "circles"]}
    keys = {one.cell.key for one in Study.from_dict(single).plan()}
    assert keys <= {one.cell.key for one in plan}  # the first draw is what it was
    assert (run.cells().status == "done").all()
    assert len(run.table()) == 4


def test_a_draw_is_one_observation_and_nothing_is_corrected(run):
    cells = run.cells()
    moons = cells[cells.dataset == "moons"]
    by_draw = moons.pivot_table(index="draw", columns="model", values="accuracy")
    assert len(by_draw) == 6
    difference = by_draw["svc"] - by_draw["logistic_regression"]
    wanted = stats.ttest_1samp(difference, 0)
    [found] = report.find(run.results(), cells)
    assert found.test.endswith(", of data that are drawn anew with the plain t test over draws")
    [one] = [v for v in found.verdicts if v.dataset == "moons"]
    assert one.comparison.p == pytest.approx(wanted.pvalue)
    assert abs(one.comparison.difference) == pytest.approx(abs(difference.mean()))
    assert one.comparison.n_folds == 6
    row = run.table().query("dataset == 'moons' and model == 'svc'").iloc[0]
    low, high = stats.t.interval(0.95, 5, by_draw["svc"].mean(), stats.sem(by_draw["svc"]))
    assert row.accuracy_low == pytest.approx(low)
    assert row.accuracy_high == pytest.approx(min(high, 1.0))


def test_what_a_study_reports_has_its_interval_over_draws_too(tmp_path):
    """In the table, in what is shown of it, and around the points of a figure."""
    models = [{"name": "qsvc", "C": [0.5, 2.0], "backend": "exact"}, "svc"]
    figure = {"name": "sums", "over": "C", "quantity": "alpha_sum"}
    described = {
        **VALUES,
        "models": models,
        "report": ["alpha_sum"],
        "figures": [figure | {"panels": "dataset"}],
    }
    done = Study.from_dict(described).run(jobs=1, out=tmp_path / "drawn")
    cells = done.cells().query("dataset == 'moons' and model == 'qsvc [C=0.5]'")
    by_draw = cells.groupby("draw").training_alpha_sum.mean()
    wanted = stats.t.interval(0.95, 5, by_draw.mean(), stats.sem(by_draw))
    table = done.table()
    row = table.query("dataset == 'moons' and model == 'qsvc [C=0.5]'").iloc[0]
    assert (row.training_alpha_sum_low, row.training_alpha_sum_high) == pytest.approx(wanted)
    circles = table.query("dataset == 'circles' and model == 'qsvc [C=0.5]'").iloc[0]
    assert np.isnan(circles.training_alpha_sum_low)
    shown = display(table, ["accuracy"])["alpha sum"]
    assert shown[0] == f"{by_draw.mean():.3g} [{wanted[0]:.3g}, {wanted[1]:.3g}]"
    assert "[" not in shown[3]
    [drawn] = figures(done.results(), ["sums"])
    line = next(line for panel in drawn.panels for line in panel.lines)
    assert (line.low[0], line.high[0]) == pytest.approx(wanted)


def test_draws_start_apart_and_models_of_one_draw_alike():
    values = {**VALUES, "models": [{"name": "vqc"}, {"name": "vqc", "label": "other", "bias": 0.1}]}
    seeds = {}
    from experiments.planning.building import make_pipeline

    for one in Study.from_dict(values).plan():
        if one.dataset.label == "moons" and one.cell.split.fold == 0:
            seed = make_pipeline(one.cell)[-1].random_state
            seeds.setdefault(one.cell.dataset.draw, set()).add(seed)
    assert all(len(own) == 1 for own in seeds.values())
    assert len(set.union(*seeds.values())) == 6


def test_what_is_no_generator_is_one_line():
    study = Study.from_dict({**VALUES, "datasets": [{"name": "wine", "draws": 3}]})
    with pytest.raises(SpecError, match="datasets: wine is the same in every draw"):
        study.plan()
    with pytest.raises(SpecError, match=r"datasets\[0\].draws"):
        Study.from_dict({**VALUES, "datasets": [{"name": "moons", "draws": 0}]})


def test_foreseen_difference_of_draws_is_shown_four_times_in_five():
    """Plain t over draws of rows on which one of two models is right alone."""
    found = shown_beforehand(0.2, 100, 50.0, 1.0, 2, 0.05, n_draws=8)
    rng, seen = np.random.default_rng(0), []
    for _ in range(1500):
        luck = rng.random((8, 100))
        first, second = luck < 0.1 + found / 2, (luck >= 0.1 + found / 2) & (luck < 0.2)
        by_draw = first.mean(axis=1) - second.mean(axis=1)
        seen.append(stats.ttest_1samp(by_draw, 0).pvalue < 0.05)
    assert np.mean(seen) == pytest.approx(0.8, abs=0.05)
