"""Controls: which of them a model gets, and how they are tuned."""

from __future__ import annotations

from experiments.evaluation.tuning import with_values
from experiments.planning.controls import controls_of
from experiments.planning.rows import ModelRow
from qml.circuits import (
    resolve_ansatz,
)
from qml.classifiers.iqp_variational_classifier import IQPVariationalClassifier


def kinds(name, parameters=None, search=None):
    row = ModelRow(name, name, {"backend": "exact", **(parameters or {})}, None, search)
    return {control.kind: control for control in controls_of(row, 3)}


def test_each_quantum_model_gets_the_controls_that_say_something():
    assert list(kinds("qsvc")) == [
        "no entanglement",
        "same spectrum",
        "matched RBF",
        "permuted labels",
        "dummy",
    ]
    assert "no entanglement" not in kinds("qsvc", {"feature_map": "separable"})
    assert "no entanglement" not in kinds("qsvc", {"feature_map": "heisenberg"})
    twin = kinds("vqc", {"ansatz": "real_amplitudes"})["no entanglement"].row.parameters
    assert twin["feature_map"] == {"name": "without_entanglement", "of": "zz"}
    assert twin["ansatz"] == {"name": "without_entanglement", "of": "real_amplitudes"}
    reuploading = kinds("data_reuploading_classifier")
    assert reuploading["no entanglement"].row.parameters["entangling"] is False
    assert "matched RBF" not in reuploading
    iqp = kinds("iqp_variational_classifier", {"reps": 2})
    assert iqp["no entanglement"].row.parameters["entangling"] is False
    assert iqp["same spectrum"].row.parameters["feature_map"] == {"name": "iqp", "reps": 2}
    twin = IQPVariationalClassifier(entangling=False)._architecture(3, 2).model.circuit
    assert twin.num_nonlocal_gates() == 0
    assert set(kinds("qsvr")) == {"no entanglement", "permuted labels", "dummy"}
    assert controls_of(ModelRow("svc", "svc", {}, None), 3) == []


def test_controls_are_tuned_where_the_model_is():
    tuned = kinds("qsvc", {"C": 2.0}, {"bandwidth": [0.1, 1.0]})
    assert tuned["no entanglement"].row.search == {"bandwidth": [0.1, 1.0]}
    assert set(tuned["matched RBF"].row.search) == {"bandwidth"}  # C is named
    assert tuned["matched RBF"].row.parameters["C"] == 2.0
    inner = kinds("vqc", search={"ansatz.reps": [1, 3], "bias": [0.0]})["no entanglement"].row
    assert inner.search == {"ansatz.of.reps": [1, 3], "bias": [0.0]}
    changed = with_values(inner.parameters, {"ansatz.of.reps": 3})["ansatz"]
    assert resolve_ansatz(changed, 2).num_parameters == 16  # four layers of RY and RZ
    untuned = kinds("qsvc", {"C": 2.0, "bandwidth": 0.3})
    assert untuned["matched RBF"].row.search is None
    assert untuned["matched RBF"].row.parameters["bandwidth"] == 0.3
