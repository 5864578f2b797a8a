"""qiskit-machine-learning on our primitives and on Qiskit's reference ones: the same results.

What an estimator gives is exact and agrees to rounding; what a sampler gives is drawn, and agrees
to five standard deviations of the difference of two frequencies.
"""

from __future__ import annotations

import numpy as np
import pytest
from qiskit.circuit import ParameterVector, QuantumCircuit
from qiskit.circuit.library import real_amplitudes, zz_feature_map
from qiskit.primitives import StatevectorEstimator, StatevectorSampler
from qiskit.quantum_info import SparsePauliOp

from qml.engine import BatchedEstimator, BatchedSampler

SHOTS = 20_000
DRAWN = 5 * np.sqrt(2 * 0.25 / SHOTS)
X = np.random.default_rng(1).normal(size=(4, 2))
ANSATZ = real_amplitudes(2, reps=1)
WEIGHTS = np.linspace(0.2, 1, ANSATZ.num_parameters)
OBSERVABLE = SparsePauliOp(["ZZ", "XI", "IY"], [1.0, 0.5, -0.3])


def samplers():
    return [kind(default_shots=SHOTS, seed=5) for kind in (StatevectorSampler, BatchedSampler)]


def estimators():
    return [StatevectorEstimator(), BatchedEstimator()]


def encoded_ansatz():
    features = zz_feature_map(2)
    circuit = features.compose(ANSATZ)
    return circuit, list(features.parameters), list(ANSATZ.parameters)


@pytest.mark.parametrize("name", ["ParamShift", "LinComb", "SPSA"])
def test_gradients_of_expectations_are_the_same(name):
    from qiskit_machine_learning import gradients

    settings = {"epsilon": 0.1, "batch_size": 3, "seed": 7} if name == "SPSA" else {}
    kind = getattr(gradients, f"{name}EstimatorGradient")
    theirs, ours = (
        kind(estimator, **settings)
        .run([ANSATZ] * 2, [OBSERVABLE, SparsePauliOp("XY")], [WEIGHTS, -WEIGHTS])
        .result()
        .gradients
        for estimator in estimators()
    )
    np.testing.assert_allclose(ours, theirs, atol=1e-10)


@pytest.mark.parametrize("name", ["ParamShift", "LinComb"])
def test_gradients_of_probabilities_are_the_same(name):
    from qiskit_machine_learning import gradients

    kind = getattr(gradients, f"{name}SamplerGradient")
    circuit = ANSATZ.measure_all(inplace=False)
    theirs, ours = (
        kind(sampler).run([circuit], [WEIGHTS]).result().gradients[0] for sampler in samplers()
    )
    for mine, reference in zip(ours, theirs, strict=True):
        for outcome in range(4):  # half the difference of two frequencies, or twice one
            assert mine.get(outcome, 0) == pytest.approx(reference.get(outcome, 0), abs=2 * DRAWN)


def test_metric_tensors_are_the_same():
    from qiskit_machine_learning.gradients import QFI, LinCombQGT

    theirs, ours = (
        QFI(LinCombQGT(estimator)).run([ANSATZ], [WEIGHTS]).result().qfis[0]
        for estimator in estimators()
    )
    np.testing.assert_allclose(ours, theirs, atol=1e-10)


@pytest.mark.parametrize("local", [False, True])
def test_fidelities_are_the_same(local):
    from qiskit_machine_learning.state_fidelities import ComputeUncompute

    features = zz_feature_map(2)
    pairs = [features] * 4, [features] * 4, X.tolist(), X[::-1].tolist()
    theirs, ours = (
        ComputeUncompute(sampler, local=local).run(*pairs).result().fidelities
        for sampler in samplers()
    )
    np.testing.assert_allclose(ours, theirs, atol=DRAWN)


def test_fidelity_kernels_are_the_same():
    from qiskit_machine_learning.kernels import (
        FidelityQuantumKernel,
        TrainableFidelityQuantumKernel,
    )
    from qiskit_machine_learning.state_fidelities import ComputeUncompute

    theta = ParameterVector("t", 2)
    trained = QuantumCircuit(2)
    trained.ry(theta[0], 0)
    trained.ry(theta[1], 1)
    trained.compose(zz_feature_map(2), inplace=True)
    kernels = []
    for sampler in samplers():
        fidelity = ComputeUncompute(sampler)
        fixed = FidelityQuantumKernel(feature_map=zz_feature_map(2), fidelity=fidelity)
        trainable = TrainableFidelityQuantumKernel(
            feature_map=trained, training_parameters=theta, fidelity=fidelity
        )
        trainable.assign_training_parameters([0.3, 0.7])
        kernels.append([fixed.evaluate(X), trainable.evaluate(X)])
    np.testing.assert_allclose(*kernels, atol=2 * DRAWN)  # made positive semidefinite there


def test_estimator_networks_are_the_same():
    from qiskit_machine_learning.gradients import ParamShiftEstimatorGradient
    from qiskit_machine_learning.neural_networks import EstimatorQNN

    circuit, inputs, weights = encoded_ansatz()
    results = []
    for estimator in estimators():
        network = EstimatorQNN(
            circuit=circuit,
            estimator=estimator,
            observables=[OBSERVABLE, SparsePauliOp("YX")],
            input_params=inputs,
            weight_params=weights,
            gradient=ParamShiftEstimatorGradient(estimator),
            input_gradients=True,
            default_precision=0.0,
        )
        results.append((network.forward(X, WEIGHTS), *network.backward(X, WEIGHTS)))
    for reference, mine in zip(*results, strict=True):
        np.testing.assert_allclose(mine, reference, atol=1e-10)


def test_sampler_networks_are_the_same():
    from qiskit_machine_learning.gradients import ParamShiftSamplerGradient
    from qiskit_machine_learning.neural_networks import SamplerQNN

    circuit, inputs, weights = encoded_ansatz()
    results = []
    for sampler in samplers():
        network = SamplerQNN(
            circuit=circuit,
            sampler=sampler,
            input_params=inputs,
            weight_params=weights,
            interpret=lambda outcome: outcome.bit_count() % 2,
            output_shape=2,
            gradient=ParamShiftSamplerGradient(sampler),
        )
        results.append((network.forward(X[:2], WEIGHTS), network.backward(X[:2], WEIGHTS)[1]))
    for reference, mine in zip(*results, strict=True):
        np.testing.assert_allclose(mine, reference, atol=DRAWN)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_vqc_trains_on_either():
    from qiskit_machine_learning.algorithms import VQC
    from qiskit_machine_learning.optimizers import COBYLA

    from experiments.datasets.ad_hoc import ad_hoc

    data = ad_hoc(0, n_samples=20)
    scores = []
    for kind in (BatchedSampler, StatevectorSampler):
        model = VQC(
            feature_map=zz_feature_map(2),
            ansatz=real_amplitudes(2, reps=1),
            optimizer=COBYLA(maxiter=8),
            sampler=kind(default_shots=4000, seed=0),
            initial_point=np.ones(4),
        )
        model.fit(data.X, data.y)
        scores.append(model.predict(data.X))
    assert np.mean(scores[0] == scores[1]) >= 0.8
