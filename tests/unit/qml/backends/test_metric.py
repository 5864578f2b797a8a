"""The states' metric and fidelity: by states, by shifted fidelities, by finite differences."""

from __future__ import annotations

import numpy as np
import pytest
from qiskit.circuit import Parameter, ParameterVector, QuantumCircuit

from qml.backends import BoundCircuit, resolve_backend
from qml.circuits import ModelCircuit, compose_model, resolve_ansatz, resolve_feature_map
from qml.engine import statevectors

X = np.random.default_rng(3).uniform(0.1, 2, (4, 2))


def scaled_by_data():
    """A weight that several rotations share, one inside a controlled rotation, one times data."""
    x, w = ParameterVector("x", 2), [Parameter(name) for name in "abc"]
    circuit = QuantumCircuit(2)
    circuit.ry(x[0] * w[0] + w[1], 0)
    circuit.rx(2 * w[0] + x[1], 1)
    circuit.crx(w[2], 0, 1)
    circuit.rzz(w[1] * w[1], 0, 1)
    circuit.cp(w[1] - w[0], 1, 0)
    circuit.u(w[2], x[0], w[2] * w[1], 1)
    circuit.ry(w[0], 0)
    return ModelCircuit(circuit, tuple(x), tuple(w))


def composed():
    feature_map = resolve_feature_map("zz", 2)
    return compose_model(feature_map, resolve_ansatz({"name": "efficient_su2", "reps": 1}, 2))


def by_differences(model, weights, step=1e-5):
    total = 0.0
    for row in X:
        feed = lambda w, row=row: statevectors(
            model.circuit, np.hstack([row, w])[None, model.columns]
        )[0]
        ket = feed(weights)
        slopes = np.array(
            [
                (feed(weights + h) - feed(weights - h)) / (2 * step)
                for h in step * np.eye(len(weights))
            ]
        )
        along = slopes @ ket.conj()
        total = total + (slopes.conj() @ slopes.T - np.outer(along.conj(), along)).real
    return total / len(X)


@pytest.mark.parametrize("make", [scaled_by_data, composed])
def test_metric_by_states_by_fidelities_and_by_differences(make):
    model = make()
    weights = np.random.default_rng(5).normal(size=len(model.weights))
    exact = resolve_backend("exact").bind(model, X).metric(weights, diagonal=False)
    np.testing.assert_allclose(exact, by_differences(model, weights), atol=1e-8)
    by_fidelities = BoundCircuit(resolve_backend("exact"), model, X).metric(weights, False)
    np.testing.assert_allclose(exact, by_fidelities, atol=1e-10)
    assert np.linalg.eigvalsh(exact).min() > -1e-12


def test_diagonal_is_the_diagonal_and_counts_less():
    model = composed()
    weights = np.random.default_rng(5).normal(size=8)
    backend = resolve_backend("exact:gradient_circuits=parameter_shift")
    bound = backend.bind(model, X)
    whole = bound.metric(weights, False)
    assert backend.n_metric_circuits(model.circuit, model.weight_places, False) == 8 + 4 * 28
    assert backend.usage.circuits == 4 * (8 + 4 * 28)
    np.testing.assert_allclose(bound.metric(weights, True), np.diag(np.diag(whole)), atol=1e-12)
    assert backend.usage.circuits == 4 * (8 + 4 * 28 + 8)


def test_measured_metric_costs_what_is_counted_for_it():
    model = composed()
    weights = np.random.default_rng(5).normal(size=8)
    backend = resolve_backend("exact:shots=20000", 1)
    measured = backend.bind(model, X).metric(weights, True)
    assert backend.usage.circuits == 4 * 8
    exact = resolve_backend("exact").bind(model, X).metric(weights, True)
    np.testing.assert_allclose(measured, exact, atol=0.01)


def test_fidelity_is_the_mean_overlap_on_every_path():
    model = composed()
    first, second = np.random.default_rng(6).normal(size=(2, 8))
    bound = resolve_backend("exact").bind(model, X)
    rows = [np.hstack([X, np.tile(w, (4, 1))])[:, model.columns] for w in (first, second)]
    left, right = (statevectors(model.circuit, row) for row in rows)
    truth = np.mean(np.abs((left.conj() * right).sum(axis=1)) ** 2)
    assert bound.fidelity(first, second) == pytest.approx(truth, abs=1e-12)
    assert BoundCircuit(resolve_backend("exact"), model, X).fidelity(first, second) == (
        pytest.approx(truth, abs=1e-12)
    )
    measured = resolve_backend("exact:shots=50000", 2).bind(model, X)
    assert measured.fidelity(first, second) == pytest.approx(truth, abs=0.01)


def test_gradient_counts_what_a_machine_would_need_where_asked():
    model, projector = composed(), np.eye(4)[:, :2]
    loss = lambda outputs: (float(outputs.sum()), np.ones_like(outputs))
    results = {}
    for count in ("one", "parameter_shift"):
        backend = resolve_backend(f"exact:gradient_circuits={count}")
        results[count] = backend.bind(model, X).value_and_gradient(np.ones(8), projector, loss)
        assert backend.usage.circuits == 4 * (1 if count == "one" else 1 + 2 * 8)
    np.testing.assert_array_equal(results["one"][1], results["parameter_shift"][1])


@pytest.mark.parametrize("make", [scaled_by_data, composed])
@pytest.mark.parametrize("n_samples", [3, 40])
def test_selecting_rows_is_binding_those_rows(make, n_samples):
    model = make()
    points = np.random.default_rng(7).uniform(0, 2, (40, 2))
    rows = np.arange(40)[::-1][:n_samples]
    weights = np.ones(len(model.weights))
    bound = resolve_backend("exact").bind(model, points)
    before = bound.probabilities(weights)
    selected = bound.selecting(rows)
    np.testing.assert_allclose(selected.probabilities(2 * weights)[0] * 0, 0)
    np.testing.assert_allclose(selected.probabilities(weights), before[rows], atol=1e-12)
    np.testing.assert_array_equal(bound.probabilities(weights), before)
