"""What the readings of a study came to: curves, shares, comparisons, files and the command."""

from __future__ import annotations

import csv
import json
import sys

import numpy as np
import pytest
import yaml

from experiments import Run, Study
from experiments.commands import cli
from experiments.reporting import multiverse as report

VALUES = {
    "name": "readings",
    "datasets": [
        {
            "name": "moons",
            "n_samples": 40,
            "noise": 0.2,
            "preprocessing": [{"name": "pca", "n_components": 2}],
        }
    ],
    "models": [
        {"name": "svc", "label": "SVC"},
        {"name": "logistic_regression", "label": "LR"},
        {"name": "dummy", "label": "dummy"},
    ],
    "protocol": {"split": "hold_out", "test_size": 0.5, "repeats": 1},
    "metrics": ["accuracy", "f1"],
    "published": [
        {"dataset": "moons", "model": "SVC", "value": 0.9, "source": "a paper"},
        {"dataset": "moons", "model": "SVC", "quantity": "f1", "value": 0.99, "source": "a paper"},
    ],
    "compare": {"pairs": [["SVC", "LR"], ["SVC", "dummy"]]},
    "multiverse": {
        "choices": [
            {
                "name": "components",
                "at": "datasets[0].preprocessing[0].n_components",
                "values": [1, 2, 3],
            },
            {"name": "C", "at": ["models[0].C", "models[1].C"], "values": [0.01, 1.0, 100.0]},
            {"name": "kernel", "at": "models[0].kernel", "values": ["rbf", "linear"]},
        ]
    },
}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    study = Study.from_dict(VALUES)
    return study.run(jobs=1, out=tmp_path_factory.mktemp("readings") / "run")


def test_readings_that_fail_are_rows_and_counted(run):
    """Moons have two features: three components fail, at every C and kernel."""
    svc = report.find(run.results()).curves[0]
    assert (svc.dataset, svc.model, svc.metric) == ("moons", "SVC", "accuracy")
    assert (len(svc.readings), len(svc.done), svc.failed) == (18, 12, 6)
    assert "n_components=3" in next(one.problem for one in svc.readings if one.problem)
    assert (run.table().problem != "").sum() == 18


def test_a_curve_has_the_scores_of_the_table_and_the_published_value(run):
    table = run.table().set_index(["dataset", "model"])
    svc, of_f1, *others = report.find(run.results()).curves
    assert (svc.published, of_f1.published, of_f1.metric) == (0.9, 0.99, "f1")
    assert [curve.published for curve in others] == [None, None]
    for one in svc.done:
        row = table.loc[f"moons #{one.number}", f"SVC #{one.number}"]
        assert one.score == pytest.approx(row.accuracy)
        assert (one.low, one.high) == pytest.approx((row.accuracy_low, row.accuracy_high))
        assert one.reaches == (one.high >= 0.9)
    assert svc.written.score == pytest.approx(table.loc["moons", "SVC"].accuracy)
    assert list(svc.done) == sorted(svc.done, key=lambda one: one.score)


def test_pairs_that_are_declared_are_compared_reading_by_reading(run):
    found = report.find(run.results())
    svc, _, lr, _ = found.curves
    pair, _ = found.above
    assert (pair.first, pair.second, pair.readings) == ("SVC", "LR", 12)
    scores = [{one.number: one.score for one in curve.done} for curve in (svc, lr)]
    differences = np.array([scores[0][n] - scores[1][n] for n in scores[0]])
    assert pair.above == pytest.approx((differences > 1e-12).mean())
    assert pair.mean == pytest.approx(differences.mean())
    assert pair.effect == pytest.approx(differences.mean() / differences.std(ddof=1))


def test_a_model_is_above_all_it_is_compared_with_only_where_it_is_above_each(run):
    found = report.find(run.results())
    (order,) = found.above_all
    assert (order.model, order.others, order.readings) == ("SVC", ("LR", "dummy"), 12)
    table = run.table()
    score = {
        (row.model.split(" #")[0], row.model.split(" #")[-1]): row.accuracy
        for row in table.itertuples()
    }
    done = [one.number for one in found.curves[0].done]
    higher = [
        score["SVC", str(n)] > max(score["LR", str(n)], score["dummy", str(n)]) + 1e-12
        for n in done
    ]
    assert order.above == pytest.approx(np.mean(higher))
    assert 0 < order.above < 1
    assert f"SVC is above LR; dummy at once, accuracy, in {order.above:.1%}" in report.render(found)


def test_the_text_says_the_rule_and_makes_no_test_over_readings(run):
    text = report.render(report.find(run.results()))
    assert "3 choices, all of 18 readings" in text
    assert "6 of 18 readings without a score" in text
    assert "reach 0.9 (a paper): their interval over test rows ends no lower" in text
    assert "nothing is tested over them" in text
    assert " p = " not in text


def test_of_a_printed_value_every_option_says_how_many_of_its_readings_reach(run):
    found = report.find(run.results())
    svc = found.curves[0]
    number = [choice.name for choice in found.multiverse.choices].index("C")
    mine = [one for one in svc.done if one.options[number] == 2]
    mean, reached = np.mean([one.score for one in mine]), sum(one.reaches for one in mine)
    text = report.render(found)
    lines = [" ".join(line.split()) for line in text.splitlines()]
    assert f"C: 100.0 {len(mine)} {mean:.3f} {reached / len(mine):.0%}" in lines
    assert "components: 3 0 - -" in lines
    assert (
        sum(line.startswith("kernel: rbf") for line in lines) == 2
    )  # accuracy and F1 of one model


def test_files_hold_every_reading(run, tmp_path):
    files = report.write(report.find(run.results()), tmp_path)
    text = (tmp_path / "multiverse" / "readings.csv").read_text()
    rows = list(csv.DictReader(text.splitlines()))
    assert len(rows) == 18 * 4
    assert rows[0]["components"] == "1"
    assert {row["status"] for row in rows} == {"done", "failed"}
    stored = json.loads((tmp_path / "multiverse" / "multiverse.json").read_text())
    assert len(stored["curves"][0]["readings"]) == 18
    drawn = [file for file in files if file.suffix == ".png"]
    assert drawn[0].name == "1-moons-svc-accuracy.png"
    assert all(file.read_bytes().startswith(b"\x89PNG") for file in drawn)


def called(monkeypatch, capsys, *words):
    monkeypatch.setattr(sys, "argv", ["qml", *map(str, words)])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return ended.value.code or 0, capsys.readouterr()


def test_the_command_shows_a_run_and_one_reading_as_a_study(run, monkeypatch, capsys):
    code, shown = called(monkeypatch, capsys, "multiverse", run.folder)
    assert code == 0
    assert "moons / SVC, accuracy" in shown.out
    code, shown = called(monkeypatch, capsys, "multiverse", run.folder, "--reading", 8)
    alone = Study.from_dict(yaml.safe_load(shown.out)).plan()
    cells = [fit.planned.key for fit in run.results().of_reading(8).fits]
    assert [one.cell.key for one in alone] == cells
    code, shown = called(monkeypatch, capsys, "multiverse", run.folder, "--reading", 99)
    assert (code, shown.err) == (2, "--reading: 99 is no reading; there are 1 to 18\n")


def test_a_run_without_readings_says_so(tiny_study, tmp_path, monkeypatch, capsys):
    Study.from_dict({**tiny_study, "models": ["dummy"]}).run(jobs=1, out=tmp_path / "run")
    code, shown = called(monkeypatch, capsys, "multiverse", tmp_path / "run")
    assert code == 2
    assert shown.err == f"{tmp_path / 'run'}: its study declares no `multiverse`\n"


def test_run_judges_the_study_as_it_is_written_and_tells_the_readings(run, monkeypatch, capsys):
    """Nothing is run again, and of what failed the exit code tells."""
    file = run.folder.parent / "study.yaml"
    file.write_text(yaml.safe_dump(VALUES))
    code, shown = called(monkeypatch, capsys, "run", file, "--out", run.folder, "--jobs", 1)
    assert code == 3
    assert "comparisons, at most 5 % of errors" in shown.out
    assert shown.out.count("moons #") == 0
    assert "Multiverse: 3 choices" in shown.out
    code, shown = called(monkeypatch, capsys, "check", file, "--out", run.folder)
    assert code == 0
    assert "18 readings besides: 54 of the cells" in shown.out
    assert "warning: 18 rows of readings will fail, as moons #13 / SVC #13" in shown.err
    assert Run(run.folder).at_end is None
