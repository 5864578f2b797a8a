"""A noise model is consumed whole, as Aer and `qiskit.quantum_info` have it, or refused by name."""

from __future__ import annotations

import numpy as np
import pytest
from qiskit.circuit import Delay, Parameter, QuantumCircuit
from qiskit.circuit.library import (
    CXGate,
    HGate,
    IGate,
    PauliGate,
    RXGate,
    RZXGate,
    SXGate,
    UnitaryGate,
    XGate,
)
from qiskit.quantum_info import (
    DensityMatrix,
    Kraus,
    SparsePauliOp,
    SuperOp,
    random_quantum_channel,
    random_unitary,
)
from qiskit.transpiler.basepasses import AnalysisPass
from qiskit_aer import AerSimulator
from qiskit_aer.noise import (
    NoiseModel,
    PauliLindbladError,
    QuantumError,
    ReadoutError,
    RelaxationNoisePass,
    amplitude_damping_error,
    coherent_unitary_error,
    depolarizing_error,
    pauli_error,
    phase_amplitude_damping_error,
    reset_error,
    thermal_relaxation_error,
)

from qml.backends._mitigation import folded
from qml.backends._noise import _parts
from qml.backends.aer import AerBackend
from qml.backends.density_matrix import DensityMatrixBackend
from qml.circuits import ModelCircuit, active_qubits, compacted, compose_model, overlap_circuit
from qml.devices import snapshot
from qml.errors import SpecError

N = 3
BASIS = ["id", "rz", "sx", "x", "h", "cx", "unitary"]
NONE = np.empty((1, 0))
ONE_QUBIT = ["x", "sx", "rz", "h", "id", "delay", "reset", "measure", "slow"]
TWO_QUBITS = ["cx", "pair"]
LINDBLAD = PauliLindbladError(["X", "Y", "Z"], [0.03, 0.0, 0.1])


def flip(p: float) -> QuantumError:
    return pauli_error([("X", p), ("I", 1 - p)])


def random_error(rng: np.random.Generator, n_qubits: int, kinds: int = 11) -> QuantumError:
    """Return an error of a kind drawn at random: a channel, a mixture, a product, a chain."""
    seed, p = int(rng.integers(2**31)), float(rng.uniform(0.01, 0.3))
    kind = rng.integers(kinds)
    if n_qubits == 2 and kind < 4:
        return random_error(rng, 1).tensor(random_error(rng, 1))
    if kind < 2:
        return QuantumError(Kraus(random_quantum_channel(2**n_qubits, seed=seed, rank=2)))
    if kind < 4:
        return coherent_unitary_error(random_unitary(2**n_qubits, seed=seed))
    if kind < 6:
        return depolarizing_error(p, n_qubits)
    if kind == 10:
        return random_error(rng, n_qubits, 10).compose(random_error(rng, n_qubits, 10))
    if n_qubits == 2:
        return pauli_error([("XZ", p), ("YI", p / 2), ("II", 1 - 1.5 * p)])
    return [
        reset_error(p, p / 3),
        amplitude_damping_error(p, excited_state_population=0.2),
        phase_amplitude_damping_error(p, p / 2),
        thermal_relaxation_error(50e3, 40e3, 1e4 * p),
        flip(p),
    ][rng.integers(5)]


def random_model(rng: np.random.Generator) -> NoiseModel:
    """Return a model without parts of errors so small (1e-10) that Aer leaves them out."""
    while True:
        model = any_model(rng)
        local, everywhere, _, _ = _parts(model)
        errors = [*everywhere.values(), *(e for found in local.values() for e in found.values())]
        if all(min(getattr(error, "probabilities", [1])) > 1e-7 for error in errors):
            return model


def any_model(rng: np.random.Generator) -> NoiseModel:
    model = NoiseModel(basis_gates=BASIS)
    for names, n_qubits in ((ONE_QUBIT, 1), (TWO_QUBITS, 2)):
        for name in names:
            if rng.random() < 0.6:
                model.add_all_qubit_quantum_error(random_error(rng, n_qubits), name, warnings=False)
            if rng.random() < 0.3:  # composed with the first
                model.add_all_qubit_quantum_error(random_error(rng, n_qubits), name, warnings=False)
            for _ in range(rng.integers(3)):
                places = rng.permutation(N)[:n_qubits].tolist()
                model.add_quantum_error(random_error(rng, n_qubits), name, places, warnings=False)
    if rng.random() < 0.5:  # of the first qubit of a labelled pair
        model.add_all_qubit_quantum_error(random_error(rng, 1), "half")
    if rng.random() < 0.3:
        model.add_all_qubit_quantum_error(LINDBLAD, "generated")
    add_readouts(rng, model)
    if rng.random() < 0.5:
        times = rng.uniform(1e-5, 1e-4, N)
        relaxation = RelaxationNoisePass(
            times.tolist(), (1.3 * times).tolist(), dt=1e-9, op_types=Delay
        )
        model._custom_noise_passes.append(relaxation)
    return model


def add_readouts(rng: np.random.Generator, model: NoiseModel) -> None:
    for place in [None, *range(N)]:
        if rng.random() < 0.5:
            p, q = rng.uniform(0, 0.3, 2)
            error = ReadoutError([[1 - p, p], [q, 1 - q]])
            if place is None:
                model.add_all_qubit_readout_error(error)
            else:
                model.add_readout_error(error, [place], warnings=False)


def random_circuit(rng: np.random.Generator, n_gates: int, reset: bool) -> QuantumCircuit:
    """Return gates, labelled ones, delays, barriers and perhaps resets on up to three qubits."""
    circuit = QuantumCircuit(N)
    theta = Parameter("theta")
    for _ in range(n_gates):
        seed = int(rng.integers(2**31))
        one, other = rng.permutation(N)[:2].tolist()
        angle = theta if rng.random() < 0.5 else float(rng.uniform(0, 6))
        choices = [
            (XGate(), [one]),
            (SXGate(), [one]),
            (HGate(), [one]),
            (IGate(), [one]),
            (CXGate(), [one, other]),
            (RXGate(angle), [one]),
            (XGate(label="slow"), [one]),
            (HGate(label="drawn"), [one]),  # a label that no model knows
            (HGate(label="generated"), [one]),
            (RXGate(angle, label="slow"), [one]),
            (UnitaryGate(random_unitary(2, seed=seed), label="slow"), [one]),
            (CXGate(label="pair"), [one, other]),
            (RZXGate(angle, label="pair"), [one, other]),
            (UnitaryGate(random_unitary(4, seed=seed), label="half"), [one, other]),
            (Delay(int(rng.integers(1, 9000))), [one]),
        ]
        operation, qubits = choices[rng.integers(len(choices))]
        circuit.append(operation, qubits)
        if rng.random() < 0.1:
            circuit.barrier(*([one] if rng.random() < 0.5 else []))
        if reset and rng.random() < 0.1:
            circuit.reset(other)
    return circuit


def read(model: NoiseModel, rho: DensityMatrix, reads: dict[int, int]) -> np.ndarray:
    """Return the distribution of the classical bits, read as wrongly as the model says."""
    _, _, readouts, default = _parts(model)
    n_bits = len(reads)
    outcome = rho.probabilities([reads[bit] for bit in range(n_bits)])
    for bit in range(n_bits):
        error = readouts.get((reads[bit],), default)
        matrix = np.eye(2) if error is None else np.asarray(error.probabilities).T
        others = np.eye(2**bit), np.eye(2 ** (n_bits - 1 - bit))
        outcome = np.kron(others[1], np.kron(matrix, others[0])) @ outcome
    return outcome


def reads_of(circuit: QuantumCircuit) -> dict[int, int]:
    return {
        circuit.find_bit(step.clbits[0]).index: circuit.find_bit(step.qubits[0]).index
        for step in circuit.data
        if step.operation.name == "measure"
    }


def by_aer(model: NoiseModel, bound: QuantumCircuit) -> np.ndarray:
    """Aer's own density matrix. An idle gate labelled as a measurement has its error, unread."""
    unread = bound.copy_empty_like()
    for step in bound.data:
        if step.operation.name == "measure":
            unread.append(IGate(label="measure"), step.qubits)
        else:
            unread.append(step)
    unread.save_density_matrix()
    simulator = AerSimulator(method="density_matrix", noise_model=model)
    rho = simulator.run(unread, shots=1).result().data()["density_matrix"]
    return read(model, rho, reads_of(bound))


def by_superoperators(model: NoiseModel, bound: QuantumCircuit) -> np.ndarray:
    """Qiskit's evolution, instruction by instruction, by the rules of the documentation."""
    errors, default_errors, _, _ = _parts(model)
    if any(isinstance(step.operation, Delay) for step in bound.data):
        for found in model._custom_noise_passes:
            bound = found(bound)
    rho = DensityMatrix.from_int(0, 2**bound.num_qubits)
    for step in bound.data:
        operation = step.operation
        places = [bound.find_bit(qubit).index for qubit in step.qubits]
        label = None if operation.name in ("reset", "measure") else operation.label
        error = errors.get(label or operation.name, {}).get(tuple(places))
        error = error or default_errors.get(label or operation.name)
        if operation.name == "quantum_channel":
            rho = rho.evolve(SuperOp(operation._quantum_error), places)
        elif operation.name == "reset":
            rho = rho.reset(places)
        elif operation.name not in ("measure", "delay", "barrier"):
            rho = rho.evolve(operation, places)
        if error is not None:
            rho = rho.evolve(SuperOp(error), places[: error.num_qubits])
    return read(model, rho, reads_of(bound))


def compare(seed: int, reset: bool = True) -> None:
    """Compare a random circuit under a random model, as it is transpiled at a random level."""
    rng = np.random.default_rng(seed)
    model, circuit = random_model(rng), random_circuit(rng, 14, reset)
    level = int(rng.integers(4))
    backend = DensityMatrixBackend(noise=model, optimization_level=level)
    isa = backend._transpiled_by(circuit)
    kept = [step.operation.label for step in isa.data if step.operation.label]
    for label in model.noise_instructions:
        named = [step for step in circuit.data if step.operation.label == label]
        assert kept.count(label) == len(named)
    values = rng.uniform(0, 6, (2, circuit.num_parameters))
    program = backend._program(isa, 1.0)
    own = values[:, backend._columns(circuit, isa)]
    found = program.outcome_probabilities(program.push(program.ground(2), own))
    for row, outcome in zip(own, found, strict=True):
        bound = isa.assign_parameters(dict(zip(isa.parameters, row, strict=True)))
        np.testing.assert_allclose(outcome, by_aer(model, bound), atol=1e-10, rtol=0)
        np.testing.assert_allclose(outcome, by_superoperators(model, bound), atol=1e-10, rtol=0)
    # the model on the qubits in use alone has lost nothing
    small, part = compacted(isa), backend._source.model_on(active_qubits(isa), 1.0)
    bound = small.assign_parameters(dict(zip(small.parameters, own[0], strict=True)))
    np.testing.assert_allclose(found[0], by_aer(part, bound), atol=1e-10, rtol=0)


@pytest.mark.parametrize("seed", range(12))
def test_random_models_are_consumed_as_aer_and_quantum_info_have_them(seed):
    compare(seed)


@pytest.mark.slow
@pytest.mark.parametrize("first", range(1000, 1400, 20))
def test_hundreds_of_random_models_are_consumed_whole(first):
    for seed in range(first, first + 20):
        compare(seed)


def aer_outcomes(backend: DensityMatrixBackend, circuit: QuantumCircuit, values) -> np.ndarray:
    """Aer's distributions of the circuit as the backend transpiles it, one a row."""
    isa = backend.transpiled(circuit)
    rows = np.asarray(values)[:, backend._columns(circuit, isa)]
    return np.array(
        [
            by_aer(
                backend.noise, isa.assign_parameters(dict(zip(isa.parameters, row, strict=True)))
            )
            for row in rows
        ]
    )


def labelled_model() -> NoiseModel:
    """Errors on everything that the circuits below are made of."""
    model = NoiseModel(basis_gates=["id", "rz", "sx", "x", "cx", "unitary"])
    model.add_all_qubit_quantum_error(flip(0.2), "measure")
    model.add_all_qubit_quantum_error(amplitude_damping_error(0.1), ["slow", "delay"])
    model.add_all_qubit_quantum_error(depolarizing_error(0.05, 2), ["cx", "pair"])
    model.add_all_qubit_quantum_error(amplitude_damping_error(0.3), "id")
    model.add_quantum_error(reset_error(0.2), "measure", [1])
    model.add_all_qubit_readout_error(ReadoutError([[0.95, 0.05], [0.1, 0.9]]))
    return model


def labelled_circuit(prefix: str) -> QuantumCircuit:
    circuit = QuantumCircuit(2)
    angles = [Parameter(f"{prefix}{k}") for k in range(2)]
    for qubit, angle in enumerate(angles):
        circuit.append(RXGate(angle, label="slow"), [qubit])
    circuit.append(CXGate(label="pair"), [0, 1])
    circuit.id(0)
    circuit.delay(100, 1)
    circuit.barrier()
    circuit.ry(angles[0] * angles[1], 1)
    circuit.cx(1, 0)
    return circuit


def test_a_flip_at_the_measurement_is_a_flip():
    """X with one wrong flip in five before it is measured: [0.2, 0.8], by any way to ask."""
    model = NoiseModel()
    model.add_all_qubit_quantum_error(flip(0.2), "measure")
    circuit = QuantumCircuit(1)
    circuit.x(0)
    found = DensityMatrixBackend(noise=model).run_probabilities(circuit, NONE)[0]
    np.testing.assert_allclose(found, [0.2, 0.8], atol=1e-14)
    drawn = AerBackend(noise=model, shots=20_000, random_state=1).run_probabilities(circuit, NONE)
    np.testing.assert_allclose(drawn[0], found, atol=0.015)


@pytest.mark.parametrize("level", range(4))
def test_probabilities_and_gram_matrices_hold_at_every_level(level):
    model = labelled_model()
    backend = DensityMatrixBackend(noise=model, optimization_level=level)
    circuit, X = labelled_circuit("x"), np.random.default_rng(3).uniform(0, 3, (3, 2))
    isa = backend.transpiled(circuit)
    assert isa.count_ops()["id"] == 1
    assert sorted(s.operation.label or "" for s in isa.data)[-3:] == ["pair", "slow", "slow"]
    exact = backend.run_probabilities(circuit, X)
    np.testing.assert_allclose(exact, aer_outcomes(backend, circuit, X), atol=1e-10, rtol=0)
    measured = AerBackend(
        noise=model, optimization_level=level, shots=40_000, random_state=1
    ).run_probabilities(circuit, X)
    np.testing.assert_allclose(measured, exact, atol=0.012)  # five standard deviations
    overlap = overlap_circuit(circuit)
    pairs = np.hstack([np.repeat(X, 3, axis=0), np.tile(X, (3, 1))])[:, overlap.columns]
    wanted = aer_outcomes(backend, overlap.circuit, pairs)[:, 0].reshape(3, 3)
    np.testing.assert_allclose(backend.gram(circuit, X, X), wanted, atol=1e-10, rtol=0)


def test_gradients_hold_with_errors_of_labels_and_measurements():
    inputs, weights = labelled_circuit("x"), labelled_circuit("w")
    model = ModelCircuit(
        inputs.compose(weights), tuple(inputs.parameters), tuple(weights.parameters)
    )
    backend = DensityMatrixBackend(noise=labelled_model())
    X, w = np.random.default_rng(5).uniform(0, 3, (4, 2)), np.array([0.4, 1.3])
    bound, projector = backend.bind(model, X), np.array([[1.0], [-1.0], [0.5], [2.0]])

    def loss(outputs):
        return float((outputs**2).sum()), 2 * outputs

    value, gradient = bound.value_and_gradient(w, projector, loss)
    rows = np.hstack([X, np.tile(w, (4, 1))])
    order = [[*inputs.parameters, *weights.parameters].index(p) for p in model.circuit.parameters]
    wanted = aer_outcomes(backend, model.circuit, rows[:, order]) @ projector
    assert value == pytest.approx(loss(wanted)[0], abs=1e-10)
    for k, step in enumerate(1e-5 * np.eye(2)):
        ends = [bound.value_and_gradient(w + sign * step, projector, loss)[0] for sign in (1, -1)]
        assert gradient[k] == pytest.approx((ends[0] - ends[1]) / 2e-5, abs=1e-8)


def test_labels_inside_composed_gates_survive():
    inner = QuantumCircuit(1, name="inner")
    inner.append(XGate(label="slow"), [0])
    outer = QuantumCircuit(2, name="outer")
    outer.append(inner.to_gate(), [1])
    outer.h(0)
    circuit = QuantumCircuit(2)
    circuit.append(outer.to_gate(), [1, 0])
    backend = DensityMatrixBackend(noise=labelled_model())
    found = backend.run_probabilities(circuit, NONE)
    assert [s.operation.label for s in backend.transpiled(circuit).data].count("slow") == 1
    np.testing.assert_allclose(found, aer_outcomes(backend, circuit, NONE), atol=1e-10)


def test_delays_relax_by_the_passes_of_a_snapshots_own_model():
    """On qubits that are numbered anew, too: the pass reads the times of the machine's own."""
    model = NoiseModel.from_backend(snapshot("fake_manila"))
    circuit = QuantumCircuit(3)
    circuit.h(0)
    circuit.x(2)
    circuit.delay(50, 2, unit="us")
    circuit.delay(20, 0, unit="us")
    backend = DensityMatrixBackend(noise=model)
    exact = backend.run_probabilities(circuit, NONE)
    np.testing.assert_allclose(exact, aer_outcomes(backend, circuit, NONE), atol=1e-8)
    isa = QuantumCircuit(5, 1)  # as if qubits 2 and 4 had been chosen
    isa.x(4)
    isa.delay(50, 4, unit="us")
    isa.measure(4, 0)
    program = backend._program(isa, 1.0)
    found = program.outcome_probabilities(program.push(program.ground(), NONE))[0]
    np.testing.assert_allclose(found, by_aer(model, isa), atol=1e-8)
    part = backend._source.model_on(active_qubits(isa), 1.0)
    np.testing.assert_allclose(found, by_aer(part, compacted(isa)), atol=1e-8)


def mixed_units() -> QuantumCircuit:
    circuit = QuantumCircuit(2)
    circuit.h([0, 1])
    circuit.delay(3, 0, unit="us")
    circuit.delay(2000, 1, unit="dt")
    circuit.h([0, 1])
    return circuit


@pytest.mark.parametrize("level", [0, 1, 2, 3])
@pytest.mark.parametrize("dt", [1e-9, None])
def test_delays_may_have_several_units_as_for_aer_itself(level, dt):
    """Only a pass asks how long they are; an error under their name does not."""
    model, circuit = NoiseModel(basis_gates=["rz", "sx", "x", "cx"]), mixed_units()
    if dt is None:
        model.add_all_qubit_quantum_error(pauli_error([("Z", 0.2), ("I", 0.8)]), "delay")
    else:
        model._custom_noise_passes.append(
            RelaxationNoisePass([1e-5, 2e-5], [1e-5, 1e-5], dt=dt, op_types=Delay)
        )
    exact = DensityMatrixBackend(noise=model, optimization_level=level)
    wanted, found = by_aer(model, with_reads(circuit)), exact.run_probabilities(circuit, NONE)[0]
    np.testing.assert_allclose(found, wanted, atol=1e-10)
    assert found[0] < 0.9
    drawn = AerBackend(noise=model, optimization_level=level, shots=10_000, random_state=1)
    np.testing.assert_allclose(drawn.run_probabilities(circuit, NONE)[0], wanted, atol=0.025)


@pytest.mark.parametrize("backend", [DensityMatrixBackend, AerBackend])
def test_a_delay_in_dt_that_a_pass_cannot_convert_is_one_line(backend):
    model = NoiseModel(basis_gates=["rz", "sx", "x", "cx"])
    model._custom_noise_passes.append(RelaxationNoisePass([1e-5] * 2, [1e-5] * 2, op_types=Delay))
    with pytest.raises(SpecError, match="a pass .* fails on the circuit.*without a dt") as caught:
        backend(noise=model).run_probabilities(mixed_units(), NONE)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["delay", "slow"])
def test_of_a_labelled_delay_the_label_alone_is_read(name):
    model, circuit = NoiseModel(basis_gates=["rz", "sx", "x", "cx"]), QuantumCircuit(1)
    model.add_all_qubit_quantum_error(pauli_error([("X", 0.2), ("I", 0.8)]), name)
    delay = Delay(5).to_mutable()
    delay.label = "slow"
    circuit.append(delay, [0])
    found = DensityMatrixBackend(noise=model).run_probabilities(circuit, NONE)[0]
    np.testing.assert_allclose(found, [0.8, 0.2] if name == "slow" else [1, 0], atol=1e-12)
    assert circuit.copy().data[0].operation.label is None  # as the documentation says of Qiskit


def with_reads(circuit: QuantumCircuit) -> QuantumCircuit:
    measured = circuit.copy()
    measured.measure_all()
    return measured


def test_folding_keeps_the_labels_of_what_it_folds():
    circuit = QuantumCircuit(2)
    circuit.append(CXGate(label="pair"), [0, 1])
    longer, _ = folded(circuit, 3.0)
    assert [step.operation.label for step in longer.data] == ["pair"] * 3


def test_a_device_knows_no_labels():
    circuit, plain = QuantumCircuit(2), QuantumCircuit(2)
    circuit.append(CXGate(label="drawn"), [0, 1])
    plain.cx(0, 1)
    backend = DensityMatrixBackend(noise="fake_manila")
    np.testing.assert_array_equal(
        backend.run_probabilities(circuit, NONE), backend.run_probabilities(plain, NONE)
    )


class _Counting(AnalysisPass):
    """A pass that is none of Aer's."""

    def run(self, dag):
        return None


def joint_readout(model: NoiseModel) -> None:
    model.add_readout_error(ReadoutError(np.full((4, 4), 0.25)), [0, 1])


def foreign_pass(model: NoiseModel) -> None:
    model._custom_noise_passes.append(_Counting())


def negative_rate(model: NoiseModel) -> None:
    model.add_all_qubit_quantum_error(PauliLindbladError(["X"], [-0.1]), "x")


def unknown_kind(model: NoiseModel) -> None:
    model._default_quantum_errors["x"] = SuperOp(np.eye(4))


def under(name: str, n_qubits: int, *places: list[int]):
    def add(model: NoiseModel) -> None:
        error = depolarizing_error(0.1, n_qubits)
        if places:
            model.add_quantum_error(error, name, places[0])
        else:
            model.add_all_qubit_quantum_error(error, name)

    return add


@pytest.mark.parametrize("backend", [DensityMatrixBackend, AerBackend])
@pytest.mark.parametrize(
    "spoil, words",
    [
        (joint_readout, r"joint readout error on qubits \[0, 1\]"),
        (foreign_pass, "noise pass of type _Counting"),
        (negative_rate, "under 'x' on all qubits has the rate -0.1"),
        (unknown_kind, "under 'x' on all qubits is a SuperOp"),
        (under("barrier", 1), "under 'barrier' on all qubits: Aer applies none"),
        (under("pauli", 2), "under 'pauli' on all qubits: Aer applies none"),
        (under("kraus", 1, [2]), r"under 'kraus' on qubits \[2\]: Aer applies none"),
        (under("measure", 2, [0, 1]), r"under 'measure' on qubits \[0, 1\] is one of 2 qubits"),
        (under("reset", 2), "under 'reset' on all qubits is one of 2 qubits"),
    ],
)
def test_what_is_not_consumed_is_one_refusal_that_names_it(backend, spoil, words):
    model = NoiseModel()
    spoil(model)
    with pytest.raises(SpecError, match=words) as caught:
        backend(noise=model)
    assert "\n" not in str(caught.value)


def opaque(name: str = "composed", label: str | None = "slow") -> QuantumCircuit:
    composed = QuantumCircuit(1, name=name)
    composed.h(0)
    circuit = QuantumCircuit(1)
    circuit.append(composed.to_gate(label=label), [0])
    return circuit


def within(inner: QuantumCircuit) -> QuantumCircuit:
    circuit = QuantumCircuit(1)
    circuit.append(inner.to_gate(), [0])
    return circuit


def paulis(letters: str) -> QuantumCircuit:
    gate = PauliGate(letters).to_mutable()
    gate.label = "slow"
    circuit = QuantumCircuit(len(letters))
    circuit.append(gate, range(len(letters)))
    return circuit


def wide() -> QuantumCircuit:
    circuit = QuantumCircuit(1)
    circuit.append(XGate(label="pair"), [0])
    return circuit


def late() -> QuantumCircuit:
    circuit = QuantumCircuit(1)
    circuit.delay(Parameter("t"), 0)
    return circuit


@pytest.mark.parametrize("backend", [DensityMatrixBackend, AerBackend])
@pytest.mark.parametrize(
    "circuit, words",
    [
        (opaque(), "the error under 'slow', its label on 'composed': Aer never applies it"),
        (opaque("slow"), "the error under 'slow': Aer never applies it"),
        (opaque("slow", None), "the error under 'slow': Aer never applies it"),
        (within(opaque("slow")), "the error under 'slow': Aer never applies it"),
        (paulis("X"), "the error under 'slow', its label on 'pauli': Aer never applies it"),
        (paulis("XY"), "the error under 'slow', its label on 'pauli': Aer never applies it"),
        (wide(), "under 'pair' is one of 2 qubits"),
        (late(), "a pass of the noise model fails"),
    ],
    ids=[
        "labelled composite",
        "label and name of a composite",
        "name of a composite",
        "composite within a composite",
        "labelled Pauli",
        "labelled Paulis",
        "wide",
        "late",
    ],
)
def test_what_a_circuit_makes_unusable_is_refused_before_it_runs(backend, circuit, words):
    model = labelled_model()
    model._custom_noise_passes.append(RelaxationNoisePass([1e-5], [1e-5], op_types=Delay))
    with pytest.raises(SpecError, match=words):
        backend(noise=model).run_probabilities(circuit, np.ones((1, circuit.num_parameters)))


def test_aer_applies_no_error_to_a_product_of_paulis():
    """Why it is refused; a new Aer that does is noticed here."""
    model, circuit = NoiseModel(), paulis("XY")
    for name in ("pauli", "slow"):
        model.add_all_qubit_quantum_error(depolarizing_error(0.3, 2), name)
    circuit.save_density_matrix()
    found = AerSimulator(method="density_matrix", noise_model=model).run(circuit).result()
    np.testing.assert_allclose(np.diag(found.data()["density_matrix"]), [0, 0, 0, 1], atol=1e-12)


@pytest.mark.parametrize("level", [0, 1, 2, 3])
def test_an_error_of_resets_is_in_what_every_backend_gives(level):
    """A state that is prepared wrongly; transpilers drop resets of what is 0 already."""
    model, circuit = NoiseModel(basis_gates=["rx", "cx"]), QuantumCircuit(2)
    model.add_quantum_error(pauli_error([("X", 0.2), ("I", 0.8)]), "reset", [0])
    model.add_all_qubit_quantum_error(depolarizing_error(0.05, 2), "cx")
    circuit.reset([0, 1])
    circuit.rx(Parameter("a"), 0)
    circuit.cx(0, 1)
    bound = circuit.assign_parameters([0.7])
    bound.save_probabilities()
    aer = AerSimulator(method="density_matrix", noise_model=model)
    wanted = aer.run(bound).result().data()["probabilities"]
    exact = DensityMatrixBackend(noise=model, optimization_level=level)
    drawn = AerBackend(noise=model, optimization_level=level, shots=10_000, random_state=1)
    np.testing.assert_allclose(exact.run_probabilities(circuit, [[0.7]])[0], wanted, atol=1e-12)
    np.testing.assert_allclose(drawn.run_probabilities(circuit, [[0.7]])[0], wanted, atol=0.025)
    undone = bound.copy_empty_like()
    undone.reset([0, 1])
    undone.rx(0.7, 0)
    if level == 0:  # transpilers let the two cancel
        undone.cx(0, 1)
        undone.cx(0, 1)
    undone.rx(-0.7, 0)
    undone.save_probabilities()
    survival = aer.run(undone).result().data()["probabilities"][0]
    found = exact.fidelities(circuit, [[0.7]], [[0.7]])[0]
    assert found == pytest.approx(survival, abs=1e-12)
    weights, z = np.array([0.4]), SparsePauliOp("ZI")
    bound_model = compose_model(circuit, trained())
    value = exact.bind(bound_model, np.array([[0.7]])).probabilities(weights)
    row = np.array([[0.7, 0.4]])[:, bound_model.columns]
    np.testing.assert_allclose(value, exact.run_probabilities(bound_model.circuit, row), atol=1e-12)
    ahead, behind = (exact.run_expectations(circuit, [z], [[0.7 + h]]) for h in (1e-4, -1e-4))
    slope = exact.gradients(circuit, [z], [[0.7]])[0]
    np.testing.assert_allclose(slope, (ahead - behind) / 2e-4, atol=1e-6)


def trained() -> QuantumCircuit:
    ansatz = QuantumCircuit(2)
    ansatz.rx(Parameter("w"), 1)
    return ansatz


@pytest.mark.parametrize("backend", [DensityMatrixBackend, AerBackend])
def test_gates_and_scales_that_are_not_there_are_one_clear_line(backend):
    with pytest.raises(SpecError, match="noise_scale=2 stretches the gates of a device"):
        backend(noise=labelled_model(), noise_scale=2.0)
    circuit = QuantumCircuit(1)
    circuit.delay(10, 0)
    with pytest.raises(SpecError, match="does not come into the gates.*delay"):
        backend(noise="fake_manila").run_probabilities(circuit, NONE)
