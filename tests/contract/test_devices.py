"""Every device: transpiled for, simulated with its noise, stretched, and kept as JSON."""

from __future__ import annotations

import numpy as np
import pytest

from qml.backends import resolve_backend
from qml.circuits import resolve_feature_map
from qml.devices import DEVICES, Device, resolve_device
from qml.examples import Example, examples_of

EXAMPLES = examples_of(DEVICES, Example)
every_example = pytest.mark.parametrize("name, example", EXAMPLES.values(), ids=EXAMPLES)
FEATURE_MAP = resolve_feature_map("zz", 2)
X = np.random.default_rng(0).uniform(0, 2 * np.pi, (4, 2))


@every_example
def test_every_device_is_kept_as_json(name, example, tmp_path):
    device = resolve_device({"name": name, **example.parameters})
    device.save(tmp_path / "device.json")
    assert Device.load(tmp_path / "device.json") == device
    assert resolve_device(str(tmp_path / "device.json")).sha256 == device.sha256


@every_example
def test_noise_of_every_device_grows_with_its_gates(name, example):
    """Circuits are transpiled for its gates and places, and differ from ideal qubits' the more."""
    ideal = resolve_backend("exact").run_probabilities(FEATURE_MAP, X)
    device = resolve_device({"name": name, **example.parameters})
    assert len(device.qubits) >= 2
    away = [_distance(device, scale, ideal) for scale in (1.0, 2.0)]
    assert 0 < away[0] < away[1] < 1


def _distance(device, scale, ideal):
    from qml.backends.density_matrix import DensityMatrixBackend

    backend = DensityMatrixBackend(noise=device, noise_scale=scale)
    return np.abs(backend.run_probabilities(FEATURE_MAP, X) - ideal).sum(axis=1).mean() / 2
