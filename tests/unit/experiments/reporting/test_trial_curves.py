"""What so many trials find, against every choice of them."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

from experiments import Study
from experiments.reporting.trial_curves import curves, draw, expected_best


@pytest.mark.parametrize("n_trials", [1, 2, 6])
def test_expected_best_is_the_mean_over_all_choices(n_trials):
    scores = np.random.default_rng(n_trials).normal(size=n_trials)
    wanted = [
        np.mean([max(chosen) for chosen in itertools.combinations(scores, n)])
        for n in range(1, n_trials + 1)
    ]
    np.testing.assert_allclose(expected_best(scores), wanted)


def test_a_tuned_study_has_a_curve_a_model_and_an_untuned_one_has_none(tmp_path):
    values = {
        "name": "tried",
        "datasets": [{"name": "moons", "n_samples": 40}],
        "models": ["svc", "k_nearest_neighbours", "dummy"],
        "protocol": {
            "folds": 2,
            "repeats": 1,
            "tuning": {"trials": 4, "folds": 2, "metric": "log_loss"},
        },
        "metrics": ["accuracy", "log_loss"],
    }
    values["models"][0] = {"name": "svc", "probability": True}
    run = Study.from_dict(values).run(jobs=1, out=tmp_path / "run")
    table = curves(run.results())
    tuned = {
        one.planned.model
        for one in run.results().fits
        if one.stored is not None and one.stored.tuning is not None
    }
    assert set(table.model) <= tuned
    assert "dummy" not in set(table.model)
    for _, curve in table.groupby("model"):
        assert curve.trials.tolist() == list(range(1, len(curve) + 1))
        assert (np.diff(curve.score) <= 1e-12).all()  # a loss: lower is better
    files = draw(run.results(), tmp_path)
    assert [file.name for file in files] == ["trials.csv", "trials.png"]
    assert len(pd.read_csv(files[0])) == len(table)
    plain = Study.from_dict({**values, "name": "plain", "protocol": {"folds": 2, "repeats": 1}})
    assert draw(plain.run(jobs=1, out=tmp_path / "plain").results(), tmp_path / "plain") == []
