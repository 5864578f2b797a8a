"""Diagnostics against closed forms."""

import numpy as np
import pytest
from scipy.stats import unitary_group

from qml.diagnostics.concentration import concentration
from qml.errors import DataError


@pytest.mark.parametrize("n_qubits", [1, 3, 5])
def test_random_states_have_the_haar_mean_and_variance(n_qubits):
    states = unitary_group.rvs(2**n_qubits, size=600, random_state=0)[:, 0, :]
    found = concentration(np.abs(states @ states.conj().T) ** 2, n_qubits)
    assert found.mean == pytest.approx(found.haar_mean, rel=0.05)
    assert found.variance == pytest.approx(found.haar_variance, rel=0.1)


def test_shots_to_resolve():
    """Entries 0.4 and 0.6: spread 0.1, noise sqrt(0.24 / R)."""
    K = np.array([[1, 0.4, 0.6], [0.4, 1, 0.5], [0.6, 0.5, 1]])
    entries = np.array([0.4, 0.6, 0.5])
    expected = (entries * (1 - entries)).mean() / entries.var()
    assert concentration(K, 2).shots_to_resolve == pytest.approx(expected)
    assert concentration(np.full((3, 3), 0.5), 2).shots_to_resolve == np.inf


def test_shapes_are_checked():
    with pytest.raises(DataError, match="expected"):
        concentration([[1.0]], 1)
