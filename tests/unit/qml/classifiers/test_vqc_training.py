"""VQC: true gradients for every loss and optimizer, on exact and measured backends."""

from __future__ import annotations

import numpy as np
import pytest

from qml.backends import BoundCircuit, resolve_backend
from qml.circuits import compose_model, resolve_ansatz, resolve_feature_map
from qml.classifiers.vqc import VQC
from qml.decisions import resolve_decision
from qml.losses import LOSSES, resolve_loss
from qml.optimizers import OPTIMIZERS, resolve_optimizer

RNG = np.random.default_rng(21)
X = RNG.uniform(0.1, 2, (9, 3))
GRADIENT = [name for name in OPTIMIZERS.names() if resolve_optimizer(name).uses_gradient]


def bound_model(feature_map, backend="exact", n_classes=2):
    circuit = resolve_feature_map(feature_map, 3)
    model = compose_model(circuit, resolve_ansatz("real_amplitudes", circuit.num_qubits))
    projector = resolve_decision("parity", circuit.num_qubits, n_classes).readout
    return resolve_backend(backend, 1).bind(model, X), model, projector


@pytest.mark.parametrize("loss", LOSSES.names())
@pytest.mark.parametrize("feature_map", ["zz", "amplitude"])
@pytest.mark.parametrize("n_classes", [2, 3])
def test_gradient_of_every_loss_is_finite_differences_and_shifts(loss, feature_map, n_classes):
    bound, model, projector = bound_model(feature_map, n_classes=n_classes)
    y = np.arange(9) % n_classes
    weights = np.random.default_rng(n_classes).normal(size=len(model.weights))

    def of_outputs(outputs):
        return resolve_loss(loss)(outputs, y)

    value, gradient = bound.value_and_gradient(weights, projector, of_outputs)
    assert value == pytest.approx(of_outputs(bound.probabilities(weights) @ projector)[0])
    step = 1e-6 * np.eye(len(weights))
    differences = [
        of_outputs(bound.probabilities(weights + h) @ projector)[0]
        - of_outputs(bound.probabilities(weights - h) @ projector)[0]
        for h in step
    ]
    np.testing.assert_allclose(gradient, np.array(differences) / 2e-6, atol=1e-6)
    by_shifts = BoundCircuit(resolve_backend("exact"), model, X)
    shifted = by_shifts.value_and_gradient(weights, projector, of_outputs)
    np.testing.assert_allclose(gradient, shifted[1], atol=1e-10)


def test_measured_gradients_are_close_and_shift_only_what_is_trained():
    bound, model, projector = bound_model("zz", "exact:shots=20000")
    exact, _, _ = bound_model("zz")
    weights = np.linspace(0, 1, len(model.weights))
    y = np.arange(9) % 2

    def of_outputs(outputs):
        return resolve_loss("squared")(outputs, y)

    _, gradient = bound.value_and_gradient(weights, projector, of_outputs)
    np.testing.assert_allclose(
        gradient, exact.value_and_gradient(weights, projector, of_outputs)[1], atol=0.03
    )
    assert bound.backend.usage.circuits == 9 * (1 + 2 * len(model.weights))


@pytest.mark.parametrize("name", GRADIENT)
@pytest.mark.parametrize("backend", ["exact", "exact:shots=50"])
def test_every_gradient_optimizer_trains_and_keeps_within_its_estimate(name, backend):
    y = (X[:, 0] > 1).astype(int)
    model = VQC(
        ansatz={"name": "real_amplitudes", "reps": 1},
        optimizer={"name": name, "maxiter": 3},
        backend=backend,
        random_state=0,
    )
    model.fit(X, y).predict(X)
    estimate = model.backend_.estimate(model.workload(9, 9, 3, 2))
    assert 0 < model.usage_.circuits <= estimate.circuits
    assert model.result_.n_gradients > 0


@pytest.mark.parametrize("name", OPTIMIZERS.names())
def test_every_optimizer_lowers_the_loss(name):
    y = (X[:, 0] > 1).astype(int)
    model = VQC(optimizer={"name": name, "maxiter": 60}, loss="squared", random_state=1).fit(X, y)
    assert model.result_.fun < model.result_.history[0]


def test_gradient_steps_cost_one_evaluation_each():
    y = (X[:, 0] > 1).astype(int)
    model = VQC(optimizer={"name": "adam", "maxiter": 10}, random_state=0).fit(X, y)
    assert model.result_.n_gradients == 10
    assert model.result_.n_evaluations == 11  # with each gradient its value, and the last point
    assert model.usage_.circuits == 9 * 11


def test_aqgd_as_published_follows_another_direction_than_the_gradient():
    """Its shifted values of cross-entropy are no slope of cross-entropy."""
    y = (X[:, 0] > 1).astype(int)
    published, true = (
        VQC(optimizer={"name": name, "maxiter": 1, "momentum": 0.0}, random_state=0).fit(X, y)
        for name in ("aqgd", "aqgd_gradient")
    )
    seed = int(np.random.RandomState(0).randint(np.iinfo(np.int32).max))
    start = published._start(published._built, np.random.default_rng(seed))
    steps = [model.weights_ - start for model in (published, true)]
    cosine = steps[0] @ steps[1] / np.linalg.norm(steps[0]) / np.linalg.norm(steps[1])
    assert cosine < 0.999
    assert published.result_.n_evaluations == 2 * len(start) + 2
    assert true.result_.n_evaluations == 2
