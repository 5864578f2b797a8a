"""Backends as a study names them: grids, additions of a row, and the calibration behind a name."""

from __future__ import annotations

import pytest

from experiments.planning.rows import model_rows
from experiments.study import Study
from qml.backends import resolve_backend
from qml.devices import resolve_device
from qml.errors import SpecError


def test_another_calibration_under_the_same_name_is_another_cell(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    values = {
        "name": "calibrated",
        "datasets": [{"name": "ad_hoc", "n_samples": 12}],
        "models": ["qsvc"],
        "backend": "density_matrix:noise=mine.json",
        "protocol": {"folds": 2},
    }
    keys = []
    for t1_us in (50.0, 60.0, 50.0):
        resolve_device({"name": "uniform", "t1_us": t1_us, "t2_us": 40.0}).save("mine.json")
        keys.append([item.cell.key for item in Study.from_dict(values).plan()])
    assert keys[0] == keys[2] != keys[1]


def test_backends_of_a_study_are_grids_and_models_add_to_them():
    study = Study.from_dict(
        {
            "name": "grid",
            "datasets": ["moons"],
            "models": [
                {"name": "qsvc", "label": "plain"},
                {"name": "qsvc", "label": "more", "backend": {"readout_mitigation": "local"}},
            ],
            "backend": {
                "kind": "density_matrix",
                "noise": {"name": "uniform", "t1_us": 70.0},
                "noise_scale": [1.0, 2.0],
                "shots": [None, 100],
            },
        }
    )
    rows = {row.label: row.parameters["backend"] for row in model_rows(study.spec)}
    assert rows["plain @ noise_scale=2.0, exact"] == (
        "density_matrix:noise=uniform,noise.t1_us=70.0,noise_scale=2.0"
    )
    assert rows["more @ noise_scale=1.0, shots=100"] == (
        "density_matrix:noise=uniform,noise.t1_us=70.0,noise_scale=1.0,shots=100,"
        "readout_mitigation=local"
    )
    assert len(rows) == 8
    for backend in rows.values():
        resolve_backend(backend)


@pytest.mark.parametrize(
    "backend, words",
    [
        ({"noise": "fake_manila"}, "backend: missing: the kind"),
        ({"kind": "aerr"}, "did you mean 'aer'"),
        ({"kind": "aer", "shots": []}, "backend.shots: an empty list"),
        ({"kind": "aer", "shots": [0]}, "greater than 0"),
        ([{"kind": "aer", "noise": "fake_manilla"}], r"backend\[0\]: .*did you mean 'fake_manila'"),
        ([], "at least 1"),
    ],
)
def test_bad_backends_of_a_study_are_one_line(backend, words):
    with pytest.raises(SpecError, match=words):
        Study.from_dict(
            {"name": "bad", "datasets": ["moons"], "models": ["qsvc"], "backend": backend}
        )
