"""Depolarising correction: undoes its own model exactly, learns from training points alone."""

from __future__ import annotations

import numpy as np
import pytest
from qiskit.circuit.library import zz_feature_map

from experiments.datasets.ad_hoc import ad_hoc
from qml.backends import Workload, resolve_backend
from qml.circuits import resolve_feature_map
from qml.classifiers.qsvc import QSVC
from qml.errors import DataError
from qml.kernels import DepolarisingCorrection, resolve_kernel

RNG = np.random.default_rng(6)


def test_correction_undoes_a_depolarising_channel():
    X = RNG.uniform(0, 3, (8, 2))
    K = resolve_kernel("fidelity", "zz", 1.0, "exact").evaluate(X)
    strengths = RNG.uniform(0.5, 0.95, 8)
    both = np.outer(strengths, strengths)
    measured = both * K + (1 - both) / 4
    survival = np.diag(measured).copy()
    correction = DepolarisingCorrection(2)
    np.testing.assert_allclose(correction.fit_transform(measured, survival), K, atol=1e-12)
    np.testing.assert_allclose(correction.strengths_, strengths, atol=1e-12)
    assert correction.moved_ == pytest.approx(np.linalg.norm(K - measured))
    # a new point as strong as the training points are on average
    new = strengths.mean() * strengths * K[0] + (1 - strengths.mean() * strengths) / 4
    np.testing.assert_allclose(correction.transform(new[None], np.arange(8))[0], K[0], atol=1e-12)
    some = correction.transform(new[None, [2, 5]], [2, 5])
    np.testing.assert_allclose(some[0], K[0, [2, 5]], atol=1e-12)


def test_point_that_is_pure_noise_is_named():
    with pytest.raises(
        DataError, match="row 1: survival probability 0.2 is no better than the 0.25"
    ):
        DepolarisingCorrection(2).fit_transform(np.eye(2), [0.9, 0.2])
    with pytest.raises(DataError, match=r"K: shape \(2, 2\), with 3 survival probabilities"):
        DepolarisingCorrection(2).fit_transform(np.eye(2), [0.9, 0.9, 0.9])


@pytest.mark.parametrize("backend", ["exact", "exact:shots=2000", "aer:shots=2000"])
def test_ideal_points_survive(backend):
    X = RNG.uniform(0, 3, (5, 2))
    place = resolve_backend(backend, 1)
    np.testing.assert_allclose(place.fidelities(zz_feature_map(2), X, X), 1.0, atol=1e-12)


@pytest.mark.parametrize("backend", ["exact", "exact:shots=20000", "aer:shots=20000"])
def test_fidelities_of_pairs_are_entries_of_the_matrix(backend):
    X, Y = RNG.uniform(0, 3, (6, 2)), RNG.uniform(0, 3, (6, 2))
    pairs = resolve_backend(backend, 1).fidelities(zz_feature_map(2), X, Y)
    K = resolve_backend("exact").gram(zz_feature_map(2), X, Y)
    np.testing.assert_allclose(pairs, np.diag(K), atol=1e-12 if backend == "exact" else 0.02)


def test_noisy_matrix_comes_closer_to_the_ideal_one():
    data = ad_hoc(2, n_samples=20)
    ideal = resolve_kernel("fidelity", "zz", 1.0, "exact").evaluate(data.X[:12])
    noisy = "aer:noise=fake_manila,shots=4096"
    plain = resolve_kernel("fidelity", "zz", 1.0, noisy, 1).fit_evaluate(data.X[:12])
    spec = {"name": "fidelity", "mitigation": "depolarising"}
    kernel = resolve_kernel(spec, "zz", 1.0, noisy, 1)
    mitigated = kernel.fit_evaluate(data.X[:12])
    assert np.linalg.norm(mitigated - ideal) < 0.6 * np.linalg.norm(plain - ideal)
    assert 0.5 < kernel.report_["survival_mean"] < 1
    assert kernel.backend.usage.circuits == 12 * 11 // 2 + 12


def test_record_says_how_far_mitigation_and_repair_moved_the_matrix():
    data = ad_hoc(2, n_samples=16)
    spec = {"name": "fidelity", "mitigation": "depolarising"}
    backend = "aer:noise=fake_manila,shots=256"
    model = QSVC(quantum_kernel=spec, repair="clip", backend=backend, random_state=0)
    training = model.fit(data.X, data.y).training_
    assert training["mitigation_moved"] > 0
    assert training["repair_moved"] > 0 > training["lowest_eigenvalue"]


@pytest.mark.parametrize("feature_map, strengths", [("angle", 1), ("zz", 2)])
def test_circuits_without_gates_to_fold_are_foreseen_once(feature_map, strengths):
    backend = resolve_backend("aer:noise=fake_manila,zne=gate_folding,shots=10")
    circuit = resolve_feature_map(feature_map, 2)
    X = np.random.default_rng(0).uniform(0, 1, (3, 2))
    work = Workload(2, grams=((3, 0),), circuit=circuit)
    assert backend.estimate(work).circuits == 3 * strengths
    backend.gram(circuit, X)
    assert backend.usage.circuits == 3 * strengths
