"""Splits, metrics, intervals, labels that are shuffled."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from sklearn import metrics as library
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.dummy import DummyRegressor
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline
from sklearn.svm import SVC, SVR, OneClassSVM

from experiments.datasets import Dataset
from experiments.evaluation.metrics import METRICS, Predictions, applies, bounds
from experiments.evaluation.metrics import score as score_of
from experiments.evaluation.protocol import fit_and_predict
from experiments.evaluation.splits import permuted
from experiments.evaluation.splits import split as split_of
from experiments.evaluation.statistics import corrected_interval
from experiments.evaluation.tasks import check_model
from experiments.records import Split
from qml.backends import Usage, resolve_backend
from qml.classifiers.pegasos_qsvc import PegasosQSVC
from qml.classifiers.qsvc import QSVC
from qml.classifiers.quantum_gaussian_process_classifier import QuantumGaussianProcessClassifier
from qml.classifiers.quantum_kitchen_sinks import QuantumKitchenSinks
from qml.classifiers.vqc import VQC
from qml.errors import DataError, SpecError
from qml.kernels.fidelity import FidelityKernel
from qml.regressors.quantum_kernel_ridge import QuantumKernelRidge

Y = np.repeat([0, 1, 2], [30, 20, 10])


def data_of(y, groups=None, folds=None):
    y = np.asarray(y)
    X = np.arange(2.0 * len(y)).reshape(len(y), 2)
    return Dataset(X, y, "a", "made here", "none", groups=groups, folds=folds)


def split(y, folds, repeat, fold, seed):
    return split_of(data_of(y), Split(seed, repeat, fold, folds=folds))


def score(name, true, predicted, classes):
    labels = None if classes is None else np.asarray(classes)
    return score_of(name, Predictions(np.asarray(true), np.asarray(predicted), labels))


def test_folds_partition_the_data_and_keep_class_shares():
    tests = [split(Y, 5, 0, fold, 3)[1] for fold in range(5)]
    np.testing.assert_array_equal(np.sort(np.concatenate(tests)), np.arange(60))
    for fold in range(5):
        train, test = split(Y, 5, 0, fold, 3)
        assert not set(train) & set(test)
        np.testing.assert_array_equal(np.bincount(Y[test]), [6, 4, 2])


def test_repeats_differ_and_a_split_is_the_same_for_everyone():
    same = [split(Y, 5, 1, 2, 3)[1].tolist() for _ in range(2)]
    assert same[0] == same[1]
    assert same[0] != split(Y, 5, 0, 2, 3)[1].tolist()
    assert same[0] != split(Y, 5, 1, 2, 4)[1].tolist()


def test_class_smaller_than_the_folds_is_named():
    with pytest.raises(DataError, match="class 2 has 10 members, 11 folds"):
        split(Y, 11, 0, 0, 0)


class Spy(TransformerMixin, BaseEstimator):
    seen = None

    def fit(self, X, y=None):
        Spy.seen = X.copy()
        return self

    def transform(self, X):
        return X


def test_preprocessing_sees_training_rows_alone():
    """A poisoned test row must not reach any fit."""
    X = np.arange(60.0)[:, None]
    train, test = split(Y, 5, 0, 0, 0)
    X[test] = 1e9
    fit_and_predict(Pipeline([("spy", Spy()), ("model", LogisticRegression())]), X, Y, train, test)
    np.testing.assert_array_equal(Spy.seen, X[train])
    assert Spy.seen.max() < 1e9


def test_scores_are_kept_and_times_are_measured():
    X = np.random.default_rng(0).normal(size=(60, 2))
    train, test = split(Y, 5, 0, 0, 0)
    outcome = fit_and_predict(Pipeline([("model", LogisticRegression())]), X, Y, train, test)
    assert outcome.predictions.scores.shape == (12, 3)
    assert outcome.predictions.scores_kind == "probabilities"
    assert outcome.kernel_s is None
    assert outcome.fit_s > 0
    assert outcome.predict_s > 0
    assert outcome.usage == Usage()


def test_metrics_agree_with_the_library():
    rng = np.random.default_rng(0)
    true, predicted = rng.integers(0, 2, 50), rng.integers(0, 2, 50)
    labels = np.array(["no", "yes"])
    true, predicted = labels[true], labels[predicted]
    assert score("f1", true, predicted, labels) == library.f1_score(
        true, predicted, pos_label="yes"
    )
    assert score("precision", true, predicted, labels) == library.precision_score(
        true, predicted, pos_label="yes"
    )
    true3, predicted3 = rng.integers(0, 3, 50), rng.integers(0, 3, 50)
    assert score("recall", true3, predicted3, [0, 1, 2]) == library.recall_score(
        true3, predicted3, average="macro"
    )


OF_LABELS = [name for name, metric in METRICS.items() if metric.needs == "labels"]


@pytest.mark.parametrize("metric", [name for name in OF_LABELS if applies(name, "classification")])
def test_perfect_is_one_and_constant_prediction_is_defined(metric):
    assert score(metric, [0, 1, 1], [0, 1, 1], [0, 1]) == 1.0
    assert np.isfinite(score(metric, [0, 1, 1], [0, 0, 0], [0, 1]))


def test_metrics_of_numbers_by_hand_and_only_where_they_apply():
    truth, guess = [1.0, 2.0, 4.0], [1.0, 3.0, 2.0]
    assert score("mae", truth, guess, None) == pytest.approx(1.0)
    assert score("rmse", truth, guess, None) == pytest.approx(np.sqrt(5 / 3))
    assert score("r2", truth, guess, None) == pytest.approx(1 - 5 / (14 / 3))
    assert score("accuracy", truth, guess, None) is None
    assert score("r2", [0, 1], [0, 1], [0, 1]) is None
    assert bounds("r2") == (-np.inf, 1.0)


def test_targets_are_standardised_on_training_rows_and_read_back():
    """A model of the standardised target's mean predicts the training mean, not the data's."""
    y = np.array([1.0, 2.0, 3.0, 50.0])
    X = np.zeros((4, 1))
    pipeline = Pipeline([("model", DummyRegressor())])
    outcome = fit_and_predict(pipeline, X, y, np.array([0, 1, 2]), np.array([3]))
    assert outcome.predictions.predicted == pytest.approx([2.0])
    assert pipeline[-1].constant_.item() == pytest.approx(0.0)


def test_outlier_detector_sees_the_first_class_alone_and_answers_in_labels():
    X = np.array([[0.0], [0.1], [0.05], [5.0], [0.06], [6.0]])
    y = np.array([0, 0, 0, 1, 0, 1])
    pipeline = Pipeline([("model", OneClassSVM(nu=0.5, gamma=1.0))])
    outcome = fit_and_predict(pipeline, X, y, np.array([0, 1, 2, 3]), np.array([4, 5]))
    assert pipeline[-1].shape_fit_[0] == 3
    assert outcome.predictions.predicted.tolist() == [0, 1]
    assert (
        outcome.predictions.scores[1] > outcome.predictions.scores[0]
    )  # a score of the second class


@pytest.mark.parametrize(
    "model, y, problem",
    [
        (SVC(), np.array([0.5, 1.5]), "SVC is a classifier, 'd' asks for numbers"),
        (SVR(), np.array([0, 1]), "SVR is a regressor, 'd' asks for classes"),
        (OneClassSVM(), np.array([0, 1, 2]), "OneClassSVM detects outliers and needs two classes"),
        (OneClassSVM(), np.array([0.5, 1.5]), "needs two classes, 'd' has targets"),
    ],
)
def test_model_that_cannot_do_the_task_is_refused(model, y, problem):
    with pytest.raises(SpecError, match=problem):
        check_model(model, y, "d")


def test_unknown_metric_is_named():
    with pytest.raises(SpecError, match="did you mean 'accuracy'"):
        score("acuracy", [0], [0], [0, 1])


def test_corrected_interval_is_the_formula():
    scores, ratio = np.array([0.8, 0.9, 0.7, 0.85, 0.75]), 0.25
    mean, low, high = corrected_interval(scores, ratio)
    half = stats.t.ppf(0.975, 4) * np.sqrt((1 / 5 + ratio) * scores.var(ddof=1))
    assert (mean, low, high) == pytest.approx((0.8, 0.8 - half, 0.8 + half))
    plain = stats.t.interval(0.95, 4, 0.8, stats.sem(scores))
    assert high - low == pytest.approx((plain[1] - plain[0]) * np.sqrt((0.2 + 0.25) / 0.2))


def test_interval_of_one_score_is_unknown():
    mean, low, high = corrected_interval([0.5], 0.25)
    assert mean == 0.5
    assert np.isnan(low)
    assert np.isnan(high)


def test_labels_are_shuffled_among_training_rows_alone():
    y, train = np.arange(30) % 3, np.arange(20)
    shuffled = permuted(y, train, Split(0, 0, 0))
    np.testing.assert_array_equal(shuffled[20:], y[20:])
    assert sorted(shuffled[:20]) == sorted(y[:20])
    assert (shuffled[:20] != y[:20]).any()
    other = permuted(y, train, Split(0, 0, 1))
    assert (shuffled != other).any()


@pytest.mark.filterwarnings("ignore:y_pred contains classes not in y_true")
@pytest.mark.filterwarnings("ignore:A single label was found")
@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("metric", [name for name, known in METRICS.items() if known.of_counts])
def test_metrics_of_counts_are_scikit_learns(metric, n_classes):
    """Rows few enough that classes are missing among what is, or what is called."""
    rng = np.random.default_rng(n_classes)
    theirs = {
        "balanced_accuracy": library.balanced_accuracy_score,
        "mcc": library.matthews_corrcoef,
    }
    for _ in range(200):
        true, predicted = rng.integers(n_classes, size=(2, rng.integers(1, 8)))
        said = Predictions(true, predicted, np.arange(n_classes))
        if metric in theirs:
            wanted = theirs[metric](true, predicted)
        else:
            macro = n_classes > 2 or metric.endswith("_macro")
            average = {"average": "macro"} if macro else {"pos_label": 1}
            function = getattr(library, f"{metric.removesuffix('_macro')}_score")
            if macro:
                average["labels"] = np.arange(n_classes)
            wanted = function(true, predicted, zero_division=0.0, **average)
        assert score_of(metric, said) == pytest.approx(wanted, abs=1e-12)


def test_a_label_that_is_no_class_is_a_wrong_one():
    said = Predictions(np.array([0, 1, 1]), np.array([0, 7, 1]), np.arange(2))
    assert score_of("recall", said) == score_of("recall_macro", said) - 0.25 == 0.5
    assert score_of("balanced_accuracy", said) == 0.75


def fitted_on(model, X, y):
    """Return the outcome of a fit to the first two thirds, and those rows."""
    train, test = np.arange(2 * len(y) // 3), np.arange(2 * len(y) // 3, len(y))
    return fit_and_predict(Pipeline([("model", model)]), X, y, train, test), train


def angles(n=18):
    rng = np.random.default_rng(0)
    return rng.uniform(0, 2, (n, 2)), np.arange(n) % 2


@pytest.mark.parametrize(
    "model",
    [
        SVC(C=100.0),
        KNeighborsClassifier(1),
        QSVC(),
        QuantumKitchenSinks(n_episodes=3, random_state=1),
        VQC(optimizer={"name": "adam", "maxiter": 3}, random_state=1),
        VQC(optimizer="spsa", training={"batch_size": 4, "max_circuits": 200}, random_state=1),
    ],
)
def test_training_rows_are_scored_as_the_fitted_model_predicts_them(model):
    X, y = angles()
    outcome, train = fitted_on(model, X, y)
    assert outcome.trained.true.tolist() == y[train].tolist()
    said = clone(model).fit(X[train], y[train]).predict(X[train])
    assert outcome.trained.predicted.tolist() == said.tolist()


@pytest.mark.parametrize("model", [SVR(), QuantumKernelRidge()])
def test_fitted_targets_are_read_back_in_their_units(model):
    X, _ = angles()
    y = 1000.0 + 50 * X[:, 0]
    outcome, train = fitted_on(model, X, y)
    scaled = (y[train] - y[train].mean()) / y[train].std()
    said = clone(model).fit(X[train], scaled).predict(X[train])
    np.testing.assert_allclose(outcome.trained.predicted, said * y[train].std() + y[train].mean())


def test_outlier_detector_is_scored_on_the_rows_it_was_fitted_to():
    X, y = angles()
    outcome, train = fitted_on(OneClassSVM(nu=0.2), X, y)
    inliers = X[train][y[train] == 0]
    assert len(outcome.trained.true) == len(inliers)
    outside = (OneClassSVM(nu=0.2).fit(inliers).predict(inliers) < 0).astype(int)
    assert outcome.trained.predicted.tolist() == outside.tolist()


def test_measured_kernel_is_scored_on_the_matrix_it_was_trained_on():
    X, y = angles()
    outcome, train = fitted_on(QSVC(backend="exact:shots=20", C=10.0, random_state=3), X, y)
    n = len(train)
    assert outcome.fit_usage.circuits == n * (n - 1) // 2
    seed = int(np.random.RandomState(3).randint(np.iinfo(np.int32).max))
    K = FidelityKernel(backend=resolve_backend("exact:shots=20", seed)).fit_evaluate(X[train])
    said = SVC(kernel="precomputed", C=10.0).fit(K, y[train]).predict(K)
    assert outcome.trained.predicted.tolist() == said.tolist()


def test_measured_training_is_scored_by_the_loss_of_its_answer():
    X, y = angles()
    asked = {"optimizer": {"name": "spsa", "maxiter": 4}, "loss": "linear", "random_state": 3}
    outcome, train = fitted_on(VQC(backend="exact:shots=20", **asked), X, y)
    shown = np.asarray(outcome.trained.scores)[np.arange(len(train)), y[train]]
    assert 1 - shown.mean() == pytest.approx(outcome.training["loss"])


@pytest.mark.parametrize(
    ("model", "known"),
    [
        (VQC(backend="exact:shots=20", optimizer={"name": "cobyla", "maxiter": 5}), True),
        (QuantumGaussianProcessClassifier(backend="exact:shots=20"), True),
        (PegasosQSVC(backend="exact:shots=20", n_steps=20), False),
        (QuantumKitchenSinks(backend="exact:shots=20", n_episodes=3), False),
        (VQC(backend="exact:shots=20", optimizer="spsa", training={"batch_size": 4}), False),
    ],
)
def test_training_score_costs_no_shot(model, known):
    X, y = angles()
    model = clone(model).set_params(random_state=1)
    outcome, train = fitted_on(model, X, y)
    assert (outcome.trained is not None) == known
    alone = clone(model).fit(X[train], y[train])
    assert alone.usage_.shots == outcome.fit_usage.shots
    alone.predict_with_scores(X[len(train) :])
    assert alone.usage_.shots == outcome.usage.shots == model.usage_.shots
