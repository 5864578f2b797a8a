"""Every registered model passes scikit-learn's own estimator checks, and our additions."""

from __future__ import annotations

import pickle
import warnings

import numpy as np
import pytest
from sklearn.base import clone, is_classifier, is_outlier_detector, is_regressor
from sklearn.utils.estimator_checks import parametrize_with_checks

from experiments.registry import MODELS, PREPROCESSING
from qml.classifiers.qsvc import QSVC

# read once: another test process may add a model of its own for a while
NAMES = MODELS.names()

with warnings.catch_warnings():  # the decorator builds one instance each
    warnings.simplefilter("error")
    ESTIMATORS = [MODELS.load(name)() for name in NAMES]
    ESTIMATORS += [QSVC(calibration="sigmoid"), PREPROCESSING.load("quantum_kernel_pca")()]


_TOLERANCE = "libsvm's solver stops at a tolerance, so weights and copies differ slightly"


def expected_failures(estimator):
    """Return the checks that a model may fail, each with its reason; ours have none."""
    reason = {
        "SVC": _TOLERANCE,
        "SVR": _TOLERANCE,
        "OneClassSVM": _TOLERANCE,
        "RandomForestClassifier": "the bootstrap draws rows, so weights and copies differ",
        "GradientBoostingClassifier": "splits are drawn at random among equals",
    }.get(type(estimator).__name__)
    if type(estimator).__name__ == "GaussianNB":
        one_label = "a class without weight divides by zero before it is named"
        return {"check_classifiers_one_label_sample_weights": one_label}
    checks = [f"check_sample_weight_equivalence_on_{kind}_data" for kind in ("dense", "sparse")]
    return dict.fromkeys(checks, reason) if reason else {}


@parametrize_with_checks(ESTIMATORS, expected_failed_checks=expected_failures, xfail_strict=True)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_scikit_learn_contract(estimator, check):
    check(estimator)


@pytest.mark.parametrize("name", NAMES)
def test_names_are_unique_and_documented(name):
    assert MODELS.module(name).__doc__
    assert MODELS.load(name).__doc__


CLASSIFIERS = [name for name in NAMES if is_classifier(MODELS.load(name)())]
REGRESSORS = [name for name in NAMES if is_regressor(MODELS.load(name)())]
DETECTORS = [name for name in NAMES if is_outlier_detector(MODELS.load(name)())]


def test_every_model_does_one_task():
    assert sorted([*CLASSIFIERS, *REGRESSORS, *DETECTORS]) == NAMES


@pytest.mark.parametrize("name", [*REGRESSORS, *DETECTORS])
def test_numbers_clone_and_pickle(name):
    X = np.linspace(0.1, 2.5, 20)[:, None]
    model = MODELS.load(name)()
    if "random_state" in model.get_params():
        model.set_params(random_state=0)
    fitted = clone(model).fit(X, np.cos(X[:, 0]))
    again = pickle.loads(pickle.dumps(fitted))
    np.testing.assert_array_equal(again.predict(X), fitted.predict(X))


@pytest.mark.parametrize("name", CLASSIFIERS)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_text_labels_three_classes_clone_and_pickle(name):
    rng = np.random.default_rng(0)
    X = np.vstack([rng.normal(center, 0.1, (8, 2)) for center in (0.3, 1.2, 2.4)])
    y = np.repeat(["low", "middle", "high"], 8)
    model = MODELS.load(name)()
    if "random_state" in model.get_params():
        model.set_params(random_state=0)
    fitted = clone(model).fit(X, y)
    assert set(fitted.predict(X)) <= {"low", "middle", "high"}
    again = pickle.loads(pickle.dumps(fitted))
    np.testing.assert_array_equal(again.predict(X), fitted.predict(X))
    if hasattr(fitted, "predict_proba"):
        np.testing.assert_allclose(fitted.predict_proba(X).sum(axis=1), 1.0)


QUANTUM = [name for name in NAMES if hasattr(MODELS.load(name), "workload")]


@pytest.mark.parametrize("name", QUANTUM)
def test_workload_bounds_what_is_spent(name):
    rng = np.random.default_rng(0)
    X, y = rng.uniform(0, 2, (12, 2)), np.arange(12) % 2
    model = MODELS.load(name)(random_state=0).fit(X[:9], y[:9])
    model.predict(X[9:])
    estimate = model.backend_.estimate(model.workload(9, 3, 2, 2))
    assert 0 < model.usage_.circuits <= estimate.circuits


@pytest.mark.parametrize("name", QUANTUM)
def test_seed_decides_everything(name):
    rng = np.random.default_rng(0)
    X, y = rng.uniform(0, 2, (12, 2)), np.arange(12) % 2
    model = MODELS.load(name)(random_state=3, backend="exact:shots=50")
    np.testing.assert_array_equal(
        clone(model).fit(X, y).predict(X), clone(model).fit(X, y).predict(X)
    )
