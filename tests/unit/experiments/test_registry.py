"""The rooms of plug-ins as the workbench has them: an estimator from a name and plain values."""

from __future__ import annotations

import pytest
from qiskit.circuit import QuantumCircuit

from experiments.evaluation.proposals import read_space
from experiments.evaluation.tuning import with_values
from experiments.registry import MODELS, build_estimator, search_space
from qml.optimizers import OPTIMIZERS
from qml.registry import parameters_of
from qml.variational import TrainedEstimator


@pytest.mark.parametrize("name", [name for name in MODELS.installed() if search_space(name)])
def test_every_search_space_is_one_of_its_own_model(name):
    space = search_space(name)
    named = build_estimator(MODELS, name, {}).get_params(deep=False)
    for path, values in read_space(space).items():
        for value in values.samples:
            changed = with_values(named, {path: value})
            key = path.partition(".")[0]
            build_estimator(MODELS, name, {key: changed[key]})


STEPS = {"eta", "a", "rhobeg", "sigma"}  # what a step's size is called, by its sources
TRAINED = [name for name in MODELS.installed() if issubclass(MODELS.load(name), TrainedEstimator)]


@pytest.mark.parametrize("optimizer", OPTIMIZERS.installed())
@pytest.mark.parametrize("model", TRAINED)
def test_step_of_whichever_optimizer_trains_a_model_is_searched(model, optimizer):
    """Learning rates are in nearly all of a benchmark's grids, so equal trials are not without."""
    own = STEPS & set(parameters_of(OPTIMIZERS.load(optimizer)))
    space = search_space(model, {"optimizer": optimizer})
    assert {path for path in space if path.startswith("optimizer.")} == {
        f"optimizer.{name}" for name in own
    }
    for path, values in read_space(space).items():
        for value in values.samples if path.startswith("optimizer.") else ():
            build_estimator(MODELS, model, with_values({"optimizer": optimizer}, {path: value}))


@pytest.mark.parametrize("model", TRAINED)
def test_layers_of_every_trained_circuit_are_searched(model):
    """A tree, WeiNet's convolution and a Hamiltonian have a fixed depth."""
    layers = {"reps", "layers", "ansatz.reps", "feature_map.reps"} & set(search_space(model))
    fixed = {"tree_tensor_classifier", "weinet", "quantum_boltzmann_machine"}
    assert bool(layers) != (model in fixed)


def test_space_is_that_of_the_components_that_stand_there():
    named = {"ansatz": {"name": "havlicek"}, "optimizer": {"name": "cobyla", "maxiter": 9}}
    space = search_space("vqc", named)
    assert {"ansatz.depth", "optimizer.rhobeg"} < set(space)
    assert not {"ansatz.reps", "optimizer.eta"} & set(space)
    made = {"ansatz": QuantumCircuit(2), "optimizer": OPTIMIZERS.bind("adam")()}
    assert not [path for path in search_space("vqc", made) if "." in path]


def test_a_model_without_a_trained_circuit_has_none():
    assert not any(path.startswith("optimizer") for path in search_space("qsvc"))
    assert not any(
        path.startswith("optimizer") for path in search_space("quantum_gaussian_process_classifier")
    )
