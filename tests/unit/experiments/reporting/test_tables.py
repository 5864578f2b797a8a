"""Tables: the store's numbers in every format, and text that cannot do harm."""

from __future__ import annotations

import hashlib
import importlib.util
import io
import json
import shutil

import pandas as pd
import pytest

from experiments.records import json_text
from experiments.reporting import formats, rendering
from experiments.reporting.shown import Shown
from experiments.study import Run, Study
from qml.errors import SpecError


def _without(folder, name):
    """Take a name out of every stored cell, as if it had been written before there was one."""
    for file in (folder / "cells").glob("*.json"):
        body = _stripped(json.loads(file.read_text()), name)
        del body["sha256"]
        digest = hashlib.sha256(json_text(body).encode()).hexdigest()
        file.write_text(json.dumps({"sha256": digest, **body}))


def _stripped(value, name):
    if isinstance(value, list):
        return [_stripped(own, name) for own in value]
    if isinstance(value, dict):
        return {key: _stripped(own, name) for key, own in value.items() if key != name}
    return value


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    study = Study.from_dict(
        {
            "name": "tiny",
            "datasets": [{"name": "ad_hoc", "n_samples": 24}],
            "models": [
                {"name": "qsvc", "label": "QSVC_50% & co"},
                {"name": "dummy", "label": "=1+1|x"},
                {"name": "svc", "label": "broken", "kernel": "precomputed"},
            ],
            "protocol": {"folds": 3, "repeats": 1, "seed": 1},
        }
    )
    return study.run(jobs=1, out=tmp_path_factory.mktemp("run") / "tiny")


def test_one_row_a_model_with_interval_and_costs(run):
    table = run.table()
    assert table["model"].tolist() == ["QSVC_50% & co", "=1+1|x", "broken"]
    row = table.iloc[0]
    assert row["accuracy_low"] <= row["accuracy"] <= row["accuracy_high"] <= 1
    assert row["fit_s"] > 0


def test_cost_is_that_of_a_machine_and_what_was_simulated_is_in_the_cells(run):
    cells = run.cells().iloc[0]
    assert cells["fit_circuits"] == 16
    assert cells["fit_machine_circuits"] == 16 * 15 // 2
    assert cells["machine_circuits"] > cells["circuits"]
    table = run.table()
    assert "circuits" not in table
    of_model = run.cells().iloc[:3]["machine_circuits"].mean()
    assert table.loc[0, "machine_circuits"] == of_model
    assert table.loc[1, "machine_circuits"] == 0
    shown = rendering.display(table, ["accuracy"])
    assert shown.loc[0, "circuits on a machine"] == f"{of_model:,.0f}"
    assert shown.loc[1, "circuits on a machine"] == "-"
    assert "shots" not in shown


@pytest.mark.parametrize("backend", ["exact", "aer:shots=10"])
def test_cost_holds_tuning_and_is_the_same_whatever_runs_it(backend, tmp_path):
    study = {
        "name": "tuned",
        "backend": backend,
        "datasets": [{"name": "ad_hoc", "n_samples": 16}],
        "models": [
            {"name": "quantum_gaussian_process_classifier", "search": {"bandwidth": [0.5, 0.8]}}
        ],
        "protocol": {"folds": 2, "seed": 1, "tuning": {"trials": 3, "folds": 2}},
    }
    run = Study.from_dict(study).run(jobs=1, out=tmp_path / "tuned")
    inner, fit, predict = 4 * 3 // 2 + 4 * 4, 8 * 7 // 2, 8 * 8  # every pair; all points count
    for _, cell in run.cells().iterrows():
        assert cell["tune_machine_circuits"] == 3 * 2 * inner
        assert cell["fit_machine_circuits"] == fit
        assert cell["machine_circuits"] == 3 * 2 * inner + fit + predict
    shown = rendering.display(run.table(), ["accuracy"])
    assert shown.loc[0, "circuits on a machine"] == f"{3 * 2 * inner + fit + predict:,}"
    if backend == "exact":
        assert "shots" not in shown
    else:
        assert shown.loc[0, "shots"] == f"{10 * (3 * 2 * inner + fit + predict):,}"
        assert cell["circuits"] == cell["machine_circuits"]


def test_train_score_stands_beside_the_first_metric(run):
    cells, table = run.cells().iloc[:3], run.table()
    assert table.loc[0, "accuracy_train"] == cells["accuracy_train"].mean()
    shown = rendering.display(table, ["accuracy", "f1"])
    titles = list(shown)
    assert titles.index("train accuracy") == titles.index("accuracy") + 1
    assert shown.loc[0, "train accuracy"] == f"{cells['accuracy_train'].mean():.3f}"
    assert shown.loc[2, "train accuracy"] == "-"
    assert "f1_train" in run.cells()
    assert "f1_train" not in table


def test_run_from_before_training_was_scored_has_no_such_column(run, tmp_path):
    shutil.copytree(run.folder, tmp_path / "older")
    _without(tmp_path / "older", "train_scores")
    older = Run(tmp_path / "older")
    assert older.table().loc[0, "done"] == 3
    assert "train accuracy" not in rendering.display(older.table(), ["accuracy"])


def test_record_from_before_machines_were_counted_shows_a_dash(run, tmp_path):
    shutil.copytree(run.folder, tmp_path / "older")
    _without(tmp_path / "older", "machine_circuits")
    older = Run(tmp_path / "older")
    assert older.cells().loc[0, "circuits"] == run.cells().loc[0, "circuits"]
    shown = rendering.display(older.table(), ["accuracy"])
    assert set(shown["circuits on a machine"]) == {"-"}


def test_failures_are_rows_with_their_reason(run):
    row = run.table().iloc[2]
    assert (row["cells"], row["done"]) == (3, 0)
    assert row["problem"].startswith("3 failed: ")
    assert "\n" not in row["problem"]
    assert "problem" in rendering.render(run.table(), ["accuracy"], "text")


def test_a_new_metric_comes_from_the_stored_predictions(run):
    assert "mcc" not in run.cells()
    table = run.table(["mcc"])
    assert table.loc[1, "mcc"] == 0.0
    assert table.loc[0, "mcc"] > 0
    with pytest.raises(SpecError, match="did you mean 'mcc'"):
        run.table(["mc"])


@pytest.mark.parametrize("form", formats.FORMATS)
def test_every_format_holds_the_same_mean(run, form):
    table = run.table()
    openpyxl = pytest.importorskip("openpyxl") if form == "excel" else None
    rendered = rendering.render(table, ["accuracy", "f1"], form)
    mean = table.loc[0, "accuracy"]
    if form == "parquet":
        assert pd.read_parquet(io.BytesIO(rendered)).loc[0, "accuracy"] == mean
    elif form == "csv":
        assert pd.read_csv(io.StringIO(rendered)).loc[0, "accuracy"] == mean
    elif form == "json":
        assert json.loads(rendered)[0]["accuracy"] == pytest.approx(mean, abs=1e-9)
    elif form == "excel":
        sheet = openpyxl.load_workbook(io.BytesIO(rendered))["scores"]
        titles = [cell.value for cell in sheet[1]]
        assert sheet.cell(2, titles.index("accuracy") + 1).value == mean
    else:
        assert f"{mean:.3f} [" in rendered


def test_parquet_without_its_package_is_one_line(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    shown = Shown.of_texts([["a"]], ["model"], ["model"])
    with pytest.raises(SpecError, match=r"needs the package 'pyarrow'.*\(extra parquet\)"):
        formats.rendered([shown], "parquet")


@pytest.mark.reliability("S6", "N9")
def test_text_cells_are_no_formulas_no_columns_and_no_commands(run):
    table = run.table()
    assert "\n" not in rendering.render(table, ["accuracy"], "csv").splitlines()[2]
    assert ",'=1+1|x," in rendering.render(table, ["accuracy"], "csv")
    assert "=1+1\\|x" in rendering.render(table, ["accuracy"], "markdown")
    latex = rendering.render(table, ["accuracy"], "latex")
    assert r"QSVC\_50\% \& co" in latex
    assert r"\toprule" in latex


@pytest.mark.parametrize("width", [60, 80, 100, 133, None])
def test_text_fits_the_terminal_and_loses_nothing(run, width):
    table = run.table()
    text = rendering.render_text(table, ["accuracy", "f1"], width)
    shown = rendering.display(table, ["accuracy", "f1"]).drop(columns="problem")
    without_problems = table.assign(problem="")
    if width:
        narrow = rendering.render_text(without_problems, ["accuracy", "f1"], width)
        assert max(map(len, narrow.splitlines())) <= width
    for cell in shown.to_numpy().ravel():
        assert cell in text
    assert "fit [s]" in text


def test_unknown_format_is_named(run):
    with pytest.raises(SpecError, match=r"--format: unknown format 'latx' \(did you mean 'latex'"):
        rendering.render(run.table(), ["accuracy"], "latx")


def test_files_are_written_and_a_cell_can_be_found(run):
    assert {"metrics.csv", "table.csv", "table.md", "plan.json"} <= {
        file.name for file in run.folder.iterdir()
    }
    key = run.cells().loc[0, "key"]
    assert run.find(key[:10]).predictions.predicted


def test_environment_is_recorded_once_with_versions(run):
    [file] = (run.folder / "environments").iterdir()
    assert json.loads(file.read_text())["packages"]["scipy"]
    assert set(run.cells()["environment"]) == {file.stem}


def test_unfinished_run_says_what_is_missing(run, tmp_path):
    shutil.copytree(run.folder, tmp_path / "part")
    part = Run(tmp_path / "part")
    part.store.remove(part.cells().loc[0, "key"])
    assert part.table().loc[0, "problem"] == "1 not run yet"
    assert part.table().loc[0, "done"] == 2
