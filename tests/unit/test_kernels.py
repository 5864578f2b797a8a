"""Kernels: reduced states by partial trace, settings from training data alone, costs as counted."""

from __future__ import annotations

import numpy as np
import pytest
from qiskit.circuit.library import zz_feature_map
from qiskit.quantum_info import DensityMatrix, partial_trace
from sklearn.svm import SVC

from experiments.datasets.ad_hoc import ad_hoc
from qml.classifiers.qsvc import QSVC
from qml.errors import SpecError
from qml.kernels import KERNELS, resolve_kernel
from qml.kernels.projected import ProjectedKernel

RNG = np.random.default_rng(5)
X, Y = RNG.uniform(0, 3, (6, 3)), RNG.uniform(0, 3, (4, 3))


def reduced_states(points):
    feature_map = zz_feature_map(3)
    whole = [DensityMatrix(feature_map.assign_parameters(x)) for x in points]
    return np.array(
        [
            [partial_trace(rho, [q for q in range(3) if q != k]).data for k in range(3)]
            for rho in whole
        ]
    )


def test_projected_kernels_by_partial_trace():
    left, right = reduced_states(X), reduced_states(Y)
    linear = np.einsum("akij,bkji->ab", left, right).real
    squares = (np.abs(left[:, None] - right[None]) ** 2).sum(axis=(2, 3, 4))
    np.testing.assert_allclose(ProjectedKernel(outer="linear")(X, Y), linear, atol=1e-12)
    np.testing.assert_allclose(ProjectedKernel(gamma=1.7)(X, Y), np.exp(-1.7 * squares), atol=1e-12)


def test_gamma_is_learned_from_training_data_and_kept():
    """A peer takes it from the test batch at prediction time."""
    kernel = ProjectedKernel().fit(X)
    gamma = kernel.gamma_
    kernel.evaluate(Y, X)
    kernel.evaluate(10 * Y)
    assert kernel.gamma_ == gamma
    block = kernel.evaluate(Y, X)
    # whoever else is asked for: a product of another shape adds in another order, no more
    np.testing.assert_allclose(kernel.evaluate(Y[:1], X), block[:1], rtol=1e-12)
    with pytest.raises(SpecError, match="gamma: gamma='scale' is learned from training data"):
        ProjectedKernel().evaluate(X)


# Every kernel on a map that suits it, as exact as it gets.
SPECS = {
    "fidelity": ("zz", {}),
    "projected": ("zz", {}),
    "trainable": (
        {"name": "data_reuploading", "reps": 2},
        {"optimizer": {"name": "l_bfgs_b", "maxiter": 2}},
    ),
    "nystrom": ("zz", {"n_landmarks": 1000}),
    "completion": ("zz", {"fraction": 1.0, "rank": 1000}),
}
TARGET = np.arange(len(X)) % 2


def made(name, bandwidth=1.0, backend="exact", **parameters):
    feature_map, suited = SPECS[name]
    spec = {"name": name, **suited, **parameters}
    return resolve_kernel(spec, feature_map, bandwidth, backend, random_state=0)


def test_every_kernel_is_tested_here():
    assert sorted(SPECS) == KERNELS.names()


@pytest.mark.parametrize("name", KERNELS.names())
@pytest.mark.parametrize("bandwidth", [1.0, 0.4])
def test_every_kernel_is_symmetric_positive_and_scales_its_features(name, bandwidth):
    kernel = made(name, bandwidth)
    K = kernel.fit_evaluate(X, TARGET)
    close = 1e-6 if name == "completion" else 1e-9  # a fit stops at a tolerance
    np.testing.assert_allclose(K, K.T, atol=1e-12)
    assert np.linalg.eigvalsh(K).min() > -1e-10
    np.testing.assert_allclose(kernel.evaluate(X), K, atol=close)
    np.testing.assert_allclose(kernel.evaluate(X, Y), kernel.evaluate(Y, X).T, atol=1e-12)
    by_hand = made(name).fit(bandwidth * X, TARGET)
    np.testing.assert_allclose(by_hand.evaluate(bandwidth * X), K, atol=close)


@pytest.mark.parametrize("name", KERNELS.names())
def test_test_block_is_the_kernel_with_the_training_points_asked_for(name):
    kernel = made(name)
    kernel.fit(X, TARGET)
    block = kernel.test_block(Y)
    np.testing.assert_allclose(block, kernel.evaluate(Y, X), atol=1e-6)
    some = kernel.test_block(Y, [1, 4])
    np.testing.assert_allclose(some[:, [1, 4]], block[:, [1, 4]], atol=1e-12)
    assert not some[:, [0, 2, 3, 5]].any()


@pytest.mark.parametrize("name", sorted(set(SPECS) - {"trainable"}))
def test_every_kernel_serves_scikit_learn_as_a_callable(name):
    data = ad_hoc(1, n_samples=40)
    kernel = made(name).fit(data.X)
    assert SVC(kernel=kernel, C=100.0).fit(data.X, data.y).score(data.X, data.y) > 0.9


@pytest.mark.parametrize("name", KERNELS.names())
@pytest.mark.parametrize("backend", ["exact", "exact:shots=64", "aer:shots=64"])
def test_machine_on_every_kernel_spends_no_more_than_foreseen(name, backend):
    data = ad_hoc(1, n_samples=24)
    feature_map, _ = SPECS[name]
    spec = {
        "trainable": {"name": name, "optimizer": {"name": "cobyla", "maxiter": 3}},
        "nystrom": {"name": name, "n_landmarks": 5, "sampling": "leverage", "compare": True},
        "completion": {"name": name, "fraction": 0.6, "compare": True},
        "fidelity": {"name": name, "mitigation": "depolarising"},
    }.get(name, name)
    model = QSVC(feature_map=feature_map, quantum_kernel=spec, backend=backend, random_state=0)
    model.fit(data.X[:16], data.y[:16]).predict(data.X[16:])
    estimate = model.backend_.estimate(model.workload(16, 8, 2, 2))
    assert 0 < model.usage_.circuits <= estimate.circuits
    assert model.usage_.shots <= estimate.shots


def test_projected_kernel_is_linear_in_circuits():
    data = ad_hoc(1, n_samples=40)
    model = QSVC(quantum_kernel="projected", backend="exact:shots=100", random_state=0)
    model.fit(data.X, data.y)
    assert model.usage_.circuits == 3 * 40


def test_names_and_parameters_are_checked():
    with pytest.raises(SpecError, match=r"quantum_kernel.name: .*did you mean 'projected'"):
        QSVC(quantum_kernel="projectd").fit(X, [0, 1] * 3)
    with pytest.raises(SpecError, match=r"quantum_kernel.gamma: "):
        resolve_kernel({"name": "projected", "gamma": -1.0}, "zz", 1.0, "exact")
