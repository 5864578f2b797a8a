"""Values of parameters: finite tables, or one line."""

from __future__ import annotations

import numpy as np
import pytest
from qiskit.circuit.library import zz_feature_map
from qiskit.quantum_info import SparsePauliOp

from qml.engine import as_rows, expectations, gradients, gram, probabilities, statevectors
from qml.errors import SpecError

CIRCUIT = zz_feature_map(2)
BAD = [
    ([[0.1, 0.2], [0.3, np.nan]], "row 1, column 1 is nan, expected finite numbers"),
    ([[np.inf, 0.2]], "row 0, column 0 is inf"),
    ([[0.1, 0.2, 0.3]], r"shape \(1, 3\), expected \(batch, 2\)"),
    ([0.1], r"shape \(1,\), expected \(batch, 2\)"),
    (np.zeros((2, 2, 2)), r"shape \(2, 2, 2\)"),
    ([["a", "b"]], r"expected a table of real numbers, got \[\['a', 'b'\]\]"),
    ([[0.1], [0.1, 0.2]], "expected a table of real numbers"),
    (np.array([[0.1, 0.2j]]), "expected real numbers, got complex ones"),
    ([[0.1, 0.2j]], "expected real numbers, got complex ones|expected a table of real numbers"),
    (None, r"shape \(\), expected|column 0 is nan"),
]


@pytest.mark.parametrize("values, words", BAD)
@pytest.mark.parametrize(
    "ask",
    [
        statevectors,
        probabilities,
        gram,
        lambda circuit, values: expectations(circuit, [SparsePauliOp("ZZ")], values),
        lambda circuit, values: gradients(circuit, [SparsePauliOp("ZZ")], values),
    ],
    ids=["statevectors", "probabilities", "gram", "expectations", "gradients"],
)
def test_what_is_no_table_of_values_is_one_line(ask, values, words):
    with pytest.raises(SpecError, match=words) as caught:
        ask(CIRCUIT, values)
    assert "\n" not in str(caught.value)


def test_one_row_may_come_without_its_brackets():
    np.testing.assert_array_equal(as_rows([1, 2], 2), [[1.0, 2.0]])
    assert as_rows(np.empty((0, 2)), 2).shape == (0, 2)
    assert as_rows([], 0).shape == (1, 0)
