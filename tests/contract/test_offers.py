"""What each quantum model offers, and that nothing it offers is lost by a misspelt name."""

from __future__ import annotations

import difflib
from typing import get_args

import numpy as np
import pytest
from sklearn.base import BaseEstimator, is_classifier, is_outlier_detector

from experiments.planning.controls import controls_of
from experiments.records import ModelRow
from experiments.registry import MODELS, PREPROCESSING
from qml import offers
from qml.backends import resolve_backend
from qml.classifiers import QuantumClassifier
from qml.classifiers.qsvc import QSVC
from qml.errors import DataError
from qml.estimator import QuantumEstimator
from qml.kernels import KernelMachine
from qml.variational import TrainedEstimator, VariationalEstimator

QUANTUM = [name for name in MODELS.installed() if isinstance(MODELS.load(name)(), offers.Quantum)]
PROTOCOLS = [
    offers.Quantum,
    offers.Answering,
    offers.Controlled,
    offers.Spending,
    offers.Parting,
    offers.Recalling,
    offers.Reporting,
    offers.Traced,
    offers.Staged,
    offers.ScoredLabels,
    offers.Disentangled,
    offers.Encoded,
]
OFFERED = {"controls"}.union(
    *({name for name in vars(protocol) if not name.startswith("_")} for protocol in PROTOCOLS)
)


def controls_found(name):
    """Return the kinds that the workbench makes of a model as it is, on two features."""
    found = {control.kind for control in controls_of(ModelRow(name, name, {}, None), 2)}
    return found & set(get_args(offers.ControlKind))


def misspelt(model_class):
    """Return the public names of a model that are nearly, and not quite, something offered."""
    known = OFFERED | set(dir(BaseEstimator)) | set(model_class().get_params(deep=False))
    own = {name for name in dir(model_class) if not name.startswith("_")} - known
    return {name for name in own if difflib.get_close_matches(name, OFFERED, cutoff=0.8)}


def test_models_that_are_quantum_are_those_of_our_base():
    ours = [n for n in MODELS.installed() if isinstance(MODELS.load(n)(), QuantumEstimator)]
    assert ours == QUANTUM


@pytest.mark.parametrize("name", QUANTUM)
def test_controls_are_those_that_the_model_declares(name):
    assert controls_found(name) == MODELS.load(name).controls


@pytest.mark.parametrize("name", [*QUANTUM, "quantum_kernel_pca"])
def test_no_name_of_a_model_is_nearly_an_offer(name):
    room = PREPROCESSING if name in PREPROCESSING.names() else MODELS
    assert not misspelt(room.load(name))


@pytest.mark.parametrize("name", QUANTUM)
def test_fitted_model_offers_what_its_kind_promises(name):
    rng = np.random.default_rng(0)
    X, y = rng.uniform(0, 2, (8, 2)), np.arange(8) % 2
    model = MODELS.load(name)(random_state=0).fit(X, y)
    assert model.usage_.circuits > 0
    assert isinstance(model, offers.Spending)
    assert isinstance(model.training_, dict)
    assert isinstance(model, offers.Reporting)
    assert isinstance(model, offers.Traced) == isinstance(model, TrainedEstimator)
    assert isinstance(model, offers.Staged) == isinstance(model, VariationalEstimator)
    recalling = isinstance(model, VariationalEstimator | KernelMachine)
    assert isinstance(model, offers.Recalling) == recalling
    scored = is_classifier(model) or is_outlier_detector(model)
    assert isinstance(model, offers.ScoredLabels) == scored


@pytest.mark.parametrize("name", QUANTUM)
def test_another_backend_answers_with_its_own_shots_and_training_is_left_alone(name):
    rng = np.random.default_rng(0)
    X, y = rng.uniform(0, 2, (8, 2)), np.arange(8) % 2
    model = MODELS.load(name)(random_state=0).fit(X, y)
    assert isinstance(model, offers.Answering)
    exact = model.predict_with_scores(X)[1] if isinstance(model, offers.ScoredLabels) else None
    before, report = model.usage_, model.training_
    for seed in (1, 2):
        model.answer_on(resolve_backend("exact:shots=50", seed))
        model.predict(X[:5])
    spent = model.usage_.since(before)
    assert spent.shots == 50 * spent.circuits > 0
    assert model.training_.get("loss") == report.get("loss")
    if exact is not None:
        found = []
        for seed in range(2):
            model.answer_on(resolve_backend("exact:shots=20000", seed))
            found.append(model.predict_with_scores(X)[1])
        assert (found[0] != found[1]).any()
        spread = max(1.0, float(np.abs(exact).max()))
        # the middle one: a classical head behind random circuits makes much of little
        assert np.median(np.abs(found[0] - exact)) < 0.1 * spread


def test_model_that_declares_no_controls_is_refused_when_it_is_written():
    with pytest.raises(TypeError, match="Silent.controls: missing, allowed: a frozenset of"):

        class Silent(QSVC.__base__):
            def fit(self, X, y):
                return self


@pytest.mark.parametrize("declared", [["no entanglement"], ("matched RBF",), "same spectrum", {}])
def test_controls_of_another_type_are_refused_in_one_line(declared):
    with pytest.raises(TypeError) as caught:
        type("Listed", (QSVC,), {"controls": declared})
    allowed = "a frozenset of ['matched RBF', 'no entanglement', 'same spectrum'], empty for none"
    assert str(caught.value) == f"Listed.controls: got {declared!r}, allowed: {allowed}"


def test_model_without_what_every_model_has_cannot_be_made():
    class Misspelt(QuantumClassifier):
        controls = frozenset()

        def _fit(self, X, y, seed):
            pass

        def worklod(self, n_train, n_test, n_features, n_classes):
            return None

    with pytest.raises(TypeError, match="abstract class Misspelt.*workload"):
        Misspelt()


def test_misspelt_offer_of_a_declared_control_is_refused_when_it_is_written():
    with pytest.raises(TypeError, match="'no entanglement' needs the method 'twin'"):

        class Misspelt(QuantumEstimator):
            controls = frozenset({"no entanglement"})

            def fit(self, X, y):
                return self

            def workload(self, n_train, n_test, n_features, n_classes):
                return None

            def twinn(self, n_features):
                return None


def test_misspelt_offer_that_nobody_declares_is_found():
    class Misspelt(QSVC):
        def predict_with_score(self, X):
            return super().predict_with_scores(X)

    assert misspelt(Misspelt) == {"predict_with_score"}
    assert not misspelt(QSVC)


@pytest.mark.parametrize("declared", [set(), {"no entanglement"}, {"matched RBF"}])
def test_control_that_is_offered_and_not_declared_is_not_made(monkeypatch, declared):
    monkeypatch.setattr(QSVC, "controls", frozenset(declared))
    assert controls_found("qsvc") == declared


@pytest.mark.parametrize("name", QUANTUM)
def test_training_rows_are_recalled_as_they_would_be_predicted_and_for_nothing(name):
    rng = np.random.default_rng(0)
    X, y = rng.uniform(0, 2, (8, 2)), np.arange(8) % 2
    model = MODELS.load(name)(random_state=0).fit(X, y)
    before = model.usage_
    recalled = model.recalled() if isinstance(model, offers.Recalling) else None
    if recalled is None:
        pytest.skip("keeps nothing of its training rows")
    found = recalled.predict(X)
    assert model.usage_ == before
    np.testing.assert_allclose(found, model.predict(X), atol=1e-6)
    if isinstance(model, offers.ScoredLabels):
        _, wanted = model.predict_with_scores(X)
        np.testing.assert_allclose(recalled.predict_with_scores(X)[1], wanted, atol=1e-6)
    assert model.usage_.circuits > before.circuits  # the model itself still asks its backend
    with pytest.raises(DataError, match="which are not those of the training"):
        recalled.predict(X[:3])
