"""The printed rows of Bowles, Ahmed and Schuld (2024): their split, their hyper-parameters.

The whole table is made by ``python -m benchmarks.bowles2024``; here is what takes seconds.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler

from benchmarks.bowles2024.digest import read_digest, read_split
from benchmarks.bowles2024.estimators import ENTRIES, MISSING
from benchmarks.bowles2024.running import Run
from benchmarks.bowles2024.scores import Scores
from qml.circuits import resolve_feature_map
from qml.classifiers.qsvc import QSVC
from qml.classifiers.quantum_kitchen_sinks import QuantumKitchenSinks
from qml.engine import outcome_bits, statevectors

CURVES = "two_curves-5degree-0.1offset"
WITHOUT_DRAWS = ("IQPKernelClassifier", "SeparableKernelClassifier", "SVC")
DATA_SETS = (
    *(f"linearly_separable_{n}d" for n in (2, 3, 10)),
    *(f"{CURVES}-{n}d" for n in (2, 10)),
    *(f"mnist_3-5_{n}d-250" for n in (2, 10)),
)


@pytest.fixture(scope="module")
def folder():
    named = os.environ.get("QML_DATA")
    if not named or not (Path(named) / "bowles2024").is_dir():
        pytest.skip("QML_DATA names no folder with bowles2024/")
    return Path(named) / "bowles2024"


def compared(folder, data_sets, models, seeds=5):
    """Return the rows of these models on these data sets."""
    rows = [row for row in read_digest(folder) if row.data_set in data_sets and row.model in models]
    assert len(rows) == len(data_sets) * len(models)
    splits = {name: read_split(folder, name) for name in data_sets}
    return Run(rows, splits, Scores()).compared(seeds, 2, lambda one: None)


@pytest.mark.parametrize("model", WITHOUT_DRAWS)
def test_rows_without_draws_are_the_printed_ones_within_one_test_row(folder, model):
    for one in compared(folder, DATA_SETS, [model]):
        n_test = 250 if "mnist" in one.row.data_set else 60
        assert abs(one.difference) <= 1 / n_test + 5e-5, one.row
        assert one.verdict == "agrees"


def test_kernels_without_draws_have_the_printed_training_accuracies_too(folder):
    for row in read_digest(folder):
        if row.data_set in DATA_SETS and row.model in WITHOUT_DRAWS:
            split = read_split(folder, row.data_set)
            model = ENTRIES[row.model].build(row.settings, split.X, 0).fit(split.X, split.y)
            accuracies = model.score(split.X, split.y), model.score(split.X_test, split.y_test)
            assert np.round(accuracies, 4).tolist() == [row.train_mean, row.mean], row


def test_printed_rows_are_those_of_a_map_whose_first_layer_alone_entangles(folder):
    """PennyLane up to 0.33 kept the pairs in an iterator, which is at its end after one layer."""
    [row] = [
        row
        for row in read_digest(folder)
        if (row.data_set, row.model) == (f"{CURVES}-2d", "IQPKernelClassifier")
    ]
    assert row.settings.whole("repeats") == 10
    split = read_split(folder, row.data_set)
    found = {}
    for layers in (1, None):
        embedding = {"name": "iqp", "reps": 10, "interacting_reps": layers}
        machine = QSVC(feature_map=embedding, bandwidth=1.0, C=row.settings.real("C"))
        model = make_pipeline(MinMaxScaler((-np.pi / 2, np.pi / 2)), machine)
        model.fit(split.X, split.y)
        accuracies = model.score(split.X, split.y), model.score(split.X_test, split.y_test)
        found[layers] = np.round(accuracies, 4).tolist()
    assert found[1] == [row.train_mean, row.mean] == [0.8208, 0.8]
    assert found[None] == [0.825, 0.8167]


def test_projected_kernel_is_not_told_apart(folder):
    data_sets = ["linearly_separable_2d", "linearly_separable_3d", f"{CURVES}-2d"]
    found = compared(folder, data_sets, ["ProjectedQuantumKernel"])
    assert {one.verdict for one in found} == {"agrees"}
    assert all(one.ours.mean > 0.85 for one in found)


def test_kitchen_sinks_are_not_told_apart(folder):
    """In two dimensions 100 single bits say nothing of two curves, there and here."""
    [found] = compared(folder, [f"{CURVES}-2d"], ["QuantumKitchenSinks"])
    assert found.verdict == "agrees"
    assert 0.3 < found.ours.mean < 0.65


def test_published_form_of_the_iqp_model_is_not_told_apart(folder):
    """Printed: 0.667, where the form with CX and cross-entropy reaches 0.957; and ten layers."""
    data_sets = ["linearly_separable_2d", f"{CURVES}-2d"]
    first, second = compared(folder, data_sets, ["IQPVariationalClassifier"])
    assert first.verdict == second.verdict == "agrees"
    assert 0.6 < first.ours.mean < 0.75
    assert second.p > 0.05  # 0.70, where all ten entangle


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_models_that_draw_are_not_told_apart_where_two_features_are_enough(folder):
    models = [name for name in ENTRIES if not ENTRIES[name].deterministic]
    found = compared(folder, ["linearly_separable_2d", "linearly_separable_3d"], models)
    assert [one.row for one in found if one.verdict != "agrees"] == []


def test_one_random_number_for_all_circuits_takes_kitchen_sinks_below_chance(folder):
    """Printed: 0.887 with a deviation of 0.166; single seeds on other data sets reach 0.13.

    Their simulator is handed one key for all circuits of a call. Outcomes that share a uniform
    number move together from the fit to the prediction; those of independent shots do not.
    """
    split = read_split(folder, "linearly_separable_2d")
    scale = MinMaxScaler((-1, 1)).fit(split.X)
    X, X_test = scale.transform(split.X), scale.transform(split.X_test)
    sinks = QuantumKitchenSinks(n_episodes=500, form="bowles2024", random_state=0).fit(X, split.y)
    rng = np.random.default_rng(0)

    def features(points, number):
        angles = np.einsum("nf,efq->neq", points, sinks._factors) + sinks._shifts
        outcomes = sinks.backend_.run_probabilities(sinks._episode(2), angles.reshape(-1, 2))
        numbers = rng.random((len(outcomes), 1)) if number is None else number
        drawn = (outcomes.cumsum(axis=1) < numbers).sum(axis=1)
        return outcome_bits(2)[np.minimum(drawn, 3)].astype(float).reshape(len(points), -1)

    def accuracies(fitted_with, predicted_with):
        linear = LogisticRegression(C=np.inf, tol=1e-3).fit(features(X, fitted_with), split.y)
        tests = [features(X_test, number) for number in predicted_with]
        return [linear.score(test, split.y_test) for test in tests]

    numbers = np.arange(0.1, 1.0, 0.2)
    together = np.concatenate([accuracies(one, numbers[numbers != one]) for one in numbers])
    apart = np.concatenate([accuracies(None, [None] * 4) for _ in numbers])
    assert together.min() < 0.4
    assert together.std() > 0.15
    assert apart.min() > 0.9
    assert apart.std() < 0.04


def test_width_of_the_projected_kernel_is_theirs(folder):
    """Their exponent, -factor |r - r'|^2 / (n v), against the entries of ours."""
    [row] = [
        row
        for row in read_digest(folder)
        if (row.data_set, row.model) == ("linearly_separable_3d", "ProjectedQuantumKernel")
    ]
    X = read_split(folder, row.data_set).X[:20]
    model = ENTRIES[row.model].build(row.settings, X, 3).fit(X, np.arange(20) % 2)
    machine, points = model[-1], MinMaxScaler((-np.pi / 2, np.pi / 2)).fit_transform(X)
    states = statevectors(resolve_feature_map(machine.feature_map, 3), points)
    paulis = np.array([[[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]])
    bloch = np.zeros((20, 4, 3))
    for qubit in range(4):
        one = np.moveaxis(states.reshape(20, 2, 2, 2, 2), 4 - qubit, 1).reshape(20, 2, 8)
        bloch[:, qubit] = np.einsum("nik,pij,njk->np", one.conj(), paulis, one).real
    r = bloch.reshape(20, 12)
    squares = ((r[:, None] - r[None]) ** 2).sum(axis=2)
    expected = np.exp(-row.settings.real("gamma_factor") * squares / (3 * r.var()))
    np.testing.assert_allclose(machine._kernel.evaluate(points), expected, atol=1e-10)


def test_every_model_of_the_digest_has_an_entry_or_a_reason(folder):
    models = {row.model for row in read_digest(folder)}
    assert models <= ENTRIES.keys() | MISSING.keys()
    assert not ENTRIES.keys() & MISSING.keys()
