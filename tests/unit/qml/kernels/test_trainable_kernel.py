"""Trainable kernels: true gradients on every backend, losses by hand, starts, errors."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize

from qml.backends import BoundGram, resolve_backend
from qml.circuits import resolve_trainable_map
from qml.errors import DataError, SpecError
from qml.kernels import alignment, centred_alignment, label_kernel
from qml.kernels.trainable import TrainableKernel, _loss

RNG = np.random.default_rng(8)
X = RNG.uniform(0, 3, (7, 2))
LOSSES = ["alignment", "centred_alignment", "svc"]
MAPS = {
    "reads data late": {"name": "data_reuploading", "reps": 2},
    "one qubit": {"name": "data_reuploading", "n_qubits": 1, "reps": 2},
    "weights first": "covariant",
}


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("feature_map", MAPS.values(), ids=MAPS)
@pytest.mark.parametrize("n_classes", [2, 3])
def test_gradients_are_those_of_finite_differences_and_of_shifts(loss, feature_map, n_classes):
    y = np.arange(len(X)) % n_classes
    model = resolve_trainable_map(feature_map, 2)
    bound = resolve_backend("exact").bind_gram(model, X)
    weights = np.random.default_rng(n_classes).uniform(0, 2 * np.pi, len(model.weights))
    losses = _loss(loss, y, 2.0)
    value, gradient = bound.value_and_gradient(weights, losses)
    assert value == pytest.approx(losses(bound.gram(weights))[0], abs=1e-10)
    step = 1e-5 * np.eye(len(weights))
    differences = [
        losses(bound.gram(weights + h))[0] - losses(bound.gram(weights - h))[0] for h in step
    ]
    np.testing.assert_allclose(gradient, np.array(differences) / 2e-5, atol=1e-5)
    shifted = BoundGram(resolve_backend("exact"), model, X).value_and_gradient(weights, losses)
    np.testing.assert_allclose(gradient, shifted[1], atol=1e-7)


def test_weights_behind_the_data_cannot_change_a_fidelity():
    """The trained part reads no data: the basis route, and a gradient of exactly nothing."""
    from qiskit.circuit import ParameterVector, QuantumCircuit

    x, theta = ParameterVector("x", 2), ParameterVector("θ", 2)
    circuit = QuantumCircuit(2)
    for qubit in range(2):
        circuit.ry(x[qubit], qubit)
        circuit.rx(theta[qubit], qubit)
    model = resolve_trainable_map(circuit, 2)
    y = np.arange(7) % 2
    bound = resolve_backend("exact").bind_gram(model, X)
    value, gradient = bound.value_and_gradient(np.array([0.3, 0.4]), _loss("alignment", y, 1.0))
    K = resolve_backend("exact").gram(model.with_weights([0.0, 0.0]), X)
    assert value == pytest.approx(-alignment(K, label_kernel(y)))
    np.testing.assert_allclose(gradient, 0.0, atol=1e-14)


def test_losses_are_their_formulas():
    y = np.array([0, 1, 1, 0, 1, 0, 1])
    A = RNG.normal(size=(7, 9))
    K = A @ A.T
    assert _loss("alignment", y, 1.0)(K)[0] == pytest.approx(-alignment(K, label_kernel(y)))
    centred = centred_alignment(K, label_kernel(y))
    assert _loss("centred_alignment", y, 1.0)(K)[0] == pytest.approx(-centred)
    sign = np.where(y == 1, 1.0, -1.0)
    Q = K * np.outer(sign, sign)
    best = minimize(
        lambda a: -(a.sum() - a @ Q @ a / 2),
        np.full(7, 0.05),
        jac=lambda a: -(1 - Q @ a),
        bounds=[(0, 1.5)] * 7,
        constraints={"type": "eq", "fun": lambda a: a @ sign},
        method="SLSQP",
        options={"ftol": 1e-14, "maxiter": 500},
    )
    assert _loss("svc", y, 1.5)(K)[0] == pytest.approx(-best.fun, rel=1e-6)


def test_training_improves_the_loss_and_reports_it():
    y = np.arange(7) % 2
    kernel = TrainableKernel(
        "data_reuploading", random_state=1, optimizer={"name": "l_bfgs_b", "maxiter": 30}
    )
    K = kernel.fit_evaluate(X, y)
    report = kernel.report_
    assert report["loss"] < report["loss_start"] - 0.1
    assert report["loss"] == pytest.approx(-alignment(K, label_kernel(y)))
    assert report["parameters"] == len(kernel.weights_) == 9
    assert kernel.backend.usage.circuits == 7 * (report["evaluations"] + 1)


def test_no_steps_is_the_untrained_control():
    start = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]
    spec = {"name": "cobyla", "maxiter": 1}
    kernel = TrainableKernel(initial_weights=start, optimizer=spec).fit(X, np.arange(7) % 2)
    np.testing.assert_array_equal(kernel.weights_, start)


def test_shots_train_with_gradients_too():
    kernel = TrainableKernel(
        "covariant",
        backend="exact:shots=200",
        random_state=0,
        optimizer={"name": "l_bfgs_b", "maxiter": 1},
    )
    kernel.fit(X, np.arange(7) % 2)
    estimate = kernel.backend.estimate(kernel.workload(7, 0, 2))
    assert 0 < kernel.backend.usage.shots <= estimate.shots


@pytest.mark.parametrize("backend", ["exact:shots=5", "density_matrix:noise=havlicek2019", "mps"])
def test_training_by_steps_costs_what_is_foreseen(backend):
    kernel = TrainableKernel(
        "data_reuploading",
        backend=backend,
        optimizer={"name": "adam", "maxiter": 2},
        random_state=0,
    )
    kernel.fit_evaluate(X, np.arange(7) % 2)
    kernel.evaluate(X[:2], X)
    estimate = kernel.backend.estimate(kernel.workload(7, 2, 2))
    assert kernel.backend.usage.circuits == estimate.circuits


def test_mistakes_are_named():
    y = np.arange(7) % 2
    with pytest.raises(
        SpecError, match="feature_map: the circuit has no weights to train; 'covariant'"
    ):
        TrainableKernel("zz").fit(X, y)
    with pytest.raises(DataError, match="a trainable kernel needs labels"):
        TrainableKernel().fit(X)
    with pytest.raises(SpecError, match="call fit first"):
        TrainableKernel().evaluate(X)
    with pytest.raises(SpecError, match="initial_weights: 3 weights, the circuit has 1"):
        TrainableKernel("covariant", initial_weights=[1.0, 2.0, 3.0]).fit(X, y)
    with pytest.raises(DataError, match="y: 1 class, at least 2 needed"):
        TrainableKernel().fit(X, np.zeros(7))


@pytest.mark.parametrize("objective", LOSSES)
def test_labels_are_classes(objective):
    for y, words in [
        ([0, 1, np.nan, 1, 0, 1, 0], "y: row 2 is nan, expected classes"),
        (X[:, 0], "y: row 0 is .*, expected classes"),
        (np.stack([np.arange(7) % 2] * 2, axis=1), r"y: shape \(7, 2\), expected one label a row"),
    ]:
        kernel = TrainableKernel(objective=objective)
        with pytest.raises(DataError, match=words):
            kernel.fit(X, y)
        assert not kernel.backend.usage.circuits
