"""The report on controls: which of them a model of a run has beaten."""

from __future__ import annotations

from dataclasses import replace

import pytest

from experiments import Study
from experiments.reporting import controls as report


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    values = {
        "name": "controlled",
        "datasets": [{"name": "linearly_separable", "n_samples": 60}],
        "models": [
            {"name": "qsvc", "feature_map": "zz", "C": 10.0},
            {"name": "qsvc", "label": "narrow", "feature_map": "angle", "C": 10.0},
            "svc",
        ],
        "protocol": {"repeats": 2},
        "controls": True,
    }
    return Study.from_dict(values).run(jobs=1, out=tmp_path_factory.mktemp("controlled"))


def test_controls_are_no_rows_of_the_table_but_of_the_report(finished):
    table = finished.table()
    assert table["model"].tolist() == ["qsvc", "narrow", "svc"]
    cells = finished.cells()
    assert set(cells["control"]) == {
        "",
        "no entanglement",
        "same spectrum",
        "matched RBF",
        "permuted labels",
        "dummy",
    }
    found = {one.model: one for one in report.find(finished.results(), cells)}
    assert set(found) == {"qsvc", "narrow"}
    narrow = found["narrow"]
    assert narrow.score > 0.9
    assert narrow.verdicts["matched RBF"].judgement != "better"  # an angle map is a bandwidth
    assert narrow.verdicts["dummy"].judgement == "better"
    assert narrow.verdicts["permuted labels"].comparison.difference > 0.2
    text = report.render(list(found.values()))
    assert "narrow on linearly_separable: " in text


def test_equal_controls_are_fitted_once(finished):
    cells = finished.cells()
    dummies = cells[cells["control"] == "dummy"]
    assert dummies["key"].nunique() == len(dummies) / 2


def test_model_that_beats_all_controls_is_said_to(finished):
    [one] = [
        one for one in report.find(finished.results(), finished.cells()) if one.model == "narrow"
    ]
    better = {kind: v for kind, v in one.verdicts.items() if v.judgement == "better"}
    alone = report.Explained("d", "m", "accuracy", 1.0, dict.fromkeys(better, 0.5), better)
    assert alone.text().startswith("m on d: better than each of its controls")


def test_only_what_is_shown_is_said_and_only_tuned_models_are_explained_away(finished):
    found = {one.model: one for one in report.find(finished.results(), finished.cells())}
    verdict = next(iter(found["narrow"].verdicts.values()))
    judged = {
        "no entanglement": replace(verdict, judgement="practically equal"),
        "same spectrum": replace(verdict, judgement="undecided"),  # whichever mean is higher
        "matched RBF": replace(verdict, judgement="worse"),
        "dummy": replace(verdict, judgement="better"),
    }
    scores = dict.fromkeys(judged, 0.9)
    one = report.Explained("d", "m", "accuracy", 0.8, scores, judged)
    rest = "not shown to be better than same spectrum; better than dummy."
    equal = "no entanglement, matched RBF"
    assert one.text() == f"m on d: at these settings no better than {equal}; {rest}"
    tuned = replace(one, tuned=True)
    assert tuned.text() == f"m on d: explained away by {equal}; {rest}"
    assert "was not tuned" in report.render([one])
    assert "was not tuned" not in report.render([tuned])
    assert not any(model.tuned for model in found.values())
