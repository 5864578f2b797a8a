"""What estimators are given: scikit-learn's checks, and one line for what does not pass them."""

from __future__ import annotations

import numpy as np
import pytest

from qml.classifiers.qsvc import QSVC
from qml.errors import DataError
from qml.outlier_detectors.quantum_one_class_svm import QuantumOneClassSVM
from qml.regressors.qsvr import QSVR
from qml.surrogates.matched_rbf import MatchedRBF
from qml.transformers.quantum_kernel_pca import QuantumKernelPCA

X = np.random.default_rng(0).uniform(0, 1, (40, 2))
Y = np.arange(40) % 2
MISSING = X.copy()
MISSING[3, 1] = np.nan
ESTIMATORS = [QSVC(), QSVR(), QuantumOneClassSVM(), QuantumKernelPCA(), MatchedRBF()]
BAD = {
    "nothing": (None, "Expected 2D array, got scalar array instead: array=nan. Reshape"),
    "complex": (X + 1j, "Complex data not supported"),
    "one column": (X[:, 0], r"Expected 2D array, got 1D array .*\.\.\..* Reshape your data"),
    "NaN": (MISSING, "Input X contains NaN"),
    "words": ([["a", "b"]] * 40, "could not convert string to float"),
}


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=lambda one: type(one).__name__)
@pytest.mark.parametrize("points, words", BAD.values(), ids=BAD)
def test_what_is_no_table_is_one_line(estimator, points, words):
    with pytest.raises(DataError, match=words) as caught:
        estimator.fit(points, Y)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("estimator", [QSVC(), MatchedRBF()], ids=["qsvc", "matched_rbf"])
@pytest.mark.parametrize("points, words", BAD.values(), ids=BAD)
def test_predictions_for_what_is_no_table_are_one_line(estimator, points, words):
    estimator.fit(X, Y)
    with pytest.raises(DataError, match=words) as caught:
        estimator.predict(points)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("label", [0.0, "a", 3, True])
def test_one_class_is_shown_as_it_was_written(label):
    with pytest.raises(DataError) as caught:
        QSVC().fit(X, [label] * len(X))
    assert str(caught.value) == f"y: needs at least two classes, got one class: {label!r}"
