"""Calibrations that are saved and read again."""

from __future__ import annotations

import json

import numpy as np
import pytest
from qiskit.circuit.library import zz_feature_map

from qml.backends import resolve_backend
from qml.devices import Device, resolve_device
from qml.errors import SpecError

X2 = np.random.default_rng(7).uniform(0, 2 * np.pi, (5, 2))


def test_calibration_that_was_saved_is_the_device(tmp_path):
    device = resolve_device("fake_manila")
    device.save(tmp_path / "manila.json")
    again = resolve_device(str(tmp_path / "manila.json"))
    assert again == device
    assert again.sha256 == device.sha256
    one = resolve_backend(f"density_matrix:noise={tmp_path / 'manila.json'}")
    other = resolve_backend("density_matrix:noise=fake_manila")
    np.testing.assert_array_equal(
        one.gram(zz_feature_map(2), X2), other.gram(zz_feature_map(2), X2)
    )


@pytest.mark.parametrize(
    "change, words",
    [
        ({"format": "else"}, "no saved calibration"),
        ({"qubits": [{"t1_s": -1.0, "t2_s": None}]}, "qubit 0: t1_s is -1.0"),
        ({"qubits": 3}, "no saved calibration"),
        ({"gates": [{"name": "nope", "qubits": [0], "duration_s": None, "error": None}]}, "'nope'"),
        (
            {"gates": [{"name": "cx", "qubits": [0, 0], "duration_s": None, "error": None}]},
            "gate cx",
        ),
        (
            {"gates": [{"name": "x", "qubits": [0], "duration_s": 1e999, "error": None}]},
            "duration_s",
        ),
    ],
)
def test_bad_calibrations_are_one_line(tmp_path, change, words):
    file = tmp_path / "bad.json"
    resolve_device({"name": "uniform", "n_qubits": 1}).save(file)
    file.write_text(json.dumps({**json.loads(file.read_text()), **change}))
    with pytest.raises(SpecError, match=words) as caught:
        Device.load(file)
    assert "\n" not in str(caught.value)
