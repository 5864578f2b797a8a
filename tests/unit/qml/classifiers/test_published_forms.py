"""The forms of the published benchmark: each circuit and loss against PennyLane's gates."""

from __future__ import annotations

import warnings
from itertools import combinations

import numpy as np
import pytest

from experiments.planning.controls import controls_of
from experiments.records import ModelRow
from experiments.registry import MODELS, build_estimator
from qml.backends import resolve_backend
from qml.kernels.fidelity import FidelityKernel
from qml.offers import OFFERED_FOR
from qml.variational._estimator import _Samples

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    qml = pytest.importorskip("pennylane")

NAMES = [n for n in MODELS.installed() if "form" in MODELS.load(n)().get_params()]
Y = np.arange(6) % 2
SIGNS = 2.0 * Y - 1  # the second class is +1


@pytest.mark.parametrize("name", NAMES)
def test_published_form_has_the_controls_that_the_model_declares(name):
    found = controls_of(ModelRow(name, name, {"form": "bowles2024"}, None), 5)
    assert {control.kind for control in found} & set(OFFERED_FOR) == MODELS.load(name).controls
    assert all(c.row.parameters["form"] == "bowles2024" for c in found if c.row.name == name)


@pytest.mark.parametrize("name", NAMES)
def test_published_form_takes_three_classes(name):
    X = np.random.default_rng(0).uniform(-1, 1, (9, 4))
    model = build_estimator(MODELS, name, {"form": "bowles2024"}).set_params(random_state=0)
    if "optimizer" in model.get_params():
        model.set_params(optimizer={"name": "adam", "maxiter": 3})
    probabilities = model.fit(X, np.arange(9) % 3).predict_proba(X)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1.0)
    assert probabilities.shape == (9, 3)


def features(n):
    return np.random.default_rng(n).uniform(-np.pi / 2, np.pi / 2, (6, n))


def published(name, X, **parameters):
    """Return a model's loss over X and Y in its published form, and random weights."""
    model = build_estimator(MODELS, name, {"form": "bowles2024", **parameters})
    model.classes_ = np.array([0, 1])
    architecture = model._architecture(X.shape[1], 2)
    model._learn_inputs(X)
    samples = _Samples(resolve_backend("exact"), architecture, model._loss_of, model._inputs(X), Y)
    return samples, np.random.default_rng(7).normal(size=architecture.n_weights)


def at(name, X, weights, **parameters):
    """Return a fitted model that has these weights."""
    model = build_estimator(MODELS, name, {"form": "bowles2024", **parameters})
    stopped = {"callback": lambda *_: True}  # before the first step
    return model.set_params(initial_point=weights, training=stopped).fit(X, Y)


def started(name, n_features, **parameters):
    """Return the angles that many trainings begin at, and the head's weights, a row a training."""
    model = build_estimator(MODELS, name, {"form": "bowles2024", **parameters})
    architecture = model._architecture(n_features, 2)
    rng = np.random.default_rng(3)
    drawn = np.array([model._start(architecture, rng) for _ in range(400)])
    return drawn[:, : architecture.n_circuit_weights], drawn[:, architecture.n_circuit_weights :]


def check_uniform(drawn, high):
    assert drawn.min() >= 0
    assert drawn.max() < high
    np.testing.assert_allclose(drawn.mean(), high / 2, rtol=0.05)
    np.testing.assert_allclose(drawn.std(), high / np.sqrt(12), rtol=0.05)


def check_gradient(samples, weights):
    steps = 1e-6 * np.eye(len(weights))
    differences = [(samples.value(weights + h) - samples.value(weights - h)) / 2e-6 for h in steps]
    gradient = samples.value_and_gradient(weights)[1]
    np.testing.assert_allclose(gradient, differences, atol=2e-6)
    assert np.abs(gradient).max() > 1e-4


def expectations(circuit, n_wires, X):
    """Return what a PennyLane circuit, a function of one row, measures."""
    node = qml.QNode(circuit, qml.device("default.qubit", wires=n_wires))
    return np.array([np.squeeze(node(x)) for x in X])


def check_votes(samples, weights, f, expected_loss):
    votes = np.stack([1 - f, 1 + f], axis=1) / 2
    np.testing.assert_allclose(samples.predict(weights), votes, atol=1e-10)
    assert samples.value(weights) == pytest.approx(expected_loss, abs=1e-10)
    check_gradient(samples, weights)


@pytest.mark.parametrize("n_features, reps, layers", [(2, 1, 3), (3, 2, 2), (4, 1, 5)])
def test_iqp_variational_is_cz_layers_and_the_linear_loss(n_features, reps, layers):
    X = features(n_features)
    samples, weights = published("iqp_variational_classifier", X, reps=reps, layers=layers)

    def circuit(x):
        # pairs in an iterator, as PennyLane's own were up to 0.33: the first layer takes them
        pairs = combinations(range(n_features), 2)
        qml.IQPEmbedding(x, wires=range(n_features), n_repeats=reps, pattern=pairs)
        qml.StronglyEntanglingLayers(
            weights.reshape(layers, n_features, 3), wires=range(n_features), imprimitive=qml.CZ
        )
        return qml.expval(qml.PauliZ(0) @ qml.PauliZ(1))

    f = expectations(circuit, n_features, X)
    check_votes(samples, weights, f, np.mean((1 - SIGNS * f) / 2))
    check_uniform(started("iqp_variational_classifier", n_features)[0], 2 * np.pi)


@pytest.mark.parametrize("n_features, reps", [(1, 1), (3, 2)])
def test_separable_variational_is_rotations_around_every_encoding(n_features, reps):
    X = features(n_features)
    samples, weights = published("separable_variational_classifier", X, reps=reps)
    angles = weights.reshape(reps + 1, n_features, 3)

    def circuit(x):
        for wire in range(n_features):
            for layer in range(reps):
                qml.Rot(*angles[layer, wire], wires=wire)
                qml.RY(x[wire], wires=wire)
            qml.Rot(*angles[reps, wire], wires=wire)
        return [qml.expval(qml.PauliZ(wire)) for wire in range(n_features)]

    f = expectations(circuit, n_features, X).reshape(6, n_features).mean(axis=1)
    second = 1 / (1 + np.exp(-6 * f))
    votes = np.stack([1 - second, second], axis=1)
    np.testing.assert_allclose(samples.predict(weights), votes, atol=1e-10)
    entropy = -np.mean(Y * np.log(second) + (1 - Y) * np.log(1 - second))
    assert samples.value(weights) == pytest.approx(entropy, abs=1e-10)
    check_gradient(samples, weights)
    check_uniform(started("separable_variational_classifier", n_features)[0], 2 * np.pi)


def reuploading(x, thetas, omegas, apart):
    """Upload the features in every layer, and once more behind the last."""
    n_wires, layers = thetas.shape[1], len(thetas) - 1
    x = np.pad(x, (0, 3 * n_wires - len(x)))
    for layer in range(layers):
        for wire in range(n_wires):
            place = slice(3 * wire, 3 * wire + 3)
            if apart:
                qml.Rot(*(omegas[layer] * x)[place], wires=wire)
                qml.Rot(*thetas[layer, wire], wires=wire)
            else:
                qml.Rot(*(omegas[layer] * x)[place] + thetas[layer, wire], wires=wire)
        yield layer
    for wire in range(n_wires):
        place = slice(3 * wire, 3 * wire + 3)
        qml.Rot(*(omegas[layers] * x)[place] + thetas[layers, wire], wires=wire)


@pytest.mark.parametrize(
    "n_features, measured, ablation",
    [
        (2, "one", {}),
        (5, "half", {}),
        (8, "all", {}),
        (8, "half", {"entangling": False}),
        (5, "all", {"trained_scaling": False}),
    ],
)
def test_reuploading_turns_twice_and_uploads_once_more(n_features, measured, ablation):
    X, n_wires = features(n_features), -(-n_features // 3)
    parameters = {"reps": 3, "measured": measured, **ablation}
    samples, weights = published("data_reuploading_classifier", X, **parameters)
    n_measured = {"one": 1, "half": max(1, n_wires // 2), "all": n_wires}[measured]
    thetas, further = np.split(weights, [4 * n_wires * 3])
    thetas = thetas.reshape(4, n_wires, 3)
    omegas, alphas = np.ones((4, 3 * n_wires)), further[-2 * n_measured :].reshape(n_measured, 2)
    if "trained_scaling" not in ablation:
        omegas[:, :n_features] = further[: -2 * n_measured].reshape(4, n_features)

    def circuit(x):
        for layer in reuploading(x, thetas, omegas, apart=not ablation):
            for wire in range(layer % 2, n_wires - 1, 2) if "entangling" not in ablation else ():
                qml.CZ([wire, wire + 1])
        return [qml.expval(qml.PauliZ(wire)) for wire in range(n_measured)]

    f = expectations(circuit, n_wires, X).reshape(6, n_measured)
    missed = [
        (alphas[:, 0] * (1 - f) / 2 - (1 - Y)[:, None]) ** 2,
        (alphas[:, 1] * (1 + f) / 2 - Y[:, None]) ** 2,
    ]
    assert samples.value(weights) == pytest.approx(np.sum(missed) / 2 / 6, abs=1e-10)
    check_gradient(samples, weights)
    model = at("data_reuploading_classifier", X, weights, **parameters)
    np.testing.assert_allclose(model.predict_proba(X)[:, 1], (1 + f.mean(axis=1)) / 2, atol=1e-10)


def test_reuploading_begins_between_zero_and_one_with_plain_class_weights():
    drawn, own = started("data_reuploading_classifier", 5, measured="all")
    check_uniform(drawn, 1)
    np.testing.assert_array_equal(own, 1.0)


def padded(x, n_wires):
    """Fill up to a power of two with its inverse, and normalise."""
    size = 2**n_wires
    vector = np.concatenate([x, np.full(size - len(x), 1 / size)])
    return vector / np.linalg.norm(vector)


@pytest.mark.parametrize("n_features, wires, copies", [(2, 1, 3), (3, 2, 2), (4, 2, 1), (5, 3, 2)])
def test_circuit_centric_pads_only_where_it_must(n_features, wires, copies):
    X, n_wires = features(n_features), wires * copies
    parameters = {"n_copies": copies, "reps": 2}
    samples, weights = published("circuit_centric_classifier", X, **parameters)

    def circuit(x):
        for copy in range(copies):
            block = range(copy * wires, (copy + 1) * wires)
            qml.StatePrep(padded(x, wires), wires=block)
        qml.StronglyEntanglingLayers(weights[:-1].reshape(2, n_wires, 3), wires=range(n_wires))
        return qml.expval(qml.PauliZ(0))

    f = expectations(circuit, n_wires, X) + weights[-1]
    check_votes(samples, weights, f, np.mean((f - SIGNS) ** 2) / 2)
    model = at("circuit_centric_classifier", X, weights, **parameters)
    np.testing.assert_array_equal(model.predict(X), f > 0)


@pytest.mark.parametrize("n_features, n_wires", [(2, 1), (3, 2), (4, 2), (6, 4), (16, 4)])
def test_tree_tensor_is_a_full_tree_from_the_first_wire(n_features, n_wires):
    X = features(n_features)
    samples, weights = published("tree_tensor_classifier", X)

    def circuit(x):
        qml.StatePrep(padded(x, n_wires), wires=range(n_wires))
        angle, reach = iter(weights), 1
        while reach < n_wires:
            for wire in range(0, n_wires, reach):
                qml.RY(next(angle), wires=wire)
            for wire in range(0, n_wires, 2 * reach):
                qml.CNOT([wire + reach, wire])
            reach *= 2
        qml.RY(next(angle), wires=0)
        return qml.expval(qml.PauliZ(0))

    f = expectations(circuit, n_wires, X) + weights[-1]
    check_votes(samples, weights, f, np.mean((f - SIGNS) ** 2))


def test_amplitude_models_begin_on_the_whole_circle_with_a_small_bias():
    drawn, bias = started("circuit_centric_classifier", 4)
    check_uniform(drawn, 2 * np.pi)
    np.testing.assert_array_equal(bias, 0.01)
    drawn, bias = started("tree_tensor_classifier", 4)
    check_uniform(drawn, 2 * np.pi)
    assert abs(bias.mean()) < 0.02
    assert bias.std() == pytest.approx(0.1, rel=0.1)


@pytest.mark.parametrize("n_features, entangling", [(2, True), (5, True), (3, False)])
def test_dressed_circuit_has_no_biases_and_a_ring(n_features, entangling):
    X, n, layers = features(n_features), n_features, 2
    samples, weights = published("dressed_circuit_classifier", X, reps=2, entangling=entangling)
    into, angles, out = np.split(weights, [n * n, n * n + layers * n])
    ring = [(wire, (wire + 1) % n) for wire in range(n)] if n > 2 else [(0, 1)]

    def circuit(x):
        for wire, angle in enumerate(np.tanh(into.reshape(n, n) @ x) * np.pi / 2):
            qml.Hadamard(wire)
            qml.RY(angle, wires=wire)
        for layer in range(layers):
            for wire in range(n):
                qml.RY(angles[layer * n + wire], wires=wire)
            for pair in ring if entangling else ():
                qml.CNOT(pair)
        return [qml.expval(qml.PauliZ(wire)) for wire in range(n)]

    raised = np.exp(expectations(circuit, n, X) @ out.reshape(n, 2))
    votes = raised / raised.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(samples.predict(weights), votes, atol=1e-10)
    entropy = -np.mean(np.log(votes[np.arange(6), Y]))
    assert samples.value(weights) == pytest.approx(entropy, abs=1e-10)
    check_gradient(samples, weights)


def test_dressed_circuit_begins_with_small_classical_layers():
    drawn, out = started("dressed_circuit_classifier", 5, reps=3)
    check_uniform(drawn[:, 25:], 2 * np.pi)
    assert drawn[:, :25].std() == pytest.approx(1 / 5, rel=0.05)
    assert out.std() == pytest.approx(1 / 5, rel=0.05)
    assert abs(drawn[:, :25].mean()) < 0.01


@pytest.mark.parametrize("n_features, n_qubits", [(2, None), (5, None), (5, 3)])
def test_kitchen_sinks_join_pairs_and_then_the_next_but_one(n_features, n_qubits):
    X, n = features(n_features), n_qubits or n_features
    given = {"form": "bowles2024", "n_episodes": 2, "n_qubits": n_qubits}
    model = build_estimator(MODELS, "quantum_kitchen_sinks", given).set_params(random_state=0)
    bits = model.fit(X, Y)._bits(X).reshape(6, 2, n)
    for episode in range(2):

        def circuit(x, episode=episode):
            angles = x @ model._factors[episode] + model._shifts[episode]
            for wire in range(n):
                qml.RX(angles[wire], wires=wire)
            for wire in range(0, n - 1, 2):
                qml.CNOT([wire, wire + 1])
            for wire in range(n - 2):
                qml.CNOT([wire, wire + 2])
            return [qml.expval(qml.PauliZ(wire)) for wire in range(n)]

        expected = (1 - expectations(circuit, n, X)) / 2
        np.testing.assert_allclose(bits[:, episode], expected, atol=1e-10)


def test_kitchen_sinks_regression_is_without_a_penalty():
    """Where the slopes of the log loss alone vanish, up to the published tolerance."""
    rng = np.random.default_rng(0)
    X, y = rng.uniform(-1, 1, (80, 2)), rng.integers(0, 2, 80)
    given = {"form": "bowles2024", "n_episodes": 2}
    model = build_estimator(MODELS, "quantum_kitchen_sinks", given).set_params(random_state=0)
    missed = model.fit(X, y).predict_proba(X)[:, 1] - y
    slopes = model._bits(X).T @ missed / 80
    assert np.abs(slopes).max() < 2e-3
    penalised = model.set_params(C=1.0).fit(X, y).predict_proba(X)[:, 1] - y
    assert np.abs(model._bits(X).T @ penalised / 80).max() > 2e-3


def test_kitchen_sinks_factors_are_normal_and_shifts_go_round_the_circle():
    given = {"form": "bowles2024", "n_episodes": 2000, "sigma": 2.0}
    model = build_estimator(MODELS, "quantum_kitchen_sinks", given).set_params(random_state=0)
    model.fit(features(2), Y)
    assert model._factors.std() == pytest.approx(2.0, rel=0.05)
    check_uniform(model._shifts, 2 * np.pi)


@pytest.mark.parametrize("reps", [1, 3])
@pytest.mark.parametrize("name", ["iqp", "separable"])
def test_kernels_of_the_iqp_and_the_separable_map_are_the_published_ones(name, reps):
    X = features(3)

    def encoded(x):
        if name == "iqp":  # pairs in an iterator, as they were
            qml.IQPEmbedding(x, wires=range(3), n_repeats=reps, pattern=combinations(range(3), 2))
        else:  # published with the sign of the features turned round
            for wire in (0, 1, 2) * reps:
                qml.RX(-np.pi / 4, wires=wire)
                qml.RY(-x[wire], wires=wire)

    @qml.qnode(qml.device("default.qubit", wires=3))
    def overlap(x, y):
        encoded(x)
        qml.adjoint(encoded)(y)
        return qml.probs()

    expected = [[overlap(x, y)[0] for y in X] for x in X]
    given = {"interacting_reps": 1} if name == "iqp" else {}
    kernel = FidelityKernel({"name": name, "reps": reps, **given})
    np.testing.assert_allclose(kernel(X, X), expected, atol=1e-10)
