"""Every preprocessing step: learns from training rows alone; ours pass scikit-learn's checks."""

from __future__ import annotations

import numpy as np
import pytest

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
    and not example.train  # the checks' rows are numbers
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
    before = step.fit(train).transform(train)
    step.transform(test)
    np.testing.assert_array_equal(step.transform(train), before)
