"""Every kernel: symmetric and positive, its blocks and its bandwidth, and costs as foreseen."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.svm import SVC

from experiments.datasets.ad_hoc import ad_hoc
from qml.classifiers.qsvc import QSVC
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


def made(name, example, bandwidth=1.0):
    spec = {"name": name, **example.parameters}
    return resolve_kernel(spec, example.feature_map, bandwidth, "exact", random_state=0)


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


@every_evaluated_example
def test_test_block_is_the_kernel_with_the_training_points_asked_for(name, example):
    kernel = made(name, example)
    kernel.fit(X, TARGET)
    block = kernel.test_block(Y)
    np.testing.assert_allclose(block, kernel.evaluate(Y, X), atol=1e-6)
    some = kernel.test_block(Y, [1, 4])
    np.testing.assert_allclose(some[:, [1, 4]], block[:, [1, 4]], atol=1e-12)
    assert not some[:, [0, 2, 3, 5]].any()


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
