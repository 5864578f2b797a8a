"""What kernels are asked for: tables of numbers, or one line."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import scipy.sparse

from qml.errors import DataError
from qml.kernels import label_kernel
from qml.kernels._points import checked_labels, checked_points

BAD = {
    "NaN": ([[0.1, 0.2], [np.nan, 0.1]], "X: row 1, column 0 is nan, expected finite numbers"),
    "infinity": ([[0.1, -np.inf]], "X: row 0, column 1 is -inf"),
    "one sample": ([0.1, 0.2], r"X: shape \(2,\), expected a table .* X.reshape\(1, -1\)"),
    "a number": (0.3, r"X: shape \(\), expected a table"),
    "no rows": (np.empty((0, 2)), r"X: shape \(0, 2\), expected a sample and a feature"),
    "no columns": (np.empty((3, 0)), r"X: shape \(3, 0\)"),
    "words": ([["a", "b"]], r"X: expected a table of numbers, got \[\['a', 'b'\]\]"),
    "ragged": ([[0.1], [0.1, 0.2]], "X: expected a table of numbers"),
    "complex": (np.array([[0.1, 1j]]), "X: complex numbers; expected real ones"),
    "sparse": (scipy.sparse.eye(3).tocsr(), r"X: a sparse matrix; .* X.toarray\(\)"),
    "a cube": (np.zeros((2, 2, 2)), r"X: shape \(2, 2, 2\)"),
    "a frame with a gap": (pd.DataFrame({"a": [1.0, None]}), "X: row 1, column 0 is nan"),
}


@pytest.mark.parametrize("X, words", BAD.values(), ids=BAD)
def test_what_is_no_table_is_one_line(X, words):
    with pytest.raises(DataError, match=words) as caught:
        checked_points(X, "X")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "y, words",
    [
        ([0, 1], r"y: shape \(2,\), expected a label for each of the 3 rows of X"),
        (3, r"y: shape \(\), expected a label"),
        ([[0], [0, 1], [1]], r"y: expected a label for each of the 3 rows of X, got \[\[0\], "),
        (scipy.sparse.eye(3).tocsr(), r"y: shape \(\), expected a label"),
    ],
)
def test_labels_are_one_a_row(y, words):
    with pytest.raises(DataError, match=words) as caught:
        checked_labels(y, 3)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "y, words",
    [
        ([0, 1, np.nan], "y: row 2 is nan, expected classes, words or whole numbers"),
        (np.array([0.0, np.nan, 1.0], dtype=object), "y: row 1 is nan, expected classes"),
        ([0, np.inf, 1], "y: row 1 is inf, expected classes"),
        ([0.0, 0.25, 0.5], "y: row 1 is 0.25, expected classes"),
        ([[0, 1], [1, 0]], r"y: shape \(2, 2\), expected one label a row"),
        (3, r"y: shape \(\), expected one label a row"),
        (
            np.array(["a", 1, None], dtype=object),
            "y: .*types NoneType, int, str, expected one type",
        ),
        (pd.Series(["a", None, "b"]), "y: labels of the types .*, expected one type"),
        (pd.Series(["a", pd.NA], dtype="string"), "y: labels of the types NAType, str, expec"),
        ([1.0, 1.0], "y: 1 class, at least 2 needed"),
        ([], "y: 0 classes, at least 2 needed"),
    ],
)
def test_what_is_no_classes_is_one_line(y, words):
    with pytest.raises(DataError, match=words) as caught:
        label_kernel(y)
    assert "\n" not in str(caught.value)


def test_classes_of_any_type_are_welcome():
    wanted = [[1.0, -1.0], [-1.0, 1.0]]
    for y in (["a", "b"], [True, False], [2.0, 7.0], np.array([1, 0.0], dtype=object)):
        assert label_kernel(y).tolist() == wanted


def test_widths_are_compared():
    with pytest.raises(DataError, match="Y: 3 features, expected 2"):
        checked_points([[1.0, 2.0, 3.0]], "Y", width=2)


def test_tables_of_any_kind_come_as_numbers():
    frame = pd.DataFrame({"a": [1, 2], "b": [True, False]})
    for X in ([[1, 1], [2, 0]], np.array([[1, 1], [2, 0]], dtype=object), frame):
        found = checked_points(X, "X")
        assert found.dtype == np.float64
        np.testing.assert_array_equal(found, [[1.0, 1.0], [2.0, 0.0]])
