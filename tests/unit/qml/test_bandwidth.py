"""The bandwidth that data decide: against exact kernels, closed forms and what must not happen."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import StratifiedKFold, cross_val_score

from experiments.datasets.ad_hoc import ad_hoc
from experiments.registry import MODELS
from qml.bandwidth import found_bandwidth, mean_fidelity
from qml.classifiers.iqp_variational_classifier import IQPVariationalClassifier
from qml.classifiers.qsvc import QSVC
from qml.classifiers.vqc import VQC
from qml.estimator import ScaledEstimator
from qml.kernels import resolve_kernel

RNG = np.random.default_rng(5)
STEP = 2.0**0.125  # neighbours among the values that a bandwidth may have
SCALED = [
    name for name in MODELS.installed() if "bandwidth" in MODELS.load(name)().get_params(deep=False)
]
MAPS = ["zz", "z", "angle", "iqp", "separable", "heisenberg", "pauli", "hardware_efficient"]


@pytest.mark.parametrize("bandwidth", [0.2, 0.7, 1.0])
def test_mean_fidelity_of_rotations_on_their_own_is_the_kernel_s_mean(bandwidth):
    """A qubit a feature, whatever features have to do with each other."""
    X = RNG.uniform(0, 2, (60, 5))
    X[:, 4] = X[:, 0] - X[:, 1]
    K = resolve_kernel("fidelity", "angle", bandwidth, "exact", 0).fit_evaluate(X)
    beside = K[np.triu_indices(60, 1)].mean()
    assert beside > 1 / 32  # else the floor is what is seen
    assert mean_fidelity("angle", X, bandwidth) == pytest.approx(beside, abs=1e-12)


@pytest.mark.parametrize("feature_map", MAPS)
@pytest.mark.parametrize("n_features", [1, 2, 3])
def test_kernel_on_few_qubits_cannot_be_too_narrow(feature_map, n_features):
    """The purity of a mean state on n qubits is 2^-n or more, whatever the data are."""
    X = RNG.uniform(0, 2 * np.pi, (40, n_features))
    kernel = resolve_kernel("fidelity", feature_map, 1.0, "exact", 0)
    n_qubits = kernel.workload(40, 0, n_features).n_qubits
    assert kernel.fit_evaluate(X).mean() >= 2.0**-n_qubits
    if n_qubits <= 3:
        assert found_bandwidth("scale", feature_map, X) == 1.0


def test_closed_form_for_normal_features():
    """The characteristic function of a normal angle is exp(-lambda^2 sigma^2 / 2)."""
    n_features, deviation = 12, 2.0
    X = RNG.normal(0, deviation, (4000, n_features))
    each = 8.0 ** (-1 / n_features)  # ((1 + exp(-(lambda sigma)^2)) / 2)^12 = 1/8
    expected = np.sqrt(-np.log(2 * each - 1)) / deviation
    found = found_bandwidth("scale", "angle", X)
    assert expected / STEP**2 <= found <= expected * STEP  # of a hundred points


def test_units_of_the_features_do_not_matter():
    X = RNG.normal(0, 2, (60, 5))
    found = found_bandwidth("scale", "zz", X)
    assert found < 1 / 4
    for factor in (0.5, 4.0, 1024.0):
        narrower = found_bandwidth("scale", "angle", factor * 4 * X)
        assert narrower * factor == found_bandwidth("scale", "angle", 4 * X)


def test_features_that_are_angles_already_stay_as_they_are():
    """Data made for a kernel on [0, 2 pi], as Havlicek et al. drew them, are not touched."""
    assert found_bandwidth("scale", "zz", ad_hoc(0, n_samples=80).X) == 1.0
    assert found_bandwidth("scale", "angle", RNG.uniform(0, 0.1, (30, 8))) == 1.0


def test_no_feature_laps_the_circle():
    X = RNG.normal(0, 300, (50, 2))
    widest = np.ptp(X, axis=0).max()
    found = found_bandwidth("scale", "zz", X)
    assert 2 * np.pi / STEP < found * widest <= 2 * np.pi


def test_binary_features_a_period_apart_are_told_apart():
    """At bandwidth 1 all points would be the same; that its mean is large is no reason for it."""
    X = 2 * np.pi * RNG.integers(0, 2, (64, 5)).astype(float)
    found = found_bandwidth("scale", "angle", X)
    assert mean_fidelity("angle", X, 1.0) == pytest.approx(1)
    assert found <= 0.5
    assert 1 / 8 <= mean_fidelity("angle", X, found) < 1 / 4


def test_number_is_itself_and_constants_need_none():
    assert found_bandwidth(0.3, "zz", RNG.normal(0, 9, (20, 6))) == 0.3
    assert found_bandwidth("scale", "zz", np.full((5, 6), 100.0)) == 1.0
    assert found_bandwidth("scale", "amplitude", RNG.normal(0, 0.5, (20, 16))) == 1.0


@pytest.mark.parametrize("name", SCALED)
def test_every_model_with_a_bandwidth_finds_it_in_its_training_rows(name):
    X = RNG.normal(0, 3, (24, 4))
    y = np.arange(24) % 2
    model = MODELS.load(name)()
    if "optimizer" in model.get_params(deep=False):
        model.set_params(optimizer={"name": "spsa", "maxiter": 1, "a": 1e-6, "c": 1e-3})
    assert model.bandwidth in ("scale", None)
    model = clone(model).fit(X, y)
    assert 0 < model.bandwidth_ < 1
    if isinstance(model, ScaledEstimator):
        assert model.training_["bandwidth"] == model.bandwidth_
    again = clone(model).fit(X / 1000, y)
    assert again.bandwidth_ == 1.0
    assert again.set_params(bandwidth=0.25).fit(X, y).bandwidth_ == 0.25
    assert model.bandwidth in ("scale", None)  # what was asked for stays


@pytest.mark.parametrize("quantum_kernel", ["fidelity", "projected"])
def test_machine_is_the_machine_at_that_bandwidth(quantum_kernel):
    X, y = RNG.normal(0, 2, (30, 4)), np.arange(30) % 2
    scaled = QSVC(quantum_kernel=quantum_kernel).fit(X[:20], y[:20])
    named = QSVC(quantum_kernel=quantum_kernel, bandwidth=scaled.bandwidth_).fit(X[:20], y[:20])
    np.testing.assert_array_equal(scaled.decision_function(X), named.decision_function(X))
    assert scaled.bandwidth_ == found_bandwidth("scale", "zz", X[:20])


def test_variational_model_is_the_model_at_that_bandwidth():
    X, y = RNG.normal(0, 2, (20, 4)), np.arange(20) % 2
    few = {"name": "cobyla", "maxiter": 20}
    scaled = VQC(optimizer=few, random_state=0).fit(X, y)
    named = VQC(optimizer=few, random_state=0, bandwidth=scaled.bandwidth_).fit(X, y)
    np.testing.assert_array_equal(scaled.predict_proba(X), named.predict_proba(X))


def test_published_form_has_no_bandwidth_but_the_one_that_is_named():
    X, y = RNG.normal(0, 2, (12, 4)), np.arange(12) % 2
    few = {"name": "adam", "maxiter": 1}
    published = IQPVariationalClassifier(form="bowles2024", optimizer=few, random_state=0)
    assert published.fit(X, y).bandwidth_ == 1.0
    assert published.encoding().bandwidth == 1.0
    assert published.set_params(bandwidth=0.5).fit(X, y).bandwidth_ == 0.5
    assert IQPVariationalClassifier().encoding().bandwidth == "scale"


def test_scale_mends_the_entangling_kernel_on_real_data():
    """Four components of wine in [0, pi/2]: a referee measured .803 at 1 and .967 at 0.1."""
    from sklearn.datasets import load_wine
    from sklearn.decomposition import PCA
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import MinMaxScaler, StandardScaler

    X, y = load_wine(return_X_y=True)
    folds = StratifiedKFold(5, shuffle=True, random_state=0)

    def accuracy(bandwidth):
        steps = StandardScaler(), PCA(4), MinMaxScaler((0, np.pi / 2))
        model = make_pipeline(*steps, QSVC(C=10.0, bandwidth=bandwidth))
        return cross_val_score(model, X, y, cv=folds).mean()

    assert accuracy("scale") > accuracy(1.0) + 0.05


@pytest.mark.parametrize("name", ["matched_rbf", "spectrum_surrogate"])
def test_surrogate_of_a_model_finds_the_model_s_bandwidth(name):
    X, y = RNG.normal(0, 2, (20, 4)), np.arange(20) % 2
    machine = QSVC().fit(X, y)
    encoding = machine.encoding()
    surrogate = MODELS.load(name)(feature_map=encoding.feature_map, bandwidth=encoding.bandwidth)
    assert surrogate.fit(X, y).bandwidth_ == machine.bandwidth_ < 1
