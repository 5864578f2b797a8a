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
from qml.kernels import resolve_kernel
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


def test_gamma_is_twice_that_of_bloch_vectors():
    """Libraries that compare expectation values of X, Y and Z write the Gaussian with theirs."""
    paulis = np.array([[[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]])
    left, right = (
        np.einsum("akij,pji->akp", reduced_states(points), paulis).real for points in (X, Y)
    )
    squares = ((left[:, None] - right[None]) ** 2).sum(axis=(2, 3))
    kernel = ProjectedKernel(gamma=2 * 0.85)
    np.testing.assert_allclose(kernel(X, Y), np.exp(-0.85 * squares), atol=1e-12)


def test_gamma_factor_multiplies_what_is_learned_and_what_is_given():
    learned = ProjectedKernel().fit(X).gamma_
    tripled = ProjectedKernel(gamma_factor=3.0).fit(X)
    assert tripled.gamma_ == pytest.approx(3 * learned, rel=1e-12)
    np.testing.assert_allclose(tripled(X, Y), ProjectedKernel().fit(X)(X, Y) ** 3, atol=1e-12)
    assert ProjectedKernel(gamma=0.5, gamma_factor=3.0).gamma_ == 1.5
    with pytest.raises(SpecError, match="gamma_factor: Input should be greater than 0"):
        ProjectedKernel(gamma_factor=0.0)


def test_factor_of_gamma_makes_the_benchmark_suites_width():
    """By Bloch vectors: f / (d Var) on the squares of their differences, for d features."""
    paulis = [np.array([[0, 1], [1, 0]]), np.array([[0, -1j], [1j, 0]]), np.diag([1, -1])]
    bloch = np.einsum("akij,pji->akp", reduced_states(X), np.array(paulis)).real
    n_qubits, n_features, factor = bloch.shape[1], X.shape[1], 0.3
    squares = ((bloch[:, None] - bloch[None]) ** 2).sum(axis=(2, 3))
    expected = np.exp(-factor / (n_features * bloch.var()) * squares)
    kernel = ProjectedKernel(gamma_factor=3 * n_qubits * factor / n_features)
    np.testing.assert_allclose(kernel.fit_evaluate(X), expected, atol=1e-12)


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


@pytest.mark.parametrize(
    "spec",
    [
        "fidelity",
        "projected",
        {"name": "nystrom", "n_landmarks": 1000},
        {"name": "completion", "fraction": 1.0, "rank": 1000},
    ],
    ids=str,
)
def test_kernels_of_the_zz_map_separate_what_it_made(spec):
    data = ad_hoc(1, n_samples=40)
    kernel = resolve_kernel(spec, "zz", 1.0, "exact", random_state=0).fit(data.X)
    assert SVC(kernel=kernel, C=100.0).fit(data.X, data.y).score(data.X, data.y) > 0.9


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
