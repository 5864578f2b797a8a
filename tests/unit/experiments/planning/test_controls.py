"""Controls: twins without entanglement, surrogates, shuffled labels, and what they explain."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from qiskit.circuit import QuantumCircuit
from qiskit.quantum_info import Operator
from sklearn.metrics.pairwise import rbf_kernel

from experiments import Study
from experiments.evaluation.splits import permuted
from experiments.evaluation.tuning import with_values
from experiments.planning.controls import controls_of
from experiments.planning.rows import ModelRow
from experiments.records import Split
from experiments.reporting import controls as report
from qml.circuits import (
    ANSATZES,
    FEATURE_MAPS,
    resolve_ansatz,
    resolve_feature_map,
    resolve_trainable_map,
)
from qml.classifiers.iqp_variational_classifier import IQPVariationalClassifier
from qml.engine import probabilities
from qml.errors import SpecError
from qml.kernels import centred_alignment
from qml.surrogates.matched_rbf import MatchedRBF
from qml.surrogates.spectrum_surrogate import SpectrumSurrogate

MAPS = [n for n in FEATURE_MAPS.names() if n not in ("without_entanglement", "heisenberg")]


@pytest.mark.parametrize("name", MAPS)
def test_every_feature_map_has_a_twin_without_entanglement(name):
    whole = resolve_trainable_map(name, 4)
    twin = resolve_trainable_map({"name": "without_entanglement", "of": name}, 4)
    assert twin.circuit.num_nonlocal_gates() == 0
    assert len(twin.inputs) == 4
    assert twin.circuit.num_qubits == whole.circuit.num_qubits


def test_map_that_encodes_by_entangling_alone_has_none():
    with pytest.raises(SpecError, match="'heisenberg' encodes features by entangling gates alone"):
        resolve_trainable_map({"name": "without_entanglement", "of": "heisenberg"}, 4)


@pytest.mark.parametrize(
    "name", [name for name in ANSATZES.names() if name != "without_entanglement"]
)
def test_every_ansatz_has_a_twin_with_something_to_train(name):
    twin = resolve_ansatz({"name": "without_entanglement", "of": name}, 4)
    assert twin.num_nonlocal_gates() == 0
    assert twin.num_parameters > 0


def test_twin_of_the_zz_map_is_the_z_map():
    twin = resolve_feature_map({"name": "without_entanglement", "of": {"name": "zz"}}, 3)
    z = resolve_feature_map({"name": "z"}, 3)
    x = [0.3, 1.1, 2.0]
    assert Operator(twin.assign_parameters(x)).equiv(Operator(z.assign_parameters(x)))


def test_parities_within_parities_go_whole_and_other_gates_stay():
    circuit = QuantumCircuit(3)
    circuit.ry(0.4, 0)
    circuit.cx(0, 2)
    circuit.cx(1, 2)
    circuit.rz(0.7, 2)
    circuit.cx(1, 2)
    circuit.cx(0, 2)
    circuit.rx(0.2, 2)
    from qml.circuits._disentangle import disentangled

    assert [(i.operation.name, i.qubits[0]._index) for i in disentangled(circuit).data] == [
        ("ry", 0),
        ("rx", 2),
    ]


@pytest.mark.parametrize(
    "spec", ["angle", {"name": "zz", "reps": 1}, "iqp", {"name": "separable", "reps": 3}]
)
def test_spectrum_holds_every_outcome_probability(spec):
    """With all frequencies, any circuit on that map is linear in the surrogate's features."""
    rng = np.random.default_rng(0)
    X = rng.uniform(-1, 1, (600, 2))
    surrogate = SpectrumSurrogate(feature_map=spec)
    angles = surrogate._angles(X)
    ranges = [range(-times, times + 1) for times in surrogate._times]
    surrogate.frequencies_ = np.array(list(itertools.product(*ranges)))
    features = surrogate._features(angles)
    ansatz = resolve_ansatz("efficient_su2", 2).assign_parameters(rng.normal(size=16))
    outcome = probabilities(resolve_feature_map(spec, 2).compose(ansatz), X)
    weights, *_ = np.linalg.lstsq(features[:500], outcome[:500], rcond=1e-10)
    np.testing.assert_allclose(features[500:] @ weights, outcome[500:], atol=1e-6)


def test_surrogate_learns_what_its_spectrum_holds_and_not_what_it_does_not():
    X = np.linspace(0, 2 * np.pi, 200, endpoint=False)[:, None]
    slow, fast = np.cos(X[:, 0]) > 0, np.cos(5 * X[:, 0]) > 0
    model = SpectrumSurrogate(feature_map="angle", C=1e4, random_state=0)
    assert model.fit(X, slow).score(X, slow) > 0.98
    assert model.fit(X, fast).score(X, fast) < 0.7
    tower = SpectrumSurrogate(feature_map={"name": "separable", "reps": 5}, C=1e4, random_state=0)
    assert tower.fit(X, fast).score(X, fast) > 0.95


def test_matched_rbf_has_the_width_that_aligns_best():
    X = np.random.default_rng(0).uniform(0, 1, (40, 3))
    model = MatchedRBF(feature_map="angle", bandwidth=0.5).fit(X, X[:, 0] > 0.5)
    K = np.prod(np.cos(0.25 * (X[:, None] - X[None])) ** 2, axis=2)  # the angle map's own kernel
    alignments = [
        centred_alignment(K, rbf_kernel(X, gamma=factor * model.gamma_)) for factor in (0.5, 1, 2)
    ]
    assert np.argmax(alignments) == 1
    assert model.alignment_ == pytest.approx(alignments[1])
    assert model.alignment_ > 0.99


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


def test_labels_are_shuffled_among_training_rows_alone():
    y, train = np.arange(30) % 3, np.arange(20)
    shuffled = permuted(y, train, Split(0, 0, 0))
    np.testing.assert_array_equal(shuffled[20:], y[20:])
    assert sorted(shuffled[:20]) == sorted(y[:20])
    assert (shuffled[:20] != y[:20]).any()
    other = permuted(y, train, Split(0, 0, 1))
    assert (shuffled != other).any()


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    values = {
        "name": "controlled",
        "datasets": [{"name": "linearly_separable", "n_samples": 60}],
        "models": [
            {"name": "qsvc", "feature_map": "zz", "C": 10.0},
            {"name": "qsvc", "label": "narrow", "feature_map": "angle", "C": 10.0},
            "svc",
        ],
        "protocol": {"repeats": 2},
        "controls": True,
    }
    return Study.from_dict(values).run(jobs=1, out=tmp_path_factory.mktemp("controlled"))


def test_controls_are_no_rows_of_the_table_but_of_the_report(finished):
    table = finished.table()
    assert table["model"].tolist() == ["qsvc", "narrow", "svc"]
    cells = finished.cells()
    assert set(cells["control"]) == {
        "",
        "no entanglement",
        "same spectrum",
        "matched RBF",
        "permuted labels",
        "dummy",
    }
    found = {one.model: one for one in report.find(finished.results(), cells)}
    assert set(found) == {"qsvc", "narrow"}
    narrow = found["narrow"]
    assert narrow.score > 0.9
    assert narrow.verdicts["matched RBF"].judgement != "better"  # an angle map is a bandwidth
    assert narrow.verdicts["dummy"].judgement == "better"
    assert narrow.verdicts["permuted labels"].comparison.difference > 0.2
    text = report.render(list(found.values()))
    assert "narrow on linearly_separable: " in text


def test_equal_controls_are_fitted_once(finished):
    cells = finished.cells()
    dummies = cells[cells["control"] == "dummy"]
    assert dummies["key"].nunique() == len(dummies) / 2


def test_model_that_beats_all_controls_is_said_to(finished):
    [one] = [
        one for one in report.find(finished.results(), finished.cells()) if one.model == "narrow"
    ]
    better = {kind: v for kind, v in one.verdicts.items() if v.judgement == "better"}
    alone = report.Explained("d", "m", "accuracy", 1.0, dict.fromkeys(better, 0.5), better)
    assert alone.text().startswith("m on d: better than each of its controls")
