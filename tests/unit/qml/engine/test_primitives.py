"""The V2 primitives: what Qiskit's reference ones document, and what theirs get wrong."""

from __future__ import annotations

import numpy as np
import pytest
from qiskit.circuit import ClassicalRegister, QuantumCircuit, QuantumRegister
from qiskit.circuit.library import real_amplitudes, zz_feature_map
from qiskit.primitives import StatevectorEstimator, StatevectorSampler
from qiskit.quantum_info import SparsePauliOp

from qml.engine.primitives import BatchedEstimator, BatchedSampler
from qml.errors import SpecError

ANSATZ = real_amplitudes(3, reps=1)
VALUES = np.random.default_rng(0).normal(size=(2, 4, ANSATZ.num_parameters))


def measured(circuit):
    return circuit.measure_all(inplace=False)


def frequencies(bits, size):
    outcomes = bits.array.astype(int) @ (256 ** np.arange(bits.array.shape[-1])[::-1])
    return np.apply_along_axis(
        lambda row: np.bincount(row, minlength=size) / len(row), -1, outcomes
    )


def test_sampler_follows_the_exact_distribution_and_shape():
    result = BatchedSampler(seed=1).run([(measured(ANSATZ), VALUES)], shots=20_000).result()[0]
    reference = (
        StatevectorSampler(seed=2).run([(measured(ANSATZ), VALUES)], shots=20_000).result()[0]
    )
    assert result.data.meas.shape == reference.data.meas.shape == (2, 4)
    assert result.data.meas.num_shots == 20_000
    assert result.metadata["shots"] == reference.metadata["shots"]
    np.testing.assert_allclose(
        frequencies(result.data.meas, 8), frequencies(reference.data.meas, 8), atol=0.03
    )


def test_registers_unmeasured_qubits_and_wide_registers():
    a, b = ClassicalRegister(2, "a"), ClassicalRegister(9, "b")
    circuit = QuantumCircuit(QuantumRegister(4), a, b)
    circuit.x([0, 3])
    circuit.h(1)
    circuit.measure(0, b[8])
    circuit.measure(3, a[0])
    circuit.measure(2, a[1])
    ours = BatchedSampler(seed=0).run([circuit], shots=50).result()[0].data
    theirs = StatevectorSampler(seed=0).run([circuit], shots=50).result()[0].data
    for register in ("a", "b"):
        assert ours[register].get_counts() == theirs[register].get_counts()
    assert ours.b.get_counts() == {"100000000": 50}


def test_mid_circuit_measurement_is_named():
    circuit = QuantumCircuit(1, 1)
    circuit.measure(0, 0)
    circuit.x(0)
    with pytest.raises(SpecError, match="'x' after a measurement"):
        BatchedSampler().run([circuit])


def test_items_and_jobs_have_streams_of_their_own_and_seeds_repeat():
    circuit = QuantumCircuit(3)
    circuit.h(range(3))
    item = measured(circuit)

    def draw(seed):
        sampler = BatchedSampler(seed=seed)
        jobs = [sampler.run([item, item], shots=64).result() for _ in range(2)]
        return [pub.data.meas.array.tobytes() for job in jobs for pub in job]

    assert len(set(draw(3))) == 4
    assert draw(3) == draw(3)
    assert draw(3) != draw(4)


def test_shots_of_item_call_and_default():
    circuit = measured(QuantumCircuit(1))
    sampler = BatchedSampler(default_shots=7)
    result = sampler.run([circuit, (circuit, None, 3)]).result()
    assert [pub.data.meas.num_shots for pub in result] == [7, 3]
    assert sampler.run([circuit], shots=5).result()[0].data.meas.num_shots == 5


def test_estimator_broadcasts_as_the_reference():
    observables = [[SparsePauliOp("ZZI")], [SparsePauliOp.from_list([("XYZ", 0.3), ("IIX", 1)])]]
    pubs = [
        (ANSATZ, observables, VALUES),
        (ANSATZ, ["ZII", "IXI", "YYY", "III"], VALUES),
        (ANSATZ, SparsePauliOp("ZZZ"), VALUES[0, 0]),
        (QuantumCircuit(1), ["Z", "X"]),
    ]
    ours, theirs = BatchedEstimator().run(pubs).result(), StatevectorEstimator().run(pubs).result()
    for mine, reference in zip(ours, theirs, strict=True):
        assert mine.data.evs.shape == reference.data.evs.shape
        np.testing.assert_allclose(mine.data.evs, reference.data.evs, atol=1e-10)
        np.testing.assert_array_equal(mine.data.stds, reference.data.stds)


def test_estimator_precision_is_a_normal_deviation():
    values = np.zeros((4000, 0))
    run = BatchedEstimator(seed=1).run([(QuantumCircuit(1), "Z", values)], precision=0.1)
    evs = run.result()[0].data.evs
    assert evs.std() == pytest.approx(0.1, rel=0.05)
    assert evs.mean() == pytest.approx(1.0, abs=0.01)


def test_jobs_say_that_they_are_done():
    job = BatchedSampler().run([measured(QuantumCircuit(1))])
    job.result()
    assert job.done()
    assert job.job_id()


def test_qiskit_machine_learning_gives_the_same_results_on_them():
    from qiskit_machine_learning.kernels import FidelityQuantumKernel
    from qiskit_machine_learning.neural_networks import EstimatorQNN, SamplerQNN
    from qiskit_machine_learning.state_fidelities import ComputeUncompute

    X = np.random.default_rng(1).normal(size=(4, 2))
    kernels = [
        FidelityQuantumKernel(
            feature_map=zz_feature_map(2), fidelity=ComputeUncompute(sampler)
        ).evaluate(X)
        for sampler in (
            BatchedSampler(default_shots=20_000, seed=0),
            StatevectorSampler(default_shots=20_000, seed=0),
        )
    ]
    np.testing.assert_allclose(*kernels, atol=0.03)
    ansatz = real_amplitudes(2, reps=1)
    circuit = zz_feature_map(2).compose(ansatz)
    weights = np.linspace(0, 1, 4)
    inputs = list(circuit.parameters)[:2]
    results = []
    for estimator in (BatchedEstimator(), StatevectorEstimator()):
        network = EstimatorQNN(
            circuit=circuit,
            estimator=estimator,
            observables=SparsePauliOp("ZZ"),
            input_params=inputs,
            weight_params=list(circuit.parameters)[2:],
            default_precision=0.0,
        )
        results.append((network.forward(X, weights), network.backward(X, weights)[1]))
    for mine, reference in zip(*results, strict=True):
        np.testing.assert_allclose(mine, reference, atol=1e-10)
    forwards = []
    for sampler in (
        BatchedSampler(default_shots=20_000, seed=0),
        StatevectorSampler(default_shots=20_000, seed=0),
    ):
        network = SamplerQNN(
            circuit=circuit,
            sampler=sampler,
            input_params=inputs,
            weight_params=list(circuit.parameters)[2:],
            interpret=lambda outcome: outcome.bit_count() % 2,
            output_shape=2,
        )
        forwards.append(network.forward(X, weights))
    np.testing.assert_allclose(*forwards, atol=0.03)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_vqc_of_qiskit_machine_learning_trains_on_it():
    from qiskit_machine_learning.algorithms import VQC
    from qiskit_machine_learning.optimizers import COBYLA

    from experiments.datasets.ad_hoc import ad_hoc

    data = ad_hoc(0, n_samples=20)
    scores = []
    for sampler in (
        BatchedSampler(default_shots=4000, seed=0),
        StatevectorSampler(default_shots=4000, seed=0),
    ):
        model = VQC(
            feature_map=zz_feature_map(2),
            ansatz=real_amplitudes(2, reps=1),
            optimizer=COBYLA(maxiter=8),
            sampler=sampler,
            initial_point=np.ones(4),
        )
        model.fit(data.X, data.y)
        scores.append(model.predict(data.X))
    assert np.mean(scores[0] == scores[1]) >= 0.8
