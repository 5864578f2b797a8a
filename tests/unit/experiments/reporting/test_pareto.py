"""Score against cost: who stands on the front, and where each model is drawn."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pandas as pd
import pytest

from experiments.commands.ended import print_ended
from experiments.reporting import pareto
from experiments.reporting.pareto import _Scale
from experiments.study import Study

MODELS = [("kernel", 1e5), ("twin", 1e5), ("adam", 3e6), ("aqgd", 7e5)]
CLASSICAL = [(f"classical {number}", 0.0) for number in range(6)]


def summary(models, datasets=("one",), **columns):
    rng = np.random.default_rng(0)
    rows = [
        {
            "dataset": dataset,
            "model": model,
            "done": 5,
            "n_train": 40.0,
            "accuracy": (score := rng.uniform(0.6, 0.95)),
            "accuracy_low": score - 0.05,
            "accuracy_high": score + 0.05,
            "machine_circuits": cost,
        }
        for dataset in datasets
        for model, cost in models
    ]
    return pd.DataFrame(rows).assign(**columns)


def panels(monkeypatch, table, folder):
    """Return the figure as it was when it was saved."""
    import matplotlib.figure

    seen = []
    save = matplotlib.figure.Figure.savefig
    monkeypatch.setattr(
        matplotlib.figure.Figure,
        "savefig",
        lambda self, *a, **k: (seen.append(self), save(self, *a, **k)),
    )
    assert pareto.draw(table, "accuracy", folder).stat().st_size > 10_000
    seen[0].draw_without_rendering()  # where things stand is told in the dots of the last drawing
    return seen[0]


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("higher", [True, False])
def test_front_is_those_that_nothing_beats_for_as_little(seed, higher):
    rng = np.random.default_rng(seed)
    costs, scores = rng.integers(0, 5, 8).tolist(), rng.integers(0, 6, 8).tolist()
    sign = 1 if higher else -1

    def beaten(i):
        return any(
            costs[j] <= costs[i]
            and sign * scores[j] >= sign * scores[i]
            and (costs[j], sign * scores[j]) != (costs[i], sign * scores[i])
            for j in range(8)
        )

    wanted = {(costs[i], scores[i]) for i in range(8) if not beaten(i)}
    found = pareto.front(costs, scores, higher)
    assert {(costs[i], scores[i]) for i in found} == wanted
    assert len(found) == len(wanted)
    assert [costs[i] for i in found] == sorted(costs[i] for i in found)


@pytest.mark.parametrize("n_datasets", [1, 3, 4, 5])
def test_every_panel_shows_its_data_set_and_none_is_empty(monkeypatch, tmp_path, n_datasets):
    names = [f"set {number}" for number in range(n_datasets)]
    figure = panels(monkeypatch, summary(MODELS + CLASSICAL, names), tmp_path)
    assert [axes.get_title() for axes in figure.axes] == names
    assert all(len(axes.containers) == len(MODELS + CLASSICAL) for axes in figure.axes)


def test_models_differ_without_colour_and_names_stand_once_and_apart(monkeypatch, tmp_path):
    figure = panels(monkeypatch, summary(MODELS + CLASSICAL, ("one", "two")), tmp_path)
    [legend] = figure.legends
    texts = [text.get_text() for text in legend.get_texts()]
    assert texts[:-1] == [name for name, _ in MODELS + CLASSICAL]
    boxes = [text.get_window_extent() for text in legend.get_texts()]
    assert not any(a.overlaps(b) for a, b in itertools.combinations(boxes, 2))
    markers = {bars.lines[0].get_marker() for bars in figure.axes[0].containers}
    assert len(markers) == len(MODELS + CLASSICAL)
    assert not any(legend.get_window_extent().overlaps(axes.bbox) for axes in figure.axes)


def test_classical_models_stand_at_the_left_of_all_costs_and_all_bars_apart(monkeypatch, tmp_path):
    table = summary([*MODELS, *((f"more {i}", 0.0) for i in range(12))])
    [axes] = panels(monkeypatch, table, tmp_path).axes
    places = np.array([bars.lines[0].get_xdata()[0] for bars in axes.containers])
    costs = table["machine_circuits"].to_numpy()
    assert places[costs == 0].max() < places[costs > 0].min()
    assert axes.get_xlim()[0] < places.min()
    assert places.max() < axes.get_xlim()[1]
    pixels = np.sort(axes.transData.transform(np.column_stack([places, 0 * places + 0.8]))[:, 0])
    assert np.diff(pixels).min() > 5
    assert "none" in [label.get_text() for label in axes.get_xticklabels()]


def test_costs_stand_where_they_are():
    costs = [2e3, 5e4, 3e6]
    assert _Scale(pd.Series(costs)).at(costs) == pytest.approx(costs)


def test_nothing_is_drawn_without_a_cost(tmp_path):
    assert pareto.draw(summary(CLASSICAL), "accuracy", tmp_path) is None
    older = summary(MODELS, machine_circuits=math.nan)
    assert pareto.draw(older, "accuracy", tmp_path) is None
    failed = summary(MODELS, done=0)
    assert pareto.draw(failed, "accuracy", tmp_path) is None


def test_of_a_learning_curve_the_largest_size_is_drawn(monkeypatch, tmp_path):
    both = pd.concat([summary(MODELS, n_train=10.0, accuracy=0.5), summary(MODELS)])
    [axes] = panels(monkeypatch, both.reset_index(drop=True), tmp_path).axes
    assert len(axes.containers) == len(MODELS)
    assert min(bars.lines[0].get_ydata()[0] for bars in axes.containers) > 0.5


def test_a_run_writes_it_beside_the_other_figures(tmp_path, capsys):
    values = {
        "name": "tiny",
        "datasets": [{"name": "ad_hoc", "n_samples": 16}],
        "models": ["qsvc", "svc"],
        "protocol": {"folds": 2},
    }
    run = Study.from_dict(values).run(jobs=1, out=tmp_path / "tiny")
    print_ended(run)
    assert "pareto.png" in capsys.readouterr().out
    assert (tmp_path / "tiny" / "pareto.png").read_bytes().startswith(b"\x89PNG")
