"""Every feature map: the features in order, and a twin without entanglement or a line why not."""

from __future__ import annotations

import pytest

from qml.circuits import FEATURE_MAPS, resolve_feature_map, resolve_trainable_map
from qml.errors import SpecError
from qml.examples import Example, examples_of

EXAMPLES = examples_of(FEATURE_MAPS, Example)
every_example = pytest.mark.parametrize("name, example", EXAMPLES.values(), ids=EXAMPLES)


@every_example
@pytest.mark.parametrize("n_features", [1, 2, 5])
def test_feature_maps_take_the_features_in_order(name, example, n_features):
    spec = {"name": name, **example.parameters}
    model = resolve_trainable_map(spec, n_features)
    assert len(model.inputs) == n_features
    assert [p.index for p in model.inputs] == list(range(n_features))
    assert not model.circuit.num_clbits
    if not model.weights:
        assert resolve_feature_map(spec, n_features).num_parameters == n_features


@every_example
def test_every_feature_map_has_a_twin_without_entanglement_or_says_why_not(name, example):
    spec = {"name": name, **example.parameters}
    whole = resolve_trainable_map(spec, 4)
    try:
        twin = resolve_trainable_map({"name": "without_entanglement", "of": spec}, 4)
    except SpecError as error:
        if "encodes features by entangling gates alone" not in str(error):
            raise
        return
    assert twin.circuit.num_nonlocal_gates() == 0
    assert len(twin.inputs) == 4
    assert twin.circuit.num_qubits == whole.circuit.num_qubits
