"""Parameter shifts against central differences of the very backend that they are taken on."""

from __future__ import annotations

import functools

import numpy as np
import pytest
from qiskit.circuit import ParameterVector, QuantumCircuit
from qiskit.circuit.library import PauliEvolutionGate, XXPlusYYGate
from qiskit.quantum_info import SparsePauliOp, random_unitary

from qml.backends import BoundCircuit, Workload, resolve_backend
from qml.backends.density_matrix import DensityMatrixBackend
from qml.circuits import (
    ANSATZES,
    FEATURE_MAPS,
    ModelCircuit,
    compose_model,
    resolve_ansatz,
    resolve_feature_map,
    resolve_trainable_map,
)
from qml.examples import Example, examples_of
from qml.variational._estimator import circuits_of_a_sample
from qml.variational._questions import Question

STEP = 1e-4
SNAPSHOT = "density_matrix:noise=fake_manila"


def differences(value, at):
    """Return the central differences of a function of rows, shape (n_outputs, n_parameters)."""
    at = np.asarray(at, dtype=float)
    steps = STEP * np.eye(len(at))
    found = value(np.vstack([at + steps, at - steps]))
    return (found[: len(at)] - found[len(at) :]).T / (2 * STEP)


def observables_of(n_qubits):
    return [
        SparsePauliOp("Z" * n_qubits),
        SparsePauliOp.from_list([("Z" + "I" * (n_qubits - 1), 1.0), ("X" * n_qubits, 0.4)]),
    ]


def agree(backend, circuit, largest=2.8):
    """Compare a circuit's gradients with the differences of its own noisy values."""
    values = np.random.default_rng(0).uniform(0.2, largest, circuit.num_parameters)
    observables = observables_of(circuit.num_qubits)
    wanted = differences(lambda rows: backend.run_expectations(circuit, observables, rows), values)
    assert np.abs(wanted).max() > 0.01  # there is something to get wrong
    [found] = backend.gradients(circuit, observables, values[None])
    np.testing.assert_allclose(found, wanted, atol=1e-6)


def between_rotations(gate):
    """Return two trained layers with a gate between them; a free angle of the gate is trained."""
    t = ParameterVector("t", 7)
    circuit = QuantumCircuit(3)
    for qubit in range(3):
        circuit.ry(t[qubit], qubit)
    GATES[gate](circuit, t[6])
    for qubit in range(3):
        circuit.rx(t[3 + qubit] * 2 - t[qubit] / 2, qubit)
    return circuit


GATES = {
    "cz": lambda c, t: c.cz(0, 1),
    "crz": lambda c, t: c.crz(t, 0, 2),
    "crx": lambda c, t: c.crx(t, 1, 2),
    "cry twice": lambda c, t: (c.cry(t, 1, 0), c.cry(t * t, 0, 2)),
    "cp": lambda c, t: c.cp(2 * t, 0, 1),
    "ccx": lambda c, t: c.ccx(0, 1, 2),
    "swap": lambda c, t: c.swap(0, 2),
    "rzz": lambda c, t: c.rzz(t, 0, 1),
    "rxx": lambda c, t: c.rxx(t, 2, 1),
    "unitary": lambda c, t: c.unitary(random_unitary(4, seed=1), [0, 1]),
    "u": lambda c, t: c.u(t, t / 2, -t, 1),
    "cu": lambda c, t: c.cu(t, t / 2, -t, 2 * t, 0, 1),
    "xx_plus_yy": lambda c, t: c.append(XXPlusYYGate(t, t / 3), [0, 2]),
}


@pytest.mark.parametrize("gate", GATES)
def test_gates_between_trained_rotations_keep_their_noise(gate):
    agree(resolve_backend(SNAPSHOT), between_rotations(gate))


EVERY_ANSATZ = examples_of(ANSATZES, Example)
EVERY_MAP = examples_of(FEATURE_MAPS, Example)


@pytest.mark.parametrize("name, example", EVERY_ANSATZ.values(), ids=EVERY_ANSATZ)
def test_every_ansatz_has_the_slopes_of_its_noisy_values(name, example):
    agree(resolve_backend(SNAPSHOT), resolve_ansatz({"name": name, **example.parameters}, 4))


@pytest.mark.parametrize("name, example", EVERY_MAP.values(), ids=EVERY_MAP)
def test_every_feature_map_has_the_slopes_of_its_noisy_values(name, example):
    model = resolve_trainable_map({"name": name, **example.parameters}, 3)
    agree(resolve_backend(SNAPSHOT), model.circuit, largest=0.9)  # an arc cosine's domain


def paper_a(depth=2):
    """Return the ZZ map with the ansatz of CZ gates on four qubits."""
    ansatz = resolve_ansatz({"name": "havlicek", "depth": depth}, 4)
    return compose_model(resolve_feature_map("zz", 4), ansatz)


X = np.random.default_rng(2).uniform(0.2, 2.0, (3, 4))
PROJECTOR = np.random.default_rng(3).normal(size=(16, 2))


def loss(outputs):
    """Return a loss that is not linear, with its slopes."""
    return float((outputs**2).sum()), 2 * outputs


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"readout_mitigation": "local"},
        {"zne": "gate_folding"},
        {"zne": "stretching", "readout_mitigation": "full"},
    ],
    ids=str,
)
def test_training_by_shifts_has_the_slopes_of_its_noisy_loss(settings):
    model, backend = paper_a(), DensityMatrixBackend(noise="fake_manila", **settings)
    weights = np.linspace(0.3, 1.4, len(model.weights))
    bound = BoundCircuit(backend, model, X)  # the way of every backend that measures
    value, found = bound.value_and_gradient(weights, PROJECTOR, loss)
    of = lambda row: loss(bound.probabilities(row) @ PROJECTOR)[0]
    assert value == pytest.approx(of(weights), abs=1e-12)
    [wanted] = differences(lambda rows: np.array([[of(row)] for row in rows]), weights)
    np.testing.assert_allclose(found, wanted, atol=1e-6)


@pytest.mark.parametrize("spec", [SNAPSHOT, "aer:noise=fake_manila,shots=50", "ibm:fake_manila"])
def test_gradient_circuits_have_the_gates_of_value_circuits(spec):
    model, backend = paper_a(), resolve_backend(spec, 1)
    weights = np.linspace(0.3, 1.4, len(model.weights))
    bound = BoundCircuit(backend, model, X)
    bound.probabilities(weights)
    of_values = backend.usage.copy()
    bound.value_and_gradient(weights, PROJECTOR, loss)
    both = backend.usage.since(of_values)
    each = of_values.two_qubit_gates / of_values.circuits
    assert each >= 24
    assert both.two_qubit_gates == each * both.circuits


@pytest.mark.parametrize("spec", ["aer:noise=fake_manila", "ibm:fake_manila"])
def test_measured_gradients_are_those_of_the_circuits_that_ran(spec, monkeypatch):
    """The circuits of a machine, put through exact noise, have its slopes; so has what it saw."""
    shots = 20_000
    model, backend = paper_a(1), resolve_backend(f"{spec},shots={shots}", 5)
    exact, ran = DensityMatrixBackend(noise="fake_manila"), []
    kept = type(backend)._frequencies

    def noted(self, isa, values, stretch):
        ran.append((isa, np.array(values)))
        return kept(self, isa, values, stretch)

    monkeypatch.setattr(type(backend), "_frequencies", noted)
    weights = np.linspace(0.3, 1.4, len(model.weights))
    columns = BoundCircuit(backend, model, X[:1])._values(weights)
    slopes = backend.outcome_slopes(model.circuit, columns, PROJECTOR, model.weight_places)
    [(shifted, rows)] = ran
    backend.run_probabilities(model.circuit, columns)
    value_circuit, _ = ran[-1]

    isa_columns = backend._columns(model.circuit, value_circuit)
    of_values = lambda points: (
        exact._frequencies(value_circuit, points[:, isa_columns], 1.0) @ PROJECTOR
    )
    wanted = differences(of_values, columns[0])[:, model.weight_places]
    of_circuits = lambda self, isa, values, stretch: exact._frequencies(isa, values, stretch)
    with monkeypatch.context() as patch:
        patch.setattr(type(backend), "_frequencies", of_circuits)
        [found] = backend.outcome_slopes(model.circuit, columns, PROJECTOR, model.weight_places)
    np.testing.assert_allclose(found, wanted, atol=1e-6)
    assert shifted.count_ops() == value_circuit.count_ops()
    assert len(rows) >= 2 * len(model.weights)
    # half a difference of two measured outputs; every weight here turns two angles at most
    outcomes = exact._frequencies(shifted, rows, 1.0)
    variances = (outcomes @ PROJECTOR**2 - (outcomes @ PROJECTOR) ** 2).max(axis=0)
    errors = np.sqrt(2 * variances / 2 / shots)
    assert (np.abs(slopes[0] - wanted) / errors[:, None]).max() < 4


def cancelling():
    """Return a map of which a transpiler that knows the weights leaves less."""
    x, t = ParameterVector("x", 2), ParameterVector("θ", 2)
    circuit = QuantumCircuit(2)
    circuit.ry(x[0], 0)
    circuit.ry(x[1], 1)
    circuit.cx(0, 1)
    circuit.ry(t[0], 0)
    circuit.cx(0, 1)
    circuit.ry(t[1], 1)
    circuit.cx(1, 0)
    return ModelCircuit(circuit, tuple(x), tuple(t))


def between_data(gate):
    """Return a trained part with a gate in it, and data before and after it."""
    t, x = between_rotations(gate), ParameterVector("x", 3)
    circuit = QuantumCircuit(3)
    for qubit in range(3):
        circuit.ry(x[qubit], qubit)
    circuit.compose(t, inplace=True)
    circuit.rx(x[0], 1)
    return ModelCircuit(circuit, tuple(x), tuple(t.parameters))


TRAINED = {
    "weights at the end": cancelling,
    "data_reuploading": lambda: resolve_trainable_map({"name": "data_reuploading", "reps": 2}, 2),
    "covariant": lambda: resolve_trainable_map("covariant", 2),
    **{gate: functools.partial(between_data, gate) for gate in GATES},
}


def squared(K):
    return float((K**2).sum()), 2 * K


@pytest.mark.parametrize("noise", ["fake_manila", "fake_manila,zne=gate_folding"])
@pytest.mark.parametrize("made", TRAINED.values(), ids=TRAINED)
def test_a_gram_matrix_and_its_slopes_are_of_one_noisy_circuit(made, noise):
    model, backend = made(), resolve_backend(f"density_matrix:noise={noise}")
    points, weights = X[:, : len(model.inputs)], np.linspace(0.3, 1.4, len(model.weights))
    bound = backend.bind_gram(model, points)
    value, found = bound.value_and_gradient(weights, squared)
    assert value == pytest.approx(squared(bound.gram(weights))[0], abs=1e-12)
    of = lambda row: squared(bound.gram(row))[0]
    [wanted] = differences(lambda rows: np.array([[of(row)] for row in rows]), weights)
    np.testing.assert_allclose(found, wanted, atol=1e-6)
    ideal = resolve_backend("exact").bind_gram(model, points).gram(weights)
    assert np.abs(bound.gram(weights) - ideal).max() > 0.001  # there is noise in it


@pytest.mark.parametrize("spec", ["aer:noise=fake_manila,shots=50", "ibm:fake_manila,shots=50"])
def test_circuits_of_a_gram_matrix_and_of_its_slopes_have_the_same_gates(spec):
    model, backend = TRAINED["data_reuploading"](), resolve_backend(spec, 1)
    weights = np.linspace(0.3, 1.4, len(model.weights))
    bound = backend.bind_gram(model, X[:, :2])
    bound.gram(weights)
    of_values = backend.usage.copy()
    bound.value_and_gradient(weights, squared)
    both = backend.usage.since(of_values)
    each = of_values.two_qubit_gates / of_values.circuits
    assert each == 4  # two in either half; a third comes behind the last data and cancels
    assert both.two_qubit_gates == each * both.circuits


def trained_everywhere():
    """Return a model that trains a phase, a controlled rotation and an evolution."""
    x, w = ParameterVector("x", 2), ParameterVector("w", 4)
    circuit = QuantumCircuit(2)
    circuit.ry(x[0] + w[0], 0)
    circuit.rx(x[1] * w[1], 1)
    circuit.cp(w[2], 0, 1)
    circuit.cry(w[3] / 2, 1, 0)
    circuit.append(PauliEvolutionGate(SparsePauliOp(["XX", "ZZ"], [0.4, -0.3]), w[0]), [0, 1])
    circuit.ry(x[0], 1)  # the weights' gates stand before data: they are in a Gram matrix too
    circuit.ry(x[1], 0)
    return ModelCircuit(circuit, tuple(x), tuple(w))


SPECS = [
    "exact",
    "exact:gradient_circuits=parameter_shift",
    "exact:shots=9",
    "mps",
    "pennylane",
    SNAPSHOT,
    f"{SNAPSHOT},shots=9",
    "aer:shots=9",
    "aer:noise=fake_manila,shots=9,zne=gate_folding",
    "ibm:fake_manila,shots=9",
]


@pytest.mark.parametrize("spec", SPECS)
@pytest.mark.parametrize("asked", ["gradient", "metric", "Gram gradient"])
def test_what_slopes_cost_is_foreseen(spec, asked):
    model, weights = trained_everywhere(), np.array([0.3, 0.8, -0.4, 1.1])
    backend, before = resolve_backend(spec, 1), resolve_backend(spec, 1)
    circuit, places, points = model.circuit, model.weight_places, X[:, :2]
    if asked == "gradient":
        backend.bind(model, points).value_and_gradient(weights, PROJECTOR[:4], loss)
        rows = len(points) * circuits_of_a_sample(Question.GRADIENT, model, before)
        foreseen = before.estimate(Workload(2, n_evaluations=rows, batch=rows, circuit=circuit))
    elif asked == "metric":
        backend.bind(model, points).metric(weights, diagonal=True)
        rows = len(points) * circuits_of_a_sample(Question.DIAGONAL_METRIC, model, before)
        foreseen = before.estimate(Workload(2, n_evaluations=rows, batch=rows, circuit=circuit))
    else:
        of_matrix = lambda K: (float((K**2).sum()), 2 * K)
        backend.bind_gram(model, points).value_and_gradient(weights, of_matrix)
        rows = 3 * before.n_gram_shifts(model)
        work = Workload(2, n_evaluations=rows, batch=max(1, rows), grams=((3, 0),), circuit=circuit)
        foreseen = before.estimate(work)
    assert places
    assert backend.usage.circuits == foreseen.circuits
    assert backend.usage.shots == foreseen.shots


@pytest.mark.parametrize("spec", ["exact:shots=1000000", "mps", "pennylane", "aer:shots=20000"])
def test_phases_controlled_rotations_and_evolutions_have_their_slopes(spec):
    model, weights = trained_everywhere(), np.array([0.3, 0.8, -0.4, 1.1])
    exact = resolve_backend("exact").bind(model, X[:, :2])
    _, wanted = exact.value_and_gradient(weights, PROJECTOR[:4], loss)
    of = lambda row: loss(exact.probabilities(row) @ PROJECTOR[:4])[0]
    [true] = differences(lambda rows: np.array([[of(row)] for row in rows]), weights)
    np.testing.assert_allclose(wanted, true, atol=1e-6)
    bound = BoundCircuit(resolve_backend(spec, 3), model, X[:, :2])
    _, found = bound.value_and_gradient(weights, PROJECTOR[:4], loss)
    np.testing.assert_allclose(found, wanted, atol=0.3 if "shots" in spec else 1e-9)


def test_gradients_of_mitigated_expectation_values_go_through_the_estimator():
    circuit = QuantumCircuit(2)
    a, b = ParameterVector("a", 2)
    circuit.ry(a, 0)
    circuit.cz(0, 1)
    circuit.rx(a * b, 1)
    observables = [SparsePauliOp("ZI"), SparsePauliOp.from_list([("XZ", 0.5), ("IZ", 0.2)])]
    values = np.array([[0.7, 1.3]])
    exact = resolve_backend("exact").gradients(circuit, observables, values)
    backend = resolve_backend("ibm:name=fake_manila,trex=true,shots=20000", 2)
    found = backend.gradients(circuit, observables, values)
    np.testing.assert_allclose(found, exact, atol=0.1)
