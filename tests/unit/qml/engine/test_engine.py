"""The engine against Qiskit's own state vectors, finite differences, and its refusals."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from qiskit.circuit import Parameter, ParameterVector, QuantumCircuit
from qiskit.circuit.library import (
    Initialize,
    MCPhaseGate,
    MCXGate,
    PauliEvolutionGate,
    StatePreparation,
    UnitaryGate,
    efficient_su2,
    get_standard_gate_name_mapping,
    real_amplitudes,
    zz_feature_map,
)
from qiskit.circuit.random import random_circuit
from qiskit.quantum_info import (
    Pauli,
    SparsePauliOp,
    Statevector,
    random_pauli_list,
    random_statevector,
    random_unitary,
)

from qml.engine import (
    EncodedModel,
    Kind,
    available_bytes,
    encode_mps,
    expectations,
    gradients,
    gram,
    gram_bytes,
    lower,
    memory_needed,
    probabilities,
    require_memory,
    share_memory,
    statevectors,
)
from qml.engine._fusion import fuse
from qml.engine._memory import require_states
from qml.errors import ResourceError, SpecError

NOTHING = np.zeros((1, 0))


def reference(circuit, values):
    rows = [
        circuit.assign_parameters(dict(zip(circuit.parameters, row, strict=True))) for row in values
    ]
    return np.array([Statevector(row).data for row in rows])


def assert_same(circuit, values):
    np.testing.assert_allclose(
        statevectors(circuit, values), reference(circuit, values), atol=1e-10, rtol=0
    )


def parametrised_gates():
    return {
        name: gate
        for name, gate in get_standard_gate_name_mapping().items()
        if gate.params and name != "delay"
    }


def random_parametrised(seed):
    """A circuit with every parametrised standard gate, its angles shared, nested and nonlinear.

    Angles stay moderate: one of 1e6 is known to 1e-10 at best, by anybody.
    """
    rng = np.random.default_rng(seed)
    n = int(rng.integers(3, 8))
    angles = ParameterVector("a", 4)
    shapes = [
        lambda a, b: a,
        lambda a, b: 2 * a,
        lambda a, b: a * b,
        lambda a, b: (np.pi - a) * b,
        lambda a, b: a.sin(),
        lambda a, b: a**2 + b,
        lambda a, b: (a * b).sin().exp() / 3,
        lambda a, b: -a / 2 + 1,
        lambda a, b: (a + 2 * b) * (a - 1),
    ]

    def angle():
        a, b = (angles[int(k)] for k in rng.integers(0, 4, 2))
        return shapes[int(rng.integers(len(shapes)))](a, b)

    circuit = QuantumCircuit(n, global_phase=angle())
    gates = list(parametrised_gates().values())
    plain = [
        gate
        for name, gate in get_standard_gate_name_mapping().items()
        if not gate.params and name not in ("measure", "reset", "delay")
    ]
    for _ in range(10):
        gate = gates[int(rng.integers(len(gates)))].copy()
        gate.params = [angle() if rng.random() < 0.8 else float(rng.normal()) for _ in gate.params]
        for chosen in (gate, plain[int(rng.integers(len(plain)))]):
            if chosen.num_qubits <= n:
                circuit.append(chosen, [int(q) for q in rng.permutation(n)[: chosen.num_qubits]])
    return circuit


@pytest.mark.parametrize("seed", range(300))
def test_random_circuits_of_standard_gates(seed):
    assert_same(random_circuit(2 + seed % 6, 6, max_operands=4, seed=seed), NOTHING)


@pytest.mark.parametrize(
    "seed", [*range(220), *(pytest.param(k, marks=pytest.mark.slow) for k in range(1000, 4000))]
)
def test_random_parametrised_circuits(seed):
    circuit = random_parametrised(seed)
    values = np.random.default_rng(seed).normal(size=(3, circuit.num_parameters))
    assert_same(circuit, values)


@pytest.mark.parametrize("name", sorted(get_standard_gate_name_mapping()))
def test_every_standard_gate_its_controlled_and_inverse_form(name):
    gate = get_standard_gate_name_mapping()[name]
    if name in ("measure", "reset", "delay"):
        pytest.skip("no gate")
    parameters = ParameterVector("p", len(gate.params))
    gate = type(gate)(*parameters) if gate.params else gate
    forms = [gate, gate.inverse()]
    if name != "global_phase":
        forms += [gate.control(1), gate.control(1, ctrl_state=0)]
    for form in forms:
        circuit = QuantumCircuit(max(form.num_qubits, 1))
        circuit.h(range(circuit.num_qubits))
        circuit.rx(0.3, 0)
        circuit.append(form, list(range(form.num_qubits)))
        assert_same(circuit, np.random.default_rng(0).normal(size=(2, circuit.num_parameters)))


@pytest.mark.parametrize(
    "expression",
    [
        lambda a, b: (a * b).cos(),
        lambda a, b: a.exp() / (2 + b * b),
        lambda a, b: (a + 3).log(),
        lambda a, b: a.tan() - b.arctan(),
        lambda a, b: (a * a + 1) ** 0.5,
        lambda a, b: -a / 3,
        lambda a, b: a.sin().arcsin(),
        lambda a, b: (b.cos() / 2).arccos(),
        lambda a, b: a**3 - b,
        lambda a, b: (np.pi - a) * (np.pi - b),
        lambda a, b: a * a + a * b - 2,
        lambda a, b: b / (a + 5),
    ],
)
def test_expressions_and_their_derivatives(expression):
    a, b = Parameter("a"), Parameter("b")
    circuit = QuantumCircuit(1)
    circuit.ry(expression(a, b), 0)
    circuit.rz(a, 0)
    circuit.rz(b, 0)
    circuit.rx(0.4, 0)
    values = np.random.default_rng(0).uniform(-1, 1, (6, 2))
    assert_same(circuit, values)
    assert_gradient(circuit, [SparsePauliOp("Z"), SparsePauliOp("Y")], values)


@pytest.mark.parametrize(
    "expression",
    [
        lambda a: a.sign(),
        lambda a: a + a.sign(),
        lambda a: a.abs(),
        lambda a: a * a.abs(),
        lambda a: a.conjugate(),
        lambda a: a.abs() ** 2,
        lambda a: a.sign() * a,
    ],
)
def test_expressions_with_corners(expression):
    a = Parameter("a")
    circuit = QuantumCircuit(1)
    circuit.ry(expression(a), 0)
    assert_same(circuit, np.array([[0.7], [-0.4]]))


def test_a_sign_has_the_slope_0():
    circuit = QuantumCircuit(1)
    circuit.ry(Parameter("a").sign(), 0)
    assert gradients(circuit, [SparsePauliOp("Z")], [[0.7]]) == 0


def assert_gradient(circuit, observables, values, step=1e-6, tolerance=1e-7):
    found = gradients(circuit, observables, values)
    for k in range(circuit.num_parameters):
        shift = step * np.eye(circuit.num_parameters)[k]
        slope = (
            expectations(circuit, observables, values + shift)
            - expectations(circuit, observables, values - shift)
        ) / (2 * step)
        np.testing.assert_allclose(found[:, :, k], slope, atol=tolerance)


@pytest.mark.parametrize("seed", range(40))
def test_gradients_of_random_circuits_against_finite_differences(seed):
    circuit = random_parametrised(seed)
    rng = np.random.default_rng(seed)
    paulis = random_pauli_list(circuit.num_qubits, 3, seed=seed, phase=False)
    observables = [SparsePauliOp(paulis, rng.normal(size=3)), SparsePauliOp(paulis[:1])]
    values = rng.normal(size=(2, circuit.num_parameters)) / 2
    assert_gradient(circuit, observables, values, tolerance=2e-6)


def test_gradient_of_chosen_parameters_and_a_wrong_one():
    circuit = zz_feature_map(2).compose(real_amplitudes(2, reps=1))
    values = np.ones((1, circuit.num_parameters))
    whole = gradients(circuit, [SparsePauliOp("ZZ")], values)
    part = gradients(circuit, [SparsePauliOp("ZZ")], values, wrt=list(circuit.parameters)[2:4])
    np.testing.assert_array_equal(part, whole[:, :, 2:4])
    with pytest.raises(SpecError, match="no parameter"):
        gradients(circuit, [SparsePauliOp("ZZ")], values, wrt=[Parameter("q")])


@pytest.mark.parametrize("seed", range(20))
def test_expectations_of_random_paulis(seed):
    circuit = random_circuit(4, 5, seed=seed)
    rng = np.random.default_rng(seed)
    observable = SparsePauliOp(random_pauli_list(4, 6, seed=seed, phase=False), rng.normal(size=6))
    expected = Statevector(circuit).expectation_value(observable).real
    assert expectations(circuit, [observable], NOTHING)[0, 0] == pytest.approx(expected, abs=1e-10)


def test_observables_are_checked():
    with pytest.raises(SpecError, match="observable 1 acts on 2 qubits, the circuit has 1"):
        expectations(QuantumCircuit(1), [SparsePauliOp("Z"), SparsePauliOp("ZZ")], NOTHING)
    with pytest.raises(SpecError, match="observable 0 is not Hermitian"):
        expectations(QuantumCircuit(1), [SparsePauliOp("Z", 1j)], NOTHING)


@pytest.mark.parametrize(
    "observables, words",
    [
        ("Z", "observables: got Z, expected a list of SparsePauliOp"),
        (None, "observables: got None, expected a list"),
        (SparsePauliOp(["Z", "X"]), r"observables: got .*; a single one is \[observable\]"),
        (
            [SparsePauliOp("Z"), "Z"],
            r"observable 1: got Z \(str\), expected a .*SparsePauliOp\('ZZ'\)",
        ),
        ([None], r"observable 0: got None \(NoneType\), expected a SparsePauliOp"),
        ([Pauli("Z")], r"observable 0: got Pauli\('Z'\) \(Pauli\), expected"),
        ([SparsePauliOp(["X", "Z"], [1.0, np.nan])], "observable 0: the coefficient of Z is .*nan"),
        (
            [SparsePauliOp("Z", [Parameter("a")])],
            "observable 0: coefficients with open parameters, expec",
        ),
    ],
)
def test_what_is_no_list_of_observables_is_one_line(observables, words):
    circuit = QuantumCircuit(1)
    for ask in (expectations, gradients):
        with pytest.raises(SpecError, match=words) as caught:
            ask(circuit, observables, NOTHING)
        assert "\n" not in str(caught.value)
    with pytest.raises(SpecError, match=words):
        encode_mps(circuit, NOTHING).expectations(observables)


def test_expectations_of_no_circuit_are_one_line():
    with pytest.raises(SpecError, match="a Qiskit circuit is expected, got None"):
        expectations(None, [SparsePauliOp("Z")], NOTHING)


@pytest.mark.filterwarnings("ignore::scipy.sparse.SparseEfficiencyWarning")  # inside Qiskit's own
@pytest.mark.parametrize(
    "operator",
    [
        SparsePauliOp(["ZZI", "IXX", "YIY"], [0.3, -1.0, 0.7]),
        SparsePauliOp(["ZZI", "IIX"]),
        SparsePauliOp(["XYZ"], [0.4]),
        SparsePauliOp(["III", "ZII"], [1.5, 0.2]),
        [SparsePauliOp("XII"), SparsePauliOp("ZYI")],
    ],
)
def test_evolution_is_the_exponential_whatever_its_synthesis(operator):
    t = Parameter("t")
    for time_ in (t, 2 * t + 1, 0.37):
        circuit = QuantumCircuit(4)
        circuit.h(range(4))
        circuit.t(1)
        circuit.append(PauliEvolutionGate(operator, time=time_), [2, 0, 3])
        assert_same(circuit, np.full((2, circuit.num_parameters), 0.8))
    circuit = QuantumCircuit(3)
    circuit.h(range(3))
    circuit.append(PauliEvolutionGate(operator, time=t * t), range(3))
    circuit.rx(0.7, 1)
    assert_gradient(circuit, [SparsePauliOp("XZY"), SparsePauliOp("ZZZ")], np.array([[0.6]]))


def test_evolution_too_wide_to_diagonalise_is_named():
    operator = SparsePauliOp(["Z" * 9, "X" * 7 + "II"])
    circuit = QuantumCircuit(9)
    circuit.append(PauliEvolutionGate(operator, time=1.0), range(9))
    with pytest.raises(SpecError, match="split the Hamiltonian"):
        lower(circuit)


def test_unitaries_initialisation_composites_and_wide_gates():
    t = Parameter("t")
    circuit = QuantumCircuit(5, global_phase=0.3)
    circuit.append(Initialize(random_statevector(4, seed=2)), [3, 1])
    circuit.append(StatePreparation(random_statevector(2, seed=3)), [0])
    circuit.append(UnitaryGate(random_unitary(16, seed=1)), [4, 0, 2, 3])
    circuit.append(MCXGate(4), [3, 1, 0, 2, 4])
    circuit.append(MCPhaseGate(t, 3), [0, 2, 4, 1])
    circuit.append(zz_feature_map(2).assign_parameters([0.3, t]).to_gate(), [1, 3])
    circuit.append(
        efficient_su2(2, reps=1).assign_parameters([t] * 8).to_gate().control(), [0, 3, 2]
    )
    circuit.barrier()
    assert_same(circuit, np.array([[0.3], [-1.1]]))


def test_what_is_no_gate_is_named():
    circuit = QuantumCircuit(1, 1)
    circuit.h(0)
    circuit.measure(0, 0)
    with pytest.raises(SpecError, match="'measure'"):
        probabilities(circuit, NOTHING)
    branching = QuantumCircuit(1, 1)
    with branching.if_test((branching.clbits[0], 1)):
        branching.x(0)
    with pytest.raises(SpecError, match="if_else"):
        lower(branching)


def test_values_must_fit_the_parameters():
    with pytest.raises(SpecError, match=r"expected \(batch, 2\)"):
        statevectors(zz_feature_map(2), [[0.1, 0.2, 0.3]])


def test_feature_map_fuses_to_hadamards_and_one_diagonal():
    program = fuse(lower(zz_feature_map(6)))
    kinds = [step.kind for step in program.steps]
    assert kinds == [Kind.H] * 6 + [Kind.PHASES] + [Kind.H] * 6 + [Kind.PHASES]
    assert program.steps[6].phases == program.steps[13].phases


@pytest.mark.parametrize("batch", [1, 2, 7, 8, 9, 130, 300])
@pytest.mark.parametrize("n", [1, 3, 6])
def test_every_batch_and_block_size(batch, n):
    circuit = zz_feature_map(n, reps=2) if n > 1 else real_amplitudes(1)
    values = np.random.default_rng(batch).normal(size=(batch, circuit.num_parameters))
    whole = statevectors(circuit, values)
    single = np.vstack([statevectors(circuit, row) for row in values])
    np.testing.assert_allclose(whole, single, atol=1e-12)


def test_single_precision_where_it_is_asked_for():
    circuit = zz_feature_map(5).compose(efficient_su2(5))
    values = np.random.default_rng(0).normal(size=(40, circuit.num_parameters))
    double, single = (
        statevectors(circuit, values),
        statevectors(circuit, values, dtype=np.complex64),
    )
    assert single.dtype == np.complex64
    np.testing.assert_allclose(single, double, atol=2e-6)


@pytest.mark.reliability("R15")
def test_threads_do_not_change_a_digit():
    from threadpoolctl import threadpool_limits

    circuit = zz_feature_map(8)
    values = np.random.default_rng(0).normal(size=(300, 8))
    with threadpool_limits(2):
        many = statevectors(circuit, values)
    with threadpool_limits(1):
        np.testing.assert_array_equal(statevectors(circuit, values), many)


@given(seed=st.integers(0, 10**6), n=st.integers(2, 5), m=st.integers(2, 9))
def test_gram_is_symmetric_positive_and_has_unit_diagonal(seed, n, m):
    X = np.random.default_rng(seed).normal(size=(m, n)) * 3
    K = gram(zz_feature_map(n), X)
    np.testing.assert_array_equal(K, K.T)
    np.testing.assert_allclose(np.diag(K), 1.0, atol=1e-12)
    assert np.linalg.eigvalsh(K).min() > -1e-10
    assert K.min() >= 0


@given(seed=st.integers(0, 10**6))
def test_relabelling_qubits_relabels_the_state(seed):
    circuit = random_parametrised(seed % 50)
    n = circuit.num_qubits
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(1, circuit.num_parameters))
    order = rng.permutation(n)
    relabelled = QuantumCircuit(n)
    relabelled.compose(circuit, [int(q) for q in order], inplace=True)
    outcomes = np.arange(1 << n)
    moved = sum(((outcomes >> q) & 1) << int(order[q]) for q in range(n))
    before, after = statevectors(circuit, values)[0], statevectors(relabelled, values)[0]
    np.testing.assert_allclose(after[moved], before, atol=1e-12)
    assert np.linalg.norm(after) == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("n_qubits", [2, 3, 5, 8, 11])
def test_an_entry_is_the_same_in_every_matrix(n_qubits):
    """To the last bit: a model's numbers are the same whatever its kernel is computed with."""
    rng = np.random.default_rng(n_qubits)
    X = rng.uniform(-3, 3, (170, n_qubits))
    feature_map = zz_feature_map(n_qubits)
    whole = gram(feature_map, X)
    assert np.array_equal(whole, whole.T)
    for n, m in [(1, 1), (1, 7), (5, 3), (24, 6), (39, 41), (119, 121), (130, 9), (3, 170)]:
        rows, columns = rng.permutation(170)[:n], rng.permutation(170)[:m]
        part = gram(feature_map, X[rows], X[columns])
        assert np.array_equal(part, whole[np.ix_(rows, columns)])
        assert np.array_equal(gram(feature_map, X[rows]), whole[np.ix_(rows, rows)])


@pytest.mark.parametrize("m", [None, 30])
def test_gram_in_blocks_is_the_whole(m):
    rng = np.random.default_rng(0)
    X, Y = rng.normal(size=(150, 4)), None if m is None else rng.normal(size=(m, 4))
    whole = gram(zz_feature_map(4), X, Y)
    states = statevectors(zz_feature_map(4), X)
    others = states if Y is None else statevectors(zz_feature_map(4), Y)
    np.testing.assert_allclose(whole, np.abs(states @ others.conj().T) ** 2, atol=1e-12)
    products = 16 * 16 * (120 + 480) + 24 * 120 * 480  # parts of 16 amplitudes, and three products
    products += 16 * 16 * (150 + (m or 0) + 8)  # states that pass
    for kept in (1, 20, 100):
        blocked = gram(zz_feature_map(4), X, Y, max_bytes=products + 2 * kept * 256)
        np.testing.assert_array_equal(blocked, whole)
    with pytest.raises(ResourceError, match="Gram matrix"):
        gram(zz_feature_map(4), X, Y, max_bytes=100)


def test_five_thousand_points_at_fourteen_qubits_fit_two_gibibytes():
    assert gram_bytes(14, 5000) < 2 * 2**30


# Training


def classifier(n, n_samples, mixed=False, seed=0, projector=None):
    x, w = ParameterVector("x", n), ParameterVector("w", 3 * n)
    circuit = zz_feature_map(n).assign_parameters(list(x))
    for k in range(3 * n):
        circuit.ry(w[k], k % n)
        circuit.rz(w[k] * w[(k + 1) % (3 * n)], k % n)
        circuit.cx(k % n, (k + 1) % n)
    if mixed:  # data are uploaded again
        for q in range(n):
            circuit.rx(x[q] * w[q], q)
    X = np.random.default_rng(seed).normal(size=(n_samples, n))
    return EncodedModel(circuit, list(x), list(w), X, projector), circuit, X


def log_loss(labels):
    def loss(outputs):
        rows = np.arange(len(labels))
        p = outputs[rows, labels]
        slopes = np.zeros_like(outputs)
        slopes[rows, labels] = -1 / p / len(labels)
        return -np.log(p).mean(), slopes

    return loss


@pytest.mark.parametrize(
    "n, n_samples, mixed",
    [(2, 3, False), (2, 40, False), (3, 40, True), (4, 9, False), (4, 90, False)],
)
@pytest.mark.parametrize("outputs", ["classes", "probabilities", "observables"])
def test_value_and_gradient_on_every_route(n, n_samples, mixed, outputs):
    projector = {
        "classes": np.eye(3)[np.arange(1 << n) % 3],
        "probabilities": None,
        "observables": np.random.default_rng(5).uniform(0.1, 1, (1 << n, 3)),
    }[outputs]
    model, circuit, X = classifier(n, n_samples, mixed, projector=projector)
    rng = np.random.default_rng(1)
    w = rng.normal(size=3 * n)
    loss = log_loss(rng.integers(0, 3, n_samples))
    values = np.hstack([X, np.tile(w, (n_samples, 1))])
    place = {
        p.name: i for i, p in enumerate([*ParameterVector("x", n), *ParameterVector("w", 3 * n)])
    }
    columns = [place[p.name] for p in circuit.parameters]
    np.testing.assert_allclose(
        model.probabilities(w), probabilities(circuit, values[:, columns]), atol=1e-12
    )
    np.testing.assert_allclose(
        model.states(w), statevectors(circuit, values[:, columns]), atol=1e-12
    )
    expected = probabilities(circuit, values[:, columns])
    if projector is not None:
        expected = expected @ projector
    np.testing.assert_allclose(model.outputs(w), expected, atol=1e-12)
    value, gradient = model.value_and_gradient(w, loss)
    assert value == pytest.approx(loss(model.outputs(w))[0], abs=1e-12)
    for k in range(len(w)):
        shift = 1e-6 * np.eye(len(w))[k]
        up, down = (loss(model.outputs(w + s))[0] for s in (shift, -shift))
        assert gradient[k] == pytest.approx((up - down) / 2e-6, abs=1e-7)


def test_a_small_step_is_a_new_value():
    """A peer's cache returns the old value for steps below 1e-5."""
    model, _, _ = classifier(3, 20)
    w = np.ones(9)
    assert not np.array_equal(model.probabilities(w), model.probabilities(w + 1e-9))


def test_training_checks_its_arguments():
    model, circuit, X = classifier(2, 3)
    with pytest.raises(SpecError, match=r"weights: shape \(2,\), expected \(6,\)"):
        model.probabilities([0.1, 0.2])
    with pytest.raises(SpecError, match="must be the circuit's parameters"):
        EncodedModel(circuit, [], [], X)
    with pytest.raises(SpecError, match=r"projector: shape \(3, 2\), expected \(4, n_outputs\)"):
        classifier(2, 3, projector=np.ones((3, 2)))


# Memory


@pytest.mark.reliability("R14", "N8")
@pytest.mark.parametrize("n_qubits", [31, 40, 64, 1000, 10**9])
def test_impossible_sizes_are_refused_at_once(n_qubits):
    start = time.perf_counter()
    with pytest.raises(ResourceError, match="may be used"):
        require_memory(memory_needed(n_qubits, 1000), f"1000 states of {n_qubits} qubits")
    assert time.perf_counter() - start < 0.1


@pytest.mark.reliability("R14", "N8")
@pytest.mark.parametrize(
    "call",
    [
        statevectors,
        lambda c, v: gradients(c, [], v),
        lambda c, v: gram(c, np.repeat(v, 9, axis=0)),
        lambda c, v: EncodedModel(c, list(c.parameters)[:2], list(c.parameters)[2:], v[:, :2]),
    ],
)
def test_everything_refuses_before_allocating(call):
    circuit = efficient_su2(40, reps=1)
    with pytest.raises(ResourceError, match="40 qubits"):
        call(circuit, np.zeros((1, circuit.num_parameters)))
    assert available_bytes() > 0


@pytest.mark.reliability("R14")
def test_workers_share_the_memory():
    free = available_bytes()
    try:
        share_memory(8)
        with pytest.raises(ResourceError, match="by each of 8 workers; one state of up to"):
            require_states(60, 1, 1, "a state of 60 qubits")
        with pytest.raises(ResourceError, match="may be used by each of 8 workers"):
            require_memory(free // 8, "the work")
    finally:
        share_memory(1)


def test_a_refusal_says_what_would_fit():
    fitting = max(available_bytes() // 2 // (16 * 2 * 2**12), 1000)
    with pytest.raises(ResourceError, match=r"; [\d,]+ at a time fit"):
        require_states(12, 4 * fitting, 2, "states")


def test_engine_uses_no_more_threads_than_it_is_given():
    from threadpoolctl import threadpool_limits

    from qml.engine._threads import n_threads

    with threadpool_limits(1):
        assert n_threads() == 1
    assert n_threads() >= 1


def test_workers_of_joblib_do_not_oversubscribe():
    from joblib import Parallel, cpu_count, delayed

    from qml.engine._threads import n_threads

    found = Parallel(n_jobs=2, backend="loky")(delayed(n_threads)() for _ in range(2))
    assert max(found) <= max(1, cpu_count() // 2)


def test_fork_leaves_a_working_engine():
    """A forked child has none of its parent's threads, and must not wait for them."""
    import os

    from threadpoolctl import threadpool_limits

    circuit, values = zz_feature_map(10), np.full((200, 10), 0.3)
    with threadpool_limits(2):
        expected = statevectors(circuit, values)
        child = os.fork()
        if child == 0:
            os._exit(0 if np.array_equal(statevectors(circuit, values), expected) else 1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_split_finds_the_encoding():
    x, w = Parameter("x"), Parameter("w")
    circuit = QuantumCircuit(1)
    circuit.h(0)
    circuit.p(x, 0)
    circuit.ry(w, 0)
    circuit.rx(x, 0)
    places = [list(circuit.parameters).index(w)]
    head, tail = lower(circuit).split(places)
    assert (len(head.steps), len(tail.steps)) == (2, 2)
    assert head.phase
    assert not tail.phase
