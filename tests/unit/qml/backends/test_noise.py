"""Exact noise against Aer's density matrices; its gradients against differences; mitigation."""

from __future__ import annotations

import numpy as np
import pytest
from qiskit.circuit import Parameter, QuantumCircuit
from qiskit.circuit.library import (
    CRXGate,
    CU3Gate,
    MCXGate,
    PauliEvolutionGate,
    zz_feature_map,
)
from qiskit.quantum_info import DensityMatrix, Kraus, Operator, SparsePauliOp, Statevector, SuperOp
from qiskit_aer import AerSimulator
from qiskit_aer.noise import (
    NoiseModel,
    ReadoutError,
    amplitude_damping_error,
    depolarizing_error,
    pauli_error,
    phase_amplitude_damping_error,
    reset_error,
    thermal_relaxation_error,
)

from qml.backends import BoundCircuit, Workload, resolve_backend
from qml.backends._mitigation import extrapolation_weights, folded, inverted, nearest_distribution
from qml.backends._noise import _channels, _parts
from qml.backends.aer import AerBackend
from qml.backends.density_matrix import DensityMatrixBackend
from qml.circuits import (
    ModelCircuit,
    active_qubits,
    compacted,
    compose_model,
    overlap_circuit,
    resolve_ansatz,
    without_readout,
)
from qml.classifiers.vqc import VQC
from qml.devices import part_of_snapshot, resolve_device, snapshot
from qml.engine import Channels
from qml.errors import BackendError, ResourceError, SpecError

RNG = np.random.default_rng(7)
X2, X3 = RNG.uniform(0, 2 * np.pi, (5, 2)), RNG.uniform(0, 2 * np.pi, (4, 3))


def written_model() -> NoiseModel:
    """Every kind of error that Aer can be told, on gates of a line of three qubits."""
    model = NoiseModel(basis_gates=["rz", "sx", "x", "cx"])
    model.add_all_qubit_quantum_error(
        thermal_relaxation_error(50e3, 30e3, 100).compose(depolarizing_error(0.01, 1)), ["sx"]
    )
    model.add_all_qubit_quantum_error(phase_amplitude_damping_error(0.02, 0.03), ["x"])
    model.add_quantum_error(amplitude_damping_error(0.04, excited_state_population=0.2), "sx", [1])
    model.add_all_qubit_quantum_error(
        depolarizing_error(0.03, 2).compose(
            amplitude_damping_error(0.02).tensor(pauli_error([("X", 0.03), ("I", 0.97)]))
        ),
        ["cx"],
    )
    model.add_quantum_error(reset_error(0.02).tensor(reset_error(0.0, 0.01)), "cx", [1, 0])
    correlated = Kraus(SuperOp(depolarizing_error(0.05, 2)) @ SuperOp(depolarizing_error(0.02, 2)))
    model.add_quantum_error(correlated, "cx", [1, 2], warnings=False)
    model.add_all_qubit_readout_error(ReadoutError([[0.97, 0.03], [0.08, 0.92]]))
    model.add_readout_error(ReadoutError([[0.9, 0.1], [0.02, 0.98]]), [2])
    return model


NOISES = {
    "snapshot": "fake_manila",
    "other gates": "fake_torino",
    "paper A": "havlicek2019",
    "parameters": {"name": "uniform", "t1_us": 40.0, "t2_us": 30.0, "readout_error": 0.05},
    "written": written_model(),
}


def by_aer(backend: DensityMatrixBackend, circuit: QuantumCircuit, values) -> np.ndarray:
    """Outcome probabilities from Aer's density matrix, one circuit a row, and wrong readouts."""
    isa = backend.transpiled(circuit)
    active = active_qubits(isa)
    model = backend._source.model_on(active, 1.0)
    small, columns = compacted(isa), backend._columns(circuit, isa)
    reads = {}
    for step in small.data:
        if step.operation.name == "measure":
            reads[small.find_bit(step.clbits[0]).index] = small.find_bit(step.qubits[0]).index
    small.data = [step for step in small.data if step.operation.name != "measure"]
    small.save_density_matrix()
    simulator = AerSimulator(method="density_matrix", noise_model=model)
    channels, n_bits, rows = _channels(model), len(reads), []
    for row in np.asarray(values)[:, columns]:
        bound = small.assign_parameters(dict(zip(small.parameters, row, strict=True)))
        rho = simulator.run(bound).result().data()["density_matrix"]
        outcome = rho.probabilities([reads[bit] for bit in range(n_bits)])
        for bit in range(n_bits):
            matrix = channels.readout(reads[bit])
            if matrix is not None:
                outcome = np.moveaxis(
                    np.tensordot(
                        matrix, outcome.reshape((2,) * n_bits), axes=([1], [n_bits - 1 - bit])
                    ),
                    0,
                    n_bits - 1 - bit,
                ).ravel()
        rows.append(outcome)
    return np.array(rows)


def by_superoperators(backend: DensityMatrixBackend, circuit: QuantumCircuit, row) -> np.ndarray:
    """Return one outcome distribution before wrong readouts, by Qiskit's own evolution."""
    isa = backend.transpiled(circuit)
    active = active_qubits(isa)
    model = backend._source.model_on(active, 1.0)
    errors, default_errors, _, _ = _parts(model)
    small = compacted(isa)
    values = dict(zip(small.parameters, row[backend._columns(circuit, isa)], strict=True))
    rho, reads = DensityMatrix.from_int(0, 2 ** len(active)), {}
    for step in small.assign_parameters(values).data:
        places = [small.find_bit(qubit).index for qubit in step.qubits]
        if step.operation.name == "measure":
            reads[small.find_bit(step.clbits[0]).index] = places[0]
            continue
        rho = rho.evolve(step.operation, places)
        name = step.operation.name
        error = errors.get(name, {}).get(tuple(places), default_errors.get(name))
        if error is not None:
            rho = rho.evolve(SuperOp(error), places)
    return rho.probabilities([reads[bit] for bit in range(len(reads))])


@pytest.mark.parametrize("noise", NOISES.values(), ids=NOISES)
def test_states_are_those_of_qiskits_own_superoperators(noise, monkeypatch):
    backend = DensityMatrixBackend(noise=noise)
    n = 2 if noise == "havlicek2019" else 3
    circuit, row = zz_feature_map(n), RNG.uniform(0, 3, n)
    wanted = by_superoperators(backend, circuit, row)
    kept = backend._source.channels_on

    def reading_well(places, stretch):
        return Channels(kept(places, stretch).after, lambda place: None)

    monkeypatch.setattr(backend._source, "channels_on", reading_well)
    np.testing.assert_allclose(backend.run_probabilities(circuit, row[None])[0], wanted, atol=1e-12)


@pytest.mark.parametrize("noise", NOISES.values(), ids=NOISES)
def test_gram_and_probabilities_are_those_of_density_matrices(noise):
    backend = DensityMatrixBackend(noise=noise)
    n = 2 if noise == "havlicek2019" else 3
    X = X2 if n == 2 else X3
    feature_map = zz_feature_map(n)
    # Aer leaves out parts of an error below 1e-10, which this snapshot has
    tolerance = 2e-8 if noise == "fake_torino" else 1e-10
    np.testing.assert_allclose(
        backend.run_probabilities(feature_map, X),
        by_aer(backend, feature_map, X),
        atol=tolerance,
        rtol=0,
    )
    overlap = overlap_circuit(feature_map)
    pairs = np.hstack([np.repeat(X, len(X), axis=0), np.tile(X, (len(X), 1))])
    reference = by_aer(backend, overlap.circuit, pairs[:, overlap.columns])[:, 0]
    reference = reference.reshape(len(X), len(X))
    np.testing.assert_allclose(backend.gram(feature_map, X, X), reference, atol=tolerance, rtol=0)
    K = backend.gram(feature_map, X)
    upper = np.triu_indices(len(X), k=1)
    np.testing.assert_allclose(K[upper], reference[upper], atol=tolerance, rtol=0)
    np.testing.assert_array_equal(K, K.T)
    # a point with itself survives the noise with less than certainty
    survival = backend.fidelities(feature_map, X, X)
    np.testing.assert_allclose(survival, np.diag(reference), atol=tolerance, rtol=0)
    assert (survival < 0.99).all()


@pytest.mark.parametrize("name", ["fake_manila", "fake_guadalupe"])
def test_noise_of_a_snapshot_is_what_aer_makes_of_it(name):
    """Two ways: our description of the device, and Aer's own reading of the backend."""
    device = resolve_device(name)
    ours = _channels(device.noise_model())
    theirs = _channels(NoiseModel.from_backend(snapshot(name)))
    for gate in device.gates:
        one, other = ours.after(gate.name, gate.qubits), theirs.after(gate.name, gate.qubits)
        assert (one is None) == (other is None)
        if one is not None:
            np.testing.assert_allclose(one, other, atol=1e-12)
    for qubit in range(len(device.qubits)):
        np.testing.assert_allclose(ours.readout(qubit), theirs.readout(qubit), atol=1e-12)


def test_a_part_of_a_snapshot_is_as_noisy_as_the_whole():
    device = part_of_snapshot("fake_guadalupe", frozenset({1, 4, 7}))  # as 0, 1, 2
    part = _channels(NoiseModel.from_backend(device))
    whole = _channels(NoiseModel.from_backend(snapshot("fake_guadalupe")))
    for name, places, where in (("cx", (0, 1), (1, 4)), ("cx", (2, 1), (7, 4)), ("sx", (2,), (7,))):
        np.testing.assert_array_equal(part.after(name, places), whole.after(name, where))
    np.testing.assert_array_equal(part.readout(1), whole.readout(4))
    assert part.after("cx", (0, 2)) is None


@pytest.mark.parametrize("noise", ["fake_manila", NOISES["written"]], ids=["snapshot", "written"])
@pytest.mark.parametrize("zne", ["none", "gate_folding"])
@pytest.mark.parametrize("readout", ["none", "local"])
def test_training_under_noise_is_the_whole_circuit_and_its_gradient(noise, zne, readout):
    """Data encoded once, effects pulled back: against whole circuits, shifts and differences."""
    model = compose_model(
        zz_feature_map(2, reps=1),
        resolve_ansatz("real_amplitudes", 2),
    )
    backend = DensityMatrixBackend(noise=noise, zne=zne, readout_mitigation=readout)
    bound, slow = backend.bind(model, X2), BoundCircuit(backend, model, X2)
    weights = RNG.normal(size=len(model.weights))
    np.testing.assert_allclose(
        bound.probabilities(weights), slow.probabilities(weights), atol=1e-12
    )
    projector = RNG.normal(size=(4, 2))
    target = RNG.normal(size=(len(X2), 2))

    def loss(outputs):
        return float(((outputs - target) ** 2).sum()), 2 * (outputs - target)

    value, gradient = bound.value_and_gradient(weights, projector, loss)
    differences = np.empty_like(weights)
    step = 1e-5
    for k in range(len(weights)):
        ends = [
            bound.value_and_gradient(
                weights + sign * step * np.eye(len(weights))[k], projector, loss
            )
            for sign in (1, -1)
        ]
        differences[k] = (ends[0][0] - ends[1][0]) / (2 * step)
    np.testing.assert_allclose(gradient, differences, atol=1e-7)
    # with or without a gradient an optimizer sees the same objective
    assert value == pytest.approx(loss(bound.probabilities(weights) @ projector)[0], abs=1e-12)
    some = bound.selecting(np.array([0, 3]))
    np.testing.assert_allclose(
        some.probabilities(weights), bound.probabilities(weights)[[0, 3]], atol=1e-12
    )
    assert value == pytest.approx(
        loss(slow.backend._linear_probabilities(model.circuit, slow._values(weights)) @ projector)[
            0
        ]
    )


def test_data_that_come_again_after_weights_are_not_encoded_beforehand():
    circuit = zz_feature_map(2, reps=1)
    again = circuit.compose(resolve_ansatz({"name": "real_amplitudes", "reps": 1}, 2)).compose(
        circuit
    )
    inputs, weights = list(circuit.parameters), list(again.parameters)
    weights = [p for p in again.parameters if p not in inputs]
    model = ModelCircuit(again, tuple(inputs), tuple(weights))
    backend = DensityMatrixBackend(noise="fake_manila")
    bound, slow = backend.bind(model, X2), BoundCircuit(backend, model, X2)
    w = RNG.normal(size=len(weights))
    np.testing.assert_allclose(bound.probabilities(w), slow.probabilities(w), atol=1e-12)
    projector = np.diag([1.0, -1.0, -1.0, 1.0]).sum(axis=1, keepdims=True)

    def loss(outputs):
        return float(outputs.sum()), np.ones_like(outputs)

    _, gradient = bound.value_and_gradient(w, projector, loss)
    step = 1e-5
    for k in range(len(w)):
        ends = [
            bound.value_and_gradient(w + sign * step * np.eye(len(w))[k], projector, loss)[0]
            for sign in (1, -1)
        ]
        assert gradient[k] == pytest.approx((ends[0] - ends[1]) / (2 * step), abs=1e-7)


def test_expectation_values_are_measured_through_the_noise():
    backend = DensityMatrixBackend(noise="fake_manila")
    observables = [SparsePauliOp.from_list([("ZZ", 1.0), ("XI", 0.5)]), SparsePauliOp("YY")]
    feature_map = zz_feature_map(2)
    found = backend.run_expectations(feature_map, observables, X2)
    drawn = resolve_backend("density_matrix:noise=fake_manila,shots=40000", 1)
    measured = drawn.run_expectations(feature_map, observables, X2)
    np.testing.assert_allclose(measured, found, atol=0.03)
    aer = resolve_backend("aer:noise=fake_manila,shots=40000", 1)
    np.testing.assert_allclose(aer.run_expectations(feature_map, observables, X2), found, atol=0.03)
    ideal = resolve_backend("exact").run_expectations(feature_map, observables, X2)
    assert np.abs(found).mean() < np.abs(ideal).mean()


def test_shots_are_drawn_from_the_noisy_distribution():
    exact = DensityMatrixBackend(noise="fake_manila")
    drawn = DensityMatrixBackend(noise="fake_manila", shots=20_000, random_state=3)
    feature_map = zz_feature_map(2)
    np.testing.assert_allclose(drawn.gram(feature_map, X2), exact.gram(feature_map, X2), atol=0.02)
    assert drawn.usage.circuits == 10
    assert drawn.usage.shots == 200_000
    assert exact.usage.circuits == 5 == exact.estimate(Workload(2, grams=((5, 0),))).circuits


def test_stretch_scales_the_noise_and_paper_a_extrapolates():
    """E0 = 3 E(1) - 2 E(1.5), by the device's own two CNOT errors."""
    device = resolve_device("havlicek2019")
    errors = [device.stretched(c).gates[-1].error for c in (1.0, 1.5)]
    assert errors == [0.0373, 0.0636]
    np.testing.assert_allclose(extrapolation_weights([1.0, 1.5], "linear"), [3, -2])
    assert device.stretched(1.5).gates[-1].duration_s == pytest.approx(1.287e-6)
    feature_map = zz_feature_map(2)
    ends = [
        DensityMatrixBackend(noise=device, noise_scale=c).gram(feature_map, X2) for c in (1.0, 1.5)
    ]
    unread = DensityMatrixBackend(noise=device, zne="stretching").gram(feature_map, X2)
    upper = np.triu_indices(len(X2), k=1)
    np.testing.assert_allclose(unread[upper], (3 * ends[0] - 2 * ends[1])[upper], atol=1e-10)
    mitigated = DensityMatrixBackend(
        noise=device, zne="stretching", readout_mitigation="full"
    ).gram(feature_map, X2)
    ideal = resolve_backend("exact").gram(feature_map, X2)
    plain = DensityMatrixBackend(noise=device).gram(feature_map, X2)
    assert np.linalg.norm(mitigated - ideal) < 0.5 * np.linalg.norm(plain - ideal)


def test_no_gates_no_time_no_noise_but_wrong_readouts_stay():
    still = DensityMatrixBackend(noise="fake_manila", noise_scale=0.0, readout_mitigation="local")
    ideal = resolve_backend("exact")
    np.testing.assert_allclose(
        still.run_probabilities(zz_feature_map(2), X2),
        ideal.run_probabilities(zz_feature_map(2), X2),
        atol=1e-6,
    )


def test_readout_inversion_undoes_wrong_readouts():
    model = NoiseModel(basis_gates=["rz", "sx", "x", "cx"])
    model.add_readout_error(ReadoutError([[0.9, 0.1], [0.2, 0.8]]), [0])
    model.add_readout_error(ReadoutError([[0.95, 0.05], [0.15, 0.85]]), [1])
    ideal = resolve_backend("exact").run_probabilities(zz_feature_map(2), X2)
    plain = DensityMatrixBackend(noise=model).run_probabilities(zz_feature_map(2), X2)
    assert np.abs(plain - ideal).max() > 0.05
    for kind, calibrations in (("local", 2), ("full", 4)):
        backend = DensityMatrixBackend(noise=model, readout_mitigation=kind)
        np.testing.assert_allclose(
            backend.run_probabilities(zz_feature_map(2), X2), ideal, atol=1e-12
        )
        backend.run_probabilities(zz_feature_map(2), X2)  # calibrated once
        assert backend.usage.circuits == 2 * len(X2) + calibrations
    measured = AerBackend(noise=model, shots=20_000, readout_mitigation="local", random_state=1)
    np.testing.assert_allclose(measured.run_probabilities(zz_feature_map(2), X2), ideal, atol=0.03)
    K = measured.gram(zz_feature_map(2), X2)
    np.testing.assert_allclose(K, resolve_backend("exact").gram(zz_feature_map(2), X2), atol=0.05)


def test_readout_that_says_nothing_cannot_be_inverted():
    with pytest.raises(BackendError, match="readout cannot be inverted"):
        inverted([np.full((2, 2), 0.5)], np.eye(2))


def test_folding_keeps_the_circuit_and_multiplies_its_gates():
    backend = DensityMatrixBackend(noise="fake_manila")
    isa = backend.transpiled(zz_feature_map(3))
    n_gates = isa.count_ops()["cx"]
    for factor in (1.5, 2.0, 3.0, 5.0):
        longer, reached = folded(isa, factor)
        assert longer.count_ops()["cx"] == round(n_gates * reached)
        assert abs(reached - factor) <= 1 / n_gates + 1e-9
        ideal = [without_readout(compacted(c)).assign_parameters(X3[0]) for c in (isa, longer)]
        assert Operator(ideal[0]).equiv(Operator(ideal[1]))
    bare = QuantumCircuit(1)
    bare.x(0)
    assert folded(bare, 3.0) == (bare, 1.0)


def test_zero_noise_extrapolation_comes_closer():
    """Over many Gram entries, and it costs what it costs."""
    X = RNG.uniform(0, 2 * np.pi, (12, 2))
    feature_map = zz_feature_map(2)
    ideal = resolve_backend("exact").gram(feature_map, X)
    plain = DensityMatrixBackend(noise="fake_manila")
    folding = DensityMatrixBackend(noise="fake_manila", zne="gate_folding")
    three = DensityMatrixBackend(
        noise="fake_manila",
        zne="gate_folding",
        zne_factors=[1.0, 3.0, 5.0],
        zne_extrapolator="richardson",
    )
    errors = [np.linalg.norm(b.gram(feature_map, X) - ideal) for b in (plain, folding, three)]
    # what is left is the readout's, which gates do not amplify
    assert errors[1] < 0.8 * errors[0]
    assert errors[2] < 0.8 * errors[0]
    assert folding.usage.circuits == 2 * plain.usage.circuits
    assert folding.report["zne"] == "gate_folding [1.0, 3.0], linear"
    np.testing.assert_allclose(
        extrapolation_weights([1, 3, 5], "richardson"), [15 / 8, -10 / 8, 3 / 8]
    )


def test_nearest_distribution_is_one():
    quasi = RNG.normal(0.25, 0.4, (50, 4))
    quasi /= quasi.sum(axis=1, keepdims=True)
    found = nearest_distribution(quasi)
    assert (found >= 0).all()
    np.testing.assert_allclose(found.sum(axis=1), 1.0)
    from scipy.optimize import minimize

    for row, mine in zip(quasi[:5], found[:5], strict=True):
        best = minimize(
            lambda p, row=row: ((p - row) ** 2).sum(),
            np.full(4, 0.25),
            bounds=[(0, 1)] * 4,
            constraints={"type": "eq", "fun": lambda p: p.sum() - 1},
            tol=1e-12,
        )
        np.testing.assert_allclose(mine, best.x, atol=1e-5)


def test_layout_self_test_refuses_a_circuit_that_is_not_the_circuit(monkeypatch):
    """Variational trap 1: bits in the layout's order, and every row is wrong without an error."""
    backend = resolve_backend("aer:noise=fake_manila,shots=100", 1)
    honest = type(backend)._transpiled_by

    def swapped(self, circuit):
        isa = honest(self, circuit)
        data = [step for step in isa.data if step.operation.name != "measure"]
        reads = [step for step in isa.data if step.operation.name == "measure"]
        turned = isa.copy_empty_like()
        for step in data:
            turned.append(step)
        for step, other in zip(reads, reads[::-1], strict=True):
            turned.append(step.replace(clbits=other.clbits))
        return turned

    monkeypatch.setattr(type(backend), "_transpiled_by", swapped)
    with pytest.raises(BackendError, match="is not the circuit: without noise .* nothing was run"):
        backend.run_probabilities(zz_feature_map(3), X3)
    assert backend.usage.shots == 0


def test_an_evolution_that_a_machine_cannot_run_is_named_and_what_to_do_is_right():
    evolution = PauliEvolutionGate(SparsePauliOp(["XI", "ZZ"]), time=Parameter("t"))
    circuit, rows = QuantumCircuit(2), np.array([[0.6]])
    circuit.ry(0.4, [0, 1])
    circuit.append(evolution, [0, 1])
    backend = resolve_backend("density_matrix")
    with pytest.raises(
        BackendError,
        match=r"^density_matrix: the transpiled circuit is not the circuit.*as a PauliEvolution of "
        r"terms that do not commute.*circuit\.decompose",
    ):
        backend.run_probabilities(circuit, rows)
    formula = circuit.decompose()
    wanted = Statevector(formula.assign_parameters([0.6])).probabilities()
    np.testing.assert_allclose(backend.run_probabilities(formula, rows)[0], wanted, atol=0.1)


def test_minibatches_encode_their_data_once(monkeypatch):
    import qml.backends.density_matrix as place

    encoded = []
    original = place._Encoded.of.__func__
    monkeypatch.setattr(
        place._Encoded, "of", classmethod(lambda *a: (encoded.append(1), original(*a))[1])
    )
    model = compose_model(
        zz_feature_map(2, reps=1), resolve_ansatz({"name": "real_amplitudes", "reps": 1}, 2)
    )
    bound = DensityMatrixBackend(noise="fake_manila").bind(model, X2)
    weights = RNG.normal(size=len(model.weights))
    whole = [bound.selecting(np.array([k])).probabilities(weights)[0] for k in range(len(X2))]
    assert len(encoded) == 1
    np.testing.assert_allclose(whole, bound.probabilities(weights), atol=1e-12)


def test_vqc_learns_under_exact_noise():
    from experiments.datasets.ad_hoc import ad_hoc

    data = ad_hoc(2, n_samples=40)
    model = VQC(
        ansatz={"name": "real_amplitudes", "reps": 2},
        optimizer={"name": "l_bfgs_b", "maxiter": 30},
        backend="density_matrix:noise=fake_manila",
        random_state=1,
    )
    assert model.fit(data.X, data.y).score(data.X, data.y) > 0.7


@pytest.mark.parametrize(
    "spec, words",
    [
        ("aer:noise=fake_manilla", "did you mean 'fake_manila'"),
        ("aer:noise=uniform,noise.t1u=50", "did you mean 't1_us'"),
        ("aer:noise=uniform,noise.t1_us=-50", "greater than 0"),
        ("aer:noise=uniform,noise.t2_us=500", "more than twice"),
        ("aer:noise=uniform,noise.gate_error=2", "at most 1"),
        ("aer:noise.t1_us=50", "before 'noise' is named"),
        ("aer:noise=nowhere.json", "no such calibration file"),
        ("aer:noise_scale=2", "nothing to stretch"),
        ("aer:zne=stretching", "nothing to stretch"),
        ("aer:noise=fake_manila,zne=folding", "gate_folding"),
        ("aer:noise=fake_manila,zne_factors=[1,3]", "factors without zne"),
        ("aer:noise=fake_manila,zne=gate_folding,zne_factors=[1]", "two different factors"),
        ("aer:noise=fake_manila,zne=gate_folding,zne_factors=[0.5,1]", "factors from 1"),
        ("density_matrix:noise=null", "name the noise"),
    ],
)
def test_bad_noise_is_one_clear_line(spec, words):
    with pytest.raises(SpecError, match=words) as caught:
        resolve_backend(spec)
    assert "\n" not in str(caught.value)


def test_impossible_widths_are_refused_before_anything_is_allocated():
    backend = DensityMatrixBackend(noise={"name": "uniform", "n_qubits": 20, "connections": "all"})
    with pytest.raises(ResourceError, match="noisy"):
        backend.gram(zz_feature_map(20, reps=1), np.zeros((2, 20)))
    with pytest.raises(SpecError, match="at most 6"):
        DensityMatrixBackend(
            noise={"name": "uniform", "n_qubits": 7}, readout_mitigation="full"
        ).run_probabilities(zz_feature_map(7, reps=1), np.zeros((1, 7)))


def test_shots_with_readouts_inverted_follow_the_exact_matrix():
    backend = DensityMatrixBackend(
        noise="fake_manila", shots=4000, readout_mitigation="local", random_state=2
    )
    exact = DensityMatrixBackend(noise="fake_manila", readout_mitigation="local")
    np.testing.assert_allclose(
        backend.gram(zz_feature_map(2), X2), exact.gram(zz_feature_map(2), X2), atol=0.06
    )


@pytest.mark.parametrize("method", ["statevector", "density_matrix", "matrix_product_state"])
def test_aer_methods_agree(method):
    exact = resolve_backend("exact").run_probabilities(zz_feature_map(2), X2)
    measured = AerBackend(shots=20_000, method=method, random_state=1)
    np.testing.assert_allclose(measured.run_probabilities(zz_feature_map(2), X2), exact, atol=0.02)


@pytest.mark.parametrize("name", ["aer", "density_matrix"])
def test_circuits_wider_than_the_machine_are_one_line(name):
    backend, circuit = resolve_backend(f"{name}:noise=havlicek2019"), QuantumCircuit(3)
    circuit.h(0)
    line = f"^{name}: the circuit has 3 qubits, allowed on havlicek2019 are 2 at most$"
    for ask in (
        lambda: backend.run_probabilities(circuit, np.empty((1, 0))),
        lambda: backend.gram(circuit, np.empty((2, 0))),
    ):
        with pytest.raises(SpecError, match=line):
            ask()


@pytest.mark.parametrize("gate", [CRXGate(0.4), CU3Gate(0.1, 0.2, 0.3), MCXGate(5)])
def test_gates_that_a_method_of_aer_does_not_run_are_one_line(gate):
    model, circuit = NoiseModel(basis_gates=["rz", "sx", "cx"]), QuantumCircuit(gate.num_qubits)
    width = 2 if gate.num_qubits == 2 else 1
    model.add_all_qubit_quantum_error(depolarizing_error(0.1, width), gate.name)
    circuit.append(gate, circuit.qubits)
    line = (
        f"^aer: method 'density_matrix' does not run {gate.name!r}, .*; allowed: method=automatic$"
    )
    with pytest.raises(SpecError, match=line):
        AerBackend(noise=model, method="density_matrix").run_probabilities(
            circuit, np.empty((1, 0))
        )
    automatic = AerBackend(noise=model, shots=10).run_probabilities(circuit, np.empty((1, 0)))
    assert automatic.sum() == pytest.approx(1)


def test_stabilizer_runs_cliffords_and_says_so_of_others():
    bell = QuantumCircuit(2)
    bell.h(0)
    bell.cx(0, 1)
    backend = AerBackend(shots=1000, method="stabilizer", random_state=1)
    found = backend.run_probabilities(bell, np.empty((1, 0)))[0]
    assert found[1] == found[2] == 0
    with pytest.raises(BackendError, match="aer: method 'stabilizer' failed"):
        backend.run_probabilities(zz_feature_map(2), X2)
