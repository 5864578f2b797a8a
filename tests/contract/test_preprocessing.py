"""Every preprocessing step: learns from training rows alone; ours pass scikit-learn's checks."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.base import BaseEstimator, TransformerMixin

from contract.checks import scikit_learn_checks
from experiments.registry import PREPROCESSING, build_estimator
from qml.examples import StepExample, examples_of

EXAMPLES = examples_of(PREPROCESSING, StepExample)
STEMS = {PREPROCESSING.load(name): name for name in PREPROCESSING.installed()}
every_example = pytest.mark.parametrize("name, example", EXAMPLES.values(), ids=EXAMPLES)
OURS = [
    build_estimator(PREPROCESSING, name, example.parameters)
    for name, example in EXAMPLES.values()
    if PREPROCESSING.load(name).__module__ == PREPROCESSING.module(name).__name__
    and not (example.train and isinstance(example.train[0], str))  # the checks' rows are numbers
]


@scikit_learn_checks(OURS, STEMS)
def test_scikit_learn_contract(estimator, check):
    check(estimator)


@every_example
def test_preprocessing_learns_from_training_rows_alone(name, example):
    step = build_estimator(PREPROCESSING, name, example.parameters)
    rng = np.random.default_rng(0)
    train, test = rng.normal(size=(9, 3)), 100 + rng.normal(size=(4, 3))
    if example.train:
        train, test = (np.array(rows, dtype=object) for rows in (example.train, example.test))
    assert_learns_from_training_rows_alone(step, train, test)


def assert_learns_from_training_rows_alone(step, train, test):
    """A row is transformed to the same, whatever rows come with it or came before it."""
    labels = np.arange(len(train)) % 2
    before, later = step.fit(train, labels).transform(train), step.transform(test)
    np.testing.assert_array_equal(step.transform(train), before)
    together = step.transform(np.concatenate([train, test]))
    np.testing.assert_allclose(together[: len(train)], before, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(step.transform(test[:1]), later[:1], rtol=1e-9, atol=1e-9)


class ScalesEachBatch(TransformerMixin, BaseEstimator):
    """It leaks: what it does to a row depends on the rows beside it."""

    def fit(self, X, y=None):
        return self

    def transform(self, X):
        return (X - X.mean(0)) / X.std(0)


class ScalesAlone(ScalesEachBatch):
    """It leaks a little less: a row that comes alone is left as it is."""

    def transform(self, X):
        return X if len(X) == 1 else super().transform(X)


@pytest.mark.parametrize("step", [ScalesEachBatch(), ScalesAlone()], ids=repr)
@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")  # a deviation of one row
def test_step_that_leaks_is_found(step):
    rng = np.random.default_rng(0)
    with pytest.raises(AssertionError):
        assert_learns_from_training_rows_alone(
            step, rng.normal(size=(9, 3)), rng.normal(size=(4, 3))
        )
