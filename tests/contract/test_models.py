"""Every registered model passes scikit-learn's own estimator checks, and our additions."""

from __future__ import annotations

import ast
import inspect
import pickle
import warnings
from dataclasses import is_dataclass
from types import MappingProxyType

import numpy as np
import pytest
from sklearn.base import clone, is_classifier, is_outlier_detector, is_regressor

from contract.checks import scikit_learn_checks
from experiments.registry import MODELS, PREPROCESSING, build_estimator
from qml.classifiers.data_reuploading_classifier import DataReuploadingClassifier
from qml.classifiers.qsvc import QSVC
from qml.classifiers.vqc import VQC
from qml.docstrings import sections
from qml.errors import SpecError
from qml.examples import Example, examples_of
from qml.registry import check_parameters

# read once: another test process may add a model of its own for a while
NAMES = MODELS.installed()
EXAMPLES = examples_of(MODELS, Example)
STEMS = {MODELS.load(name): name for name in NAMES}
EXCUSED = {MODELS.load(name): getattr(MODELS.module(name), "EXCUSED", {}) for name in NAMES}

with warnings.catch_warnings():  # the decorator builds one instance each
    warnings.simplefilter("error")
    ESTIMATORS = [MODELS.load(name)(**example.parameters) for name, example in EXAMPLES.values()]


def expected_failures(estimator):
    """Return the checks that a model may fail, each with its reason; ours have none."""
    return EXCUSED[type(estimator)]


THEIRS = [model for model in ESTIMATORS if type(model).__module__.startswith("sklearn.")]
OURS = [model for model in ESTIMATORS if model not in THEIRS]


@pytest.mark.reliability("R12")
@scikit_learn_checks(OURS, STEMS, expected_failed_checks=expected_failures, xfail_strict=True)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.filterwarnings("ignore:the training made the loss worse")  # in its few steps
def test_scikit_learn_contract(estimator, check):
    check(estimator)


@pytest.mark.slow
@scikit_learn_checks(THEIRS, STEMS, expected_failed_checks=expected_failures, xfail_strict=True)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_scikit_learn_contract_of_its_own_models(estimator, check):
    """A matter of the release that is installed, not of a change here."""
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


DECLARED = [
    pytest.param(room.load(name), id=name)
    for room in (MODELS, PREPROCESSING)
    for name in room.installed()
    if is_dataclass(room.load(name))
]


@pytest.mark.parametrize("plugin", DECLARED)
def test_help_describes_every_parameter_once_with_its_default(plugin):
    lines = sections(inspect.getdoc(plugin))["Parameters"].splitlines()
    described = [line.partition(" : ") for line in lines if not line.startswith(" ")]
    parameters = inspect.signature(plugin).parameters
    assert [name for name, _, _ in described] == list(parameters)
    for name, _, kind in described:
        shown = kind.partition(", default=")[2]
        default = np.pi if shown == "pi" else ast.literal_eval(shown)
        assert default == parameters[name].default, name


@pytest.mark.parametrize("plugin", DECLARED)
def test_scalars_of_numpy_are_as_good_as_plain_ones(plugin):
    scalars = {bool: np.bool_, int: np.int64, float: np.float64}
    values = {
        name: scalars[type(value)](value) if type(value) in scalars else value
        for name, value in plugin().get_params(deep=False).items()
    }
    check_parameters(plugin, values, plugin.__name__)


@pytest.mark.parametrize(
    "model, expected",
    [
        (QSVC(C=-1.0), "C: Input should be greater than 0 or 'hard' (got -1.0)"),
        (QSVC(C=np.inf), "C: Input should be a finite number or 'hard' (got inf)"),
        (
            QSVC(calibration="platt"),
            "calibration: Input should be 'sigmoid' or 'isotonic' or None (got 'platt')",
        ),
        (
            VQC(bias=2.0),
            "bias: Input should be less than or equal to 1 or 'trained' (got 2.0)",
        ),
        (
            VQC(loss=None),
            "loss: Input should be a valid string or a valid dictionary (got None)",
        ),
        (
            VQC(feature_map=3),
            "feature_map: Input should be a valid string or a valid dictionary or an instance of "
            "QuantumCircuit or callable (got 3)",
        ),
        (
            VQC(initial_point="here"),
            "initial_point: Input should be an array of numbers or None (got 'here')",
        ),
        (
            DataReuploadingClassifier(reps=True),
            "reps: Input should be a valid integer (got True)",
        ),
        (
            QSVC(random_state=-1),
            "random_state: Input should be greater than or equal to 0 or an instance of "
            "RandomState or None (got -1)",
        ),
    ],
    ids=repr,
)
def test_wrong_value_is_one_line_at_fit_with_what_is_allowed(model, expected):
    with pytest.raises(SpecError) as caught:
        model.fit([[0.1], [0.2], [1.0], [1.1]], [0, 0, 1, 1])
    assert str(caught.value) == expected


def test_wrong_value_of_a_classical_wrapper_is_one_line_at_fit():
    model = MODELS.load("random_fourier_features")(gamma="wide")
    with pytest.raises(ValueError) as caught:
        model.fit([[0.1], [0.2], [1.0], [1.1]], [0, 0, 1, 1])
    assert str(caught.value) == "gamma: Input should be a valid number or 'scale' (got 'wide')"


def test_study_is_told_the_same_before_anything_runs():
    with pytest.raises(SpecError, match="C: Input should be greater than 0"):
        build_estimator(MODELS, "qsvc", {"C": -1.0})
    with pytest.raises(SpecError, match="gamma: Input should be a valid number or 'scale'"):
        build_estimator(MODELS, "random_fourier_features", {"gamma": "wide"})
    with pytest.raises(SpecError, match="'C' parameter of SVC"):
        build_estimator(MODELS, "svc", {"C": -1.0})


def test_what_was_accepted_as_an_object_still_is():
    chain = DataReuploadingClassifier(random_state=np.random.RandomState(0), initial_point=(0.0,))
    assert clone(chain).random_state is not None
    accepted = {"feature_map": lambda n: None, "random_state": np.random.RandomState(0)}
    check_parameters(VQC, {**accepted, "initial_point": np.zeros(3)}, "VQC")
    check_parameters(VQC, {"initial_point": [0.0, np.float32(1.0)]}, "VQC")


def test_mappings_of_any_kind_are_as_good_as_dictionaries():
    X, y = [[0.1], [0.2], [1.0], [1.1]], [0, 0, 1, 1]
    spec = {"name": "without_entanglement", "of": {"name": "zz", "reps": 1}}
    frozen = MappingProxyType({**spec, "of": MappingProxyType(spec["of"])})
    plain = QSVC(feature_map=spec).fit(X, y)
    same = QSVC(feature_map=frozen, quantum_kernel=MappingProxyType({"name": "fidelity"})).fit(X, y)
    np.testing.assert_array_equal(same.decision_function(X), plain.decision_function(X))
