"""The rooms of plug-ins as the workbench has them: an estimator from a name and plain values."""

from __future__ import annotations

import pytest

from experiments.evaluation.tuning import read_space, with_values
from experiments.registry import MODELS, build_estimator, search_space
from qml.optimizers import OPTIMIZERS

STEPPING = {
    "adam",
    "aqgd",
    "aqgd_gradient",
    "cma_es",
    "cobyla",
    "gradient_descent",
    "lion",
    "natural_gradient",
    "qnspsa",
    "spsa",
}


@pytest.mark.parametrize("name", [name for name in MODELS.installed() if search_space(name)])
def test_every_search_space_is_one_of_its_own_model(name):
    space = search_space(name)
    named = build_estimator(MODELS, name, {}).get_params(deep=False)
    for path, values in read_space(space).items():
        for value in values.samples:
            changed = with_values(named, {path: value})
            key = path.partition(".")[0]
            build_estimator(MODELS, name, {key: changed[key]})


@pytest.mark.parametrize("optimizer", OPTIMIZERS.installed())
def test_a_trained_model_has_the_step_size_of_its_optimizer_to_tune(optimizer):
    space = search_space("vqc", optimizer)
    steps = {path for path in space if path.startswith("optimizer.")}
    assert len(steps) == (optimizer in STEPPING)
    named = build_estimator(MODELS, "vqc", {"optimizer": optimizer}).get_params(deep=False)
    for path in steps:
        for value in read_space(space)[path].samples:
            changed = with_values(named, {path: value})
            build_estimator(MODELS, "vqc", {"optimizer": changed["optimizer"]})


def test_a_model_without_a_trained_circuit_has_none():
    assert not any(path.startswith("optimizer") for path in search_space("qsvc"))
    assert not any(
        path.startswith("optimizer") for path in search_space("quantum_gaussian_process_classifier")
    )
