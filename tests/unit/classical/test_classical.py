"""Classical baselines: what our wrappers add to the libraries' own models."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.optimize
from sklearn.exceptions import ConvergenceWarning

from experiments.registry import MODELS

X = np.linspace(0.1, 2.5, 12)[:, None]
PROCESSES = [
    "gaussian_process",
    "gaussian_process_regressor",
    "quantum_gaussian_process_classifier",
    "quantum_gaussian_process_regressor",
]


def fitted_where_lbfgs_ends(monkeypatch, name, status, message):
    """Fit a Gaussian process whose optimizer ends as it is told, on any processor."""
    minimize = scipy.optimize.minimize

    def ending(*arguments, **named):
        result = minimize(*arguments, **named)
        result.status, result.message = status, message
        return result

    monkeypatch.setattr(scipy.optimize, "minimize", ending)
    regresses = name.endswith("regressor")
    return MODELS.load(name)().fit(X, np.cos(X[:, 0]) if regresses else np.arange(12) // 6)


@pytest.mark.parametrize("name", PROCESSES)
def test_line_search_at_the_end_of_its_digits_loses_no_fit_and_says_nothing(monkeypatch, name):
    """A warning is an error here."""
    model = fitted_where_lbfgs_ends(monkeypatch, name, 2, "ABNORMAL: ")
    assert np.isfinite(model.predict(X)).all()


@pytest.mark.parametrize("name", PROCESSES)
def test_likelihood_that_was_given_up_still_warns(monkeypatch, name):
    limit = "STOP: TOTAL NO. OF ITERATIONS REACHED LIMIT"
    with pytest.warns(ConvergenceWarning, match="REACHED LIMIT"):
        fitted_where_lbfgs_ends(monkeypatch, name, 1, limit)
