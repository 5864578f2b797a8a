"""Studies that cannot be are refused from their numbers, at once and in next to no memory."""

from __future__ import annotations

import inspect
import time
import tracemalloc

import pytest

from experiments import Study
from experiments.registry import DATASETS
from qml.errors import ResourceError, SpecError

VALUES = {
    "name": "huge",
    "datasets": [{"name": "moons", "n_samples": 20}],
    "models": ["svc"],
    "protocol": {"folds": 2, "repeats": 1},
}
BILLION = 10**9


def refused(values, error):
    """Return the line, after less than a tenth of a second and in less than 5 MiB."""
    Study.from_dict(VALUES).plan()  # imports, in nobody's time
    tracemalloc.start()
    began = time.perf_counter()
    with pytest.raises(error) as caught:
        Study.from_dict({**VALUES, **values}).plan()
    seconds = time.perf_counter() - began
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert seconds < 0.5  # 0.1 s where nothing else runs
    assert peak < 5 * 2**20
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    "protocol",
    [
        {"folds": 2, "repeats": BILLION},
        {"folds": BILLION, "repeats": 1},
        {"folds": 2, "repeats": 1, "seeds": BILLION},
        {"folds": 2, "repeats": 1, "tuning": {"trials": BILLION}},
        {"folds": 2, "repeats": 1, "tuning": {"folds": BILLION}},
    ],
    ids=str,
)
def test_counts_of_splits_and_trials(protocol):
    assert "allowed are 1,000,000" in refused({"protocol": protocol}, SpecError)


def test_draws_and_grids():
    data = [{"name": "moons", "draws": BILLION}]
    assert "1,000,000,000 data sets" in refused({"datasets": data}, SpecError)
    pca = {"name": "pca", "n_components": [2] * 1000, "whiten": [True] * 1000}
    data = [{"name": "wine", "preprocessing": ["standard_scaler", pca]}]
    assert "1,000,000 data sets" in refused({"datasets": data}, SpecError)
    many = [{"name": "svc", "C": [float(i) for i in range(1, 1001)], "gamma": [0.1, 1.0] * 500}]
    assert "1,000,000 models" in refused({"models": many}, SpecError)


SIZED = [
    (name, key)
    for name in DATASETS.installed()
    for key, hint in inspect.signature(DATASETS.load(name)).parameters.items()
    if type(hint.default) is int and not key.endswith(("seed", "random_state", "_id"))
]


@pytest.mark.parametrize("name, key", SIZED, ids=[f"{name}-{key}" for name, key in SIZED])
def test_a_billion_of_whatever_a_generator_counts(name, key):
    line = refused({"datasets": [{"name": name, key: BILLION * 1000}]}, (SpecError, ResourceError))
    assert "should be" in line or "may be used" in line


@pytest.mark.parametrize("size", [{"n_samples": 10**12}, {"n_samples": 40, "n_features": 10**11}])
def test_rows_and_features(size):
    data = [{"name": "linearly_separable", **size}]
    assert "the data set 'linearly_separable'" in refused({"datasets": data}, ResourceError)
