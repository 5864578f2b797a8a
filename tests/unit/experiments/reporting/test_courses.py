"""Losses and metrics along trainings, and the files of figures."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from pydantic import TypeAdapter
from typer.testing import CliRunner

from experiments.commands.cli import app
from experiments.records import Figure
from experiments.reporting.courses import _line, _ordered
from experiments.reporting.figures import figures
from experiments.study import Study
from qml.errors import SpecError

OVER = {"over": "iteration", "panels": "dataset"}
VALUES = {
    "name": "courses",
    "datasets": [{"name": "ad_hoc", "n_samples": 24}],
    "models": [
        {
            "name": "vqc",
            "label": "VQC",
            "ansatz": {"name": "havlicek", "depth": [0, 2]},
            "optimizer": {"name": "spsa", "maxiter": 12},
            "training": {"stages": 6, "step_losses": 5},
        },
        "svc",
    ],
    "protocol": {"folds": 3, "repeats": 1},
    "metrics": ["accuracy"],
    "figures": [
        {"name": "loss", "quantity": "loss", "by": "ansatz.depth", **OVER},
        {"name": "stages", "quantity": ["accuracy", "stage_loss"], "over": "circuits", "log": "x"},
        {"name": "areas", "quantity": "roc_auc", **OVER},
        {"name": "steps", "quantity": "step_loss", "by": "ansatz.depth", **OVER},
        {"name": "depth", "over": "ansatz.depth"},
    ],
}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return Study.from_dict(VALUES).run(jobs=1, out=tmp_path_factory.mktemp("run") / "courses")


def test_loss_by_iteration_is_the_mean_over_fits_of_what_is_stored(run):
    loss = figures(run.at_end, ["loss"])[0]
    [panel] = loss.panels
    assert panel.y.title == "lowest loss so far"
    assert loss.x.title == "iterations"
    assert [line.name for line in panel.lines] == ["ansatz.depth=0", "ansatz.depth=2"]
    line = panel.lines[1]
    fits = [one for one in run.at_end.fits if one.planned.model == "VQC [ansatz.depth=2]"]
    ends = [one.predictions.trace.losses[-1] for one in fits]
    assert (line.y[-1], line.n[-1], line.course) == (pytest.approx(np.mean(ends)), 3, True)
    assert line.low[-1] == pytest.approx(np.percentile(ends, 10))
    assert list(line.y) == sorted(line.y, reverse=True)
    assert loss.left_out == ("no training: svc",)


def test_losses_of_steps_are_drawn_as_they_came(run):
    [panel] = figures(run.at_end, ["steps"])[0].panels
    assert panel.y.title == "loss of the iteration"
    line = panel.lines[0]
    fits = [one for one in run.at_end.fits if one.planned.model == "VQC [ansatz.depth=0]"]
    traces = [one.predictions.trace for one in fits]
    assert all(trace.step_numbers[0] in (0.0, 1.0) for trace in traces)
    assert {trace.step_numbers[-1] for trace in traces} == {12.0}
    assert {len(trace.step_losses) for trace in traces} == {5}
    assert line.y[-1] == pytest.approx(np.mean([trace.step_losses[-1] for trace in traces]))
    [lowest] = figures(run.at_end, ["loss"])[0].panels
    assert line.y[-1] > lowest.lines[0].y[-1]


def test_metrics_along_a_training_are_those_of_the_stages(run):
    accuracy, stage_loss = figures(run.at_end, ["stages"])[0].panels
    fits = [one for one in run.at_end.fits if one.planned.model == "VQC [ansatz.depth=0]"]
    said = [one.predictions for one in fits]
    last = [np.mean(np.array(one.stages[-1].predicted) == np.array(one.true)) for one in said]
    assert accuracy.lines[0].y[-1] == pytest.approx(np.mean(last))
    losses = [one.stages[-1].loss for one in said]
    assert stage_loss.lines[0].y[-1] == pytest.approx(np.mean(losses))


def test_a_metric_of_scores_has_no_course(run):
    """Of a stage labels alone are kept."""
    assert figures(run.at_end, ["areas"]) == []


def test_fits_keep_their_last_value_and_a_mean_begins_where_all_have_one():
    short = np.array([1.0, 2.0]), np.array([0.8, 0.6])
    long = np.array([0.0, 2.0, 5.0]), np.array([0.9, 0.5, 0.1])
    line = _line("a", [short, long], log=False)
    assert line.x == (1.0, 2.0, 5.0)
    assert line.y == pytest.approx((0.85, 0.55, 0.35))
    alone = _line("a", [long], log=False)
    assert (alone.low, alone.around) == ((None,) * 3, "")


def test_what_is_not_finite_has_no_place_in_a_course():
    x, y = _ordered([3, 1, 2], [0.1, np.inf, 0.2])
    assert (x.tolist(), y.tolist()) == ([2.0, 3.0], [0.2, 0.1])
    assert _ordered([1], [np.nan]) is None


def test_long_courses_are_thinned_and_keep_their_ends():
    x = np.arange(1.0, 5001.0)
    for log in (False, True):
        line = _line("a", [(x, 1 / x)], log)
        assert len(line.x) <= 120
        assert (line.x[0], line.x[-1]) == (1.0, 5000.0)
        assert line.y[-1] == pytest.approx(1 / 5000)


def test_command_writes_pictures_with_their_data(run):
    done = CliRunner().invoke(app, ["figure", str(run.folder), "loss", "--format", "svg"])
    assert (done.exit_code, done.exception) == (0, None)
    base = run.folder / "figures" / "loss"
    assert f"Written: {base.with_suffix('.svg')}" in done.output
    assert base.with_suffix(".svg").read_bytes().startswith(b"<?xml")
    stored = json.loads(base.with_suffix(".json").read_text())
    assert TypeAdapter(Figure).validate_python(stored) == figures(run.at_end, ["loss"])[0]
    points = pd.read_csv(base.with_suffix(".csv"))
    [panel] = figures(run.at_end, ["loss"])[0].panels
    assert len(points) == sum(len(line.x) for line in panel.lines)
    assert set(points["n"]) == {3}


def test_command_says_what_is_not_drawn_and_what_there_is(run):
    done = CliRunner().invoke(app, ["figure", str(run.folder)])
    assert done.exit_code == 0
    assert "areas is not drawn: nothing of it has a value yet" in done.output
    assert "depth leaves out what has no ansatz.depth: svc" in done.output
    done = CliRunner().invoke(app, ["figure", str(run.folder), "los"])
    assert isinstance(done.exception, SpecError)
    assert "no figure 'los' (did you mean 'loss'?)" in str(done.exception)
    assert CliRunner().invoke(app, ["figure", str(run.folder), "--format", "gif"]).exit_code == 2
