"""Every backend against the exact one: same order of qubits, same numbers within the shots."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from qiskit.circuit import Parameter, QuantumCircuit
from qiskit.circuit.library import (
    CRXGate,
    CU1Gate,
    CU3Gate,
    RYGate,
    RZZGate,
    UGate,
    XXPlusYYGate,
)
from qiskit.quantum_info import SparsePauliOp, Statevector

from qml.backends import BACKENDS, Backend, SharedBackend, Workload, resolve_backend
from qml.circuits import ModelCircuit, compose_model, resolve_ansatz, resolve_feature_map
from qml.errors import SpecError
from qml.examples import BackendExample, examples_of

EXAMPLES = examples_of(BACKENDS, BackendExample)
MEASURED = {label: found for label, found in EXAMPLES.items() if found[1].parameters.get("shots")}
every_example = pytest.mark.parametrize("name, example", EXAMPLES.values(), ids=EXAMPLES)
every_measured_example = pytest.mark.parametrize("name, example", MEASURED.values(), ids=MEASURED)
OBSERVABLES = [
    SparsePauliOp.from_list([("ZZI", 1.0), ("XYZ", 0.3), ("IXI", 0.2)]),
    SparsePauliOp("ZII"),
]
FEATURE_MAP = resolve_feature_map("zz", 3)
X = np.random.default_rng(0).uniform(0, 2 * np.pi, (6, 3))


def made_by(name, example, seed):
    return BACKENDS.bind_named(name, example.parameters)(random_state=seed)


@every_example
def test_close_to_exact(name, example):
    exact, backend = resolve_backend("exact"), made_by(name, example, 1)
    tolerance = 5 / np.sqrt(backend.shots) if backend.shots else 1e-8
    if example.noisy:
        tolerance = 0.5
    np.testing.assert_allclose(
        backend.run_probabilities(FEATURE_MAP, X),
        exact.run_probabilities(FEATURE_MAP, X),
        atol=tolerance,
    )
    np.testing.assert_allclose(
        backend.run_expectations(FEATURE_MAP, OBSERVABLES, X),
        exact.run_expectations(FEATURE_MAP, OBSERVABLES, X),
        atol=2 * tolerance,
    )
    K = backend.gram(FEATURE_MAP, X)
    np.testing.assert_allclose(K, exact.gram(FEATURE_MAP, X), atol=tolerance)
    np.testing.assert_array_equal(K, K.T)
    np.testing.assert_array_equal(np.diag(K), 1.0)
    np.testing.assert_allclose(
        backend.gram(FEATURE_MAP, X[:2], X), exact.gram(FEATURE_MAP, X[:2], X), atol=tolerance
    )


@every_example
def test_layout_keeps_the_logical_order_of_bits(name, example):
    """On a device of five qubits in a line the logical qubits land anywhere; the bits must not."""
    circuit = QuantumCircuit(3)
    circuit.x(0)
    circuit.cx(0, 2)  # outcome 101: qubits 0 and 2
    probabilities = made_by(name, example, 1).run_probabilities(circuit, np.zeros((1, 0)))
    assert probabilities[0].argmax() == 0b101
    assert probabilities[0, 0b101] > 0.7


@every_example
@pytest.mark.parametrize("gate", ["cp", "crx", "cry", "crz", "cu1", "cu3", "mcp", "cu"])
def test_controlled_gates_turn_by_every_row_s_own_angle(name, example, gate):
    angle, circuit = Parameter("a"), QuantumCircuit(3)
    circuit.h([0, 1, 2])
    circuit.ry(0.4, 1)
    if gate == "mcp":
        circuit.mcp(angle, [0, 1], 2)
    elif gate in ("cu1", "cu3"):
        made = {"cu1": CU1Gate(angle), "cu3": CU3Gate(angle, 2 * angle, 0.3)}[gate]
        circuit.append(made, [0, 1])
    else:
        others = (0.2, 2 * angle, 0.1) if gate == "cu" else ()
        getattr(circuit, gate)(angle, *others, 0, 1)
    for qubit in range(3):
        circuit.ry(0.3 + 0.4 * qubit, qubit)
    rows, backend = np.array([[1.1], [2.6]]), made_by(name, example, 1)
    wanted = resolve_backend("exact").run_probabilities(circuit, rows)
    found = backend.run_probabilities(circuit, rows)
    tolerance = 5 / np.sqrt(backend.shots) if backend.shots else 1e-8
    np.testing.assert_allclose(found, wanted, atol=0.25 if example.noisy else tolerance)


def resetting():
    circuit = QuantumCircuit(2)
    circuit.ry(Parameter("a"), 0)
    circuit.cx(0, 1)
    circuit.reset(0)
    circuit.rx(Parameter("b"), 0)
    return circuit


def measured():
    circuit = resolve_feature_map("zz", 2).copy()
    circuit.measure_all()
    return circuit


@every_example
@pytest.mark.parametrize(
    "observables, words",
    [
        ("ZZI", "observables: got ZZI, expected a list of SparsePauliOp"),
        (None, "observables: got None, expected a list"),
        (SparsePauliOp(["ZZI", "XII"]), r"observables: got .*; a single one is \[observable\]"),
        (["ZZI"], r"observable 0: got ZZI \(str\), expected a SparsePauliOp"),
        ([OBSERVABLES[0], 3], r"observable 1: got 3 \(int\), expected a SparsePauliOp"),
        ([SparsePauliOp("ZZI", np.nan)], "observable 0: the coefficient of ZZI is .*nan"),
    ],
)
def test_what_is_no_list_of_observables_is_one_line(name, example, observables, words):
    backend = made_by(name, example, 1)
    model = ModelCircuit(FEATURE_MAP, tuple(FEATURE_MAP.parameters), ())
    bound, weights = backend.bind(model, X[:1]), np.empty(0)
    for ask in (
        lambda: backend.run_expectations(FEATURE_MAP, observables, X[:1]),
        lambda: backend.gradients(FEATURE_MAP, observables, X[:1]),
        lambda: SharedBackend(backend, []).run_expectations(FEATURE_MAP, observables, X[:1]),
        lambda: bound.expectations(observables, weights),
    ):
        with pytest.raises(SpecError, match=words) as caught:
            ask()
        assert "\n" not in str(caught.value)
    assert not backend.usage.circuits


@every_example
def test_points_of_a_gram_matrix_are_called_by_their_argument(name, example):
    backend = made_by(name, example, 1)
    with pytest.raises(SpecError, match=r"^X: shape \(6, 2\), expected \(batch, 3\)"):
        backend.gram(FEATURE_MAP, X[:, :2])
    with pytest.raises(SpecError, match="^Y: row 0, column 0 is nan"):
        backend.gram(FEATURE_MAP, X, X * np.nan)
    assert not backend.usage.circuits


FIXED, FADING = QuantumCircuit(1), QuantumCircuit(1)
FIXED.h(0)
FADING.h(0)
FADING.rz(Parameter("a"), 0)

ASKED = {
    "outcomes": lambda backend, circuit, rows: backend.run_probabilities(circuit, rows),
    "expectations": lambda backend, circuit, rows: backend.run_expectations(
        circuit, [SparsePauliOp("ZX")], rows
    ),
    "gradients": lambda backend, circuit, rows: backend.gradients(
        circuit, [SparsePauliOp("ZX")], rows
    ),
    "Gram matrix": lambda backend, circuit, rows: backend.gram(circuit, rows),
    "Gram block": lambda backend, circuit, rows: backend.gram(circuit, rows[:1], rows),
    "fidelities": lambda backend, circuit, rows: backend.fidelities(circuit, rows, rows),
}


@every_example
@pytest.mark.parametrize("ask", ASKED.values(), ids=ASKED)
def test_what_cannot_be_asked_is_the_same_line_everywhere(name, example, ask):
    backend, rows = made_by(name, example, 1), np.array([[0.3, 0.2], [0.1, 0.4]])
    with pytest.raises(SpecError, match="the circuit holds a 'reset' of a qubit that was acted on"):
        ask(backend, resetting(), rows)
    with pytest.raises(SpecError, match="the circuit holds a 'measure', which is no gate"):
        ask(backend, measured(), rows)
    feature_map = resolve_feature_map("zz", 2)
    with pytest.raises(SpecError, match="row 1, column 0 is inf, expected finite numbers"):
        ask(backend, feature_map, np.array([[0.3, 0.2], [np.inf, 0.4]]))
    with pytest.raises(SpecError, match=r"shape \(\d, 3\), expected \(batch, 2\)"):
        ask(backend, feature_map, np.zeros((2, 3)))
    assert not backend.usage.circuits


@every_example
@pytest.mark.parametrize("level", [0, 3])
@pytest.mark.parametrize("circuit", [FIXED, FADING], ids=["no angle", "an angle that fades"])
def test_rows_that_nothing_tells_apart_are_draws_of_their_own(name, example, level, circuit):
    """Where no angle is left after transpiling, samplers broadcast over nothing."""
    backend = made_by(name, example, 7)
    if hasattr(backend, "optimization_level"):
        backend.optimization_level = level
    found = backend.run_probabilities(
        circuit, np.linspace(0, 1, 4 * circuit.num_parameters).reshape(4, -1)
    )
    np.testing.assert_allclose(found, np.full((4, 2), 0.5), atol=0.1)
    if backend.shots:
        assert len(np.unique(found[:, 0])) > 1
    assert backend.usage.circuits == 4


@every_example
def test_a_gate_is_what_it_is_made_of_and_not_its_name(name, example):
    """Transpilers and simulators go by the name, which a user may have given to another gate."""
    turned, within = QuantumCircuit(1, name="rx"), QuantumCircuit(1, name="once more")
    turned.ry(Parameter("a") + 0.9, 0)
    within.append(turned.to_gate(), [0])
    circuit = QuantumCircuit(2)
    circuit.ry(0.7, 0)
    circuit.append(within.to_gate(), [0])
    circuit.cx(0, 1)
    rows, backend = np.array([[0.3], [1.4]]), made_by(name, example, 1)
    wanted = [Statevector(circuit.assign_parameters(row)).probabilities() for row in rows]
    tolerance = 5 / np.sqrt(backend.shots) if backend.shots else 1e-8
    found = backend.run_probabilities(circuit, rows)
    np.testing.assert_allclose(found, wanted, atol=0.2 if example.noisy else tolerance)


@every_example
@pytest.mark.parametrize(
    "gate",
    [
        RYGate(Parameter("a")).control(2, annotated=False),
        RZZGate(Parameter("a")).control(1, annotated=False),
        CRXGate(Parameter("a"), label="mine"),
        XXPlusYYGate(Parameter("a"), 0.3),
        UGate(Parameter("a"), 0.1, 0.2).control(2, annotated=False),
    ],
    ids=["ccry", "crzz", "labelled crx", "xx_plus_yy", "ccu"],
)
def test_a_gradient_does_not_remember_what_a_gate_was_made_of(name, example, gate):
    assert gate.definition is not None  # kept by the gate from now on, with its angle
    circuit = QuantumCircuit(3)
    circuit.ry(0.4, 0)
    circuit.h([1, 2])
    circuit.append(gate, range(gate.num_qubits))
    circuit.rx(0.3, [0, 1, 2])
    rows, backend = np.array([[0.3], [1.4]]), made_by(name, example, 1)
    step, observables = 1e-4, [SparsePauliOp("IIZ"), SparsePauliOp("XYI")]
    ahead, behind = (
        [
            [
                Statevector(circuit.assign_parameters(row + shift)).expectation_value(one).real
                for one in observables
            ]
            for row in rows
        ]
        for shift in (step, -step)
    )
    wanted = (np.array(ahead) - behind)[:, :, None] / (2 * step)
    tolerance = 5 / np.sqrt(backend.shots) if backend.shots else 1e-7
    found = backend.gradients(circuit, observables, rows)
    np.testing.assert_allclose(found, wanted, atol=0.3 if example.noisy else tolerance)


@every_example
def test_initialised_states_are_what_they_are_on_every_backend(name, example):
    circuit = QuantumCircuit(2)
    circuit.initialize([0.6, 0.0, 0.0, 0.8])
    circuit.ry(Parameter("a"), 0)
    rows, exact = np.array([[0.3], [1.4]]), resolve_backend("exact")
    backend = made_by(name, example, 1)
    tolerance = 5 / np.sqrt(backend.shots) if backend.shots else 1e-8
    for ask in (ASKED["outcomes"], ASKED["Gram matrix"], ASKED["gradients"]):
        wanted, found = ask(exact, circuit, rows), ask(backend, circuit, rows)
        np.testing.assert_allclose(found, wanted, atol=0.5 if example.noisy else 2 * tolerance)


@every_example
def test_usage_is_what_was_run_and_estimate_foresees_it(name, example):
    backend = made_by(name, example, 1)
    shots = backend.shots or 0
    backend.run_probabilities(FEATURE_MAP, X)
    assert (backend.usage.circuits, backend.usage.shots) == (6, 6 * shots)
    before = backend.usage.copy()
    backend.gram(FEATURE_MAP, X)
    backend.gram(FEATURE_MAP, X[:2], X)
    spent = backend.usage.since(before)
    foreseen = backend.estimate(Workload(3, grams=((6, 0), (2, 6))))
    assert (spent.circuits, spent.shots) == (foreseen.circuits, foreseen.shots)
    if shots:  # measured, every pair once; exact, a backend may need one circuit a point
        assert spent.circuits == spent.machine_circuits == 15 + 12


def test_exact_gram_matrix_is_one_circuit_a_point():
    backend = resolve_backend("exact")
    backend.gram(FEATURE_MAP, X)
    backend.gram(FEATURE_MAP, X[:2], X)
    assert backend.usage.circuits == 6 + 2 + 6


@every_measured_example
def test_same_seed_same_shots_and_no_job_repeats_another(name, example):
    first, second = made_by(name, example, 7), made_by(name, example, 7)
    a, b = first.run_probabilities(FEATURE_MAP, X), first.run_probabilities(FEATURE_MAP, X)
    np.testing.assert_array_equal(a, second.run_probabilities(FEATURE_MAP, X))
    assert not np.array_equal(a, b)
    assert not np.array_equal(a, made_by(name, example, 8).run_probabilities(FEATURE_MAP, X))


@every_measured_example
def test_rows_of_one_job_are_independent_draws(name, example):
    same = np.repeat(X[:1], 2, axis=0)
    rows = made_by(name, example, 7).run_probabilities(FEATURE_MAP, same)
    assert not np.array_equal(rows[0], rows[1])


@every_example
def test_bound_circuit_is_the_whole_circuit(name, example):
    model = compose_model(FEATURE_MAP, resolve_ansatz("efficient_su2", 3))
    weights = np.linspace(-1, 1, len(model.weights))
    values = np.hstack([X, np.tile(weights, (len(X), 1))])[:, model.columns]
    bound = made_by(name, example, 3).bind(model, X)
    plain = made_by(name, example, 3)
    np.testing.assert_allclose(
        bound.probabilities(weights), plain.run_probabilities(model.circuit, values), atol=1e-12
    )
    np.testing.assert_allclose(
        bound.expectations(OBSERVABLES, weights),
        plain.run_expectations(model.circuit, OBSERVABLES, values),
        atol=1e-12,
    )


def test_many_samples_take_the_matrix_route_and_agree():
    model = compose_model(FEATURE_MAP, resolve_ansatz("real_amplitudes", 3))
    points = np.random.default_rng(1).uniform(0, 3, (40, 3))
    weights = np.linspace(-1, 1, len(model.weights))
    many = resolve_backend("exact").bind(model, points).probabilities(weights)
    few = resolve_backend("exact").bind(model, points[:4]).probabilities(weights)
    np.testing.assert_allclose(many[:4], few, atol=1e-12)


def test_parameter_shifts_are_the_adjoint_derivatives():
    """Two independent ways; also where parameters are shared and stand inside expressions."""
    a, b = Parameter("a"), Parameter("b")
    circuit = FEATURE_MAP.compose(
        resolve_ansatz("efficient_su2", 3).assign_parameters([a, b, a * b, a.sin()] * 6)
    )
    circuit.cp(a - b, 0, 2)
    circuit.rxx(2 * a, 0, 1)
    circuit.sx(1)
    values = np.random.default_rng(3).normal(size=(2, circuit.num_parameters))
    exact = resolve_backend("exact")
    by_shifts = Backend.gradients(exact, circuit, OBSERVABLES, values)
    np.testing.assert_allclose(by_shifts, exact.gradients(circuit, OBSERVABLES, values), atol=1e-10)


def test_measured_derivatives_are_close():
    circuit = FEATURE_MAP.compose(resolve_ansatz("real_amplitudes", 3))
    values = np.random.default_rng(3).normal(size=(1, circuit.num_parameters))
    exact = resolve_backend("exact").gradients(circuit, OBSERVABLES, values)
    backend = resolve_backend("aer:shots=2000", 1)
    measured = backend.gradients(circuit, OBSERVABLES, values)
    np.testing.assert_allclose(measured, exact, atol=0.8)
    assert np.abs(measured - exact).mean() < 0.1
    assert backend.usage.jobs == 3  # one call a group: ZZI with ZII, XYZ, IXI


@every_example
def test_pickles_without_its_connection(name, example):
    backend = made_by(name, example, 2)
    backend.run_probabilities(FEATURE_MAP, X)
    copy = pickle.loads(pickle.dumps(backend))
    assert copy.usage == backend.usage
    assert copy.run_probabilities(FEATURE_MAP, X).shape == (6, 8)


@pytest.mark.parametrize(
    "spec, words",
    [
        ("exat", "did you mean 'exact'"),
        ("aer:shot=3", "did you mean 'shots'"),
        ("aer:shots=0", "greater than 0"),
        ("aer:shots=many", "valid integer"),
        ("aer:noise=fake_manilla", "did you mean 'fake_manila'"),
        ("ibm", "name the machine"),
        ("ibm:fake_nowhere", "unknown device"),
        ("aer:shots=1,shots=2", "given twice"),
        ("aer:shots=1,ideal", "not key=value"),
        ("exact:random_state=1", "seed comes from"),
        (3, "a backend is a string"),
        ("", "unknown backend"),
        ("os.system", "unknown backend"),
    ],
)
def test_bad_specs_are_one_clear_line(spec, words):
    with pytest.raises(SpecError, match=words) as caught:
        resolve_backend(spec)
    assert "\n" not in str(caught.value)
