"""Every decision: probabilities or scores for the classes that it can tell, one line for others."""

from __future__ import annotations

import numpy as np
import pytest

from qml.circuits import resolve_feature_map
from qml.decisions import DECISIONS, measured_in, resolve_decision
from qml.errors import SpecError
from qml.examples import Example, examples_of

EXAMPLES = examples_of(DECISIONS, Example)
every_example = pytest.mark.parametrize("name, example", EXAMPLES.values(), ids=EXAMPLES)


@every_example
@pytest.mark.parametrize("n_classes", [2, 3, 5])
def test_every_class_is_read_or_the_decision_says_why_not(name, example, n_classes):
    spec = {"name": name, **example.parameters}
    try:
        decision = resolve_decision(spec, 3, n_classes)
    except SpecError as error:
        if n_classes == 2 or not str(error).startswith("decision") or "\n" in str(error):
            raise  # two classes, everyone can tell
        return
    assert decision.readout.shape == (8, n_classes)
    if decision.scale is None:  # the readout gives probabilities itself
        assert decision.readout.min() >= 0
        np.testing.assert_allclose(decision.readout.sum(axis=1), 1.0)


@every_example
def test_circuit_is_measured_in_the_decisions_basis(name, example):
    decision = resolve_decision({"name": name, **example.parameters}, 3, 2)
    assert set(decision.basis) <= set("XYZ")
    assert len(decision.basis) in (0, 3)
    circuit = resolve_feature_map("zz", 3)
    assert measured_in(circuit, decision.basis).num_parameters == circuit.num_parameters
