"""A run in MLflow, read again by MLflow's own client: each cell once, failures as failures."""

from __future__ import annotations

import importlib.util
from dataclasses import replace

import pytest

from experiments import Study
from experiments.records import CellRecord
from experiments.reporting.export import FORMS
from qml.errors import SpecError

VALUES = {
    "name": "tracked",
    "datasets": [{"name": "moons", "n_samples": 40}],
    "models": ["svc", {"name": "svc", "label": "fails <b>", "C": 2.0}],
    "protocol": {"folds": 2, "repeats": 1},
}


@pytest.mark.filterwarnings("ignore")  # MLflow's packages warn of each other
def test_each_cell_is_told_once_and_a_failed_one_has_failed(tmp_path):
    tracking = pytest.importorskip("mlflow.tracking", reason="needs the extra track")
    run = Study.from_dict(VALUES).run(jobs=1, out=tmp_path / "run")
    results = run.results()
    broken = {
        key: replace(cell, record=CellRecord("failed", "here", 1.5e9, error="broken <b>"))
        if cell.cell.model.parameters.get("C") == 2.0
        else cell
        for key, cell in results.cells.items()
    }
    results = replace(results, cells=broken)
    place = f"sqlite:///{tmp_path}/mlflow.db"
    told = [list(FORMS.load("mlflow")(results, run.folder, place)) for _ in range(2)]
    assert told[0][0].endswith("4 cells are new, 0 were known.")
    assert told[1][0].endswith("0 cells are new, 4 were known.")
    client = tracking.MlflowClient(tracking_uri=place)
    [parent, *others] = sorted(
        client.search_runs([client.get_experiment_by_name("tracked").experiment_id]),
        key=lambda one: "qml.cell" in one.data.tags,
    )
    assert len(others) == 4
    assert {one.data.tags["mlflow.parentRunId"] for one in others} == {parent.info.run_id}
    fits = {fit.planned.key: fit for fit in results.fits}
    for one in others:
        fit = fits[one.data.tags["qml.cell"]]
        assert one.info.status == ("FINISHED" if fit.status == "done" else "FAILED")
        assert one.data.params["model"] == fit.planned.model
        for name, score in fit.stored.record.scores.items():
            assert one.data.metrics[name] == score
    assert {fit.status for fit in fits.values()} == {"done", "failed"}
    assert "table.csv" in {file.path for file in client.list_artifacts(parent.info.run_id)}


def test_without_the_package_one_line_names_the_extra(tmp_path, monkeypatch):
    run = Study.from_dict({**VALUES, "models": ["dummy"]}).run(jobs=1, out=tmp_path)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(SpecError, match=r"mlflow.*extra track"):
        list(FORMS.load("mlflow")(run.results(), run.folder, "sqlite:///x.db"))
