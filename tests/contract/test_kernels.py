"""Every kernel: symmetric and positive, its blocks and its bandwidth, and costs as foreseen."""

from __future__ import annotations

import ast
import inspect

import numpy as np
import pytest
from sklearn.svm import SVC

from experiments.datasets.ad_hoc import ad_hoc
from qml.classifiers.qsvc import QSVC
from qml.docstrings import sections
from qml.errors import DataError, SpecError
from qml.examples import KernelExample, examples_of
from qml.kernels import KERNELS, resolve_kernel

EXAMPLES = examples_of(KERNELS, KernelExample)
EVALUATED = {label: found for label, found in EXAMPLES.items() if not found[1].estimated}
every_example = pytest.mark.parametrize("name, example", EXAMPLES.values(), ids=EXAMPLES)
every_evaluated_example = pytest.mark.parametrize(
    "name, example", EVALUATED.values(), ids=EVALUATED
)

RNG = np.random.default_rng(5)
X, Y = RNG.uniform(0, 3, (6, 3)), RNG.uniform(0, 3, (4, 3))
TARGET = np.arange(len(X)) % 2


def made(name, example, bandwidth=1.0, backend="exact"):
    spec = {"name": name, **example.parameters}
    return resolve_kernel(spec, example.feature_map, bandwidth, backend, random_state=0)


@every_evaluated_example
@pytest.mark.parametrize("bandwidth", [1.0, 0.4])
def test_every_kernel_is_symmetric_positive_and_scales_its_features(name, example, bandwidth):
    kernel = made(name, example, bandwidth)
    K = kernel.fit_evaluate(X, TARGET)
    close = example.tolerance
    np.testing.assert_allclose(K, K.T, atol=1e-12)
    assert np.linalg.eigvalsh(K).min() > -1e-10
    np.testing.assert_allclose(kernel.evaluate(X), K, atol=close)
    np.testing.assert_allclose(kernel.evaluate(X, Y), kernel.evaluate(Y, X).T, atol=1e-12)
    by_hand = made(name, example).fit(bandwidth * X, TARGET)
    np.testing.assert_allclose(by_hand.evaluate(bandwidth * X), K, atol=close)


@every_example
def test_what_is_no_table_of_points_is_one_line(name, example):
    kernel = made(name, example)
    missing = X.copy()
    missing[2, 1] = np.nan
    for bad, words in [
        (missing, "X: row 2, column 1 is nan, expected finite numbers"),
        (X[0], r"X: shape \(3,\), expected a table"),
        (X[:0], r"X: shape \(0, 3\), expected a sample"),
    ]:
        for ask in (kernel.evaluate, kernel.diagonal, lambda X: kernel.fit_evaluate(X, TARGET)):
            with pytest.raises(DataError, match=words) as caught:
                ask(bad)
            assert "\n" not in str(caught.value)
    kernel.fit(X, TARGET)
    with pytest.raises(DataError, match="2 features, expected 3"):
        kernel.test_block(X[:, :2])
    with pytest.raises(DataError, match="Y: 2 features, expected 3"):
        kernel.evaluate(X, X[:, :2])


@every_example
@pytest.mark.parametrize("y", [TARGET[:2], [0.1] * 7, 3], ids=["short", "long", "a number"])
def test_labels_are_one_a_row(name, example, y):
    kernel = made(name, example)
    with pytest.raises(
        DataError, match=r"y: shape \(.*\), expected a label for each of the 6 rows"
    ):
        kernel.fit(X, y)
    assert not kernel.backend.usage.circuits


@every_example
def test_a_block_against_training_points_needs_them(name, example):
    kernel = made(name, example)
    for ask in (kernel.test_block, kernel.test_block_and_diagonal):
        with pytest.raises(
            SpecError, match="^a test block is against training data: call fit first"
        ):
            ask(Y)
    kernel.fit(X, TARGET)
    for ask in (kernel.test_block, kernel.test_block_and_diagonal):
        with pytest.raises(DataError, match="^X: 2 features, expected 3"):
            ask(Y[:, :2])


@every_evaluated_example
def test_test_block_is_the_kernel_with_the_training_points_asked_for(name, example):
    kernel = made(name, example)
    kernel.fit(X, TARGET)
    block = kernel.test_block(Y)
    np.testing.assert_allclose(block, kernel.evaluate(Y, X), atol=1e-6)
    some = kernel.test_block(Y, [1, 4])
    np.testing.assert_allclose(some[:, [1, 4]], block[:, [1, 4]], atol=1e-12)
    assert not some[:, [0, 2, 3, 5]].any()


@every_example
@pytest.mark.parametrize("backend", ["exact", "exact:shots=64", "density_matrix:noise=fake_manila"])
def test_diagonal_is_that_of_the_kernels_own_matrix(name, example, backend):
    """Each asks a kernel of its own: the draws of shots are the same in both."""
    if name == "trainable" and "noise" in backend:
        pytest.skip("slow; a fidelity's diagonal is not measured on any backend")

    def fitted():
        return made(name, example, 0.4, backend).fit(X, TARGET)

    kernel, other = fitted(), fitted()
    for points in (X, Y):
        matrix = kernel.evaluate(points)
        np.testing.assert_allclose(other.diagonal(points), np.diag(matrix), atol=1e-12)
    kernel, other = fitted(), fitted()
    block, diagonal = kernel.test_block_and_diagonal(Y)
    np.testing.assert_array_equal(block, other.test_block(Y))
    assert kernel.backend.usage == other.backend.usage
    if "shots" not in backend:
        np.testing.assert_allclose(diagonal, np.diag(matrix), atol=1e-12)


@every_evaluated_example
def test_every_kernel_serves_scikit_learn_as_a_callable(name, example):
    kernel = made(name, example).fit(X, TARGET)
    called = SVC(kernel=kernel, C=100.0).fit(X, TARGET)
    given = SVC(kernel="precomputed", C=100.0).fit(kernel(X, X), TARGET)
    np.testing.assert_allclose(
        called.decision_function(Y), given.decision_function(kernel(Y, X)), atol=1e-6
    )


@every_example
@pytest.mark.parametrize("backend", ["exact", "exact:shots=64", "aer:shots=64"])
def test_machine_on_every_kernel_spends_no_more_than_foreseen(name, example, backend):
    data = ad_hoc(1, n_samples=24)
    spec = {"name": name, **example.parameters}
    model = QSVC(
        feature_map=example.feature_map, quantum_kernel=spec, backend=backend, random_state=0
    )
    model.fit(data.X[:16], data.y[:16]).predict(data.X[16:])
    estimate = model.backend_.estimate(model.workload(16, 8, 2, 2))
    assert 0 < model.usage_.circuits <= estimate.circuits
    assert model.usage_.shots <= estimate.shots


@pytest.mark.parametrize("name", KERNELS.names())
def test_help_describes_every_parameter_once_with_its_default(name):
    plugin = KERNELS.load(name)
    lines = sections(inspect.getdoc(plugin))["Parameters"].splitlines()
    described = [line.partition(" : ") for line in lines if not line.startswith(" ")]
    parameters = inspect.signature(plugin).parameters
    assert [one for one, _, _ in described] == list(parameters)
    for one, _, kind in described:
        default = ast.literal_eval(kind.partition(", default=")[2])
        assert default == parameters[one].default, one


@pytest.mark.parametrize("name", KERNELS.names())
def test_kernels_take_their_encoding_and_place_first(name):
    common = ["feature_map", "bandwidth", "backend", "random_state"]
    assert list(inspect.signature(KERNELS.load(name)).parameters)[:4] == common


@pytest.mark.parametrize("name", KERNELS.names())
@pytest.mark.parametrize(
    "wrong, expected",
    [
        ({"bandwidth": -1}, "bandwidth: Input should be greater than 0 (got -1)"),
        ({"bandwidth": "wide"}, "bandwidth: Input should be a valid number (got 'wide')"),
        (
            {"feature_map": 3},
            "feature_map: Input should be a valid string or a valid dictionary or an instance of "
            "QuantumCircuit or callable (got 3)",
        ),
        (
            {"backend": 3},
            "backend: Input should be a valid string or an instance of Backend (got 3)",
        ),
        (
            {"random_state": -1},
            "random_state: Input should be greater than or equal to 0 or None (got -1)",
        ),
    ],
    ids=str,
)
def test_wrong_parameter_of_any_kernel_is_one_line_when_it_is_made(name, wrong, expected):
    with pytest.raises(SpecError) as caught:
        KERNELS.load(name)(**wrong)
    assert str(caught.value) == expected


@pytest.mark.parametrize(
    "name, wrong",
    [
        ("fidelity", {"mitigation": "nonsense"}),
        ("fidelity", {"compare": "yes"}),
        ("projected", {"outer": "cubic"}),
        ("projected", {"gamma": 0.0}),
        ("nystrom", {"n_landmarks": 0}),
        ("nystrom", {"sampling": "greedy"}),
        ("completion", {"fraction": 1.5}),
        ("completion", {"rank": "full"}),
        ("trainable", {"objective": "accuracy"}),
        ("trainable", {"optimizer": "adamm"}),
        ("trainable", {"optimizer": 3}),
        ("trainable", {"C": -1.0}),
        ("trainable", {"initial_weights": "here"}),
    ],
    ids=str,
)
def test_wrong_parameter_of_one_kernel_names_it_when_it_is_made(name, wrong):
    [parameter] = wrong
    with pytest.raises(SpecError) as caught:
        KERNELS.load(name)(**wrong)
    assert str(caught.value).startswith(parameter)
    assert "\n" not in str(caught.value)
